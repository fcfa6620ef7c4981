namespace Nsbi.Learn.Transport

open System
open Nsbi.Learn
open Nsbi.Learn.Networks

// Axes: event i, feature a (F of them), condition c (C of them).

/// <summary>Weighted events of one side of a transport.</summary>
type TransportSample = {
    /// <summary>What is moved: n x F, row-major, finite.</summary>
    Features: float[]
    /// <summary>What stays fixed: n x C, row-major, finite; empty without conditions.</summary>
    Conditions: float[]
    /// <summary>w_i ≥ 0, finite, not all zero. Their scale has no meaning.</summary>
    Weights: float[]
}

/// <summary>How far two distributions of one condition differ.</summary>
type ConditionDistance = {
    /// <summary>Which condition, from 0.</summary>
    Condition: int
    /// <summary>sup |F − G| of the weighted distribution functions.</summary>
    Distance: float
    /// <summary>The largest distance that is allowed: 0.02 + 2/√n, n = n_p n_q/(n_p + n_q) of the effective
    /// sizes.</summary>
    Limit: float
}

/// <summary>Source and target of a transport, checked.</summary>
/// <remarks>At fixed conditions z the transport exists only between distributions of equal mass, and the dual
/// objective sees p(z) on the source's side and q(z) on the target's: where they differ, the potential of that z
/// has no minimum. So q(z) = p(z) is required, up to <c>ConditionDistance.Limit</c>, and
/// <c>matchConditions</c> makes it so.</remarks>
[<Sealed>]
type TransportEvents
    private
    (
        features: int,
        conditions: int,
        source: TransportSample,
        target: TransportSample,
        distances: ConditionDistance list
    ) =
    /// <summary>F.</summary>
    member _.FeatureCount: int = features
    /// <summary>C.</summary>
    member _.ConditionCount: int = conditions
    /// <summary>The events that are moved: simulation.</summary>
    member _.Source: TransportSample = source
    /// <summary>The events that say where to: collision data.</summary>
    member _.Target: TransportSample = target
    /// <summary>How well the conditions of both agree, one per condition.</summary>
    member _.ConditionDistances: ConditionDistance list = distances

    static member internal Of(features, conditions, source, target, distances) =
        TransportEvents(features, conditions, source, target, distances)

