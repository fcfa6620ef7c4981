namespace Nsbi.Interop;

/// <summary>A test of one value of a parameter by CLs of toys, with Monte Carlo errors. Immutable.
/// </summary>
public sealed class ToyHypothesisTest
{
    private readonly FInfer.ToyClsTest _test;

    internal ToyHypothesisTest(FInfer.ToyClsTest test)
    {
        _test = test;
        ClsObserved = new Estimate(test.Cls.Cls);
        ClsExpected = [.. test.Cls.Expected.Select(cls => new Estimate(cls))];
        Clsb = new Estimate(test.Cls.Clsb);
        Clb = new Estimate(test.Cls.Clb);
        Checks = new CheckReport(test.Checks);
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _test.Observed.Parameter;

    /// <summary>The value that is tested.</summary>
    public double Value => _test.Cls.Tested;

    /// <summary>The value at the best fit.</summary>
    public double BestValue => _test.Observed.BestValue;

    /// <summary>CLs = CLs+b/CLb of the data.</summary>
    public Estimate ClsObserved { get; }

    /// <summary>CLs where the background fluctuates by −2, −1, 0, 1, 2 standard deviations.
    /// The first need many toys: CLs+b is never below 1/(n + 1).</summary>
    public IReadOnlyList<Estimate> ClsExpected { get; }

    /// <summary>(k + 1)/(n + 1) for k of n toys at the tested value that agree less with it.
    /// </summary>
    public Estimate Clsb { get; }

    /// <summary>The same of toys of the background alone.</summary>
    public Estimate Clb { get; }

    /// <summary>The test statistic of the data.</summary>
    public double QObserved => _test.Observed.Value;

    /// <summary>Whether the toys can be trusted.</summary>
    public CheckReport Checks { get; }

    /// <summary>A table of the levels with their errors.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FInfer.ToyTestText.ofTest(_test);
}
