namespace Nsbi.Infer

open Nsbi.Model

/// <summary>Shifts of the global observable a of a constraint, and what they do to a fit.</summary>
[<RequireQualifiedAccess>]
module internal GlobalObservable =

    /// <summary>The constraint with its observable moved by so many standard deviations: a + nσ,
    /// a + n√a but not below 0, a·exp(n s).</summary>
    let shifted (sigmas: float) (term: Constraint) : Constraint =
        match term with
        | Unconstrained -> Unconstrained
        | Gaussian(a, sigma) -> Gaussian(a + sigmas * sigma, sigma)
        | Poisson(a, tau) -> Poisson(max 0.0 (a + sigmas * sqrt (max a 1.0)), tau)
        | LogNormal(a, sigma) -> LogNormal(a * exp (sigmas * sigma), sigma)

    /// <summary>c with ∂θ̂/∂a · sd(a) = c V_·k to first order, at θ_k: 1/σ, √a/θ, 1/(sθ); 0 without a
    /// constraint. Its square is the information that a has on θ_k.</summary>
    /// <remarks>With H = 2V⁻¹ of −2 ln L, ∂θ̂/∂a = −H⁻¹ ∂²(−2 ln L)/∂θ∂a = −½V ∂²(−2 ln L)/∂θ∂a.
    /// </remarks>
    let response (term: Constraint) (theta: float) : float =
        match term with
        | Unconstrained -> 0.0
        | Gaussian(_, sigma) -> 1.0 / sigma
        | Poisson(a, _) -> sqrt (max a 1.0) / theta
        | LogNormal(_, sigma) -> 1.0 / (sigma * theta)

    /// The observation with one constraint replaced.
    let replace (place: int) (term: Constraint) (observation: Observation) : Observation =
        let constraints = Array.copy observation.Constraints
        constraints[place] <- term
        Observation(observation.Owner, observation.Events, observation.BinCounts, constraints)
