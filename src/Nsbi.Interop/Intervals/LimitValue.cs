namespace Nsbi.Interop;

/// <summary>One upper limit, or why there is none. Immutable.</summary>
public sealed class LimitValue
{
    internal LimitValue(FInfer.LimitValue limit)
    {
        Value = limit.Value.ToNullable();
        Reason = limit.Reason?.Value;
    }

    /// <summary>The value above which CLs is below 1 − level; null where there is none.</summary>
    public double? Value { get; }

    /// <summary>Why there is none, in a sentence; null where there is one.</summary>
    public string? Reason { get; }

    /// <summary>The value, or the reason.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        Value is { } value ? TextTable.Number(value) : $"none: {Reason}";
}
