namespace Nsbi.Interop;

/// <summary>What is done with events of negative weight before a training: a signed measure is no
/// density. Their signs stay in the yields.</summary>
public enum NegativeWeightPolicy
{
    /// <summary>Refuse them, with a sentence.</summary>
    Refuse,

    /// <summary>Leave the events out; biased where they are not spread as the others are.</summary>
    Drop,

    /// <summary>Train on |w|; biased likewise.</summary>
    AbsoluteValue,
}
