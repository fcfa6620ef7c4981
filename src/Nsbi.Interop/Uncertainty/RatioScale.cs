namespace Nsbi.Interop;

/// <summary>What is taken for the scale of a changed ratio.</summary>
public enum RatioScale
{
    /// <summary>Divided by its mean over the reference table, as every ratio is that is compiled.</summary>
    Normalised,

    /// <summary>As it is, so that the process also changes its integral; its yield does not.</summary>
    Literal,
}
