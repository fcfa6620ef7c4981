namespace Nsbi.Interop;

/// <summary>What a Neyman construction accepts with toys of a shifted nuisance parameter. Immutable.
/// </summary>
public sealed class ShiftedConstruction
{
    internal ShiftedConstruction(FInfer.ShiftedNeyman shifted)
    {
        Nuisance = shifted.Nuisance;
        Sigmas = shifted.Sigmas;
        Sets = [.. shifted.Accepted.Select(set => new AcceptedSet(set))];
    }

    /// <summary>The nuisance parameter.</summary>
    public string Nuisance { get; }

    /// <summary>By how many of its standard deviations it is shifted.</summary>
    public double Sigmas { get; }

    /// <summary>The accepted values, one set for each level.</summary>
    public IReadOnlyList<AcceptedSet> Sets { get; }

    /// <summary>The shift with its sets.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Nuisance} {Sigmas.ToString("+0.##;−0.##;0", CultureInfo.InvariantCulture)}σ: "
        + string.Join("; ", Sets);
}
