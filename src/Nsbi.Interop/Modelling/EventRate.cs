namespace Nsbi.Interop;

/// <summary>Where the expected events of a process with event variations g(x|α) come from, with
/// Z(α) = E[g] over its nominal density.</summary>
public enum EventRate
{
    /// <summary>The density is divided by Z, and the yield does not know of g: the default.</summary>
    Renormalised,

    /// <summary>Z ≡ 1: the density is not normalised between the anchors.</summary>
    AsGiven,

    /// <summary>g is a ratio of differential rates: the yield is multiplied by Z.</summary>
    FromEvents,
}
