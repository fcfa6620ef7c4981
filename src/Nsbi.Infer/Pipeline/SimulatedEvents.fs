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
