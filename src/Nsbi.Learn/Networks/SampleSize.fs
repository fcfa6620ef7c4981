namespace Nsbi.Learn.Networks

open System.Collections.Generic

/// <summary>What the weights of two classes of events say by themselves. i: event, g: group.</summary>
[<RequireQualifiedAccess>]
module SampleSize =
    /// <summary>The number of events of equal weight that are worth as much, (Σw)²/Σw².</summary>
    /// <param name="weights">w_i; NaN where all are 0</param>
    /// <remarks>Source: L. Kish, Survey Sampling (1965), §8.</remarks>
    let effective (weights: float[]) : float =
        let total = Array.sum weights
        total * total / Array.sumBy (fun w -> w * w) weights

    /// Σ w of each group and class, groups in the order of their first event.
    let private groupSums (events: LabelledEvents) : ResizeArray<float[]> =
        let positions = Dictionary<uint64, int>()
        let sums = ResizeArray<float[]>()

        for i in 0 .. events.Count - 1 do
            let group = events.GroupArray[i]

            let position =
                match positions.TryGetValue group with
                | true, position -> position
                | _ ->
                    positions.Add(group, sums.Count)
                    sums.Add(Array.zeroCreate events.ClassCount)
                    sums.Count - 1

            let c = events.ClassArray[i]
            sums[position][c] <- sums[position][c] + events.WeightArray[i]

        sums

    /// <summary>Σw_c/Σw_0 of every class c over class 0, with errors that know which events are the
    /// same: σ² = Σ_g (W_gc − R W_g0)²/W_0², W_gc being Σw of class c in group g.</summary>
    /// <param name="events">events whose class 0 is the nominal one</param>
    /// <returns>one number per class but the first; the weights are those of the training events, after
    /// the policy for negative ones</returns>
    let rates (events: LabelledEvents) : Measured[] =
        let groups = groupSums events
        let sums = events.ClassSums.ToArray()

        Array.init (events.ClassCount - 1) (fun v ->
            let rate = sums[v + 1] / sums[0]

            let square (group: float[]) =
                let d = group[v + 1] - rate * group[0]
                d * d

            {
                Value = rate
                Error = sqrt (Seq.sumBy square groups) / sums[0]
            })

    /// <summary>The share of Σw of every class c in groups that have nominal weight as well.</summary>
    /// <param name="events">events whose class 0 is the nominal one</param>
    /// <returns>one number per class but the first: 0 for samples without a common event; below 1 for
    /// reweighted events where some have w₀ = 0</returns>
    let sharedShares (events: LabelledEvents) : float[] =
        let groups = groupSums events
        let sums = events.ClassSums.ToArray()

        Array.init (events.ClassCount - 1) (fun v ->
            let shared =
                groups |> Seq.sumBy (fun group -> if group[0] > 0.0 then group[v + 1] else 0.0)

            shared / sums[v + 1])
