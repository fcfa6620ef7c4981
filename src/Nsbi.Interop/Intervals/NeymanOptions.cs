namespace Nsbi.Interop;

/// <summary>How a Neyman construction is made.</summary>
public sealed record NeymanOptions
{
    private static readonly FInfer.NeymanSettings Standard = FInfer.NeymanSettingsModule.create(
        "",
        FSharpList<double>.Empty
    );

    /// <summary>Confidence levels, each between 0 and 1; one that stands twice counts once.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [.. Standard.Levels];

    /// <summary>Rounds in which values are added where the belt bends; 0 for the grid alone.
    /// </summary>
    public int Refinements { get; init; } = Standard.Refinements;

    /// <summary>Share of a quantile by which a straight line between values may be wrong before
    /// values are added.</summary>
    public double Tolerance { get; init; } = Standard.Tolerance;

    /// <summary>Nuisance parameters with which the construction is made again, each shifted by its
    /// standard deviation up and down.</summary>
    public IReadOnlyList<string> Shifted { get; init; } = [];

    /// <summary>The toys at each value.</summary>
    public ToyOptions Toys { get; init; } = new();

    internal FInfer.NeymanSettings ToFSharp(string parameter, IReadOnlyList<double> grid) =>
        new(
            parameter,
            grid.ToFSharp(),
            Levels.Distinct().ToFSharp(),
            Refinements,
            Tolerance,
            Shifted.ToFSharp()
        );
}
