namespace Nsbi.Infer

open System
open System.Globalization
open MathNet.Numerics
open Nsbi.Model

/// <summary>Goodness of fit of binned channels: the likelihood ratio to the saturated model, in which
/// every bin expects what it counted and every constraint is at its best.</summary>
type SaturatedTest = {
    /// <summary>q = 2 Σ_b [ν_b − n_b + n_b ln(n_b/ν_b)] + Σ_k [C_k(θ̂) − min C_k], ≥ 0; +∞ where a bin
    /// with counts expects none.</summary>
    Value: float
    /// <summary>Bins less free parameters without constraint of the binned channels; a constrained one
    /// brings a measurement of its own.</summary>
    DegreesOfFreedom: int
    /// <summary>P(χ² ≥ q), asymptotically; none without degrees of freedom.</summary>
    PValue: float option
} with

    /// The test in a line.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        let p =
            match this.PValue with
            | Some p -> $", p = {number p}"
            | None -> ", no degree of freedom is left"

        $"saturated model: q = {number this.Value}, {this.DegreesOfFreedom} degrees of freedom{p}"

/// <summary>Tests against the saturated model.</summary>
[<RequireQualifiedAccess>]
module SaturatedTest =

    /// <summary>P(χ²_k ≥ q), for k ≥ 1; accurate in the far tail.</summary>
    let survival (degrees: int) (q: float) : float =
        if Double.IsPositiveInfinity q then
            0.0
        elif q <= 0.0 then
            1.0
        else
            SpecialFunctions.GammaUpperRegularized(0.5 * float degrees, 0.5 * q)

    /// <summary>The free parameters without constraint that binned channels depend on.</summary>
    let private fitted (observation: Observation) (fit: FitResult) : int =
        observation.Owner.Model.Model.Channels
        |> List.collect (fun channel ->
            match channel with
            | Binned c -> c.Processes |> List.collect Process.mentions
            | Unbinned _ -> [])
        |> List.distinctBy _.Name
        |> List.filter (fun p -> p.Constraint = Unconstrained && not fit[p.Name].IsFixed)
        |> List.length

    /// <summary>The test at a best fit; none without binned channels.</summary>
    /// <param name="observation">what was fitted</param>
    /// <param name="fit">its best fit</param>
    /// <remarks>The asymptotic p-value holds where the bins have some events each; a test with few
    /// wants toys. In a model that also has unbinned channels it is that of its binned part at the
    /// common best fit. A parameter at its bound counts as fitted. Source: Baker and Cousins, Nucl.
    /// Instrum. Meth. 221 (1984) 437; constraints as in cabinetry.</remarks>
    let run (observation: Observation) (fit: FitResult) : SaturatedTest option =
        let compiled = observation.Owner

        if compiled.Binned.Length = 0 then
            None
        else
            let values = fit.Values
            let kappa = compiled.Model.InnerCoordinates.ToInner values

            let ofBin n nu =
                if n = 0.0 then 2.0 * nu
                elif not (nu > 0.0) then infinity
                else 2.0 * (nu - n + n * log (n / nu))

            let bins =
                Seq.zip compiled.Binned observation.BinCounts
                |> Seq.sumBy (fun (channel, counts) ->
                    Array.sum (Array.map2 ofBin counts (BinnedChannel.expected channel kappa)))

            let ofConstraint place =
                let term = observation.Constraints[place]

                match Constraint.preferred term with
                | Some preferred when not fit.Parameters[place].IsFixed ->
                    Constraint.twiceNll term values[place] - Constraint.twiceNll term preferred
                | _ -> 0.0

            let q = bins + Seq.sumBy ofConstraint (seq { 0 .. values.Length - 1 })
            let count = compiled.Binned |> Array.sumBy _.Bins
            let degrees = count - fitted observation fit

            Some {
                Value = max 0.0 q
                DegreesOfFreedom = degrees
                PValue = if degrees > 0 then Some(survival degrees q) else None
            }
