namespace Nsbi.Interop;

/// <summary>A question to the learned ratios, with its answer. Immutable.</summary>
public sealed class CheckResult
{
    internal CheckResult(FInfer.Check check)
    {
        Name = check.Name;
        Passed = check.Passed;
        Value = check.Value;
        Error = double.IsNaN(check.Error) ? null : check.Error;
        Limit = check.Limit;
        Target = (check.Rule as FInfer.CheckRule.Near)?.target;
        Meaning = check.Meaning;
    }

    /// <summary>What is asked and of what, as in "normalisation of S".</summary>
    public string Name { get; }

    /// <summary>Whether the value keeps to its limit.</summary>
    public bool Passed { get; }

    /// <summary>What was found.</summary>
    public double Value { get; }

    /// <summary>Standard error of the value; null where it has none.</summary>
    public double? Error { get; }

    /// <summary>The limit of the value, or of its distance from <see cref="Target"/>.</summary>
    public double Limit { get; }

    /// <summary>What the value should be near to; null where the limit is one-sided.</summary>
    public double? Target { get; }

    /// <summary>What was found in words, and what a failure means for the result.</summary>
    public string Meaning { get; }

    /// <summary>Name, answer and value.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: {(Passed ? "passed" : "failed")}, {TextTable.Number(Value)}";
}
