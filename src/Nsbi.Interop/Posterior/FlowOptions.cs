namespace Nsbi.Interop;

/// <summary>A normalising flow: a full Gaussian corrected by layers of monotone rational-quadratic
/// splines. What is not set has the standard value: two autoregressive layers of 8 bins on ±4 standard
/// deviations, knots from two hidden layers of 64.</summary>
public sealed record FlowOptions
{
    private static readonly FPosterior.FlowSettings Standard = FPosterior
        .DensityHeadModule
        .standardFlow;

    /// <summary>Autoregressive or coupling.</summary>
    public FlowKind Kind { get; init; } = FlowKind.Autoregressive;

    /// <summary>Layers of splines, from 1 to 64; 2 or more where halves are coupled.</summary>
    public int Layers { get; init; } = Standard.Layers;

    /// <summary>Bins of each spline, from 2 to 256.</summary>
    public int Bins { get; init; } = Standard.Bins;

    /// <summary>Splines of unbounded parameters act within this many standard deviations of the
    /// Gaussian; above 0, at most 100.</summary>
    public double Bound { get; init; } = Standard.Bound;

    /// <summary>Widths of the hidden layers of the network that gives the knots.</summary>
    public IReadOnlyList<int> HiddenLayers { get; init; } = [.. Standard.Conditioner.Hidden];

    /// <summary>The function behind every hidden layer.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    internal FPosterior.FlowSettings ToFSharp() =>
        new(
            Kind == FlowKind.Coupling
                ? FPosterior.FlowKind.Coupling
                : FPosterior.FlowKind.Autoregressive,
            Layers,
            Bins,
            Bound,
            NetworkWords.Layers(HiddenLayers, Activation)
        );
}