/// <summary>Making and matching events.</summary>
[<RequireQualifiedAccess>]
module TransportEvents =
    let private sampleFaults (name: string) features conditions (sample: TransportSample) = [
        let n = sample.Weights.Length

        let length what (values: float[]) columns =
            if values.Length <> n * columns then
                [
                    Fault.create
                        name
                        $"the {what} are not one row of {columns} numbers per weight"
                        $"{n * columns} numbers are wanted"
                    |> Fault.withValue (string values.Length)
                ]
            else
                []

        let finite what (values: float[]) =
            match values |> Array.tryFindIndex (Double.IsFinite >> not) with
            | Some at when values.Length > 0 -> [
                Fault.create name $"a number of the {what} is not finite" "leave the event out"
                |> Fault.withValue (JsonFields.text values[at])
                |> Fault.atEvent (at / max 1 (values.Length / max 1 n) + 1)
              ]
            | _ -> []

        yield! length "features" sample.Features features
        yield! length "conditions" sample.Conditions conditions
        yield! finite "features" sample.Features
        yield! finite "conditions" sample.Conditions
        yield! finite "weights" sample.Weights

        let negative = sample.Weights |> Array.filter (fun w -> w < 0.0)

        if negative.Length > 0 then
            Fault.create
                name
                "there are negative weights, and a transport moves positive mass"
                "make them positive with PositiveWeights first"
            |> Fault.withValue $"{negative.Length} of {n} events"
        elif not (Array.sum sample.Weights > 0.0) then
            Fault.create name "the weights add up to nothing" "give events with weights above zero"
        elif
            sample.Weights |> Array.filter (fun w -> w > 0.0) |> Array.length
            <= features + conditions
        then
            Fault.create
                name
                "there are too few events with a weight"
                $"more than {features + conditions} are needed, thousands are useful"
            |> Fault.withValue (string n)
    ]

    let private effective (weights: float[]) =
        let sum = Array.sum weights
        sum * sum / Array.sumBy (fun w -> w * w) weights

    let private column (count: int) (index: int) (values: float[]) =
        Array.init (values.Length / count) (fun i -> values[i * count + index])

    /// sup |F − G|
    let private kolmogorov (x: float[]) (p: float[]) (y: float[]) (q: float[]) : float =
        let values = Array.append x y
        let sumP, sumQ = Array.sum p, Array.sum q

        let steps =
            Array.append (p |> Array.map (fun w -> w / sumP)) (q |> Array.map (fun w -> -w / sumQ))

        let order = Array.init values.Length id
        Array.Sort(values, order)
        let mutable difference, largest = 0.0, 0.0

        for k in 0 .. order.Length - 1 do
            difference <- difference + steps[order[k]]

            if k = order.Length - 1 || values[k + 1] > values[k] then
                largest <- max largest (abs difference)

        largest

    let private distances conditions (source: TransportSample) (target: TransportSample) =
        let p, q = effective source.Weights, effective target.Weights
        let n = p * q / (p + q)

        List.init conditions (fun c -> {
            Condition = c
            Distance =
                kolmogorov
                    (column conditions c source.Conditions)
                    source.Weights
                    (column conditions c target.Conditions)
                    target.Weights
            Limit = 0.02 + 2.0 / Math.Sqrt n
        })

    let private distanceFaults (list: ConditionDistance list) = [
        for d in list do
            if d.Distance > d.Limit then
                let remedy =
                    $"at most {JsonFields.text (Math.Round(d.Limit, 4))}: match the target's weights with "
                    + "TransportEvents.matchConditions or a ReweightingMap of the conditions"

                Fault.create
                    "target"
                    $"condition {d.Condition} is not distributed as in the source, and at fixed conditions only \
                      equal masses can be moved"
                    remedy
                |> Fault.withValue
                    $"Kolmogorov distance {JsonFields.text (Math.Round(d.Distance, 4))}"
    ]

    let private samplesFaults features conditions source target = [
        if features < 1 then
            Fault.create "transport" "there is no feature to move" "give at least one"

        if conditions < 0 then
            Fault.create "transport" "the number of conditions is negative" "0 for none"

        if features >= 1 && conditions >= 0 then
            yield! sampleFaults "source" features conditions source
            yield! sampleFaults "target" features conditions target
    ]

    /// <summary>Checks two samples.</summary>
    /// <param name="features">F, at least 1</param>
    /// <param name="conditions">C, 0 for none</param>
    /// <param name="source">the events to be moved</param>
    /// <param name="target">where to</param>
    /// <returns>every fault: lengths, numbers that are not finite, negative weights, conditions that are
    /// distributed differently</returns>
    let create
        (features: int)
        (conditions: int)
        (source: TransportSample)
        (target: TransportSample)
        : Result<TransportEvents, Fault list> =
        match samplesFaults features conditions source target with
        | [] ->
            let found = distances conditions source target

            match distanceFaults found with
            | [] -> Ok(TransportEvents.Of(features, conditions, source, target, found))
            | faults -> Error faults
        | faults -> Error faults

    /// <summary>The target with weights times w_p(b)/w_q(b), the sources' and targets' shares in bin b of one
    /// condition with about equal numbers of source events: afterwards the shares are equal.</summary>
    /// <param name="bins">at least 1; the condition stays unmatched inside of them</param>
    /// <param name="source">with one condition</param>
    /// <param name="target">with one condition</param>
    /// <returns>a fault where there is not one condition, or a bin has source but no target events</returns>
    /// <remarks>For several conditions train a <c>ReweightingMap</c> of the conditions alone.</remarks>
    let matchConditions
        (bins: int)
        (source: TransportSample)
        (target: TransportSample)
        : Result<TransportSample, Fault list> =
        let single (sample: TransportSample) =
            sample.Conditions.Length = sample.Weights.Length

        if bins < 1 || not (single source && single target) then
            Error [
                Fault.create
                    "target"
                    "bins can be matched in one condition only"
                    "for several conditions use a ReweightingMap of them; at least 1 bin"
            ]
        else
            let sorted = Array.sort source.Conditions

            let edges = Array.init (bins - 1) (fun b -> sorted[(b + 1) * sorted.Length / bins])

            let binOf (z: float) =
                let at = Array.BinarySearch(edges, z)
                if at >= 0 then at + 1 else ~~~at

            let shares (sample: TransportSample) =
                let sums = Array.zeroCreate<float> bins

                for i in 0 .. sample.Weights.Length - 1 do
                    let b = binOf sample.Conditions[i]
                    sums[b] <- sums[b] + sample.Weights[i]

                let total = Array.sum sums
                sums |> Array.map (fun sum -> sum / total)

            let p, q = shares source, shares target

            match [ 0 .. bins - 1 ] |> List.filter (fun b -> p[b] > 0.0 && not (q[b] > 0.0)) with
            | [] ->
                Ok {
                    target with
                        Weights =
                            Array.map2
                                (fun w z ->
                                    let b = binOf z
                                    if q[b] > 0.0 then w * p[b] / q[b] else 0.0)
                                target.Weights
                                target.Conditions
                }
            | empty ->
                Error [
                    for b in empty ->
                        Fault.create
                            "target"
                            "a bin of the condition has source events but no target events"
                            "cut the source there, or use fewer bins"
                        |> Fault.withValue $"bin {b + 1} of {bins}"
                ]
