namespace Nsbi.Interop;

/// <summary>Estimators of the variance that a finite training sample causes in an average of M networks,
/// from the results of networks: a ratio at a point, μ̂, the end of an interval.</summary>
/// <remarks>What has to be found is σ_X²/N + (N − 1)/N σ_X²/(NM) + σ_ε²/M for bootstrapped members; of
/// members that differ in their seeds only, σ_X²/N + σ_ε²/M. Errors are those of normal results. Source:
/// Shyamsundar, comment on arXiv:2412.01600 (2025), and for (e) Efron, J. R. Stat. Soc. B 54, 83 (1992), and
/// Wager, Hastie, Efron, JMLR 15, 1625 (2014).</remarks>
public static class McStatEstimators
{
    private static double[] Copy(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return [.. values];
    }

    /// <summary>When to use a method and what it costs, in sentences.</summary>
    /// <param name="method">the method</param>
    public static string Guidance(McStatMethod method) => method.ToFSharp().Guidance;

    /// <summary>(a) The variance of bootstrapped networks: too large by (1 − 1/M) σ_ε², less
    /// σ_X²/(NM).</summary>
    /// <param name="bootstraps">results of two or more networks, each trained on a resample of the data
    /// </param>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static McStatEstimate EnsembleVariance(IReadOnlyList<double> bootstraps) =>
        new(FInfer.McStatEstimators.ensembleVariance(Copy(bootstraps)));

    /// <summary>(b) (SVar_boot − SVar_seed) + SVar_boot/M, unbiased up to 1/N for the average of the M
    /// bootstrapped networks.</summary>
    /// <param name="bootstraps">results of two or more networks, each trained on a resample of the data
    /// </param>
    /// <param name="seeds">results of two or more networks trained on the same data</param>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static McStatEstimate TrainingSubtracted(
        IReadOnlyList<double> bootstraps,
        IReadOnlyList<double> seeds
    ) => new(FInfer.McStatEstimators.trainingSubtracted(Copy(bootstraps), Copy(seeds)));

    /// <summary>(c) The variance of the J averages of the nested bootstrap: the data resampled, and on each
    /// resample the ensemble of M bootstraps trained and averaged as on the data themselves.</summary>
    /// <param name="members">M, the networks in each average</param>
    /// <param name="averages">the two or more results, each from an averaged network</param>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static McStatEstimate NestedBootstraps(int members, IReadOnlyList<double> averages) =>
        new(FInfer.McStatEstimators.nestedBootstraps(members, Copy(averages)));

    /// <summary>(d) The variance of J averages, each of M networks with different seeds on one resample of
    /// the data: for an analysis that averages trainings on the same data.</summary>
    /// <param name="members">M, the networks in each average</param>
    /// <param name="averages">the two or more results, each from an averaged network</param>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static McStatEstimate NestedSeeds(int members, IReadOnlyList<double> averages) =>
        new(FInfer.McStatEstimators.nestedSeeds(members, Copy(averages)));

    /// <summary>(e) Σ_g C_g² − (G/M) SVar(θ̂) with C_g = cov_m(n_mg, θ̂_m): the variance of the average in
    /// the limit of many members, from the counts with which blocks of events entered each of the
    /// bootstraps.</summary>
    /// <param name="counts">counts[m][g] by network and block: one Poisson number of mean 1 with which all
    /// events of a block were weighted</param>
    /// <param name="bootstraps">the results of the same networks, in the same order</param>
    /// <exception cref="ArgumentException">numbers of networks or blocks that differ, fewer than two, more
    /// blocks than half the networks, counts whose mean is not that of Poisson numbers of mean 1
    /// </exception>
    public static McStatEstimate BlockJackknife(
        IReadOnlyList<IReadOnlyList<int>> counts,
        IReadOnlyList<double> bootstraps
    )
    {
        ArgumentNullException.ThrowIfNull(counts);
        int[][] blocks = [.. counts.Select(row => row.ToArray())];
        return new(FInfer.McStatEstimators.blockJackknife(blocks, Copy(bootstraps)));
    }

    /// <summary>√(SVar(θ̂_boot)/M). Warning: it is no uncertainty of the average. Bootstraps of one data set
    /// are not independent, and this falls as 1/√M while the uncertainty from the finite sample stays. It
    /// is the spread of the average under repeated training on the same data.</summary>
    /// <param name="bootstraps">results of two or more networks</param>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static Estimate StandardErrorOfTheMean(IReadOnlyList<double> bootstraps) =>
        new(FInfer.McStatEstimators.standardErrorOfTheMean(Copy(bootstraps)));

    /// <summary>The standard deviation of averages over members drawn with replacement from the ensemble,
    /// which is that of the double bootstrap of arXiv:2412.01600. Warning: it is no uncertainty of the
    /// average; it falls as 1/√M at any fixed data and misses the finite sample altogether, as
    /// <see cref="EnsembleSelfCheck.OfDoubleBootstrap"/> shows.</summary>
    /// <param name="bootstraps">results of two or more networks</param>
    /// <param name="resamples">averages that are drawn, two or more</param>
    /// <param name="seed">of the random numbers</param>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static Estimate SpreadOfResampledAverages(
        IReadOnlyList<double> bootstraps,
        int resamples = 1000,
        ulong seed = 1
    ) => new(FInfer.McStatEstimators.doubleBootstrap(resamples, seed, Copy(bootstraps)));
}
