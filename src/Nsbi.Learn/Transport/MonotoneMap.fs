namespace Nsbi.Learn.Transport

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks

// Axes: event i, knot k.

/// <summary>A continuous distribution function through weighted events.</summary>
/// <remarks>F is piecewise linear through (x_(k), (w_1 + … + w_{k−1} + w_k/2)/Σw), the weights of equal values
/// added up: half of an event's weight lies on either side of it. Strictly increasing between the outermost
/// events.</remarks>
type internal EmpiricalDistribution = {
    /// Ascending, no two equal.
    Values: float[]
    /// F there, strictly ascending, inside (0, 1).
    Levels: float[]
}

[<RequireQualifiedAccess>]
module internal EmpiricalDistribution =
    /// Of events with a positive weight; at least one.
    let create (values: float[]) (weights: float[]) : EmpiricalDistribution =
        let used = [| 0 .. values.Length - 1 |] |> Array.filter (fun i -> weights[i] > 0.0)

        let x, w =
            used |> Array.map (fun i -> values[i]), used |> Array.map (fun i -> weights[i])

        // Equal values in the order of the events, so that their sum has one order.
        let order = Array.init x.Length id

        Array.Sort(
            order,
            Comparison(fun i j ->
                match compare x[i] x[j] with
                | 0 -> compare i j
                | c -> c)
        )

        let total = order |> Array.sumBy (fun i -> w[i])
        let points, levels = ResizeArray<float>(), ResizeArray<float>()
        let mutable below = 0.0
        let mutable k = 0

        while k < order.Length do
            let value = x[order[k]]
            let mutable here = 0.0

            while k < order.Length && x[order[k]] = value do
                here <- here + w[order[k]]
                k <- k + 1

            points.Add value
            levels.Add((below + 0.5 * here) / total)
            below <- below + here

        {
            Values = points.ToArray()
            Levels = levels.ToArray()
        }

    /// y at x of the line through the knots, x inside of them.
    let private between (xs: float[]) (ys: float[]) (x: float) : float =
        let at = Array.BinarySearch(xs, x)

        if at >= 0 then
            ys[at]
        else
            let k = Math.Clamp(~~~at - 1, 0, xs.Length - 2)
            let share = (x - xs[k]) / (xs[k + 1] - xs[k])
            ys[k] + share * (ys[k + 1] - ys[k])

    /// F_q⁻¹(F_p(x)) between the levels that both have; beyond, the shift at the last of them. The levels of both
    /// have 1/2 between the first and the last.
    let transport (p: EmpiricalDistribution) (q: EmpiricalDistribution) : float -> float =
        let first = max p.Levels[0] q.Levels[0]
        let last = min (Array.last p.Levels) (Array.last q.Levels)

        let ends level =
            between p.Levels p.Values level, between q.Levels q.Values level

        let lowX, lowY = ends first
        let highX, highY = ends last

        fun x ->
            if x <= lowX then lowY + (x - lowX)
            elif x >= highX then highY + (x - highX)
            elif Double.IsNaN x then nan
            else between q.Levels q.Values (between p.Values p.Levels x)

/// <summary>The optimal transport of one feature, for any convex cost: T = F_q⁻¹ ∘ F_p, exact for weighted
/// events, in bins of one condition if there is one. The baseline of learned maps.</summary>
/// <remarks>
/// F is the piecewise linear distribution function in which an event has half of its weight on either side; equal
/// values are one. T rises strictly and takes every value; beyond the outermost levels that both samples resolve
/// (about half an event) it is a shift. In a bin the condition is ignored: the map jumps at the edges, which more bins make smaller and
/// noisier. Immutable; safe to use from several threads.
/// Source: Villani, Topics in Optimal Transportation (2003), theorem 2.18; Santambrogio (2015), §2.1.
/// </remarks>
[<Sealed>]
type MonotoneMap
    internal (edges: float[], sources: EmpiricalDistribution[], targets: EmpiricalDistribution[]) =
    let binOf (z: float) =
        let at = Array.BinarySearch(edges, z)
        if at >= 0 then at + 1 else ~~~at

    let run name transport (features: ReadOnlySpan<float>) (conditions: ReadOnlySpan<float>) =
        let wanted = if edges.Length = 0 then 0 else features.Length

        if
            conditions.Length <> wanted
            && not (edges.Length = 0 && conditions.Length = features.Length)
        then
            invalidArg
                name
                $"{features.Length} events need {wanted} conditions, not {conditions.Length}."

        let result = Array.zeroCreate<float> features.Length

        let maps = Array.map2 transport sources targets

        for i in 0 .. features.Length - 1 do
            let b = if edges.Length = 0 then 0 else binOf conditions[i]
            result[i] <- maps[b] features[i]

        result

    /// <summary>The inner edges of the bins of the condition, ascending; a bin has its lower edge. Empty for one
    /// map.</summary>
    member _.Edges: ReadOnlyMemory<float> = ReadOnlyMemory edges

    /// <summary>T of events.</summary>
    /// <param name="features">x_i, one per event</param>
    /// <param name="conditions">z_i, one per event; may be empty where there is one bin</param>
    /// <returns>one per event; NaN where x is NaN</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit together</exception>
    member _.Apply(features: ReadOnlySpan<float>, conditions: ReadOnlySpan<float>) : float[] =
        run "conditions" EmpiricalDistribution.transport features conditions

    /// <summary>F_p⁻¹(F_q(y)): the inverse, exact up to rounding everywhere.</summary>
    /// <param name="features">y_i, one per event</param>
    /// <param name="conditions">z_i, one per event; may be empty where there is one bin</param>
    /// <returns>one per event; NaN where y is NaN</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit together</exception>
    member _.Inverse(features: ReadOnlySpan<float>, conditions: ReadOnlySpan<float>) : float[] =
        run "conditions" (fun p q -> EmpiricalDistribution.transport q p) features conditions

    member internal _.Sources = sources
    member internal _.Targets = targets
    member internal _.EdgeArray = edges

