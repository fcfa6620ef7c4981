namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open Nsbi.Learn

/// <summary>Events of one sample with the parameter values α they were made at. i: event, k: parameter.
/// </summary>
type ParameterisedSample = {
    /// The events.
    Events: ClassEvents
    /// α_ik, n x P, row-major.
    Parameters: float[]
}

/// Samples with their parameter values.
[<RequireQualifiedAccess>]
module ParameterisedSample =
    /// <summary>A sample made at one point.</summary>
    /// <param name="point">α, P numbers, in the order of the parameters' names</param>
    /// <param name="events">the events</param>
    let at (point: float list) (events: ClassEvents) : ParameterisedSample = {
        Events = events
        Parameters = Array.replicate events.Weights.Length (Array.ofList point) |> Array.concat
    }

    /// <summary>A sample whose events have parameter values of their own, such as draws from a prior.
    /// </summary>
    /// <param name="parameters">α_ik, n x P, row-major</param>
    /// <param name="events">the events</param>
    let drawn (parameters: float[]) (events: ClassEvents) : ParameterisedSample = {
        Events = events
        Parameters = parameters
    }

/// <summary>What a parameterised network is trained on: samples at several α, each of them with the same
/// total weight, against a reference that knows no α. i: event, j: feature, k: parameter.</summary>
[<Sealed>]
type ParameterisedEvents
    internal
    (names: string[], labelled: LabelledEvents, parameters: float[], points: float[] option[]) =
    /// Names of the parameters α_k.
    member _.ParameterNames: IReadOnlyList<string> = Array.AsReadOnly names
    /// Number of features F.
    member _.FeatureCount: int = labelled.FeatureCount
    /// All events: class 0 is the reference, then come the samples.
    member _.Labelled: LabelledEvents = labelled
    /// α_ik of the events in that order, n x P, row-major; NaN for events of the reference.
    member _.Parameters: ReadOnlyMemory<float> = ReadOnlyMemory parameters
    /// The point of each sample, in their order; None where its events differ in α.
    member _.Points: IReadOnlyList<float[] option> = Array.AsReadOnly points

    /// <summary>Least and largest value of each parameter among the samples: beyond them a network
    /// extrapolates.</summary>
    member _.Ranges: IReadOnlyList<struct (float * float)> =
        let count = names.Length

        Array.init count (fun k ->
            let values = [|
                for i in 0 .. labelled.Count - 1 do
                    if labelled.ClassArray[i] > 0 then
                        parameters[i * count + k]
            |]

            struct (Array.min values, Array.max values))
        |> Array.AsReadOnly
        :> IReadOnlyList<_>

    member internal _.NameArray: string[] = names
    member internal _.ParameterArray: float[] = parameters

    /// The same parameters with other events, row by row.
    member internal _.WithLabelled(other: LabelledEvents) : ParameterisedEvents =
        ParameterisedEvents(names, other, parameters, points)

    /// A line for people.
    override _.ToString() : string =
        let names = String.Join(", ", names)
        $"{labelled}, parameters {names}"

/// Making parameterised training events, with every fault reported.
[<RequireQualifiedAccess>]
module ParameterisedEvents =
    let private sampleFaults (count: int) (sample: ParameterisedSample) = [
        let source = $"class '{sample.Events.Name}'"
        let events = sample.Events.Weights.Length

        if sample.Parameters.Length <> count * events then
            Fault.create
                source
                "the parameter values and the events differ in length"
                $"there are {events} events and {count} parameters"
            |> Fault.withValue $"{sample.Parameters.Length} numbers"
        else
            for i in 0 .. sample.Parameters.Length - 1 do
                if not (Double.IsFinite sample.Parameters[i]) then
                    Fault.create source "a parameter value is not a finite number" "give its value"
                    |> Fault.atEvent (1 + i / count)
                    |> Fault.withValue (JsonFields.text sample.Parameters[i])
    ]

    let private nameFaults (names: string list) = [
        if names.IsEmpty then
            Fault.create "parameters" "a parameterised network needs a parameter" "name one"
        for name, copies in names |> List.countBy id do
            if copies > 1 then
                Fault.create "parameters" "the name stands for more than one parameter" "rename one"
                |> Fault.withValue name
    ]

    let private constantFaults (names: string list) (samples: ParameterisedSample list) = [
        for k, name in List.indexed names do
            let values =
                samples
                |> Seq.collect (fun sample ->
                    Seq.init sample.Events.Weights.Length (fun i ->
                        sample.Parameters[i * names.Length + k]))
                |> Seq.distinct
                |> Seq.truncate 2
                |> List.ofSeq

            if values.Length = 1 then
                Fault.create
                    "parameters"
                    "all samples have the same value of the parameter"
                    "give samples at two of its values or more"
                |> Fault.inColumn name
                |> Fault.withValue (JsonFields.text values.Head)
    ]

    /// <summary>Training events of a parameterised ratio r(x|α) = p(x|α)/p_ref(x).</summary>
    /// <param name="policy">what to do with negative weights; its use is recorded</param>
    /// <param name="featureCount">F, at least 1</param>
    /// <param name="names">names of the parameters α_k</param>
    /// <param name="reference">events of p_ref</param>
    /// <param name="samples">events of p(·|α); every sample gets the same total weight</param>
    /// <returns>every fault: of names, lengths, values that are not finite, weights, and parameters that
    /// do not vary</returns>
    let create
        (policy: NegativeWeights)
        (featureCount: int)
        (names: string list)
        (reference: ClassEvents)
        (samples: ParameterisedSample list)
        : Result<ParameterisedEvents, Fault list> =
        let count = names.Length

        let labelled =
            reference :: (samples |> List.map _.Events)
            |> LabelledEvents.create policy featureCount

        let faults = [
            yield! nameFaults names
            if not names.IsEmpty then
                yield! samples |> List.collect (sampleFaults count)
            match labelled with
            | Error faults -> yield! faults
            | Ok _ -> ()
        ]

        match faults, labelled with
        | [], Ok labelled ->
            match constantFaults names samples with
            | [] ->
                let kept (sample: ParameterisedSample) =
                    Array.chunkBySize count sample.Parameters
                    |> Array.zip sample.Events.Weights
                    |> Array.filter (fun (w, _) -> policy <> NegativeWeights.Drop || w >= 0.0)
                    |> Array.map snd

                let samples = samples |> List.map kept |> Array.ofList
                let ofSamples = samples |> Array.concat |> Array.concat
                let before = labelled.Count * count - ofSamples.Length

                let points =
                    samples
                    |> Array.map (fun rows ->
                        if rows |> Array.forall (fun row -> row = rows[0]) then
                            Some rows[0]
                        else
                            None)

                Ok(
                    ParameterisedEvents(
                        Array.ofList names,
                        labelled,
                        Array.append (Array.create before nan) ofSamples,
                        points
                    )
                )
            | faults -> Error faults
        | faults, _ -> Error faults
