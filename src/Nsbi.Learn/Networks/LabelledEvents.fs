namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open Nsbi.Learn

/// <summary>What is done with events of negative weight before a training: a signed measure can be
/// neither the target of a cross-entropy nor a density. Their signs stay in the yields.</summary>
[<RequireQualifiedAccess>]
type NegativeWeights =
    /// Refuse them, with a sentence.
    | Refuse
    /// Leave the events out. Biased where they are not spread as the others are.
    | Drop
    /// Train on |w|. Biased likewise.
    | AbsoluteValue

/// <summary>How often a policy for negative weights was used, per class.</summary>
type NegativeWeightsUse = {
    /// The policy.
    Policy: NegativeWeights
    /// Events of negative weight in each class.
    Counts: int[]
    /// Σ|w| over these, as a share of Σ|w| of the class.
    Shares: float[]
}

/// <summary>Weighted events with a class each: what ratio networks are trained on. i: event, j: feature,
/// c: class (a sample, a process).</summary>
/// <remarks>An event that stands in several classes, or is there in nominal and varied copies, has one
/// group id; events of a group are never on both sides of a split.</remarks>
[<Sealed>]
type LabelledEvents
    internal
    (
        classNames: string[],
        featureCount: int,
        features: float32[],
        classes: int[],
        weights: float[],
        groups: uint64[],
        negative: NegativeWeightsUse,
        origins: int[] option
    ) =
    let sums = Array.zeroCreate<float> classNames.Length

    do
        for i in 0 .. classes.Length - 1 do
            sums[classes[i]] <- sums[classes[i]] + weights[i]

    /// Names of the classes, in the order of their numbers.
    member _.ClassNames: IReadOnlyList<string> = Array.AsReadOnly classNames
    /// Number of classes K.
    member _.ClassCount: int = classNames.Length
    /// Number of features F.
    member _.FeatureCount: int = featureCount
    /// Number of events n.
    member _.Count: int = classes.Length
    /// x_ij, n x F, row-major.
    member _.Features: ReadOnlyMemory<float32> = ReadOnlyMemory features
    /// The class of each event, from 0.
    member _.Classes: ReadOnlyMemory<int> = ReadOnlyMemory classes
    /// The weight of each event, ≥ 0.
    member _.Weights: ReadOnlyMemory<float> = ReadOnlyMemory weights
    /// The group of each event.
    member _.Groups: ReadOnlyMemory<uint64> = ReadOnlyMemory groups
    /// Σ w of each class.
    member _.ClassSums: ReadOnlyMemory<float> = ReadOnlyMemory sums
    /// What was done with negative weights.
    member _.Negative: NegativeWeightsUse = negative

    member internal _.FeatureArray: float32[] = features
    member internal _.ClassArray: int[] = classes
    member internal _.WeightArray: float[] = weights
    member internal _.GroupArray: uint64[] = groups
    /// The event behind each row where events have a weight in several classes: rows of one number are
    /// one event, and a training sees them as one row.
    member internal _.Origins: int[] option = origins

    /// The same events with other weights, one per row; everything else is shared.
    member internal _.WithWeights(other: float[]) : LabelledEvents =
        LabelledEvents(
            classNames,
            featureCount,
            features,
            classes,
            other,
            groups,
            negative,
            origins
        )

    /// A line for people.
    override this.ToString() : string =
        let names = String.Join(", ", classNames)
        $"{this.Count} events, {featureCount} features, classes {names}"

/// <summary>One class of events as it goes into <c>LabelledEvents.create</c>.</summary>
type ClassEvents = {
    /// Name of the class.
    Name: string
    /// x_ij, row-major, one row per event.
    Features: float32[]
    /// One weight per event.
    Weights: float[]
    /// One group id per event.
    Groups: uint64[]
}

