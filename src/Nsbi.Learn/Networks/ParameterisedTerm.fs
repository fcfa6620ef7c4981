namespace Nsbi.Learn.Networks

open System
open System.Collections.Concurrent
open System.Collections.Generic
open Nsbi.Kernels
open Nsbi.Learn.Autodiff

/// <summary>What a parameterised network gives as a factor of a process.</summary>
[<RequireQualifiedAccess>]
type ShapeForm =
    /// <summary>ln r(x|α), as it was learned.</summary>
    | AsLearned
    /// <summary>ln r(x|α) − ln r(x|0), exactly 0 at α = 0: a factor to a nominal ratio that another
    /// network learned. The same as <c>AsLearned</c> for anchored networks.</summary>
    | RelativeToZero

/// One network's ln r and derivatives for up to a tile of events, in double precision.
[<Sealed>]
type private NetworkTile(network: Network, relative: bool, count: int, order: int) =
    static let capacity = 64
    let features = network.InputCount - count
    let width = network.InputCount
    let data = Array.zeroCreate<float>(capacity * width)
    let single = Array.zeroCreate<float32> features
    let table = Table.OfDoubles([ "x", features; "a", count ], data)
    let numbers = Array.init capacity id
    let team = new ThreadTeam(1)

    let standardisation = {
        Shift = Array.truncate features network.Standardisation.Shift
        Scale = Array.truncate features network.Standardisation.Scale
    }

    let plan =
        Plan.Compile(
            team,
            Precision.Double,
            capacity,
            [
                ParameterisedGraph.derivatives
                    network.Loss
                    network.Output
                    network.Architecture
                    network.Standardisation
                    relative
                    features
                    count
                    order
            ]
        )

    do plan.SetParameters network.Values

    /// Rows of ln r, ∂, ∂² of the first events set.
    member _.Run(events: int, point: ReadOnlySpan<float>) : float[,] =
        for slot in 0 .. events - 1 do
            for k in 0 .. count - 1 do
                data[slot * width + features + k] <- point[k]

        plan.Run(table, ReadOnlySpan(numbers, 0, events))
        plan.Output 0

    /// The features of an event, standardised as in training.
    member _.Set(slot: int, row: ReadOnlySpan<float32>) : unit =
        Standardisation.row standardisation row (Span single)

        for j in 0 .. features - 1 do
            data[slot * width + j] <- float single[j]

    interface IDisposable with
        member _.Dispose() =
            (plan :> IDisposable).Dispose()
            team.Dispose()

/// One thread's plans: of every network and order, made when they are first needed.
[<Sealed>]
type private ShapePlans(networks: Network[], relative: bool, count: int) =
    let tiles = Dictionary<struct (int * int), NetworkTile>()

    member _.Tile(network: int, order: int) : NetworkTile =
        match tiles.TryGetValue(struct (network, order)) with
        | true, tile -> tile
        | _ ->
            let tile = new NetworkTile(networks[network], relative, count, order)
            tiles.Add(struct (network, order), tile)
            tile

    interface IDisposable with
        member _.Dispose() =
            for tile in tiles.Values do
                (tile :> IDisposable).Dispose()

