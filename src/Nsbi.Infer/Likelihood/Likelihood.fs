namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>−2 ln L(θ) = Σ_unbinned [2ν(θ) − 2 Σ_i w_i ln D(x_i; θ)] + Σ_binned −2 ln Pois(n_b |
/// ν_b(θ)) + constraints, D = Σ_c f_c(θ) ν_c G_c(α) [g_c(x|α)/Z_c(α)] r_c(x), ν = Σ_c f_c(θ) ν_c
/// G_c(α), Z_c(α) = E_{p_c}[g_c(x|α)].</summary>
/// <remarks>Bins and constraints contain all constants, as pyhf's do; the unbinned part is relative
/// to p_ref and without N!. The gradient and Hessian are exact. Source: ATLAS, arXiv:2412.01600.
/// </remarks>
[<RequireQualifiedAccess>]
module Likelihood =

    /// <summary>Binds a model to event tables; tables and ratios that the model does not name are
    /// left alone.</summary>
    /// <param name="options">how event variations are stored and normalised</param>
    /// <param name="model">the model</param>
    /// <param name="tables">the event tables of its unbinned channels</param>
    /// <returns>the compiled likelihood, or every fault: a missing table, ratio, variation or
    /// shape, lengths that differ, ratios that are negative, not finite or all zero, bad weights,
    /// variations and shapes of its processes that the model does not name</returns>
    let compileWith
        (options: LikelihoodOptions)
        (model: ValidModel)
        (tables: RatioTables)
        : Result<CompiledLikelihood, ModelError list> =
        Compilation.compile options model tables

    /// <summary>The same with the standard options.</summary>
    /// <returns>as <c>compileWith</c></returns>
    let compile
        (model: ValidModel)
        (tables: RatioTables)
        : Result<CompiledLikelihood, ModelError list> =
        compileWith LikelihoodOptions.standard model tables

    let private evaluateIn
        (mode: EvaluationMode)
        (team: ThreadTeam option)
        (observation: Observation)
        (kappa: float[])
        : Evaluation =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates

        if kappa.Length <> compiled.Index.Count then
            invalidArg (nameof kappa) $"Give {compiled.Index.Count} values, not {kappa.Length}."

        let sum = JetSum compiled.Index.Count
        sum.AddValue observation.CountConstant

        let outer = inner.ToOuter kappa

        let addConstraint place (term: Constraint) =
            let theta = outer[place]
            let struct (value, _, _) as derivatives = Constraint.derivatives term theta

            if Double.IsFinite value then
                sum.AddScalar(place, inner.Chain(place, kappa[place], derivatives))
                None
            else
                Some(OutsideConstraint(compiled.Index.Names[place], theta))

        /// The first reason of so many parts.
        let firstOf count add =
            let mutable reason = None
            let mutable k = 0

            while reason.IsNone && k < count do
                reason <- add k
                k <- k + 1

            reason

        let constraints () =
            firstOf compiled.Constraints.Length (fun k ->
                addConstraint k observation.Constraints[k])

        let binned () =
            firstOf compiled.Binned.Length (fun k ->
                BinnedEvaluation.add kappa sum compiled.Binned[k] observation.BinCounts[k])

        let unbinned () =
            firstOf compiled.Unbinned.Length (fun k ->
                let channel, events = compiled.Unbinned[k], observation.Events[k]
                let spaces = compiled.UnbinnedSpaces[k]
                UnbinnedEvaluation.add mode team inner spaces kappa sum channel events)

        match constraints () |> Option.orElseWith binned |> Option.orElseWith unbinned with
        | Some reason -> Infinite reason
        | None -> Finite sum.Result

    /// <summary>−2 ln L with gradient and Hessian in the inner coordinates of the model.</summary>
    /// <param name="team">threads to share the work; none for the caller's own. The result does not
    /// depend on it.</param>
    /// <param name="observation">made for a compiled likelihood, which it brings along</param>
    /// <param name="kappa">the inner coordinates, in the order of the index</param>
    let evaluateInner
        (team: ThreadTeam option)
        (observation: Observation)
        (kappa: float[])
        : Evaluation =
        evaluateIn AsCompiled team observation kappa

    /// <summary>The same by definition, whatever the likelihood was compiled to: Z by the exact pass
    /// over the reference table, event variations in double precision.</summary>
    let evaluateExact
        (team: ThreadTeam option)
        (observation: Observation)
        (kappa: float[])
        : Evaluation =
        evaluateIn ByDefinition team observation kappa

    /// <summary>−2 ln L with gradient and Hessian in the parameters θ.</summary>
    /// <param name="observation">made for a compiled likelihood, which it brings along</param>
    /// <param name="theta">parameter values in the order of the index</param>
    /// <remarks>Where √μ is singular (μ = 0) the derivatives are infinite or NaN: use
    /// <c>evaluateInner</c>. Slow twin: LikelihoodReference in the tests.</remarks>
    let evaluate (observation: Observation) (theta: float[]) : Evaluation =
        let inner = observation.Owner.Model.InnerCoordinates
        let kappa = inner.ToInner theta

        match evaluateInner None observation kappa with
        | Infinite reason -> Infinite reason
        | Finite jet -> Finite(inner.JetInOuter(kappa, jet))

    /// The value alone, where all channels are binned.
    let private binnedValue (observation: Observation) (theta: float[]) : float =
        let compiled = observation.Owner
        let kappa = compiled.Model.InnerCoordinates.ToInner theta
        let mutable sum = observation.CountConstant

        for k in 0 .. compiled.Binned.Length - 1 do
            sum <- sum + BinnedEvaluation.value kappa compiled.Binned[k] observation.BinCounts[k]

        for k in 0 .. theta.Length - 1 do
            sum <- sum + Constraint.twiceNll observation.Constraints[k] theta[k]

        if Double.IsNaN sum then infinity else sum

    /// <summary>−2 ln L at θ; +∞ where the parameters are impossible.</summary>
    let twiceNll (observation: Observation) (theta: float[]) : float =
        if
            observation.Owner.Unbinned.Length = 0
            && theta.Length = observation.Owner.Index.Count
        then
            binnedValue observation theta
        else
            match evaluate observation theta with
            | Finite jet -> jet.Value
            | Infinite _ -> infinity
