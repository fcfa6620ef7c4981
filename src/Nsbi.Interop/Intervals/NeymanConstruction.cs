namespace Nsbi.Interop;

/// <summary>A Neyman construction with likelihood-ratio ordering (Feldman and Cousins,
/// physics/9711021): a belt of quantiles of t from toys, and the values that it accepts for the
/// data. Immutable; it prints as tables.</summary>
public sealed class NeymanConstruction
{
    private readonly FInfer.NeymanResult _result;

    internal NeymanConstruction(FInfer.NeymanResult result)
    {
        _result = result;
        double[] levels = [.. result.Belt.Levels];
        Best = new FitResult(result.Best);
        Points = [.. result.Points.Select(point => new BeltPoint(levels, point))];
        Sets =
        [
            .. result.Accepted.Zip(
                result.Asymptotic,
                (set, asymptotic) => new AcceptedSet(set, asymptotic)
            ),
        ];
        Shifted = [.. result.Shifted.Select(shifted => new ShiftedConstruction(shifted))];
        Checks = new CheckReport(result.Checks);
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _result.Settings.Parameter;

    /// <summary>The best fit to the data.</summary>
    public FitResult Best { get; }

    /// <summary>The belt, in ascending order of the value.</summary>
    public IReadOnlyList<BeltPoint> Points { get; }

    /// <summary>The accepted values, one set for each level in the order of the options.</summary>
    public IReadOnlyList<AcceptedSet> Sets { get; }

    /// <summary>The constructions with shifted nuisance parameters.</summary>
    public IReadOnlyList<ShiftedConstruction> Shifted { get; }

    /// <summary>Whether the toys can be trusted, and whether the grid is wide enough.</summary>
    public CheckReport Checks { get; }

    /// <summary>The sets and the belt.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _result.ToString();
}
