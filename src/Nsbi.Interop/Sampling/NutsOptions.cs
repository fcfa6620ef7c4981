namespace Nsbi.Interop;

/// <summary>How the No-U-Turn sampler runs. What is not set has the standard value: 4 chains of 1000 + 1000
/// draws. The result does not depend on the number of threads.</summary>
public sealed record NutsOptions
{
    private static readonly FInfer.NutsSettings Standard = FInfer.Nuts.settings;

    /// <summary>Chains, 1 or more; 4 tell whether they agree.</summary>
    public int Chains { get; init; } = Standard.Chains;

    /// <summary>Draws per chain in which step and metric are learned; thrown away.</summary>
    public int Warmup { get; init; } = Standard.Warmup;

    /// <summary>Draws per chain that are kept, 4 or more.</summary>
    public int Draws { get; init; } = Standard.Draws;

    /// <summary>Mean acceptance that the step is made for, above 0, below 1.</summary>
    public double TargetAcceptance { get; init; } = Standard.TargetAcceptance;

    /// <summary>Trajectories have at most 2^depth − 1 steps; from 1 to 20.</summary>
    public int MaxDepth { get; init; } = Standard.MaxDepth;

    /// <summary>What is learned of the form of the density.</summary>
    public MetricForm Metric { get; init; } = MetricForm.Diagonal;

    /// <summary>Chains start between −radius and radius in coordinates without bounds, where there are no
    /// <see cref="Starts"/>.</summary>
    public double Radius { get; init; } = 2.0;

    /// <summary>Where chains start, one point each, in turn; none: at random.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Starts { get; init; } = [];

    /// <summary>The seed of every random number.</summary>
    public ulong Seed { get; init; } = Standard.Seed;

    /// <summary>Threads, one chain at a time on each.</summary>
    public int Threads { get; init; } = 1;

    internal FInfer.NutsStart Start =>
        Starts.Count == 0
            ? FInfer.NutsStart.NewRandom(Radius)
            : FInfer.NutsStart.NewPoints(Starts.Select(point => point.ToArray()).ToFSharp());

    internal MarkovChains Run(
        FInfer.ILogDensity density,
        FInfer.NutsStart start,
        IProgress<double>? progress,
        CancellationToken cancellation
    ) =>
        Results.WithTeam(
            Threads,
            team => new MarkovChains(
                FInfer.Nuts.run(
                    new(
                        Chains,
                        Warmup,
                        Draws,
                        TargetAcceptance,
                        MaxDepth,
                        Metric == MetricForm.Dense
                            ? FInfer.MetricForm.Dense
                            : FInfer.MetricForm.Diagonal,
                        start,
                        Seed,
                        team,
                        progress ?? Silent<double>.Instance,
                        cancellation
                    ),
                    density
                )
            )
        );
}
