namespace Nsbi.Infer

/// <summary>How a Neyman construction is made.</summary>
type NeymanSettings = {
    /// The parameter.
    Parameter: string
    /// <summary>Its values at which toys are drawn first, inside of its bounds.</summary>
    Grid: float list
    /// <summary>Confidence levels, such as 0.6827 and 0.95.</summary>
    Levels: float list
    /// <summary>Rounds in which values are added where the belt bends; 0 for the grid alone.</summary>
    Refinements: int
    /// <summary>Share of a quantile by which a straight line between values may be wrong before
    /// values are added.</summary>
    Tolerance: float
    /// <summary>Nuisance parameters at which the construction is made again with each shifted by its
    /// standard deviation up and down, beside the profiled values.</summary>
    Shifted: string list
}

/// <summary>Settings of Neyman constructions.</summary>
[<RequireQualifiedAccess>]
module NeymanSettings =

    /// <summary>Levels 0.6827 and 0.95, one round of refinement beyond 5 % of the quantile, profiled
    /// nuisances alone.</summary>
    let create (parameter: string) (grid: float list) : NeymanSettings = {
        Parameter = parameter
        Grid = grid
        Levels = [ 0.6827; 0.95 ]
        Refinements = 1
        Tolerance = 0.05
        Shifted = []
    }
