namespace Nsbi.Interop;

/// <summary>What is asked of a power study, and how it is done.</summary>
public sealed record PowerOptions
{
    /// <summary>How the events are used, one or more.</summary>
    public IReadOnlyList<PowerStrategy> Strategies { get; init; } =
    [PowerStrategy.Inclusive, PowerStrategy.Bins(20), PowerStrategy.Unbinned];

    /// <summary>What is done with nuisance parameters, each way for itself; without meaning where there are
    /// none.</summary>
    public IReadOnlyList<NuisanceTreatment> Nuisances { get; init; } =
    [NuisanceTreatment.Held, NuisanceTreatment.Profiled];

    /// <summary>Sizes of the tests, each between 0 and 1.</summary>
    public IReadOnlyList<double> Sizes { get; init; } = [0.05];

    /// <summary>The pseudo-experiments of each hypothesis, and the fits.</summary>
    public ToyOptions Toys { get; init; } = new() { Count = 10_000 };
}