/// <summary>A parameterised estimator bound to a table of features: ln r of its events with exact first and
/// second derivatives in α, in double precision. May be used from several threads at once; each has plans
/// and buffers of its own.</summary>
/// <remarks>i: event of the table, j: event of a tile, k, l: parameter. The derivatives are those of the
/// network itself (forward mode, twice), not of an interpolation. Slow twin: finite differences of the
/// value, in the tests.</remarks>
[<Sealed>]
type BoundShape
    private
    (
        estimator: ParameterisedEstimator,
        form: ShapeForm,
        features: ReadOnlyMemory<float32>,
        foldOf: int[] option
    ) =
    let count = estimator.Parameters.Count
    let inputs = estimator.FeatureCount
    let folds = estimator.FoldArray.Length
    let members = estimator.FoldArray[0].Length
    let networks = Array.concat estimator.FoldArray
    let relative = estimator.Settings.Anchored || form = ShapeForm.RelativeToZero
    let pool = ConcurrentBag<ShapePlans>()
    let mutable isDisposed = false

    do
        if features.Length % inputs <> 0 then
            invalidArg
                (nameof features)
                $"{features.Length} numbers are not whole rows of {inputs} features"

    /// Number of events n.
    member _.Events: int = features.Length / inputs

    /// Number of parameters P.
    member _.ParameterCount: int = count

    /// <summary>ln r and its derivatives for some events of the table; as in
    /// <c>IEventTerm.Fill</c>.</summary>
    /// <param name="rows">rows of the events in the table, at most 64</param>
    /// <param name="point">α, P numbers</param>
    /// <param name="order">0: value only, 1: and first derivatives, 2: and second</param>
    /// <param name="log">ln r of event j at [j]</param>
    /// <param name="first">∂ ln r/∂α_k at [64 k + j]</param>
    /// <param name="second">∂² ln r/∂α_k∂α_l, k ≤ l, row by row of the upper triangle, each 64 wide</param>
    /// <returns>NaN where a feature or a parameter is not finite; places of no event are left as they are
    /// </returns>
    /// <exception cref="T:System.ObjectDisposedException">disposed before</exception>
    member _.Fill
        (
            rows: ReadOnlySpan<int>,
            point: ReadOnlySpan<float>,
            order: int,
            log: Span<float>,
            first: Span<float>,
            second: Span<float>
        ) : unit =
        ObjectDisposedException.ThrowIf(isDisposed, typeof<BoundShape>)

        let plans =
            match pool.TryTake() with
            | true, plans -> plans
            | _ -> new ShapePlans(networks, relative, count)

        let firsts = if order >= 1 then count else 0
        let seconds = if order >= 2 then count * (count + 1) / 2 else 0
        let places = Array.zeroCreate<int> rows.Length
        let table = features.Span

        for j in 0 .. rows.Length - 1 do
            log[j] <- 0.0

            for k in 0 .. firsts - 1 do
                first[64 * k + j] <- 0.0

            for k in 0 .. seconds - 1 do
                second[64 * k + j] <- 0.0

        for fold in 0 .. folds - 1 do
            let mutable found = 0

            for j in 0 .. rows.Length - 1 do
                match foldOf with
                | Some foldOf when foldOf[rows[j]] <> fold -> ()
                | _ ->
                    places[found] <- j
                    found <- found + 1

            if found > 0 then
                let averaged = if foldOf.IsSome then members else members * folds
                let share = 1.0 / float averaged

                for m in 0 .. members - 1 do
                    let tile = plans.Tile(fold * members + m, order)

                    for slot in 0 .. found - 1 do
                        tile.Set(slot, table.Slice(rows[places[slot]] * inputs, inputs))

                    let values = tile.Run(found, point)

                    for slot in 0 .. found - 1 do
                        let j = places[slot]
                        log[j] <- log[j] + share * values[slot, 0]

                        for k in 0 .. firsts - 1 do
                            let at = 64 * k + j
                            first[at] <- first[at] + share * values[slot, 1 + k]

                        for k in 0 .. seconds - 1 do
                            let at = 64 * k + j
                            second[at] <- second[at] + share * values[slot, 1 + count + k]

        pool.Add plans

    /// <summary>The factor as a term of the mixture kernel.</summary>
    /// <param name="place">the process it belongs to</param>
    /// <param name="parameters">positions of α_k in the kernel's vector, in the order of the estimator's
    /// parameters</param>
    /// <exception cref="T:System.ArgumentException">another number of parameters</exception>
    member this.Term(place: int, parameters: int[]) : IEventTerm =
        if parameters.Length <> count then
            invalidArg (nameof parameters) $"{parameters.Length} positions for {count} parameters"

        let positions = Array.AsReadOnly(Array.copy parameters)

        {
            new IEventTerm with
                member _.Process = place
                member _.Parameters = positions

                member _.Fill(rows, values, order, log, first, second) =
                    this.Fill(rows, values, order, log, first, second)
        }

    /// <summary>Each event by the networks of its own fold: for simulation, which they never saw.</summary>
    /// <param name="estimator">the estimator</param>
    /// <param name="form">what it gives</param>
    /// <param name="features">n x F, row-major, as they went into training; not copied</param>
    /// <param name="groups">the group of each event: for simulation the one it had in training</param>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit</exception>
    static member ByFold
        (
            estimator: ParameterisedEstimator,
            form: ShapeForm,
            features: ReadOnlyMemory<float32>,
            groups: ReadOnlyMemory<uint64>
        ) : BoundShape =
        if features.Length <> estimator.FeatureCount * groups.Length then
            invalidArg
                (nameof features)
                $"{features.Length} numbers for {groups.Length} events of {estimator.FeatureCount} features"

        new BoundShape(estimator, form, features, Some(estimator.FoldsOf groups))

    /// <summary>The mean of the folds' ln r for every event: for collision data.</summary>
    /// <param name="estimator">the estimator</param>
    /// <param name="form">what it gives</param>
    /// <param name="features">n x F, row-major; not copied</param>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    static member MeanOfFolds
        (estimator: ParameterisedEstimator, form: ShapeForm, features: ReadOnlyMemory<float32>)
        : BoundShape =
        new BoundShape(estimator, form, features, None)

    interface IDisposable with
        member _.Dispose() =
            isDisposed <- true

            for plans in pool do
                (plans :> IDisposable).Dispose()
