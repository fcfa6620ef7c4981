namespace Nsbi.Interop;

/// <summary>What a fit says of a constrained nuisance parameter, in units of its constraint.
/// Immutable.</summary>
public sealed class NuisancePull
{
    internal NuisancePull(FInfer.NuisancePull pull)
    {
        Name = pull.Name;
        Value = pull.Value;
        Pull = pull.Pull;
        Constraint = double.IsNaN(pull.Constraint) ? null : pull.Constraint;
    }

    /// <summary>The parameter.</summary>
    public string Name { get; }

    /// <summary>Its fitted value.</summary>
    public double Value { get; }

    /// <summary>(fitted − global observable)/width of the constraint.</summary>
    public double Pull { get; }

    /// <summary>Its error over the width of the constraint: 1 where the events say nothing of it;
    /// null at a bound.</summary>
    public double? Constraint { get; }

    /// <summary>The parameter in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: pull {TextTable.Number(Pull)}, constraint "
        + (Constraint is { } c ? TextTable.Number(c) : "unknown");
}
