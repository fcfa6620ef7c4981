namespace Nsbi.Interop;

/// <summary>What a person gave (a file, a model, an analysis) is wrong, or a stage of an analysis
/// did not succeed. All faults that were found are reported at once.</summary>
/// <remarks>Wrong use of a method is an <see cref="ArgumentException"/> instead, and a cancelled
/// task an <see cref="OperationCanceledException"/>.</remarks>
public sealed class NsbiException : Exception
{
    /// <summary>An exception of one or more faults.</summary>
    /// <param name="faults">a sentence each, saying where, what and what to do</param>
    public NsbiException(IReadOnlyList<string> faults)
        : base(string.Join('\n', faults))
    {
        Faults = [.. faults];
    }

    /// <summary>Every fault, a sentence each: where, what, and what would be right.</summary>
    public IReadOnlyList<string> Faults { get; }
}
