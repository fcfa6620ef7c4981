namespace Nsbi.Kernels;

/// <summary>
/// A factor g(x|β) of one process of a mixture, that depends on the event x and on a few
/// parameters β. The mixture kernel knows nothing of a term but this; a process may have several,
/// which are multiplied. Must be safe to call from several threads at once.
/// </summary>
public interface IEventTerm
{
    /// <summary>The process the term belongs to, 0..C−1.</summary>
    int Process { get; }

    /// <summary>
    /// The P parameters the term depends on: distinct positions in the kernel's vector β.
    /// </summary>
    IReadOnlyList<int> Parameters { get; }

    /// <summary>Log of the factor and its derivatives for the events of one tile.</summary>
    /// <param name="rows">rows of the events in the original table, at most 64</param>
    /// <param name="values">the P parameters' values, in the order of <see cref="Parameters"/></param>
    /// <param name="order">0: value only, 1: and first derivatives, 2: and second</param>
    /// <param name="log">64: log g of event j at [j]</param>
    /// <param name="first">P x 64: ∂ log g/∂β_k of event j at [64 k + j]</param>
    /// <param name="second">P(P+1)/2 x 64: ∂² log g/∂β_k∂β_l, k ≤ l, row by row of the upper
    /// triangle</param>
    void Fill(
        ReadOnlySpan<int> rows,
        ReadOnlySpan<double> values,
        int order,
        Span<double> log,
        Span<double> first,
        Span<double> second
    );
}
