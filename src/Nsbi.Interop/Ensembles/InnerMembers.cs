namespace Nsbi.Interop;

/// <summary>How the members of one replica of an ensemble differ.</summary>
public enum InnerMembers
{
    /// <summary>In their random numbers alone: first weights, order of events, dropout.</summary>
    Seeds,

    /// <summary>In their random numbers, and each is trained on a bootstrap of the replica's data.
    /// </summary>
    Bootstraps,
}
