namespace Nsbi.Learn.Posterior

open System.Text.Json
open Nsbi.Learn.Networks

/// <summary>Shifts and scales of what goes into an embedding, fitted to sets of the training before it begins.
/// </summary>
type SetScales = {
    /// Of the features.
    Features: Standardisation
    /// Mean number of events of a set (sum of weights), by which sums are divided; at least 1.
    MeanEvents: float
    /// Mean of ln(1 + number of events).
    LogShift: float
    /// One over its standard deviation; 1 where it does not vary.
    LogScale: float
    /// Smallest and largest number of events (sum of weights) in training.
    Range: struct (float * float)
}

/// Fitting scales, and their JSON.
[<RequireQualifiedAccess>]
module internal SetScales =
    let weight (features: int) (set: EventSet) : float =
        if set.Weights.Length > 0 then
            Array.sum set.Weights
        else
            float (set.Features.Length / features)

    /// sets: of the training's distribution; range: numbers of events that are known to occur.
    let fit (features: int) (range: (float * float) option) (sets: EventSet[]) : SetScales =
        let events = sets |> Array.map _.Features |> Array.concat
        let rows = events.Length / features

        let weights =
            sets
            |> Array.map (fun set ->
                if set.Weights.Length > 0 then
                    Array.map abs set.Weights
                else
                    Array.create (set.Features.Length / features) 1.0)
            |> Array.concat

        let sizes = sets |> Array.map (weight features)
        let logs = sizes |> Array.map (fun n -> log (1.0 + n))
        let mean = Array.average logs
        let spread = sqrt (Array.averageBy (fun l -> (l - mean) * (l - mean)) logs)
        let low, high = defaultArg range (infinity, -infinity)

        {
            Features =
                if rows = 0 then
                    {
                        Shift = Array.zeroCreate features
                        Scale = Array.create features 1f
                    }
                else
                    Standardisation.fit features events (Array.init rows id) weights
            MeanEvents = max 1.0 (Array.average sizes)
            LogShift = mean
            LogScale = if spread > 1e-6 then 1.0 / spread else 1.0
            Range = struct (min low (Array.min sizes), max high (Array.max sizes))
        }

    /// Into the open object; read finds it there.
    let write (writer: Utf8JsonWriter) (scales: SetScales) : unit =
        let struct (least, most) = scales.Range
        NetworkFile.writeSingles writer "shift" scales.Features.Shift
        NetworkFile.writeSingles writer "scale" scales.Features.Scale
        writer.WriteNumber("meanEvents", scales.MeanEvents)
        writer.WriteNumber("logShift", scales.LogShift)
        writer.WriteNumber("logScale", scales.LogScale)
        writer.WriteNumber("leastEvents", least)
        writer.WriteNumber("mostEvents", most)

    let read (root: JsonElement) : SetScales =
        let number (name: string) = root.GetProperty(name).GetDouble()

        {
            Features = {
                Shift = NetworkFile.readSingles root "shift"
                Scale = NetworkFile.readSingles root "scale"
            }
            MeanEvents = number "meanEvents"
            LogShift = number "logShift"
            LogScale = number "logScale"
            Range = struct (number "leastEvents", number "mostEvents")
        }
