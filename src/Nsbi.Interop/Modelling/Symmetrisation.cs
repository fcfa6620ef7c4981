namespace Nsbi.Interop;

/// <summary>How the missing lower side of a variation follows from the upper one.</summary>
public enum Symmetrisation
{
    /// <summary>r₋ = 1/r₊: always positive.</summary>
    MirroredRatio,

    /// <summary>r₋ = 2 − r₊: negative where r₊ is above 2.</summary>
    MirroredDifference,

    /// <summary>r₋ = 1: the other side stays nominal.</summary>
    OneSided,
}