/// <summary>Making and keeping monotone maps.</summary>
[<RequireQualifiedAccess>]
module MonotoneMap =
    [<Literal>]
    let private Format = "nsbi-monotone-1"

    /// <summary>The map of one feature, in bins of at most one condition.</summary>
    /// <param name="bins">bins of the condition with about equal numbers of source events; 1 without one</param>
    /// <param name="events">of one feature</param>
    /// <returns>faults: more than one feature or condition, a bin that has events of one side only</returns>
    let create (bins: int) (events: TransportEvents) : Result<MonotoneMap, Fault list> =
        let source, target = events.Source, events.Target

        let faults = [
            if events.FeatureCount <> 1 then
                Fault.create
                    "transport"
                    "a monotone map moves one feature"
                    "use TransportTraining, or one map per feature"
                |> Fault.withValue $"{events.FeatureCount} features"

            if bins < 1 then
                Fault.create "transport" "the number of bins is out of range" "at least 1"
                |> Fault.withValue (string bins)

            if bins > 1 && events.ConditionCount <> 1 then
                Fault.create "transport" "bins need one condition" "1 bin without a condition"
                |> Fault.withValue $"{events.ConditionCount} conditions"
        ]

        if not faults.IsEmpty then
            Error faults
        else
            let edges =
                if bins = 1 then
                    [||]
                else
                    let sorted = Array.sort source.Conditions

                    Array.init (bins - 1) (fun b -> sorted[(b + 1) * sorted.Length / bins])
                    |> Array.distinct

            let inBin (sample: TransportSample) b =
                let indices =
                    if edges.Length = 0 then
                        [| 0 .. sample.Weights.Length - 1 |]
                    else
                        [| 0 .. sample.Weights.Length - 1 |]
                        |> Array.filter (fun i ->
                            let z = sample.Conditions[i]
                            (b = 0 || z >= edges[b - 1]) && (b = edges.Length || z < edges[b]))

                indices |> Array.map (fun i -> sample.Features[i]),
                indices |> Array.map (fun i -> sample.Weights[i])

            let sides = Array.init (edges.Length + 1) (fun b -> inBin source b, inBin target b)

            let isEmpty (_, weights: float[]) =
                not (Array.exists (fun w -> w > 0.0) weights)

            match
                [ 0 .. edges.Length ]
                |> List.filter (fun b -> isEmpty (fst sides[b]) || isEmpty (snd sides[b]))
            with
            | [] ->
                let distribution (values, weights) =
                    EmpiricalDistribution.create values weights

                MonotoneMap(
                    edges,
                    sides |> Array.map (fst >> distribution),
                    sides |> Array.map (snd >> distribution)
                )
                |> Ok
            | empty ->
                Error [
                    for b in empty ->
                        Fault.create
                            "transport"
                            "a bin of the condition has events of one side only"
                            "use fewer bins, or cut the conditions to where both sides have events"
                        |> Fault.withValue $"bin {b + 1} of {edges.Length + 1}"
                ]

    let private numbers (writer: Utf8JsonWriter) (name: string) (values: float[]) =
        writer.WriteStartArray name
        values |> Array.iter writer.WriteNumberValue
        writer.WriteEndArray()

    let private readNumbers (element: JsonElement) (name: string) : float[] = [|
        for value in element.GetProperty(name).EnumerateArray() -> value.GetDouble()
    |]

    /// <summary>The map as a JSON file: equal maps give equal bytes.</summary>
    let toBytes (map: MonotoneMap) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            numbers writer "edges" map.EdgeArray

            for name, list in [ "sources", map.Sources; "targets", map.Targets ] do
                writer.WriteStartArray name

                for d in list do
                    writer.WriteStartObject()
                    numbers writer "values" d.Values
                    numbers writer "levels" d.Levels
                    writer.WriteEndObject()

                writer.WriteEndArray())

    let private read (root: JsonElement) : MonotoneMap =
        let distributions (name: string) = [|
            for element in root.GetProperty(name).EnumerateArray() ->
                {
                    Values = readNumbers element "values"
                    Levels = readNumbers element "levels"
                }
        |]

        let edges = readNumbers root "edges"
        let sources, targets = distributions "sources", distributions "targets"

        let fits (d: EmpiricalDistribution) =
            d.Values.Length > 0 && d.Values.Length = d.Levels.Length

        if
            sources.Length <> edges.Length + 1
            || targets.Length <> edges.Length + 1
            || not (Array.forall fits sources && Array.forall fits targets)
        then
            raise (FormatException())

        MonotoneMap(edges, sources, targets)

    /// <summary>The map of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<MonotoneMap, Fault list> =
        NetworkFile.parse source Format bytes read
