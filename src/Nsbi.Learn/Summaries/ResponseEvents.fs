namespace Nsbi.Learn.Summaries

open System
open System.Collections.Generic
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>Simulated events with their response to parameters: what an inference-aware training learns
/// from. i: event, j: feature, c: sample.</summary>
/// <remarks>The weights of a sample add up to its expected events at the nominal point.</remarks>
[<Sealed>]
type ResponseEvents
    internal
    (
        sampleNames: string[],
        featureCount: int,
        features: float32[],
        weights: float[],
        samples: int[],
        groups: uint64[],
        parameters: ResponseParameter list
    ) =
    /// Names of the samples.
    member _.SampleNames: IReadOnlyList<string> = Array.AsReadOnly sampleNames
    /// Number of features F.
    member _.FeatureCount: int = featureCount
    /// Number of events n.
    member _.Count: int = weights.Length
    /// x_ij, n x F, row-major.
    member _.Features: ReadOnlyMemory<float32> = ReadOnlyMemory features
    /// The weight of each event.
    member _.Weights: ReadOnlyMemory<float> = ReadOnlyMemory weights
    /// The sample of each event, from 0.
    member _.Samples: ReadOnlyMemory<int> = ReadOnlyMemory samples
    /// The parameters, of interest or not.
    member _.Parameters: ResponseParameter list = parameters

    member internal _.FeatureArray: float32[] = features
    member internal _.WeightArray: float[] = weights
    member internal _.SampleArray: int[] = samples
    member internal _.GroupArray: uint64[] = groups

    /// A line for people.
    override _.ToString() : string =
        let names = String.Join(", ", parameters |> List.map _.Name)
        $"{weights.Length} events, {featureCount} features, parameters {names}"

/// Making events with responses, with every fault reported.
[<RequireQualifiedAccess>]
module ResponseEvents =
    let private lengthFaults (source: string) (expected: int) (what: string) (found: int) = [
        if found <> expected then
            Fault.create
                source
                $"the {what} and the events differ in length"
                $"{expected} numbers are wanted"
            |> Fault.withValue $"{found} numbers"
    ]

    let private finiteFaults (source: string) (what: string) (isFinite: int -> bool) count = [
        match Seq.tryFind (isFinite >> not) (Seq.init count id) with
        | Some place ->
            Fault.create source $"one of the {what} is not a finite number" "repair the event"
            |> Fault.withValue $"number {place + 1}"
        | None -> ()
    ]

    let private singles source what expected (values: float32[]) =
        lengthFaults source expected what values.Length
        @ finiteFaults source what (fun i -> Single.IsFinite values[i]) values.Length

    let private doubles source what expected (values: float[]) =
        lengthFaults source expected what values.Length
        @ finiteFaults source what (fun i -> Double.IsFinite values[i]) values.Length

    let private parameterFaults featureCount events (parameter: ResponseParameter) = [
        let source = $"parameter '{parameter.Name}'"

        match parameter.Width with
        | Some width when not (Double.IsFinite width && width > 0.0) ->
            Fault.create source "the width of the constraint is out of range" "above 0, or None"
            |> Fault.withValue (JsonFields.text width)
        | _ -> ()

        if parameter.WeightSlopes.Length > 0 then
            yield! doubles source "slopes of the weights" events parameter.WeightSlopes

        match parameter.Displacement with
        | Displacement.Nowhere when parameter.WeightSlopes.Length = 0 ->
            Fault.create
                source
                "no event depends on it"
                "give slopes of weights, tangents or copies"
        | Displacement.Nowhere -> ()
        | Displacement.Along tangents ->
            yield! singles source "tangents" (events * featureCount) tangents
        | Displacement.Between copies ->
            yield! singles source "features of the copies" (events * featureCount) copies.UpFeatures

            yield!
                singles source "features of the copies" (events * featureCount) copies.DownFeatures

            yield! doubles source "weights of the copies" events copies.UpWeights
            yield! doubles source "weights of the copies" events copies.DownWeights

            if not (Double.IsFinite copies.Distance && copies.Distance > 0.0) then
                Fault.create source "the distance of the copies is out of range" "above 0"
                |> Fault.withValue (JsonFields.text copies.Distance)

            if parameter.WeightSlopes.Length > 0 then
                Fault.create
                    source
                    "the copies have weights and there are slopes of weights too"
                    "leave out the slopes"
    ]

    let private sampleFaults featureCount (sample: ClassEvents) = [
        let source = $"class '{sample.Name}'"
        let events = sample.Weights.Length

        if events = 0 then
            Fault.create source "there is no event" "a summary is learned from events"

        yield! singles source "features" (events * featureCount) sample.Features
        yield! doubles source "weights" events sample.Weights
        yield! lengthFaults source events "groups" sample.Groups.Length

        if events > 0 && not (Array.sum sample.Weights > 0.0) then
            Fault.create source "the weights do not add up to expected events" "above 0"
            |> Fault.withValue (JsonFields.text (Array.sum sample.Weights))
    ]

    let private nameFaults kind (names: string list) = [
        if names.IsEmpty then
            Fault.create kind "there is none" "name one"
        for name, copies in List.countBy id names do
            if copies > 1 then
                Fault.create kind "the name stands for more than one" "rename one"
                |> Fault.withValue name
    ]

    /// <summary>Events with their responses.</summary>
    /// <param name="featureCount">F, at least 1</param>
    /// <param name="samples">events of each process at the nominal point, weights adding up to the expected
    /// events; some may be negative</param>
    /// <param name="parameters">the parameters, of interest or not; their arrays run over the events of all
    /// samples in the order of the samples</param>
    /// <returns>every fault: of names, lengths, and values that are not finite</returns>
    let create
        (featureCount: int)
        (samples: ClassEvents list)
        (parameters: ResponseParameter list)
        : Result<ResponseEvents, Fault list> =
        let events = samples |> List.sumBy _.Weights.Length

        let faults = [
            if featureCount < 1 then
                Fault.create "features" "there is no feature" "at least one is needed"
            yield! nameFaults "samples" (samples |> List.map _.Name)
            yield! nameFaults "parameters" (parameters |> List.map _.Name)
            yield! samples |> List.collect (sampleFaults featureCount)
            yield! parameters |> List.collect (parameterFaults featureCount events)
        ]

        if not faults.IsEmpty then
            Error faults
        else
            let all (part: ClassEvents -> 'T[]) =
                samples |> List.map part |> Array.concat

            let numbers =
                samples
                |> List.mapi (fun c sample -> Array.replicate sample.Weights.Length c)
                |> Array.concat

            Ok(
                ResponseEvents(
                    samples |> List.map _.Name |> Array.ofList,
                    featureCount,
                    all _.Features,
                    all _.Weights,
                    numbers,
                    all _.Groups,
                    parameters
                )
            )
