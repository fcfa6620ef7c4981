namespace Nsbi.Interop;

/// <summary>What the spread of a result over an ensemble tells of its uncertainty. Immutable; it prints as a
/// table.</summary>
public sealed class EnsembleSummary
{
    internal EnsembleSummary(FInfer.EnsembleSummary summary)
    {
        Sigma = new Estimate(summary.Sigma);
        Method = summary.Method;
        HasSimulation = summary.HasSimulation;
        Training = Known(summary.Training);
        Mean = new Estimate(summary.Mean);
        Estimates = [.. summary.Estimates.Select(estimate => new McStatEstimate(estimate))];
        SpreadOfResampledAverages = Known(summary.DoubleBootstrap);
        Checks = new CheckReport(summary.SelfChecks);
        Failed = summary.Failed;
    }

    private static Estimate? Known(FSharpOption<FNetworks.Measured>? measured) =>
        measured is { Value: var found } ? new(found) : null;

    /// <summary>Reads the uncertainty of a result off an ensemble.</summary>
    /// <param name="values">the result of each estimator and average; NaN where it failed</param>
    /// <param name="seed">of the averages that are drawn for comparison</param>
    public static EnsembleSummary Of(EnsembleValues<double> values, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(FInfer.EnsembleSummaryModule.make(seed, values.Values));
    }

    /// <summary>The uncertainty of the result by networks such as the members: from the finite simulation and
    /// the training, where the plan has bootstraps; with bootstraps within bootstraps, that of the average of
    /// the members. NaN with fewer than two results.</summary>
    public Estimate Sigma { get; }

    /// <summary>What it was found by.</summary>
    public string Method { get; }

    /// <summary>True where the finite simulation is in it.</summary>
    public bool HasSimulation { get; }

    /// <summary>The noise of one training on the same data; null where no two networks share their data.
    /// </summary>
    public Estimate? Training { get; }

    /// <summary>The mean of all members, with the error of its being a mean of so many.</summary>
    public Estimate Mean { get; }

    /// <summary>The estimators that the plan allows, for the averages of its members.</summary>
    public IReadOnlyList<McStatEstimate> Estimates { get; }

    /// <summary>The double bootstrap, for comparison: no uncertainty of anything but the training; null with
    /// fewer than four bootstrapped networks. See
    /// <see cref="McStatEstimators.SpreadOfResampledAverages"/>.</summary>
    public Estimate? SpreadOfResampledAverages { get; }

    /// <summary>Whether the double and the nested bootstrap shrink with the number of networks, where that can
    /// be told.</summary>
    public CheckReport Checks { get; }

    /// <summary>Results of estimators and averages that are missing: fits that failed.</summary>
    public int Failed { get; }

    /// <summary>A table of the uncertainty and the estimates.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"{Sigma}, {Method}",
            [
                ["estimator", "uncertainty"],
                .. Estimates.Select(estimate => new[] { estimate.Name, $"{estimate.Sigma}" }),
            ]
        );
}
