namespace Nsbi.Interop;

/// <summary>Whether an uncertainty shrinks with the number of networks while the data stay the same. What
/// the finite training sample causes cannot: an uncertainty that falls as 1/√M does not contain it.
/// </summary>
/// <remarks>Source: Shyamsundar, comment on arXiv:2412.01600 (2025), §4.</remarks>
public static class EnsembleSelfCheck
{
    /// <summary>The scaling of the double bootstrap of bootstrapped networks: its exponent is ½ whatever
    /// they are.</summary>
    /// <param name="bootstraps">results of four or more networks</param>
    /// <exception cref="ArgumentException">too few networks</exception>
    public static EnsembleScaling OfDoubleBootstrap(IReadOnlyList<double> bootstraps)
    {
        ArgumentNullException.ThrowIfNull(bootstraps);
        return new(FInfer.EnsembleSelfCheck.scalingOfDoubleBootstrap([.. bootstraps]));
    }

    /// <summary>The scaling of the nested bootstrap, the standard deviation over j of averages of
    /// networks; its error by the jackknife over j.</summary>
    /// <param name="results">results[j][m] of three replicas or more, each with the same number of two
    /// networks or more; <see cref="EnsembleValues{T}.Members"/> of a nested plan</param>
    /// <exception cref="ArgumentException">too few replicas or networks, or numbers of networks that
    /// differ</exception>
    public static EnsembleScaling OfNested(IReadOnlyList<IReadOnlyList<double>> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        double[][] rows = [.. results.Select(row => row.ToArray())];
        return new(FInfer.EnsembleSelfCheck.scalingOfNested(rows));
    }

    /// <summary>The scaling of any uncertainty, which is computed again from disjoint subsets of M/4, M/2
    /// and all M networks.</summary>
    /// <param name="networks">M, twice <paramref name="least"/> or more</param>
    /// <param name="sigma">the uncertainty from the networks of these numbers, 0 to M − 1</param>
    /// <param name="least">the fewest networks that give an uncertainty, 1 or 2</param>
    /// <param name="rounds">how often the networks are dealt into subsets anew, 1 or more</param>
    /// <exception cref="ArgumentException">too few networks or rounds</exception>
    public static EnsembleScaling Of(
        int networks,
        Func<IReadOnlyList<int>, double> sigma,
        int least = 2,
        int rounds = 16
    )
    {
        ArgumentNullException.ThrowIfNull(sigma);
        double Of(int[] subset) => sigma(Array.AsReadOnly(subset));
        return new(
            FInfer.EnsembleSelfCheck.scaling(
                least,
                rounds,
                networks,
                FuncConvert.FromFunc<int[], double>(Of)
            )
        );
    }
}
