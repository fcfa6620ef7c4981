namespace Nsbi.Interop;

/// <summary>The measurement with the learned ratios as fixed summaries: a template fit of their bins,
/// to which an imperfect network costs precision and brings no bias. Immutable.</summary>
public sealed class SummaryMeasurement
{
    internal SummaryMeasurement(FInfer.SummaryStudy study)
    {
        Name = study.Name;
        Bins = study.Bins;
        Expected = new Measurement(study.Expected);
        Observed = study.Observed is { Value: var observed } ? new Measurement(observed) : null;
        Closure = study.Closure is { Value: var closure } ? new Estimate(closure.Value) : null;
    }

    /// <summary>What is binned.</summary>
    public string Name { get; }

    /// <summary>The number of bins.</summary>
    public int Bins { get; }

    /// <summary>The fit to the expectation.</summary>
    public Measurement Expected { get; }

    /// <summary>The fit to the data; null without data, or where they stay blind.</summary>
    public Measurement? Observed { get; }

    /// <summary>What templates of one half of the simulated events find in the other half, with the
    /// error of the finite simulation; null where there are too few.</summary>
    public Estimate? Closure { get; }

    /// <summary>Name and result.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Name}\n{Observed ?? Expected}";
}
