namespace Nsbi.Interop;

/// <summary>A nuisance parameter in a ranking. Immutable.</summary>
public sealed class NuisanceImpact
{
    internal NuisanceImpact(FInfer.Impact impact, FInfer.ImpactPair pair)
    {
        Name = impact.Name;
        Value = impact.Value;
        Error = impact.Error.ToNullable();
        Pull = impact.Pull.ToNullable();
        Constraint = impact.Constraint.ToNullable();
        Up = Known(pair.Up.Impact);
        Down = Known(pair.Down.Impact);
        string?[] remarks = [pair.Up.Remark?.Value, pair.Down.Remark?.Value];
        Remark = remarks.Any(remark => remark is not null)
            ? string.Join("; ", remarks.OfType<string>().Distinct())
            : null;
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    /// <summary>The parameter.</summary>
    public string Name { get; }

    /// <summary>Its best value.</summary>
    public double Value { get; }

    /// <summary>Its error after the fit; null at a bound.</summary>
    public double? Error { get; }

    /// <summary>(best value − what the constraint prefers)/width of the constraint; null without
    /// one.</summary>
    public double? Pull { get; }

    /// <summary>Error/width of the constraint: 1 where the events say nothing of it; null without
    /// one or at a bound.</summary>
    public double? Constraint { get; }

    /// <summary>The change of the parameter of interest for a shift upwards, with its sign; null
    /// where there is none.</summary>
    public double? Up { get; }

    /// <summary>The change of the parameter of interest for a shift downwards, with its sign; null
    /// where there is none.</summary>
    public double? Down { get; }

    /// <summary>Why a change is missing, or what to know about it; null if there is nothing to
    /// say.</summary>
    public string? Remark { get; }

    /// <summary>The parameter in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: up {TextTable.Number(Up)}, down {TextTable.Number(Down)}, "
        + $"pull {TextTable.Number(Pull)}, constraint {TextTable.Number(Constraint)}";
}
