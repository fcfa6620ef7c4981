namespace Nsbi.Infer

open Nsbi.Learn.Events

// Axes: event i, sample k.

/// <summary>The selected simulated events of an analysis: all samples, one after the other.</summary>
[<NoComparison; ReferenceEquality>]
type SimulatedEvents = {
    /// Names of the samples, in the order of the reference mixture.
    Samples: string[]
    /// <summary>ν_k: expected events of each sample after the selection.</summary>
    Yields: float[]
    /// The events of all samples, with the weights of their files.
    Events: EventTable
    /// The sample of each event, from 0.
    Sample: int[]
    /// The group of each event: equal events are one group and stay in one fold.
    Groups: uint64[]
}

/// <summary>Operations on simulated events.</summary>
[<RequireQualifiedAccess>]
module SimulatedEvents =

    /// <summary>The expected number of events that each event stands for: w_i ν_k/Σ_{j of k} w_j.</summary>
    let expected (simulated: SimulatedEvents) : float[] =
        let weights = EventTable.weights simulated.Events
        let sums = Array.zeroCreate<float> simulated.Samples.Length
        Array.iter2 (fun k w -> sums[k] <- sums[k] + w) simulated.Sample weights
        Array.map2 (fun k w -> w * simulated.Yields[k] / sums[k]) simulated.Sample weights

    /// <summary>The events at some rows, with the yields they stand for.</summary>
    /// <param name="rows">the events to keep</param>
    /// <param name="yields">ν_k of what is kept</param>
    /// <param name="simulated">all events</param>
    let take (rows: int[]) (yields: float[]) (simulated: SimulatedEvents) : SimulatedEvents = {
        simulated with
            Yields = yields
            Events = EventTable.take rows simulated.Events
            Sample = rows |> Array.map (fun i -> simulated.Sample[i])
            Groups = rows |> Array.map (fun i -> simulated.Groups[i])
    }

    /// Σ_k Σ_{i of k} v_i² (a_i − ā_k)(b_i − b̄_k): the covariance of Σ v a and Σ v b where the sum of the
    /// weights of each sample is known.
    let internal covariance
        (v: float[])
        (a: float[])
        (b: float[])
        (simulated: SimulatedEvents)
        : float =
        let sample, samples = simulated.Sample, simulated.Samples.Length
        let sum = Array.zeroCreate<float> samples
        let meanA = Array.zeroCreate<float> samples
        let meanB = Array.zeroCreate<float> samples

        for i in 0 .. v.Length - 1 do
            let k = sample[i]
            sum[k] <- sum[k] + v[i]
            meanA[k] <- meanA[k] + v[i] * a[i]
            meanB[k] <- meanB[k] + v[i] * b[i]

        for k in 0 .. samples - 1 do
            if sum[k] > 0.0 then
                meanA[k] <- meanA[k] / sum[k]
                meanB[k] <- meanB[k] / sum[k]

        let mutable total = 0.0

        for i in 0 .. v.Length - 1 do
            let k = sample[i]
            total <- total + v[i] * v[i] * (a[i] - meanA[k]) * (b[i] - meanB[k])

        total
