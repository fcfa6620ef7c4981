namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Distances between the events of an observation and a fitted model, the reference events with
/// their Asimov weights, in one feature.</summary>
[<Sealed>]
type internal FeatureDistance(compiled: CompiledLikelihood, feature: FitFeature, bins: int) =
    let place = compiled.Unbinned |> Array.findIndex (fun c -> c.Name = feature.Channel)

    let channel = compiled.Unbinned[place]
    let reference = feature.Values[TableKind.Reference]
    let order = Array.init reference.Length id
    let sorted = Array.copy reference
    do Array.Sort(sorted, order)

    /// Asimov weights in the order of the feature; none where the density is negative somewhere.
    let weights (theta: float[]) : float[] option =
        let kappa = compiled.Model.InnerCoordinates.ToInner theta

        match AsimovWeights.weights channel theta kappa with
        | Ok(_, _, w) -> Some(order |> Array.map (fun i -> w[i]))
        | Error _ -> None

    /// Values and weights of the observed events in the order of the feature.
    let events (observation: Observation) : float[] * float[] =
        let found = observation.Events[place]
        let values = feature.Values[found.Table]
        let tiles = found.Events.Tiles
        let xs = Array.init tiles.Events (fun i -> values[tiles.Row i])
        let ws = found.Events.Weights.ToArray()
        Array.Sort(xs, ws)
        xs, ws

    /// The feature.
    member _.Feature: FitFeature = feature

    /// <summary>√N sup |F_data − F_model|; NaN without events or where the model is impossible.
    /// </summary>
    member _.Kolmogorov(observation: Observation, theta: float[]) : float =
        match weights theta with
        | None -> nan
        | Some w ->
            let xs, ws = events observation
            let n, nu = Array.sum ws, Array.sum w
            let mutable i, j = 0, 0
            let mutable data, model = 0.0, 0.0
            let mutable largest = 0.0

            // All events of one value are passed at once.
            while i < xs.Length || j < sorted.Length do
                let x =
                    if i >= xs.Length then sorted[j]
                    elif j >= sorted.Length then xs[i]
                    else min xs[i] sorted[j]

                while i < xs.Length && xs[i] <= x do
                    data <- data + ws[i]
                    i <- i + 1

                while j < sorted.Length && sorted[j] <= x do
                    model <- model + w[j]
                    j <- j + 1

                largest <- max largest (abs (data / n - model / nu))

            sqrt n * largest

    /// <summary>Limits between bins of equal expectation at θ; none where the model is impossible.
    /// </summary>
    member _.Limits(theta: float[]) : float[] =
        match weights theta with
        | None -> [||]
        | Some w ->
            let total = Array.sum w
            let mutable sum = 0.0

            [|
                for k in 0 .. sorted.Length - 1 do
                    let before = floor (float bins * sum / total)
                    sum <- sum + w[k]

                    if floor (float bins * sum / total) > before && k + 1 < sorted.Length then
                        sorted[k]
            |]
            |> Array.distinct

    /// <summary>Σ_b (n_b − ν_b)²/ν_b in bins up to these limits and above the last.</summary>
    member _.ChiSquare(limits: float[], observation: Observation, theta: float[]) : float =
        match weights theta with
        | None -> nan
        | Some w ->
            let bin x =
                let at = Array.BinarySearch(limits, (x: float))
                if at >= 0 then at else ~~~at

            let fill (xs: float[]) (ws: float[]) =
                let sums = Array.zeroCreate<float>(limits.Length + 1)
                Array.iter2 (fun x w -> sums[bin x] <- sums[bin x] + w) xs ws
                sums

            let n, nu = fill <|| events observation, fill sorted w

            Array.map2 (fun n nu -> if nu > 0.0 then (n - nu) * (n - nu) / nu else 0.0) n nu
            |> Array.sum
