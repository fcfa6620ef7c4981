namespace Nsbi.Learn.Transport

open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// Everything that a transport training has become so far, at any update.
type internal TransportCheckpoint = {
    /// Updates of the running epoch that are done.
    StepInEpoch: int
    State: AlternatingState
    /// Newest first.
    Epochs: TransportEpoch list
    /// The parameters after the last epoch.
    Kept: Values
    Ending: TrainingEnding option
}

[<RequireQualifiedAccess>]
module internal TransportCheckpoint =
    [<Literal>]
    let private Format = "nsbi-transport-training-1"

    let toBytes (checkpoint: TransportCheckpoint) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WriteNumber("stepInEpoch", checkpoint.StepInEpoch)
            NetworkFile.writeValues writer "parameters" checkpoint.State.Parameters
            writer.WriteStartArray "objectives"

            for objective in checkpoint.State.Objectives do
                writer.WriteStartObject()
                writer.WriteNumber("step", objective.Step)
                NetworkFile.writeValues writer "firstMoments" objective.FirstMoments
                NetworkFile.writeValues writer "secondMoments" objective.SecondMoments
                writer.WriteEndObject()

            writer.WriteEndArray()
            TransportHistory.write writer checkpoint.Epochs
            NetworkFile.writeValues writer "kept" checkpoint.Kept

            checkpoint.Ending
            |> Option.iter (fun ending ->
                writer.WriteString("ending", NetworkFile.endingName ending)))

    let private read (root: JsonElement) : TransportCheckpoint = {
        StepInEpoch = root.GetProperty("stepInEpoch").GetInt32()
        State = {
            Parameters = NetworkFile.readValues root "parameters"
            Objectives = [
                for objective in root.GetProperty("objectives").EnumerateArray() do
                    {
                        Step = objective.GetProperty("step").GetInt64()
                        FirstMoments = NetworkFile.readValues objective "firstMoments"
                        SecondMoments = NetworkFile.readValues objective "secondMoments"
                    }
            ]
        }
        Epochs = TransportHistory.read root
        Kept = NetworkFile.readValues root "kept"
        Ending =
            match root.TryGetProperty "ending" with
            | true, _ -> Some(NetworkFile.readEnding root "ending")
            | _ -> None
    }

    let ofBytes (source: string) (bytes: byte[]) : Result<TransportCheckpoint, Fault list> =
        NetworkFile.parse source Format bytes read
