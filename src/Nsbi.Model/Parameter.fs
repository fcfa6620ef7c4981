namespace Nsbi.Model

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

/// What a parameter is to the analysis.
type Role =
    | PointOfInterest
    | Nuisance

/// <summary>A parameter of the model: a point of interest or a nuisance parameter.</summary>
type Parameter = {
    /// Unique in a model; parameters of the same name are the same parameter.
    Name: string
    Role: Role
    /// Where a fit starts, and the value of the nominal model.
    Initial: float
    /// Lower bound of the fit; −∞ for none.
    Lower: float
    /// Upper bound of the fit; +∞ for none.
    Upper: float
    Constraint: Constraint
}
