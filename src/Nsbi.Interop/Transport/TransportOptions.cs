namespace Nsbi.Interop;

/// <summary>How a transport map is trained. What is not set has the standard value: two convex layers of
/// 64, from the Gaussian map, batches of 1024, 20 epochs of 100 rounds. The result does not depend on the
/// number of threads.</summary>
public sealed record TransportOptions
{
    private static readonly FTransport.TransportSettings Standard = FTransport
        .TransportSettingsModule
        .standard;

    /// <summary>Widths of the convex layers of both potentials.</summary>
    public IReadOnlyList<int> HiddenLayers { get; init; } = [.. Standard.Hidden];

    /// <summary>Widths of the layers of the conditions; not used where there are none.</summary>
    public IReadOnlyList<int> ConditionLayers { get; init; } = [.. Standard.ConditionHidden];

    /// <summary>The least slope of the map in units of the features' scales, above 0, below 1.</summary>
    public double Floor { get; init; } = Standard.Floor;

    /// <summary>The first map.</summary>
    public TransportStart Start { get; init; } = TransportStart.Gaussian;

    /// <summary>The cost that is made least.</summary>
    public TransportCost Cost { get; init; } = TransportCost.PerFeature;

    /// <summary>The learning rate before the schedule's factor, above 0.</summary>
    public double LearningRate { get; init; } = Standard.LearningRate;

    /// <summary>How the learning rate changes; not <see cref="LearningRateSchedule.ReduceOnPlateau"/>.
    /// </summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine();

    /// <summary>Events of each sample per update, 1 or more.</summary>
    public int BatchSize { get; init; } = Standard.BatchSize;

    /// <summary>Epochs, 1 or more.</summary>
    public int Epochs { get; init; } = Standard.Epochs;

    /// <summary>Rounds of an epoch, 1 or more, of updates of the map and then of the other potential.
    /// </summary>
    public int Rounds { get; init; } = Standard.Rounds;

    /// <summary>Updates of the map per round, 1 or more.</summary>
    public int MapSteps { get; init; } = Standard.MapSteps;

    /// <summary>Updates of the other potential per round, 1 or more.</summary>
    public int PotentialSteps { get; init; } = Standard.PotentialSteps;

    /// <summary>The seed of every random number.</summary>
    public ulong Seed { get; init; } = Standard.Seed;

    /// <summary>Threads to share the work, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal FTransport.TransportSettings ToFSharp() =>
        new(
            HiddenLayers.ToFSharp(),
            ConditionLayers.ToFSharp(),
            Floor,
            Start == TransportStart.Translation
                ? FTransport.TransportStart.Translation
                : FTransport.TransportStart.Gaussian,
            Cost == TransportCost.Euclidean
                ? FTransport.TransportCost.Euclidean
                : FTransport.TransportCost.PerFeature,
            Standard.Optimiser,
            LearningRate,
            Schedule.Schedule,
            BatchSize,
            Epochs,
            Rounds,
            MapSteps,
            PotentialSteps,
            Seed
        );
}
