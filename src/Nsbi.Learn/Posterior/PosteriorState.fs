namespace Nsbi.Learn.Posterior

open System
open System.Buffers.Binary
open System.Globalization
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>All that a posterior needs of the events seen so far: sums over events of the per-event network's
/// outputs, the sum of weights and the number of events. New events are added without looking at the old ones.
/// Immutable.</summary>
/// <remarks>Sums are double precision, event after event: events in several portions give the same bits as at once;
/// merged states agree to rounding.</remarks>
[<Sealed>]
type PosteriorState internal (identity: string, sums: float[], weight: float, events: int64) =
    /// <summary>Σ_i w_i e(x_i), one for each pooled column; a copy.</summary>
    member _.Sums: float[] = Array.copy sums
    /// <summary>Σ_i w_i; the number of events where all weights are 1.</summary>
    member _.Weight: float = weight
    /// Number of events.
    member _.Events: int64 = events
    /// <summary>Whose sums these are: <c>PosteriorEstimator.Identity</c>.</summary>
    member _.Identity: string = identity
    member internal _.SumArray: float[] = sums

    /// A line for people.
    override _.ToString() : string =
        String.Format(CultureInfo.InvariantCulture, "state of {0:N0} events", events)

/// <summary>Adds events to states of one estimator: its per-event network, planned once. One call at a time.
/// </summary>
[<Sealed>]
type PosteriorStream(team: ThreadTeam, estimator: PosteriorEstimator) =
    let encoder =
        new SetEncoder(team, estimator.Settings.Embedding, estimator.Scales, estimator.Values)

    let columns = estimator.Features.Length

    let weightOf (weights: ReadOnlySpan<float32>) (events: int) (before: float) =
        if weights.Length = 0 then
            before + float events
        else
            let mutable sum = before

            for w in weights do
                sum <- sum + float w

            sum

    /// Whose events these are.
    member _.Estimator: PosteriorEstimator = estimator

    /// <summary>The state without any event.</summary>
    member _.Empty: PosteriorState =
        PosteriorState(estimator.Identity, Array.zeroCreate encoder.Columns, 0.0, 0L)

    /// <summary>The state with weighted events added.</summary>
    /// <param name="state">of the same estimator</param>
    /// <param name="events">n x F, row-major, before standardisation</param>
    /// <param name="weights">length n, or empty for weights of 1</param>
    /// <exception cref="T:System.ArgumentException">a state of another estimator, not whole rows, another number
    /// of weights, numbers that are not finite</exception>
    member _.Add
        (state: PosteriorState, events: ReadOnlyMemory<float32>, weights: ReadOnlyMemory<float32>)
        : PosteriorState =
        if state.Identity <> estimator.Identity then
            invalidArg (nameof state) "The state belongs to another estimator."

        if events.Length % columns <> 0 then
            invalidArg
                (nameof events)
                $"{events.Length} numbers are not rows of {columns} features."

        let rows = events.Length / columns

        if weights.Length <> 0 && weights.Length <> rows then
            invalidArg (nameof weights) $"{weights.Length} weights for {rows} events."

        for x in events.Span do
            if not (Single.IsFinite x) then
                invalidArg (nameof events) "A feature is not a finite number."

        for w in weights.Span do
            if not (Single.IsFinite w) then
                invalidArg (nameof weights) "A weight is not a finite number."

        let sums = state.Sums
        encoder.Add(events.Span, weights.Span, sums)

        PosteriorState(
            state.Identity,
            sums,
            weightOf weights.Span rows state.Weight,
            state.Events + int64 rows
        )

    /// <summary>The state with events of weight 1 added.</summary>
    member this.Add(state: PosteriorState, events: ReadOnlyMemory<float32>) : PosteriorState =
        this.Add(state, events, ReadOnlyMemory.Empty)

    interface IDisposable with
        member _.Dispose() = (encoder :> IDisposable).Dispose()

