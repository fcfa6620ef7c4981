namespace Nsbi.Learn.Posterior

open System
open System.Collections.Generic
open System.Globalization
open Nsbi.Learn

// s: set, i: event of a set, j: feature, k: parameter.

/// <summary>One set of events with the parameters it was made with.</summary>
[<NoComparison; ReferenceEquality>]
type EventSet = {
    /// φ_k, in the order of the names.
    Parameters: float[]
    /// Features of the events, n x F, row-major; empty for a set without events.
    Features: float32[]
    /// Weights of the events, length n; empty where all are 1.
    Weights: float[]
}

/// <summary>Sets of events with their parameters: what a posterior is trained on and checked with.
/// Immutable; safe to use from several threads.</summary>
[<Sealed>]
type EventSets
    internal
    (
        parameters: string[],
        features: string[],
        offsets: int[],
        events: float32[],
        weights: float32[],
        values: float[]
    ) =

    /// Names of the parameters, P of them.
    member _.Parameters: IReadOnlyList<string> = Array.AsReadOnly parameters
    /// Names of the features, F of them.
    member _.Features: IReadOnlyList<string> = Array.AsReadOnly features
    /// Number of sets S.
    member _.Count: int = offsets.Length - 1
    /// Number of events of all sets.
    member _.Events: int = offsets[offsets.Length - 1]

    /// <summary>Number of events of a set.</summary>
    member _.Size(set: int) : int = offsets[set + 1] - offsets[set]

    /// <summary>Features of the events of a set, n x F, row-major.</summary>
    member this.Set(set: int) : ReadOnlyMemory<float32> =
        ReadOnlyMemory(events, offsets[set] * features.Length, this.Size set * features.Length)

    /// <summary>Weights of the events of a set, length n; empty where all weights are 1.</summary>
    member this.Weights(set: int) : ReadOnlyMemory<float32> =
        if weights.Length = 0 then
            ReadOnlyMemory.Empty
        else
            ReadOnlyMemory(weights, offsets[set], this.Size set)

    /// <summary>φ of a set, length P.</summary>
    member _.Values(set: int) : ReadOnlyMemory<float> =
        ReadOnlyMemory(values, set * parameters.Length, parameters.Length)

    member internal _.Offsets: int[] = offsets
    member internal _.EventArray: float32[] = events
    member internal _.WeightArray: float32[] = weights
    member internal _.ValueArray: float[] = values

    /// A line for people.
    override this.ToString() : string =
        String.Format(
            CultureInfo.InvariantCulture,
            "{0:N0} sets of {1:N0} events, features {2}, parameters {3}",
            this.Count,
            this.Events,
            String.Join(", ", features),
            String.Join(", ", parameters)
        )

/// Making sets.
[<RequireQualifiedAccess>]
module EventSets =
    let private text (value: float) =
        value.ToString CultureInfo.InvariantCulture

    let private finite (log: FaultLog) source (set: int) what (names: string[]) (values: float[]) =
        values
        |> Array.iteri (fun i value ->
            if not (Double.IsFinite value) then
                Fault.create
                    $"{source}, set {set + 1}"
                    $"the {what} is not a finite number"
                    "repair it"
                |> Fault.inColumn names[i % names.Length]
                |> Fault.withValue (text value)
                |> log.Add)

    let private checkSet
        (log: FaultLog)
        source
        parameters
        (features: string[])
        index
        (set: EventSet)
        =
        let place = $"{source}, set {index + 1}"

        let wrong what (found: int) (wanted: string) =
            Fault.create place what wanted |> Fault.withValue (string found) |> log.Add

        if set.Parameters.Length <> Array.length parameters then
            let wanted = $"there are {parameters.Length} parameters"
            wrong "the number of values is not that of the parameters" set.Parameters.Length wanted
        else
            finite log source index "parameter" parameters set.Parameters

        if set.Features.Length % features.Length <> 0 then
            let wanted = $"rows of {features.Length} features are wanted"
            wrong "the numbers are not whole events" set.Features.Length wanted
        else
            finite log source index "feature" features (Array.map float set.Features)
            let count = set.Features.Length / features.Length

            if set.Weights.Length <> 0 && set.Weights.Length <> count then
                let wanted = $"there are {count} events"
                wrong "events and weights differ in number" set.Weights.Length wanted
            else
                finite log source index "weight" [| "weight" |] set.Weights
                let sum = Array.sum set.Weights

                if set.Weights.Length > 0 && not (sum > 0.0) && Double.IsFinite sum then
                    Fault.create place "the total weight is not positive" "check the weights"
                    |> Fault.withValue (text sum)
                    |> log.Add

    let internal own parameters features (sets: EventSet[]) : EventSets =
        let count (set: EventSet) =
            set.Features.Length / Array.length features

        let hasWeights = sets |> Array.exists (fun set -> set.Weights.Length > 0)

        let weightsOf (set: EventSet) =
            if set.Weights.Length > 0 then
                Array.map float32 set.Weights
            else
                Array.create (count set) 1f

        EventSets(
            parameters,
            features,
            Array.scan (+) 0 (Array.map count sets),
            sets |> Array.map _.Features |> Array.concat,
            (if hasWeights then
                 sets |> Array.map weightsOf |> Array.concat
             else
                 [||]),
            sets |> Array.map _.Parameters |> Array.concat
        )

    /// <summary>Sets that a program made; the numbers are copied.</summary>
    /// <param name="source">what to call them in faults</param>
    /// <param name="parameters">names of the parameters, at least one</param>
    /// <param name="features">names of the features, at least one</param>
    /// <param name="sets">at least one; sets without events are allowed</param>
    /// <returns>all faults: names given twice, lengths that differ, numbers that are not finite, weights of a
    /// set that do not add up to more than 0</returns>
    let create
        (source: string)
        (parameters: string list)
        (features: string list)
        (sets: EventSet seq)
        : Result<EventSets, Fault list> =
        let log = FaultLog()
        let parameterNames, featureNames = Array.ofList parameters, Array.ofList features
        let sets = Array.ofSeq sets

        for kind, names in [ "parameter", parameters; "feature", features ] do
            if names.IsEmpty then
                Fault.create source $"there is no {kind}" "name at least one" |> log.Add

            for name, copies in names |> List.countBy id do
                if copies > 1 then
                    Fault.create
                        source
                        $"the {kind} is there more than once"
                        "give each a name of its own"
                    |> Fault.inColumn name
                    |> log.Add

        if sets.Length = 0 then
            Fault.create source "there are no sets" "give at least one" |> log.Add

        if log.IsEmpty then
            sets |> Array.iteri (checkSet log source parameterNames featureNames)

        if log.IsEmpty then
            Ok(own parameterNames featureNames sets)
        else
            Error(log.ToList())

    /// <summary>Some of the sets, in the given order.</summary>
    /// <exception cref="T:System.ArgumentException">a number that no set has</exception>
    let take (numbers: int[]) (sets: EventSets) : EventSets =
        for number in numbers do
            if number < 0 || number >= sets.Count then
                invalidArg (nameof numbers) $"There is no set {number} among {sets.Count}."

        numbers
        |> Array.map (fun number -> {
            Parameters = sets.Values(number).ToArray()
            Features = sets.Set(number).ToArray()
            Weights = sets.Weights(number).ToArray() |> Array.map float
        })
        |> own (Array.ofSeq sets.Parameters) (Array.ofSeq sets.Features)
