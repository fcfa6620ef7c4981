namespace Nsbi.Infer

open Nsbi.Learn.Ensembles

/// <summary>What an analysis does to find how sure its networks are: the ensemble that is trained beside
/// them, and what comes of it.</summary>
type EnsembleStudyPlan = {
    /// Bootstraps of the simulated events and networks on each of them.
    Ensemble: EnsemblePlan
    /// <summary>True: the final fit has a nuisance parameter of unit Gaussian constraint by which the
    /// parameter of interest moves with σ(μ): see <c>NetworkNuisance</c>.</summary>
    Nuisance: bool
    /// Values of the parameter of interest at which its uncertainty is found, beside the nominal one.
    Values: float list
}
