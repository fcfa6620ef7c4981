namespace Nsbi.Interop;

/// <summary>The checks of learned ratios. Immutable; it prints as a table.</summary>
public sealed class CheckReport
{
    internal CheckReport(IEnumerable<FInfer.Check> checks)
    {
        Checks = [.. checks.Select(check => new CheckResult(check))];
    }

    /// <summary>True if every check passed.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>All checks, in a fixed order.</summary>
    public IReadOnlyList<CheckResult> Checks { get; }

    /// <summary>A table of the checks.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"{Checks.Count(check => check.Passed)} of {Checks.Count} checks passed",
            [
                ["check", "", "value", "limit"],
                .. Checks.Select(check =>
                    new[]
                    {
                        check.Name,
                        check.Passed ? "passed" : "failed",
                        TextTable.Number(check.Value),
                        TextTable.Number(check.Limit),
                    }
                ),
            ]
        );
}
