namespace Nsbi.Learn.Transport

open System
open System.Text.Json
open Nsbi.Learn.Networks

/// <summary>Where a transport training stood after an epoch, on a sample of its events.</summary>
type TransportEpoch = {
    /// <summary>From 1.</summary>
    Epoch: int
    /// <summary>The squared distance that is estimated by the dual, W₂² = E_p|u|² + E_q|v|² − 2 {E_q f(v) +
    /// E_p[⟨u, ∇g(u)⟩ − f(∇g(u))]}, in scaled coordinates about the means: plus |p − q|²/s² it is the cost
    /// of the transport.</summary>
    SquaredDistance: float
    /// <summary>√ of the mean of |∇f(∇g(u)) − u|²: 0 where f and g are each other's conjugates.</summary>
    Cycle: float
    /// <summary>The learning rate of the last update.</summary>
    LearningRate: float
}

/// <summary>The course of a transport training.</summary>
type TransportHistory = {
    /// <summary>In their order.</summary>
    Epochs: TransportEpoch list
    /// <summary>Completed, or Diverged: a loss was not finite; then the map is that of the last epoch before.
    /// </summary>
    Ending: TrainingEnding
}

[<RequireQualifiedAccess>]
module internal TransportHistory =
    let write (writer: Utf8JsonWriter) (epochs: TransportEpoch list) : unit =
        writer.WriteStartArray "epochs"

        for record in epochs do
            writer.WriteStartObject()
            writer.WriteNumber("epoch", record.Epoch)
            NetworkFile.writeFloat writer "squaredDistance" record.SquaredDistance
            NetworkFile.writeFloat writer "cycle" record.Cycle
            writer.WriteNumber("learningRate", record.LearningRate)
            writer.WriteEndObject()

        writer.WriteEndArray()

    let read (root: JsonElement) : TransportEpoch list = [
        for record in root.GetProperty("epochs").EnumerateArray() do
            {
                Epoch = record.GetProperty("epoch").GetInt32()
                SquaredDistance = NetworkFile.readFloat record "squaredDistance"
                Cycle = NetworkFile.readFloat record "cycle"
                LearningRate = record.GetProperty("learningRate").GetDouble()
            }
    ]
