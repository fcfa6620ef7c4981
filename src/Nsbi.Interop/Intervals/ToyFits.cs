namespace Nsbi.Interop;

/// <summary>The fits of toys, and what they say together. Immutable; it prints as a table.</summary>
public sealed class ToyFits
{
    private readonly FInfer.ToyStudy _study;

    internal ToyFits(CompiledLikelihood likelihood, FInfer.ToyStudy study)
    {
        _study = study;
        Fits = [.. study.Fits.Select(fit => new ToyFit(likelihood, fit))];
        Parameters = [.. study.Summary.Parameters.Select(p => new ToyParameter(p))];
        Failures = study.Summary.Failures.ToDictionary(pair => pair.Item1, pair => pair.Item2);
        Checks = new CheckReport(study.Summary.Checks);
    }

    /// <summary>The seed of the toys.</summary>
    public ulong Seed => _study.Seed;

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<ToyFit> Fits { get; }

    /// <summary>The parameters that were free; failed fits are left out.</summary>
    public IReadOnlyList<ToyParameter> Parameters { get; }

    /// <summary>Why fits failed, and how many.</summary>
    public IReadOnlyDictionary<string, int> Failures { get; }

    /// <summary>How many fits failed.</summary>
    public int Failed => _study.Summary.Failed;

    /// <summary>How many fits were tried from other starts.</summary>
    public int Retried => _study.Summary.Retried;

    /// <summary>Whether the weighted events can stand for the density that toys are drawn from, and
    /// whether too many fits failed.</summary>
    public CheckReport Checks { get; }

    /// <summary>A line of comma-separated values for each toy, after one of names.</summary>
    /// <returns>the text</returns>
    public string ToCsv() => FInfer.ToyStudyModule.toCsv(_study);

    /// <summary>A table of means, widths and pulls.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FInfer.ToySummaryModule.toText(_study.Summary);
}
