namespace Nsbi.Interop;

/// <summary>What a test does with nuisance parameters.</summary>
public enum NuisanceTreatment
{
    /// <summary>They stay where the pseudo-experiments are drawn: what the data could say if they were known.
    /// </summary>
    Held,

    /// <summary>−2 ln L is minimised over them at either value of the parameter.</summary>
    Profiled,
}
