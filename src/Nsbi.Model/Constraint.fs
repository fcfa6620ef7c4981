namespace Nsbi.Model

open MathNet.Numerics

/// <summary>What an auxiliary measurement says of a parameter θ. A constraint carries its global
/// observable, so that toys can draw it again.</summary>
type Constraint =
    /// No auxiliary measurement: no term in the likelihood.
    | Unconstrained
    /// a ~ N(θ, σ²): −2 ln = ((a − θ)/σ)² + ln 2πσ².
    | Gaussian of observed: float * sigma: float
    /// a ~ Pois(τ θ): −2 ln = 2 (τθ − a ln τθ + ln Γ(a + 1)).
    | Poisson of observed: float * tau: float
    /// ln a ~ N(ln θ, s²): −2 ln = ((ln a − ln θ)/s)² + ln 2πs² + 2 ln a.
    | LogNormal of observed: float * sigma: float

/// <summary>The terms that constraints add to −2 ln L, with all constants.</summary>
[<RequireQualifiedAccess>]
module Constraint =

    /// <summary>The global observable a; none without a constraint.</summary>
    let observed (term: Constraint) : float option =
        match term with
        | Unconstrained -> None
        | Gaussian(a, _)
        | Poisson(a, _)
        | LogNormal(a, _) -> Some a

    /// <summary>The same constraint with another global observable, as a toy draws it; the absence
    /// of a constraint stays as it is.</summary>
    let withObserved (a: float) (term: Constraint) : Constraint =
        match term with
        | Unconstrained -> Unconstrained
        | Gaussian(_, sigma) -> Gaussian(a, sigma)
        | Poisson(_, tau) -> Poisson(a, tau)
        | LogNormal(_, sigma) -> LogNormal(a, sigma)

    /// <summary>The expectation of the global observable at θ (of its logarithm, exponentiated, for
    /// a log-normal), which is its value in an Asimov set: θ, τθ, θ; none without a constraint.</summary>
    let expected (term: Constraint) (theta: float) : float option =
        match term with
        | Unconstrained -> None
        | Gaussian _
        | LogNormal _ -> Some theta
        | Poisson(_, tau) -> Some(tau * theta)

    /// <summary>The value of θ that the constraint alone prefers: a, a/τ, a; none without a
    /// constraint.</summary>
    let preferred (term: Constraint) : float option =
        match term with
        | Unconstrained -> None
        | Gaussian(a, _)
        | LogNormal(a, _) -> Some a
        | Poisson(a, tau) -> Some(a / tau)

    /// <summary>The width of the constraint in θ around its own best value: σ, √a/τ (√1/τ where
    /// a &lt; 1), a·s; none without a constraint.</summary>
    let width (term: Constraint) : float option =
        match term with
        | Unconstrained -> None
        | Gaussian(_, sigma) -> Some sigma
        | Poisson(a, tau) -> Some(sqrt (max a 1.0) / tau)
        | LogNormal(a, sigma) -> Some(a * sigma)

    let private logTwoPi: float = log (2.0 * System.Math.PI)

    /// <summary>−2 ln of the constraint at θ with its first and second derivative in θ.</summary>
    /// <remarks>All constants are in. The value is +∞ and the derivatives NaN outside of the domain:
    /// Poisson θ &lt; 0, and θ = 0 unless a = 0; log-normal θ ≤ 0. An unconstrained parameter gives
    /// zeros. The formulae stand at the cases of <see cref="T:Nsbi.Model.Constraint" />.</remarks>
    let derivatives (term: Constraint) (theta: float) : struct (float * float * float) =
        let outside = struct (infinity, nan, nan)

        match term with
        | Unconstrained -> struct (0.0, 0.0, 0.0)
        | Gaussian(a, sigma) ->
            let pull = (theta - a) / sigma
            let constant = logTwoPi + 2.0 * log sigma
            struct (pull * pull + constant, 2.0 * pull / sigma, 2.0 / (sigma * sigma))
        | Poisson(a, tau) ->
            if theta < 0.0 || (theta = 0.0 && a <> 0.0) then
                outside
            elif a = 0.0 then
                struct (2.0 * tau * theta, 2.0 * tau, 0.0)
            else
                let mean = tau * theta
                let value = 2.0 * (mean - a * log mean + SpecialFunctions.GammaLn(a + 1.0))
                struct (value, 2.0 * (tau - a / theta), 2.0 * a / (theta * theta))
        | LogNormal(a, sigma) ->
            if theta <= 0.0 then
                outside
            else
                let pull = (log theta - log a) / sigma
                let constant = logTwoPi + 2.0 * log sigma + 2.0 * log a
                let first = 2.0 * pull / (sigma * theta)
                let second = 2.0 * (1.0 / sigma - pull) / (sigma * theta * theta)
                struct (pull * pull + constant, first, second)

    /// <summary>−2 ln of the constraint at θ, with all constants.</summary>
    let twiceNll (term: Constraint) (theta: float) : float =
        let struct (value, _, _) = derivatives term theta
        value
