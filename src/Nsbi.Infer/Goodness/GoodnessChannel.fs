namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>An unbinned channel prepared for a learned test: its reference events and the family of
/// functions on them.</summary>
[<NoComparison; ReferenceEquality>]
type internal GoodnessChannel = {
    Place: int
    Channel: CompiledUnbinned
    Features: FitFeature list
    /// Rows of the reference table, ascending.
    Pool: int[]
    /// The place of each row of the reference table in the pool; −1 where it is not there.
    PlaceOf: int[]
    Shape: RatioShape
    /// Of the pool, row by row.
    Inputs: float[]
    /// w at the best fit.
    Weights: float[]
}

/// <summary>Channels of learned tests.</summary>
[<RequireQualifiedAccess>]
module internal GoodnessChannel =

    /// Events of a table, [i][j].
    let private events (features: FitFeature list) (kind: TableKind) (rows: int[]) : float[][] =
        let columns = features |> List.map (fun f -> f.Values[kind]) |> List.toArray
        rows |> Array.map (fun i -> columns |> Array.map (fun c -> c[i]))

    /// What is wrong with a feature, as misuse.
    let check (compiled: CompiledLikelihood) (features: FitFeature list) : unit =
        if features.IsEmpty then
            invalidArg (nameof features) "Give one feature or more."

        for feature in features do
            if not (feature.Values.ContainsKey TableKind.Reference) then
                invalidArg
                    (nameof features)
                    $"'{feature.Name}' has no values of the reference table."

            for KeyValue(kind, values) in feature.Values do
                if compiled.Events(feature.Channel, kind) <> Some values.Length then
                    invalidArg
                        (nameof features)
                        $"'{feature.Name}' has {values.Length} values for the {kind} of \
                          '{feature.Channel}'."

                if not (Array.forall Double.IsFinite values) then
                    invalidArg
                        (nameof features)
                        $"'{feature.Name}' is not a number for some events of the {kind} of \
                          '{feature.Channel}': fill in missing values first."

    /// <summary>The channels that have features, at a best fit.</summary>
    /// <returns>or why the model is impossible there</returns>
    let create
        (settings: LearnedGoodnessSettings)
        (seed: uint64)
        (compiled: CompiledLikelihood)
        (theta: float[])
        (features: FitFeature list)
        : Result<GoodnessChannel[], ModelError list> =
        let kappa = compiled.Model.InnerCoordinates.ToInner theta

        features
        |> List.groupBy _.Channel
        |> List.map (fun (name, features) ->
            let place = compiled.Unbinned |> Array.findIndex (fun c -> c.Name = name)
            let channel = compiled.Unbinned[place]
            let count = channel.Tables[TableKind.Reference].Weights.Length
            let pool = EventSample.rows count settings.Reference
            let ones = Array.create pool.Length 1.0
            let weights = ReferenceWeights(compiled, channel, pool, ones)

            let impossible () =
                let what = "a reference event has a negative weight at the best fit"
                let remedy = "choose other parameter values, or better ratios"
                Error [ TableFault.create $"channel '{name}'" what remedy ]

            match weights.At(kappa, [||]) with
            | None -> impossible ()
            | Some(w, _) when Array.exists (fun x -> x < 0.0) w -> impossible ()
            | Some(w, _) ->
                let xs = events features TableKind.Reference pool
                let shape = RatioShape.fit settings seed xs w
                let placeOf = Array.create count -1
                pool |> Array.iteri (fun j row -> placeOf[row] <- j)

                Ok {
                    Place = place
                    Channel = channel
                    Features = features
                    Pool = pool
                    PlaceOf = placeOf
                    Shape = shape
                    Inputs = RatioShape.inputs shape xs
                    Weights = w
                })
        |> TableFault.collect
        |> Result.map List.toArray

    /// The reference of the data: each event once.
    let reference (compiled: CompiledLikelihood) (channel: GoodnessChannel) : ReferenceWeights =
        let ones = Array.create channel.Pool.Length 1.0
        ReferenceWeights(compiled, channel.Channel, channel.Pool, ones)

    /// The reference of a toy: each event as often as it would be in another sample of the size.
    let bootstrap (compiled: CompiledLikelihood) (toy: Toy) (channel: GoodnessChannel) =
        let purpose = $"learned goodness reference {channel.Channel.Name}"
        let mutable stream = RandomStream(toy.Seed, purpose, uint64 toy.Index)
        let copies = Array.zeroCreate<float> channel.Pool.Length

        for j in 0 .. copies.Length - 1 do
            copies[j] <- float (stream.NextPoisson 1.0)

        ReferenceWeights(compiled, channel.Channel, channel.Pool, copies)

    /// Rows and counts of the observed events.
    let observed (observation: Observation) (channel: GoodnessChannel) =
        let found = observation.Events[channel.Place]
        let tiles = found.Events.Tiles
        found.Table, Array.init tiles.Events tiles.Row, found.Events.Weights.ToArray()

    /// A table of the pool and of the events of an observation behind it.
    let dataSpace (observation: Observation) (free: int) (channel: GoodnessChannel) : RatioSpace =
        let kind, rows, counts = observed observation channel
        let inputs = events channel.Features kind rows |> RatioShape.inputs channel.Shape
        let space = RatioSpace(channel.Shape, Array.append channel.Inputs inputs, free)
        space.SetCounts(Array.append (Array.zeroCreate channel.Pool.Length) counts)
        space

    /// How often each event of the pool is in a toy.
    let toyCounts (observation: Observation) (channel: GoodnessChannel) : float[] =
        let _, rows, counts = observed observation channel
        let found = Array.zeroCreate<float> channel.Pool.Length

        Array.iter2
            (fun row n ->
                let j = channel.PlaceOf[row]
                found[j] <- found[j] + n)
            rows
            counts

        found
