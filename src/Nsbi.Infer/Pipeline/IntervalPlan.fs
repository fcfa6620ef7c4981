namespace Nsbi.Infer

/// <summary>A Neyman construction over the parameter of interest.</summary>
type NeymanPlan = {
    /// Confidence levels, each between 0 and 1.
    Levels: float list
    /// First value of the grid.
    From: float
    /// Last value of the grid.
    To: float
    /// Values of the grid, with equal steps (of √μ where the model is smooth in that).
    Points: int
    /// Pseudo-experiments at each value.
    Toys: int
}

/// <summary>An upper limit by CLs.</summary>
type LimitPlan = {
    /// The confidence level, 1 − CLs at the limit.
    Level: float
    /// Pseudo-experiments of each hypothesis at each value; 0 for asymptotic formulae alone.
    Toys: int
}

/// <summary>A significance.</summary>
type SignificancePlan = {
    /// Pseudo-experiments without signal; 0 for asymptotic formulae alone.
    Toys: int
}

/// <summary>Pseudo-experiments of held-out simulation at known values of the parameter of interest.
/// </summary>
type InjectionPlan = {
    /// The values.
    Values: float list
    /// Pseudo-experiments at each value.
    Toys: int
}

/// <summary>What an analysis says beside its fit: each by asymptotic formulae and by
/// pseudo-experiments.</summary>
type IntervalPlan = {
    /// The confidence belt.
    Neyman: NeymanPlan option
    /// The upper limit.
    Limit: LimitPlan option
    /// The significance.
    Significance: SignificancePlan option
    /// The test that the fit finds what was put in.
    Injection: InjectionPlan option
}

/// <summary>Plans of intervals.</summary>
[<RequireQualifiedAccess>]
module IntervalPlan =

    /// Nothing beside the fit and its likelihood intervals.
    let none: IntervalPlan = {
        Neyman = None
        Limit = None
        Significance = None
        Injection = None
    }
