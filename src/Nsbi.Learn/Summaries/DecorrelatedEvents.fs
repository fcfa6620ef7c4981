namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>In which class of events the score shall not know the nuisance features.</summary>
[<RequireQualifiedAccess>]
type InsensitiveClass =
    /// In signal: a variation of the signal does not change the score's distribution.
    | Signal
    /// In background: the usual choice, so that cuts on the score do not sculpt it.
    | Background
    /// In each of both, separately.
    | Each

/// <summary>Events of one class with nuisance features. i: event, k: nuisance feature.</summary>
/// <remarks>A nuisance feature is a property of an event, an input of the network or not; or the value of the
/// nuisance parameter with which this copy of the event was simulated, such as −1, 0, 1.</remarks>
type NuisancedSample = {
    /// The events.
    Events: ClassEvents
    /// z_ik, n x Z, row-major.
    Nuisances: float[]
}

/// <summary>What a decorrelated training learns from: signal and background with nuisance features.</summary>
[<Sealed>]
type DecorrelatedEvents internal (labelled: LabelledEvents, count: int, nuisances: float[]) =
    let ranges =
        Array.init count (fun k ->
            let values = Array.init labelled.Count (fun i -> nuisances[i * count + k])
            struct (Array.min values, Array.max values))

    /// Class 0 is background, class 1 signal.
    member _.Labelled: LabelledEvents = labelled
    /// Z, the number of nuisance features.
    member _.NuisanceCount: int = count
    /// z_ik, background before signal, n x Z, row-major.
    member _.Nuisances: ReadOnlyMemory<float> = ReadOnlyMemory nuisances

    /// z_ik from 0 (least of all events) to 1 (largest).
    member internal _.Scaled(i: int, k: int) : float =
        let struct (low, high) = ranges[k]

        if high > low then
            (nuisances[i * count + k] - low) / (high - low)
        else
            0.0

    /// A line for people.
    override _.ToString() : string =
        $"{labelled}, {count} nuisance features"

/// Making events with nuisance features, with every fault reported.
[<RequireQualifiedAccess>]
module DecorrelatedEvents =
    let private nuisanceFaults (count: int) (sample: NuisancedSample) = [
        let source = $"class '{sample.Events.Name}'"
        let wanted = count * sample.Events.Weights.Length

        if sample.Nuisances.Length <> wanted then
            Fault.create
                source
                "the nuisance features and the events differ in length"
                $"{wanted} numbers are wanted"
            |> Fault.withValue $"{sample.Nuisances.Length} numbers"
        else
            for i in 0 .. wanted - 1 do
                if not (Double.IsFinite sample.Nuisances[i]) then
                    Fault.create
                        source
                        "a nuisance feature is not a finite number"
                        "remove or repair the event"
                    |> Fault.atEvent (1 + i / count)
    ]

    /// <summary>Signal and background with nuisance features.</summary>
    /// <param name="featureCount">F, at least 1</param>
    /// <param name="nuisanceCount">Z, at least 1</param>
    /// <param name="signal">events of signal; weights ≥ 0</param>
    /// <param name="background">events of background; weights ≥ 0</param>
    /// <returns>every fault: of lengths, weights, and values that are not finite</returns>
    let create
        (featureCount: int)
        (nuisanceCount: int)
        (signal: NuisancedSample)
        (background: NuisancedSample)
        : Result<DecorrelatedEvents, Fault list> =
        let samples = [ background; signal ]

        let labelled =
            samples
            |> List.map _.Events
            |> LabelledEvents.create NegativeWeights.Refuse featureCount

        let faults = [
            if nuisanceCount < 1 then
                Fault.create "nuisance features" "there is none" "at least one is needed"
            else
                yield! samples |> List.collect (nuisanceFaults nuisanceCount)
            match labelled with
            | Error faults -> yield! faults
            | Ok _ -> ()
        ]

        match faults, labelled with
        | [], Ok labelled ->
            let nuisances = samples |> List.map _.Nuisances |> Array.concat
            Ok(DecorrelatedEvents(labelled, nuisanceCount, nuisances))
        | faults, _ -> Error faults
