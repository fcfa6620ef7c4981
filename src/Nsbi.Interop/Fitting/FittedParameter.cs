namespace Nsbi.Interop;

/// <summary>One parameter of a fit. Immutable.</summary>
public sealed class FittedParameter
{
    internal FittedParameter(FInfer.FittedParameter fitted)
    {
        Name = fitted.Name;
        Value = fitted.Value;
        Error = fitted.Error.ToNullable();
        IsFixed = fitted.IsFixed;
        AtBound = fitted.AtBound;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Best-fit value.</summary>
    public double Value { get; }

    /// <summary>Its standard error from the Hessian of −2 ln L; null for a parameter that is fixed
    /// or at a bound, or where the Hessian is not positive definite.</summary>
    public double? Error { get; }

    /// <summary>Held at its value.</summary>
    public bool IsFixed { get; }

    /// <summary>The minimum lies at one of its bounds.</summary>
    public bool AtBound { get; }

    /// <summary>Name, value and error.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name} = {TextTable.Number(Value)}"
        + (Error is { } error ? $" ± {TextTable.Number(error)}" : "")
        + (
            IsFixed ? " (fixed)"
            : AtBound ? " (at bound)"
            : ""
        );
}
