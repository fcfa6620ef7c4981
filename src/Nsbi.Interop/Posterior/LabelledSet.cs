namespace Nsbi.Interop;

/// <summary>One set of events with the parameters it was made with. Immutable.</summary>
/// <param name="Events">the events; there may be none</param>
/// <param name="Parameters">φ, in the order of the names</param>
public sealed record LabelledSet(EventSet Events, IReadOnlyList<double> Parameters);
