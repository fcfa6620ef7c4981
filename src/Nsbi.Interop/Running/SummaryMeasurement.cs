namespace Nsbi.Interop;

/// <summary>The measurement with the learned ratios as fixed summaries: a template likelihood of their bins,
/// made of events that no network which evaluates them has seen, so that an imperfect network costs precision
/// and brings no bias. Immutable.</summary>
/// <remarks>Source: Cranmer, Pavez, Louppe, arXiv:1506.02169, section 2.</remarks>
public sealed class SummaryMeasurement
{
    internal SummaryMeasurement(FInfer.SummaryStudy study)
    {
        Name = study.Name;
        Bins = study.Bins;
        Expected = new Measurement(study.Expected);
        Observed = study.Observed is { Value: var observed } ? new Measurement(observed) : null;
        Checks = new CheckReport(study.Checks);

        if (study.Closure is { Value: var closure })
        {
            Closure = new Estimate(closure.Value);
            Truth = closure.Truth;
        }
    }

    /// <summary>The summaries and their bins in words.</summary>
    public string Name { get; }

    /// <summary>The number of bins.</summary>
    public int Bins { get; }

    /// <summary>The fit to the expectation at the nominal point.</summary>
    public Measurement Expected { get; }

    /// <summary>The fit to the data; null without data, or where they stay blind.</summary>
    public Measurement? Observed { get; }

    /// <summary>The measurement that answers the question.</summary>
    public Measurement Headline => Observed ?? Expected;

    /// <summary>The parameter of interest that templates of one half of the simulated events find in the
    /// other, with the error of the finite simulation of both; null where there are too few.</summary>
    public Estimate? Closure { get; }

    /// <summary>The value that <see cref="Closure"/> should find; null likewise.</summary>
    public double? Truth { get; }

    /// <summary>Whether the templates can be believed; they are among the checks of the run too.</summary>
    public CheckReport Checks { get; }

    /// <summary>The summaries and the expected significance.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: expected significance {TextTable.Number(Expected.Significance)}";
}
