namespace Nsbi.Learn.Networks

open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff

/// Everything that a training has become so far, at any update.
type internal TrainingCheckpoint = {
    /// Updates of the running epoch that are done.
    StepInEpoch: int
    /// Σ loss x rows over these.
    LossSum: float
    State: TrainingState
    /// Newest first.
    Epochs: EpochRecord list
    BestEpoch: int
    BestLoss: float
    BestValues: Values
    Ending: TrainingEnding option
}

[<RequireQualifiedAccess>]
module internal TrainingCheckpoint =
    [<Literal>]
    let private Format = "nsbi-training-1"

    let toBytes (checkpoint: TrainingCheckpoint) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WriteNumber("stepInEpoch", checkpoint.StepInEpoch)
            NetworkFile.writeFloat writer "lossSum" checkpoint.LossSum
            writer.WriteNumber("step", checkpoint.State.Step)
            NetworkFile.writeValues writer "parameters" checkpoint.State.Parameters
            NetworkFile.writeValues writer "firstMoments" checkpoint.State.FirstMoments
            NetworkFile.writeValues writer "secondMoments" checkpoint.State.SecondMoments
            NetworkFile.writeEpochs writer checkpoint.Epochs
            writer.WriteNumber("bestEpoch", checkpoint.BestEpoch)
            NetworkFile.writeFloat writer "bestLoss" checkpoint.BestLoss
            NetworkFile.writeValues writer "bestParameters" checkpoint.BestValues

            checkpoint.Ending
            |> Option.iter (fun ending ->
                writer.WriteString("ending", NetworkFile.endingName ending)))

    let private read (root: JsonElement) : TrainingCheckpoint = {
        StepInEpoch = root.GetProperty("stepInEpoch").GetInt32()
        LossSum = NetworkFile.readFloat root "lossSum"
        State = {
            Step = root.GetProperty("step").GetInt64()
            Parameters = NetworkFile.readValues root "parameters"
            FirstMoments = NetworkFile.readValues root "firstMoments"
            SecondMoments = NetworkFile.readValues root "secondMoments"
        }
        Epochs = NetworkFile.readEpochs root
        BestEpoch = root.GetProperty("bestEpoch").GetInt32()
        BestLoss =
            match NetworkFile.readFloat root "bestLoss" with
            | loss when System.Double.IsNaN loss -> infinity
            | loss -> loss
        BestValues = NetworkFile.readValues root "bestParameters"
        Ending =
            match root.TryGetProperty "ending" with
            | true, _ -> Some(NetworkFile.readEnding root "ending")
            | _ -> None
    }

    let ofBytes (source: string) (bytes: byte[]) : Result<TrainingCheckpoint, Fault list> =
        NetworkFile.parse source Format bytes read