/// Making training events, with every fault reported.
[<RequireQualifiedAccess>]
module LabelledEvents =
    let internal shapeFaults (featureCount: int) (part: ClassEvents) = [
        if part.Weights.Length = 0 then
            Fault.create $"class '{part.Name}'" "there is no event" "a network needs events"
        if part.Features.Length <> featureCount * part.Weights.Length then
            Fault.create
                $"class '{part.Name}'"
                "the features and the weights differ in length"
                $"there are {part.Weights.Length} weights and {featureCount} features"
            |> Fault.withValue $"{part.Features.Length} numbers"
        if part.Groups.Length <> part.Weights.Length then
            Fault.create
                $"class '{part.Name}'"
                "the groups and the weights differ in length"
                $"there are {part.Weights.Length} weights"
            |> Fault.withValue $"{part.Groups.Length} groups"
    ]

    let internal valueFaults (featureCount: int) (policy: NegativeWeights) (part: ClassEvents) =
        let source = $"class '{part.Name}'"
        let log = FaultLog()

        part.Features
        |> Array.iteri (fun i value ->
            if not (Single.IsFinite value) then
                Fault.create source "a feature is not a finite number" "remove or repair the event"
                |> Fault.atEvent (1 + i / featureCount)
                |> Fault.withValue (JsonFields.text (float value))
                |> log.Add)

        part.Weights
        |> Array.iteri (fun i value ->
            if not (Double.IsFinite value) then
                Fault.create source "a weight is not a finite number" "remove or repair the event"
                |> Fault.atEvent (i + 1)
                |> Fault.withValue (JsonFields.text value)
                |> log.Add)

        let negative = part.Weights |> Array.filter (fun weight -> weight < 0.0)

        if negative.Length > 0 && policy = NegativeWeights.Refuse then
            Fault.create
                source
                "negative weights cannot be trained on: a signed measure is no density"
                "train on a sample of positive weights and keep the signs in the yields, or choose to drop these events or to take the absolute value"
            |> Fault.withValue $"{negative.Length} of {part.Weights.Length} events"
            |> log.Add

        let kept =
            match policy with
            | NegativeWeights.AbsoluteValue -> part.Weights |> Array.sumBy abs
            | _ -> part.Weights |> Array.sumBy (max 0.0)

        if part.Weights.Length > 0 && not (kept > 0.0) then
            Fault.create source "the total weight is not positive" "give events of positive weight"
            |> Fault.withValue (JsonFields.text kept)
            |> log.Add

        log.ToList()

    /// <summary>Training events of two classes or more, with weights as they are.</summary>
    /// <param name="policy">what to do with negative weights; its use is recorded</param>
    /// <param name="featureCount">F, at least 1</param>
    /// <param name="parts">the classes in the order of their numbers; the arrays are copied</param>
    /// <returns>every fault: fewer than two classes, repeated names, lengths that differ, no events,
    /// values that are not finite, negative weights where they are refused, no positive weight</returns>
    let create
        (policy: NegativeWeights)
        (featureCount: int)
        (parts: ClassEvents list)
        : Result<LabelledEvents, Fault list> =
        let log = FaultLog()

        if parts.Length < 2 then
            Fault.create "classes" "a classifier needs two classes or more" ""
            |> Fault.withValue (string parts.Length)
            |> log.Add

        for name, copies in parts |> List.countBy _.Name do
            if copies > 1 then
                Fault.create
                    "classes"
                    "the name stands for more than one class"
                    "rename one of them"
                |> Fault.withValue name
                |> log.Add

        if featureCount < 1 then
            Fault.create "features" "a classifier needs one feature or more" "" |> log.Add
        else
            for part in parts do
                match shapeFaults featureCount part with
                | [] -> valueFaults featureCount policy part |> log.AddRange
                | faults -> log.AddRange faults

        if not log.IsEmpty then
            Error(log.ToList())
        else
            let parts = List.toArray parts

            let kept =
                parts
                |> Array.map (fun part ->
                    [| 0 .. part.Weights.Length - 1 |]
                    |> Array.filter (fun i ->
                        policy <> NegativeWeights.Drop || part.Weights[i] >= 0.0))

            let pick (value: ClassEvents -> int -> 'T) =
                Array.map2 (fun part rows -> Array.map (value part) rows) parts kept
                |> Array.concat

            let features =
                Array.zeroCreate<float32>(featureCount * Array.sumBy Array.length kept)

            let mutable next = 0

            for c in 0 .. parts.Length - 1 do
                for i in kept[c] do
                    Array.Copy(parts[c].Features, i * featureCount, features, next, featureCount)
                    next <- next + featureCount

            let negativeOf (part: ClassEvents) =
                part.Weights |> Array.filter (fun w -> w < 0.0)

            let using = {
                Policy = policy
                Counts = parts |> Array.map (fun part -> (negativeOf part).Length)
                Shares =
                    parts
                    |> Array.map (fun part ->
                        Array.sumBy abs (negativeOf part) / Array.sumBy abs part.Weights)
            }

            LabelledEvents(
                parts |> Array.map _.Name,
                featureCount,
                features,
                Array.mapi (fun c rows -> Array.replicate (Array.length rows) c) kept
                |> Array.concat,
                pick (fun part i -> abs part.Weights[i]),
                pick (fun part i -> part.Groups[i]),
                using,
                None
            )
            |> Ok
