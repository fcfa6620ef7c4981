namespace Nsbi.Interop;

/// <summary>A test of one value of a parameter by CLs, by asymptotic formulae (Cowan, Cranmer, Gross
/// and Vitells, arXiv:1007.1727). What is not known is NaN. Immutable; it prints as a table.
/// </summary>
public sealed class HypothesisTest
{
    private readonly FInfer.HypothesisTest _test;

    internal HypothesisTest(FInfer.HypothesisTest test)
    {
        _test = test;
        ClsExpected = [.. test.Expected];
        Warnings = [.. test.Warnings];
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _test.Parameter;

    /// <summary>The value that is tested.</summary>
    public double Value => _test.Tested;

    /// <summary>The value at the best fit.</summary>
    public double BestValue => _test.Observed.BestValue;

    /// <summary>CLs = CLs+b/CLb of the data.</summary>
    public double ClsObserved => _test.Levels.Cls;

    /// <summary>CLs where the background fluctuates by −2, −1, 0, 1, 2 standard deviations,
    /// ascending.</summary>
    public IReadOnlyList<double> ClsExpected { get; }

    /// <summary>CLs+b: the probability under the tested value of data that agree less with it.
    /// </summary>
    public double Clsb => _test.Levels.Clsb;

    /// <summary>CLb: the same probability under the background alone.</summary>
    public double Clb => _test.Levels.Clb;

    /// <summary>The test statistic of the data, 0 or above; +∞ where the value is impossible for
    /// them.</summary>
    public double QObserved => _test.Observed.Value;

    /// <summary>The test statistic of the Asimov set of the background alone; NaN where there is no
    /// such set.</summary>
    public double QAsimov => _test.Asimov?.Value.Value ?? double.NaN;

    /// <summary>Why CLs is not known; null where it is.</summary>
    public string? Reason => _test.Reason?.Value;

    /// <summary>Where the asymptotic formulae do not hold, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A table of the levels.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _test.ToString();
}
