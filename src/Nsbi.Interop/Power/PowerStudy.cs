namespace Nsbi.Interop;

/// <summary>The power of tests of one value of a parameter against another, for several uses of the same
/// events. Immutable; it prints as a table. <see cref="CompiledLikelihood.StudyPower"/> makes it.</summary>
public sealed class PowerStudy
{
    private readonly FInfer.PowerResult _result;

    internal PowerStudy(FInfer.PowerResult result, FInfer.LikelihoodPower study)
    {
        _result = result;
        Strategies =
        [
            .. result.Rows.Zip(
                study.Strategies,
                (row, strategy) => new StrategyPower(row, strategy.Sample)
            ),
        ];
        Checks = new CheckReport(result.Checks);
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _result.Parameter;

    /// <summary>Its value under the null hypothesis.</summary>
    public double Null => _result.Null;

    /// <summary>Its value under the alternative.</summary>
    public double Value => _result.Value;

    /// <summary>Expected events under the null hypothesis.</summary>
    public double ExpectedAtNull => _result.Expected.Item1;

    /// <summary>Expected events under the alternative.</summary>
    public double ExpectedAtValue => _result.Expected.Item2;

    /// <summary>Pseudo-experiments of each hypothesis.</summary>
    public int Toys => _result.Toys;

    /// <summary>The uses of the events, in the order they were given, each with the treatments of nuisance
    /// parameters.</summary>
    public IReadOnlyList<StrategyPower> Strategies { get; }

    /// <summary>Whether the pseudo-experiments can be trusted.</summary>
    public CheckReport Checks { get; }

    /// <summary>A heading and a table.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FInfer.PowerText.ofResult(_result);
}
