namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>−2 ln L(θ) = Σ_unbinned [2ν(θ) − 2 Σ_i w_i ln D(x_i; θ)] + Σ_binned −2 ln Pois(n_b |
/// ν_b(θ)) + constraints, D = Σ_c f_c(θ) ν_c r_c(x) Π g(x|β), ν = Σ_c f_c(θ) ν_c.</summary>
/// <remarks>Bins and constraints contain all constants, as pyhf's do; the unbinned part is relative
/// to p_ref and without N!. The gradient and Hessian are exact. Source: ATLAS, arXiv:2412.01600.
/// </remarks>
[<RequireQualifiedAccess>]
module Likelihood =

    /// <summary>Binds a model to event tables and event shapes.</summary>
    /// <returns>the compiled likelihood, or every fault: a missing table or ratio, lengths that
    /// differ, ratios that are negative, not finite or all zero, bad weights</returns>
    let compileWith
        (shapes: IEventShape list)
        (model: ValidModel)
        (tables: RatioTables)
        : Result<CompiledLikelihood, ModelError list> =
        Compilation.compile shapes model tables

    /// <summary>Binds a model to event tables; tables and ratios that the model does not name are
    /// left alone.</summary>
    /// <returns>as <c>compileWith</c></returns>
    let compile
        (model: ValidModel)
        (tables: RatioTables)
        : Result<CompiledLikelihood, ModelError list> =
        compileWith [] model tables

    /// z scaled by a constant.
    let private scaled (factor: float) (struct (places: int[], jet: Jet)) =
        struct (places,
                {
                    Value = factor * jet.Value
                    Gradient = Array.map (fun g -> factor * g) jet.Gradient
                    Hessian = Array2D.map (fun h -> factor * h) jet.Hessian
                })

    let private addUnbinned
        (team: ThreadTeam option)
        (inner: InnerCoordinates)
        (kappa: float[])
        (sum: JetSum)
        (channel: CompiledUnbinned)
        (observed: ObservedEvents)
        : Impossible option =
        let amplitudes =
            Array.map2 scaled channel.Yields (LocalCoefficient.jets channel.Coefficients kappa)

        match LocalCoefficient.undefined channel.Name channel.Processes amplitudes with
        | Some reason -> Some reason
        | None ->
            // β_k = θ_k as a function of its inner coordinate.
            let parameters =
                channel.TermParameters
                |> Array.map (fun k ->
                    let theta = if inner.IsSquared k then kappa[k] * kappa[k] else kappa[k]

                    let struct (value, first, second) =
                        inner.Chain(k, kappa[k], struct (theta, 1.0, 0.0))

                    struct ([| k |],
                            {
                                Value = value
                                Gradient = [| first |]
                                Hessian = array2D [ [ second ] ]
                            }))

            let values = Array.map (fun (struct (_, jet: Jet)) -> jet.Value)
            let a = values amplitudes

            let mixture =
                MixtureKernel.Evaluate(
                    observed.Events,
                    ReadOnlySpan a,
                    channel.Tables[observed.Table].Terms,
                    ReadOnlySpan(values parameters),
                    2,
                    Option.toObj team
                )

            if mixture.BadRow >= 0 then
                Some(EventDensity(channel.Name, observed.Table, mixture.BadRow))
            else
                let rate c = if c < a.Length then 2.0 else 0.0

                sum.AddChain(
                    2.0 * Array.sum a - 2.0 * mixture.Value,
                    mixture.Gradient |> Array.mapi (fun c g -> rate c - 2.0 * g),
                    mixture.Hessian |> Array.map (fun h -> -2.0 * h),
                    Array.append amplitudes parameters
                )

                None

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

        let parts =
            seq {
                for k in 0 .. compiled.Constraints.Length - 1 do
                    addConstraint k observation.Constraints[k]

                for k in 0 .. compiled.Binned.Length - 1 do
                    BinnedEvaluation.add kappa sum compiled.Binned[k] observation.BinCounts[k]

                for k in 0 .. compiled.Unbinned.Length - 1 do
                    addUnbinned team inner kappa sum compiled.Unbinned[k] observation.Events[k]
            }

        match Seq.tryPick id parts with
        | Some reason -> Infinite reason
        | None -> Finite sum.Result

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
