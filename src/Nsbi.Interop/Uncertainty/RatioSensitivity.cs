namespace Nsbi.Interop;

/// <summary>How much a fitted parameter moves with the density ratio of each process at each event of the
/// reference tables: θ̂ changes by Σ_ci φ_ci δr_ci to first order. Immutable; safe to use from several
/// threads. <see cref="Observation.Sensitivity"/> makes it.</summary>
public sealed class RatioSensitivity
{
    private readonly FInfer.RatioSensitivity _sensitivity;

    internal RatioSensitivity(FInfer.RatioSensitivity sensitivity)
    {
        _sensitivity = sensitivity;
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _sensitivity.Parameter;

    /// <summary>φ_ci, one number for each event of the channel's reference table; per unit of a ratio whose
    /// mean over the reference is 1.</summary>
    /// <param name="channel">an unbinned channel</param>
    /// <param name="process">a process of it</param>
    /// <exception cref="ArgumentException">there is no such process</exception>
    public IReadOnlyList<double> Influence(string channel, string process) =>
        _sensitivity.Influence.TryGetValue(Tuple.Create(channel, process), out var influence)
            ? Array.AsReadOnly(influence)
            : throw new ArgumentException(
                $"There is no process '{process}' in an unbinned channel '{channel}'.",
                nameof(process)
            );

    /// <summary>By how much the parameter moves where ratios are others, in one pass over the events.
    /// </summary>
    /// <param name="changes">the processes whose ratios change</param>
    /// <param name="scale">what is taken for the scale of the ratios</param>
    /// <exception cref="ArgumentException">an unknown channel or process, another number of events, ratios
    /// without a positive mean</exception>
    public RatioShift Shift(
        IReadOnlyList<RatioChange> changes,
        RatioScale scale = RatioScale.Normalised
    ) =>
        new(
            FInfer.RatioShiftModule.linear(
                RatioChange.ToFSharp(scale),
                RatioChange.ToFSharp(changes),
                _sensitivity
            )
        );

    /// <summary>The spread of the parameter over replicas of the ratios. What it means depends on the
    /// replicas: bootstraps of the training data give the uncertainty of one network, averages of a nested
    /// bootstrap that of the average, see <see cref="McStatEstimators"/>.</summary>
    /// <param name="replicas">of each of two or more replicas, all processes whose ratios change</param>
    /// <param name="scale">what is taken for the scale of the ratios</param>
    /// <exception cref="ArgumentException">as of <see cref="Shift"/>, or fewer than two replicas
    /// </exception>
    public RatioSpread Spread(
        IReadOnlyList<IReadOnlyList<RatioChange>> replicas,
        RatioScale scale = RatioScale.Normalised
    )
    {
        ArgumentNullException.ThrowIfNull(replicas);
        var (shifts, deviation) = FInfer.RatioShiftModule.spread(
            RatioChange.ToFSharp(scale),
            replicas.Select(RatioChange.ToFSharp).ToFSharp(),
            _sensitivity
        );
        return new(shifts, deviation);
    }

    /// <summary>The parameter.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"influences of ratios on {Parameter}";
}