/// Making, merging, keeping and reading states.
[<RequireQualifiedAccess>]
module PosteriorState =
    [<Literal>]
    let private Format = "nsbi-posterior-state-1"

    /// <summary>The state of an estimator without any event, whose posterior is what the training made of sets
    /// without events.</summary>
    let empty (estimator: PosteriorEstimator) : PosteriorState =
        PosteriorState(estimator.Identity, Array.zeroCreate estimator.SumCount, 0.0, 0L)

    /// <summary>The state with events of weight 1 added. For many portions keep a <c>PosteriorStream</c>.
    /// </summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="estimator">whose state it is</param>
    /// <param name="events">n x F, row-major</param>
    /// <param name="state">the state so far</param>
    let add
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (events: ReadOnlyMemory<float32>)
        (state: PosteriorState)
        : PosteriorState =
        use stream = new PosteriorStream(team, estimator)
        stream.Add(state, events)

    /// <summary>The state of events of weight 1.</summary>
    let ofEvents
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (events: ReadOnlyMemory<float32>)
        : PosteriorState =
        add team estimator events (empty estimator)

    /// <summary>The states of sets, one each.</summary>
    let ofSets
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (sets: EventSets)
        : PosteriorState[] =
        if List.ofSeq sets.Features <> estimator.Features then
            let wanted = String.Join(", ", estimator.Features)
            invalidArg (nameof sets) $"The estimator has the features {wanted}."

        use stream = new PosteriorStream(team, estimator)
        let empty = empty estimator
        Array.init sets.Count (fun set -> stream.Add(empty, sets.Set set, sets.Weights set))

    /// <summary>The state of the events of both, as of two workers.</summary>
    /// <exception cref="T:System.ArgumentException">states of different estimators</exception>
    let merge (first: PosteriorState) (second: PosteriorState) : PosteriorState =
        if first.Identity <> second.Identity then
            invalidArg (nameof second) "The states belong to different estimators."

        PosteriorState(
            first.Identity,
            Array.map2 (+) first.SumArray second.SumArray,
            first.Weight + second.Weight,
            first.Events + second.Events
        )

    /// <summary>The state as a JSON file, numbers as little-endian float64 in base 64: equal states give equal
    /// bytes.</summary>
    let toBytes (state: PosteriorState) : byte[] =
        let bytes = Array.zeroCreate<byte>(8 * state.SumArray.Length)

        state.SumArray
        |> Array.iteri (fun i x ->
            BinaryPrimitives.WriteDoubleLittleEndian(Span(bytes, 8 * i, 8), x))

        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WriteString("estimator", state.Identity)
            writer.WriteNumber("events", state.Events)
            writer.WriteNumber("weight", state.Weight)
            writer.WriteBase64String("sums", ReadOnlySpan bytes))

    /// <summary>The state of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="estimator">whose state it must be</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file, damaged, or the state of another estimator</returns>
    let ofBytes
        (source: string)
        (estimator: PosteriorEstimator)
        (bytes: byte[])
        : Result<PosteriorState, Fault list> =
        NetworkFile.parse source Format bytes (fun root ->
            let sums = root.GetProperty("sums").GetBytesFromBase64()

            PosteriorState(
                root.GetProperty("estimator").GetString(),
                Array.init (sums.Length / 8) (fun i ->
                    BinaryPrimitives.ReadDoubleLittleEndian(ReadOnlySpan(sums, 8 * i, 8))),
                root.GetProperty("weight").GetDouble(),
                root.GetProperty("events").GetInt64()
            ))
        |> Result.bind (fun state ->
            if
                state.Identity = estimator.Identity
                && state.SumArray.Length = estimator.SumCount
            then
                Ok state
            else
                Error [
                    Fault.create
                        source
                        "the state belongs to another estimator"
                        "give the file of the posterior that it was made with"
                ])

    let private check (estimator: PosteriorEstimator) (states: PosteriorState[]) =
        if states |> Array.exists (fun state -> state.Identity <> estimator.Identity) then
            invalidArg (nameof states) "A state belongs to another estimator."

    let private decode team (estimator: PosteriorEstimator) (states: PosteriorState[]) =
        check estimator states
        estimator.Decode(team, states |> Array.map _.SumArray, states |> Array.map _.Weight)

    /// <summary>What the decoder sees of sets: pooled numbers and the scaled ln(1 + number of events), one row per
    /// state. Sets unlike those of the training show here first.</summary>
    let summaries
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (states: PosteriorState[])
        : float[,] =
        let struct (pooled, _) = decode team estimator states
        pooled

    /// <summary>What the density head sees of sets, one row per state.</summary>
    let contexts
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (states: PosteriorState[])
        : float[,] =
        let struct (_, context) = decode team estimator states
        context

    /// <summary>The posteriors of sets: of each its density, with means, widths, quantiles and draws.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="estimator">whose states they are</param>
    /// <param name="states">one for each set</param>
    let posteriors
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (states: PosteriorState[])
        : ConditionalDensity[] =
        let contexts = contexts team estimator states
        let head, prior = estimator.Settings.Head, estimator.Prior

        Array.init states.Length (fun s ->
            ConditionalDensity.Create(head, prior, estimator.Values, contexts[s, *]))

    /// <summary>The posterior q(φ|{x}) of the events of a state.</summary>
    let posterior
        (team: ThreadTeam)
        (estimator: PosteriorEstimator)
        (state: PosteriorState)
        : ConditionalDensity =
        (posteriors team estimator [| state |])[0]

    /// <summary>What should be known before the posterior of a state is believed.</summary>
    let warnings (estimator: PosteriorEstimator) (state: PosteriorState) : PosteriorWarning list =
        check estimator [| state |]
        estimator.Warnings state.Weight
