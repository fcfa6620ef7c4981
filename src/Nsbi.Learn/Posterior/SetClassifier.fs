namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>A trained classifier of whole sets of events against a tested value. Immutable; may be used from several
/// threads at once.</summary>
/// <remarks>Made by <c>SetClassifierTraining</c> or read by <c>SetClassifierFile</c>; used through
/// <c>SetStatistic</c>.</remarks>
[<Sealed>]
type SetClassifier
    internal
    (
        settings: SetClassifierSettings,
        tested: string list,
        features: string list,
        scales: SetScales,
        testedScales: TestedScale list,
        values: Values,
        history: TrainingHistory
    ) =
    /// How it was trained.
    member _.Settings: SetClassifierSettings = settings
    /// Names of the tested parameters.
    member _.Tested: string list = tested
    /// Names of the features, in the order of the columns of events.
    member _.Features: string list = features
    /// Shifts and scales of features and numbers of events.
    member _.Scales: SetScales = scales
    /// <summary>The course of the training; losses are mean cross-entropies of the two hypotheses, ln 2 where they
    /// cannot be told apart.</summary>
    member _.History: TrainingHistory = history

    /// <summary>All weights and biases by name: <c>encoder.*</c>, <c>decoder.*</c>, <c>head.*</c>; copies.
    /// </summary>
    member _.Parameters: Values = values |> Map.map (fun _ value -> Array2D.copy value)

    member internal _.TestedScales: TestedScale list = testedScales
    member internal _.Values: Values = values

    /// A line for people.
    override _.ToString() : string =
        let names = String.Join(", ", tested)
        let events = String.Join(", ", features)
        $"test of {names} with sets of {events}, best of {history.Epochs.Length} epochs: {history.BestEpoch}"

/// <summary>What a classifier keeps of a set: sums over its events.</summary>
[<NoComparison; ReferenceEquality>]
type SetSummary = internal { Sums: float[]; Count: float }

/// <summary>The test statistic of a classifier of sets, ready to run.</summary>
/// <remarks>
/// t(set, θ) = ln q(set|another value)/q(set|θ), each averaged over the nuisance parameters as in training: the
/// larger, the worse θ fits. It is monotone in the likelihood ratio of the averages, and approximately in the
/// profile likelihood ratio; its distribution is taken from pseudo-experiments. Event network in single precision, sums
/// and the rest in double; a set's numbers do not depend on the sets beside it. One call at a time.
/// </remarks>
[<Sealed>]
type SetStatistic(team: ThreadTeam, classifier: SetClassifier) =
    do
        if isNull (box classifier) then
            nullArg (nameof classifier)

    let settings = classifier.Settings
    let features = classifier.Features.Length
    let tested = classifier.Tested.Length
    let capacity = 512

    let encoder =
        new SetEncoder(team, settings.Embedding, classifier.Scales, classifier.Values)

    let columns = encoder.Columns

    let plan =
        let logits =
            SetClassifierGraph.logits
                settings
                classifier.Scales
                classifier.TestedScales
                (SetClassifierGraph.parameters features tested settings)
                (input "sums" columns, input "count" 1, input "tested" tested)

        let plan = Plan.Compile(team, Precision.Double, capacity, [ -logits ])
        plan.SetParameters classifier.Values
        plan

    /// <summary>What is kept of sets: all that tests of any value need.</summary>
    /// <param name="sets">events of each, n x F, row-major; empty for a set without events</param>
    /// <exception cref="T:System.ArgumentException">numbers that are not whole events, or not finite</exception>
    member _.Summaries(sets: float32[] seq) : SetSummary[] =
        sets
        |> Seq.map (fun events ->
            if events.Length % features <> 0 then
                invalidArg
                    (nameof sets)
                    $"{events.Length} numbers are not whole events of {features} features."

            if events |> Array.exists (fun x -> not (Single.IsFinite x)) then
                invalidArg (nameof sets) "A feature is not a finite number."

            let sums = Array.zeroCreate<float> columns
            encoder.Add(ReadOnlySpan events, ReadOnlySpan.Empty, sums)

            {
                Sums = sums
                Count = float (events.Length / features)
            })
        |> Seq.toArray

    /// <summary>t of sets at one value.</summary>
    /// <param name="summaries">of the sets, from the same classifier</param>
    /// <param name="value">θ, in the order of the names</param>
    /// <exception cref="T:System.ArgumentException">another number of tested values, or a summary of another
    /// classifier</exception>
    member _.Values(summaries: SetSummary[], value: float[]) : float[] =
        if value.Length <> tested then
            invalidArg (nameof value) $"{value.Length} values are given; {tested} are tested."

        if summaries |> Array.exists (fun s -> s.Sums.Length <> columns) then
            invalidArg (nameof summaries) "A summary was made by another classifier."

        if summaries.Length = 0 then
            [||]
        else
            let row (summary: SetSummary) =
                Array.concat [ summary.Sums; [| summary.Count |]; value ]

            let blocks = [ "sums", columns; "count", 1; "tested", tested ]
            let table = Table.OfDoubles(blocks, Array.collect row summaries)
            let found = plan.RunAll(table).Head
            Array.init summaries.Length (fun s -> found[s, 0])

    interface IDisposable with
        member _.Dispose() =
            (encoder :> IDisposable).Dispose()
            (plan :> IDisposable).Dispose()
