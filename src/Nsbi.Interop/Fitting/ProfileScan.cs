namespace Nsbi.Interop;

/// <summary>A scan of the profile likelihood ratio. Immutable; it prints as a table.</summary>
public sealed class ProfileScan
{
    internal ProfileScan(IReadOnlyList<Parameter> parameters, FInfer.Scan scan)
        : this([.. parameters.Select(p => p.Name)], scan) { }

    internal ProfileScan(IReadOnlyList<string> names, FInfer.Scan scan)
    {
        Parameter = scan.Parameter;
        Points = [.. scan.Points.Select(point => new ScanPoint(names, point))];
        Best = new FitResult(scan.Best);
    }

    /// <summary>The parameter that was scanned.</summary>
    public string Parameter { get; }

    /// <summary>In the order of the values asked for.</summary>
    public IReadOnlyList<ScanPoint> Points { get; }

    /// <summary>The best fit: the one given, or a lower one that the scan came upon.</summary>
    public FitResult Best { get; }

    /// <summary>A table of value and t.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"profile scan of {Parameter}",
            [
                [Parameter, "t"],
                .. Points.Select(p => new[] { TextTable.Number(p.Value), TextTable.Number(p.T) }),
            ]
        );
}
