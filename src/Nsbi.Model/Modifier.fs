namespace Nsbi.Model

/// <summary>How the missing side of a variation follows from the one that was simulated: one-sided
/// variations, and two-point ones (one alternative program in place of another).</summary>
type Symmetrisation =
    /// The ratio to the nominal is inverted: I₋ = I₀²/I₊, r₋ = 1/r₊. Always positive.
    | MirroredRatio
    /// The difference is mirrored: I₋ = 2I₀ − I₊, r₋ = 2 − r₊. Negative where I₊ is above 2I₀.
    | MirroredDifference
    /// The other side stays nominal: I₋ = I₀, r₋ = 1.
    | OneSided

/// <summary>The missing side of a variation.</summary>
[<RequireQualifiedAccess>]
module Symmetrisation =

    /// The name of each in files.
    let names: (string * Symmetrisation) list = [
        "mirrored ratio", MirroredRatio
        "mirrored difference", MirroredDifference
        "one-sided", OneSided
    ]

    /// <summary>I₋ from I₀ and I₊.</summary>
    let low (symmetrisation: Symmetrisation) (nominal: float) (high: float) : float =
        match symmetrisation with
        | MirroredRatio -> nominal * nominal / high
        | MirroredDifference -> 2.0 * nominal - high
        | OneSided -> nominal

/// <summary>What a nuisance parameter does to the density of a process, event by event:
/// g(x|α) interpolated between the ratios r±(x) = p(x|±1)/p(x|0), which are given at compile time
/// by the name of the variation.</summary>
type EventVariation = {
    /// The name under which the tables hold r₊ and r₋; the parameter's name by default.
    Variation: string
    /// α.
    Parameter: Parameter
    /// How g goes from r₋ over 1 to r₊.
    Code: Interpolation
    /// Where r₋ comes from if there is only r₊; none where both are given.
    Symmetrisation: Symmetrisation option
}

/// <summary>A systematic variation or a factor of a process. The names are HistFactory's, with its
/// meaning: in bin b the process is expected to have f(θ) · Π factors · (ν_b + Σ Δ_b(α)) events,
/// where normfactor, lumi, normsys, staterror, shapesys and shapefactor are factors, and histosys
/// gives the Δ. The last two cases are for unbinned channels.</summary>
type Modifier =
    /// The yield is multiplied by the parameter.
    | NormFactor of parameter: Parameter
    /// The yield is multiplied by the luminosity relative to the nominal one: as NormFactor, with
    /// a name of its own in files.
    | Lumi of parameter: Parameter
    /// The yield is multiplied by a factor that is 1 at α = 0, low at −1 and high at +1.
    | NormSys of parameter: Parameter * code: Interpolation * low: float * high: float
    /// The bins are interpolated between whole histograms; the increments of several add up.
    | HistoSys of parameter: Parameter * code: Interpolation * low: float list * high: float list
    /// The statistical uncertainty of the simulation: one factor γ_b per bin, shared by the
    /// processes of the channel that have it, and the absolute uncertainty of this process.
    | StatError of gammas: Parameter list * uncertainties: float list
    /// Uncorrelated uncertainty of one process: a factor γ_b per bin with a Poisson constraint,
    /// none where the yield or the uncertainty is not positive.
    | ShapeSys of gammas: Parameter option list * uncertainties: float list
    /// A free factor per bin.
    | ShapeFactor of factors: Parameter list
    /// The density is multiplied by g(x|α), interpolated per event.
    | EventSys of EventVariation
    /// The density is multiplied by a function g(x|β) of several parameters: a parameterised
    /// network or a formula, given at compile time by this name.
    | EventShape of name: string * parameters: Parameter list

/// <summary>What is asked of modifiers.</summary>
[<RequireQualifiedAccess>]
module Modifier =

    /// The name of the kind, as in files.
    let kind (modifier: Modifier) : string =
        match modifier with
        | NormFactor _ -> "normfactor"
        | Lumi _ -> "lumi"
        | NormSys _ -> "normsys"
        | HistoSys _ -> "histosys"
        | StatError _ -> "staterror"
        | ShapeSys _ -> "shapesys"
        | ShapeFactor _ -> "shapefactor"
        | EventSys _ -> "eventsys"
        | EventShape _ -> "eventshape"

    /// The parameters, in order.
    let parameters (modifier: Modifier) : Parameter list =
        match modifier with
        | NormFactor p
        | Lumi p
        | NormSys(p, _, _, _)
        | HistoSys(p, _, _, _) -> [ p ]
        | StatError(gammas, _) -> gammas
        | ShapeSys(gammas, _) -> List.choose id gammas
        | ShapeFactor factors -> factors
        | EventSys v -> [ v.Parameter ]
        | EventShape(_, parameters) -> parameters

    /// The same modifier with every declaration of a parameter changed by a function.
    let mapParameters (change: Parameter -> Parameter) (modifier: Modifier) : Modifier =
        match modifier with
        | NormFactor p -> NormFactor(change p)
        | Lumi p -> Lumi(change p)
        | NormSys(p, code, low, high) -> NormSys(change p, code, low, high)
        | HistoSys(p, code, low, high) -> HistoSys(change p, code, low, high)
        | StatError(gammas, uncertainties) -> StatError(List.map change gammas, uncertainties)
        | ShapeSys(gammas, uncertainties) ->
            ShapeSys(gammas |> List.map (Option.map change), uncertainties)
        | ShapeFactor factors -> ShapeFactor(List.map change factors)
        | EventSys v ->
            EventSys {
                v with
                    Parameter = change v.Parameter
            }
        | EventShape(name, parameters) -> EventShape(name, List.map change parameters)
