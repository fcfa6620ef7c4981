namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>One channel of a joint fit of the model and of f.</summary>
[<NoComparison; ReferenceEquality>]
type internal RatioChannel = {
    Weights: ReferenceWeights
    Space: RatioSpace
}

/// <summary>Where a joint fit ended.</summary>
[<NoComparison; ReferenceEquality>]
type internal RatioFitEnd = {
    /// <summary>The least −2 ln L + 2 Σ L[f].</summary>
    Minimum: float
    /// The parameters of f, by channel.
    Parameters: float[][]
    /// θ.
    Theta: float[]
    /// Why no minimum was reached.
    Failure: string option
}

/// <summary>J(p, κ) = −2 ln L(κ) + 2 Σ_channels [Σ_j w_j(κ) (e^{f_j} − 1) − Σ_i n_i f_i + ½ λ|p|²], the
/// extended likelihood of a model whose densities are multiplied by e^f, minimised over the parameters
/// p of f and the free ones of the model at once.</summary>
[<RequireQualifiedAccess>]
module internal RatioFit =

    /// Where the parameters of each channel begin, and their number.
    let private layout (channels: RatioChannel[]) : int[] =
        channels |> Array.scan (fun at c -> at + c.Space.Shape.Parameters) 0

    /// The jet over p of all channels and then the free coordinates.
    let private evaluate
        (observation: Observation)
        (free: int[])
        (template: float[])
        (channels: RatioChannel[])
        (point: float[])
        : Jet option =
        let starts = layout channels
        let count = Array.last starts
        let kappa = Objective.fill template free (Array.skip count point)

        match Likelihood.evaluateInner None observation kappa with
        | Infinite _ -> None
        | Finite whole ->
            let sum = JetSum template.Length
            let size = count + free.Length
            let gradient = Array.zeroCreate<float> size
            let hessian = Array2D.zeroCreate<float> size size
            let mutable value = whole.Value
            let mutable isDefined = true

            for c in 0 .. channels.Length - 1 do
                let channel = channels[c]
                let shape = channel.Space.Shape
                let p, at = shape.Parameters, starts[c]

                match (if isDefined then channel.Weights.At(kappa, free) else None) with
                | None -> isDefined <- false
                | Some(w, dw) ->
                    let own = Array.sub point at p
                    let found = channel.Space.Evaluate(w, dw, own)
                    let ridge = shape.Ridge
                    let norm = own |> Array.sumBy (fun x -> x * x)
                    value <- value + 2.0 * found.Value + ridge * norm

                    for a in 0 .. p - 1 do
                        gradient[at + a] <- 2.0 * (found.Gradient[a] + ridge * own[a])

                        for b in 0 .. p - 1 do
                            hessian[at + a, at + b] <- 2.0 * found.Hessian[a * p + b]

                        hessian[at + a, at + a] <- hessian[at + a, at + a] + 2.0 * ridge

                        for k in 0 .. free.Length - 1 do
                            hessian[at + a, count + k] <- 2.0 * found.Cross[a, k]
                            hessian[count + k, at + a] <- 2.0 * found.Cross[a, k]

                    if free.Length > 0 then
                        let e = Array.init w.Length (fun j -> exp found.F[j] - 1.0)
                        channel.Weights.Add(2.0, kappa, e, sum)

            if not isDefined || not (Double.IsFinite value) then
                None
            else
                let added = sum.Result

                for k in 0 .. free.Length - 1 do
                    gradient[count + k] <- whole.Gradient[free[k]] + added.Gradient[free[k]]

                    for l in 0 .. free.Length - 1 do
                        hessian[count + k, count + l] <-
                            whole.Hessian[free[k], free[l]] + added.Hessian[free[k], free[l]]

                Some {
                    Value = value
                    Gradient = gradient
                    Hessian = hessian
                }

    /// <summary>J as an objective.</summary>
    /// <param name="settings">which parameters are held</param>
    /// <param name="observation">what was observed; the counts of the channels' rows are its events
    /// </param>
    /// <param name="theta">values of the parameters that are held</param>
    /// <param name="channels">one for each unbinned channel that f stands in</param>
    let objective
        (settings: FitSettings)
        (observation: Observation)
        (theta: float[])
        (channels: RatioChannel[])
        : IObjective =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let free = FitPoints.freePlaces settings compiled
        let template = inner.ToInner theta

        let bounds pick =
            let all = compiled.Parameters |> List.map pick |> List.toArray |> inner.ToInner
            free |> Array.map (fun k -> all[k])

        let own sign =
            channels
            |> Array.collect (fun c -> c.Space.Shape.Bounds |> Array.map ((*) sign))

        Objective.ofFunction
            (Array.append (own -1.0) (bounds _.Lower))
            (Array.append (own 1.0) (bounds _.Upper))
            (fun point ->
                settings.Cancellation.ThrowIfCancellationRequested()
                evaluate observation free template channels point)

    /// <summary>The least J that is reached from the best fit of the model without f.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">what was observed</param>
    /// <param name="theta">the best fit, where all searches start</param>
    /// <param name="channels">one for each unbinned channel that f stands in</param>
    let run
        (settings: FitSettings)
        (observation: Observation)
        (theta: float[])
        (channels: RatioChannel[])
        : RatioFitEnd =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let free = FitPoints.freePlaces settings compiled
        let kappa = inner.ToInner theta
        let objective = objective settings observation theta channels
        let starts = layout channels
        let shapes = channels |> Array.map _.Space.Shape
        let isLinear = shapes |> Array.forall _.IsLinear

        let search = {
            settings.Search with
                Tolerance = max settings.Search.Tolerance 1e-8
                Noise = max settings.Search.Noise observation.Noise
                MaxSteps = shapes |> Array.map _.Steps |> Array.max
        }

        let tries = shapes |> Array.map (fun s -> s.Starts.Length) |> Array.max

        let ends = [
            for k in 0 .. tries - 1 do
                let own = shapes |> Array.collect (fun s -> s.Starts[k % s.Starts.Length])
                let start = Array.append own (free |> Array.map (fun k -> kappa[k]))

                match TrustRegion.run search objective start with
                | Some found -> found
                | None -> ()
        ]

        let nothing reason = {
            Minimum = nan
            Parameters = shapes |> Array.map (fun s -> Array.zeroCreate s.Parameters)
            Theta = theta
            Failure = Some reason
        }

        match ends with
        | [] ->
            nothing
                "the fitted model is impossible: the density of a reference event is negative at the \
                 best fit"
        | ends ->
            let state, reason = ends |> List.minBy (fun (state, _) -> state.Jet.Value)
            let count = Array.last starts
            let fitted = Objective.fill kappa free (Array.skip count state.Point)

            {
                Minimum = state.Jet.Value
                Parameters =
                    shapes |> Array.mapi (fun c s -> Array.sub state.Point starts[c] s.Parameters)
                Theta = inner.ToOuter fitted
                Failure =
                    match reason with
                    | Minimum -> None
                    // The lowest end of a few searches is what is defined for networks.
                    | _ when not isLinear -> None
                    | TooManySteps -> Some "the joint fit of model and ratio ran out of steps"
                    | Stuck ->
                        Some
                            "the joint fit of model and ratio came to the edge of where the density \
                             is positive"
            }
