namespace Nsbi.Model.HistFactory

open Nsbi.Model

/// <summary>The constraints of the components of a parameter, in pyhf's words; a list that is none
/// must be given by the measurement.</summary>
[<RequireQualifiedAccess>]
type internal SetConstraint =
    | Free
    /// Widths are 1 and cannot be set.
    | UnitGaussian of auxData: float list
    | Gaussian of auxData: float list option * sigmas: float list option
    | Poisson of auxData: float list * factors: float list

/// <summary>One parameter of a document, scalar or vector, as its modifiers ask for it: what pyhf
/// calls a paramset. Lists have one entry per component.</summary>
type internal ParameterSet = {
    Name: string
    /// The type of its modifiers; histosys for those that are shared with normsys.
    Kind: string
    /// A scalar bears its name, the components of a vector NAME[0], NAME[1], …
    IsScalar: bool
    Inits: float list option
    Bounds: (float * float) list option
    Fixed: bool list
    Constraint: SetConstraint
}

/// <summary>pyhf's defaults. Source: pyhf 0.7, src/pyhf/modifiers and
/// src/pyhf/parameters.</summary>
module internal ParameterSet =

    let private scalar name kind initial bounds term = {
        Name = name
        Kind = kind
        IsScalar = true
        Inits = initial |> Option.map List.singleton
        Bounds = bounds |> Option.map List.singleton
        Fixed = [ false ]
        Constraint = term
    }

    let private vector name kind (lower: float) (isFixed: bool list) term = {
        Name = name
        Kind = kind
        IsScalar = false
        Inits = Some(isFixed |> List.map (fun _ -> 1.0))
        Bounds = Some(isFixed |> List.map (fun _ -> lower, 10.0))
        Fixed = isFixed
        Constraint = term
    }

    let normFactor (name: string) : ParameterSet =
        scalar name "normfactor" (Some 1.0) (Some(0.0, 10.0)) SetConstraint.Free

    /// Of normsys and histosys, which may share a parameter.
    let alpha (name: string) : ParameterSet =
        scalar name "histosys" (Some 0.0) (Some(-5.0, 5.0)) (SetConstraint.UnitGaussian [ 0.0 ])

    /// There are no defaults but that it is free.
    let lumi (name: string) : ParameterSet =
        scalar name "lumi" None None (SetConstraint.Gaussian(None, None))

    let shapeFactor (name: string) (bins: int) : ParameterSet =
        vector name "shapefactor" 0.0 (List.replicate bins false) SetConstraint.Free

    /// <summary>τ_b = (ν_b/δ_b)²; where ν_b or δ_b is not positive the factor is held, under a
    /// constraint with τ = 1.</summary>
    let shapeSys (name: string) (yields: float list) (uncertainties: float list) : ParameterSet =
        let factors =
            List.map2
                (fun nu delta ->
                    if nu > 0.0 && delta > 0.0 then
                        Some(nu * nu / (delta * delta))
                    else
                        None)
                yields
                uncertainties

        let taus = factors |> List.map (Option.defaultValue 1.0)

        vector
            name
            "shapesys"
            1e-10
            (List.map Option.isNone factors)
            (SetConstraint.Poisson(taus, taus))

    /// <summary>Widths √Σδ²/Σν; where that is zero the factor is held, under a width of
    /// 1.</summary>
    let statError (name: string) (simulated: (float list * float list) list) : ParameterSet =
        let widths = BinUncertainty.relativeWidths simulated
        let held = widths |> List.map (fun width -> not (width > 0.0))

        let sigmas = widths |> List.map (fun width -> if width > 0.0 then width else 1.0)

        vector
            name
            "staterror"
            1e-10
            held
            (SetConstraint.Gaussian(Some(List.map (fun _ -> 1.0) widths), Some sigmas))

    /// The names of the components.
    let names (set: ParameterSet) : string list =
        if set.IsScalar then
            [ set.Name ]
        else
            set.Fixed |> List.mapi (fun bin _ -> BinUncertainty.name set.Name bin)
