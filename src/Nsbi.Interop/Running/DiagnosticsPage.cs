namespace Nsbi.Interop;

/// <summary>The checks of one kind of diagnostics, which has a page in the report. Immutable.</summary>
public sealed class DiagnosticsPage
{
    internal DiagnosticsPage(string title, IEnumerable<FInfer.Check> checks)
    {
        Title = title;
        Checks = new CheckReport(checks);
    }

    /// <summary>The title of the page.</summary>
    public string Title { get; }

    /// <summary>Its checks, which are among those of the run too.</summary>
    public CheckReport Checks { get; }

    /// <summary>The title and a table of the checks.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Title}: {Checks}";
}
