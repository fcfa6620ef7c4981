namespace Nsbi.Learn.Networks

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Losses

/// <summary>How one network is trained.</summary>
type ClassifierSettings = {
    /// The layers.
    Architecture: Architecture
    /// The rule of the updates: <c>Optimiser.adam</c>, <c>nadam</c>, <c>adamW decay</c>.
    Optimiser: Optimiser
    /// The learning rate before the schedule's factor; above 0.
    LearningRate: float
    /// How the learning rate changes.
    Schedule: Schedule
    /// Events per update, at least 1; more than there are means all of them.
    BatchSize: int
    /// Passes over the training events at most, at least 1.
    Epochs: int
    /// Epochs without a new best validation loss after which training ends; None: never early. In
    /// JSON None is −1.
    Patience: int option
    /// Whether the weights of the best validation loss are kept, rather than the last ones, with
    /// which no training ends early. In JSON <c>"keep"</c> is <c>"best"</c> or <c>"last"</c>.
    KeepBest: bool
    /// Share of the training events set aside for the validation loss, above 0, below 1.
    ValidationFraction: float
    /// What is minimised. Others than the cross-entropy are for networks of one class against the
    /// reference: <c>Head.Separate</c>, variations, parameterised networks.
    Loss: Loss
    /// How the loss's output is made of the network's; one of <c>OutputMap.allowed</c>.
    Output: OutputMap
}

/// Defaults, checks and JSON of training settings.
[<RequireQualifiedAccess>]
module ClassifierSettings =
    /// <summary>4x64 SiLU, Adam at 1e-3 with a cosine schedule, batches of 1024, 30 epochs,
    /// patience 10, a tenth of the events for validation, binary cross-entropy with a sigmoid.</summary>
    let standard: ClassifierSettings = {
        Architecture = Architecture.standard
        Optimiser = Optimiser.adam
        LearningRate = 1e-3
        Schedule = Schedule.Cosine 0.01
        BatchSize = 1024
        Epochs = 30
        Patience = Some 10
        KeepBest = true
        ValidationFraction = 0.1
        Loss = Loss.BinaryCrossEntropy
        Output = OutputMap.Sigmoid
    }

    /// <summary>The same settings with another loss and its standard output.</summary>
    let withLoss (loss: Loss) (settings: ClassifierSettings) : ClassifierSettings = {
        settings with
            Loss = loss
            Output = OutputMap.standard loss
    }

    /// Whether loss and output are those that have always been: then nothing is written of them.
    let internal hasStandardLoss (settings: ClassifierSettings) : bool =
        settings.Loss = Loss.BinaryCrossEntropy && settings.Output = OutputMap.Sigmoid

    /// What is wrong with a loss where logits are no odds, in a place named by the remedy.
    let internal lossRefusal (source: string) (remedy: string) (settings: ClassifierSettings) = [
        if not (hasStandardLoss settings) then
            Fault.create
                source
                "only the loss 'bce' with the output 'sigmoid' is possible here"
                remedy
            |> Fault.withValue $"{Loss.name settings.Loss}, {OutputMap.name settings.Output}"
    ]

    let internal faults (source: string) (settings: ClassifierSettings) : Fault list =
        let range name remedy inside (value: string) = [
            if not inside then
                Fault.create source $"the {name} is out of range" remedy
                |> Fault.withValue value
        ]

        let positive (value: float) = Double.IsFinite value && value > 0.0
        let decay (value: float) = value >= 0.0 && value < 1.0
        let text = JsonFields.text
        let optimiser = settings.Optimiser
        let fraction = settings.ValidationFraction
        let rate = settings.LearningRate
        let batch = settings.BatchSize
        let epochs = settings.Epochs

        [
            yield! Architecture.faults source settings.Architecture
            yield! range "beta1" "from 0 to below 1" (decay optimiser.Beta1) (text optimiser.Beta1)
            yield! range "beta2" "from 0 to below 1" (decay optimiser.Beta2) (text optimiser.Beta2)
            yield! range "epsilon" "above 0" (positive optimiser.Epsilon) (text optimiser.Epsilon)
            yield!
                range
                    "weight decay"
                    "at least 0"
                    (optimiser.WeightDecay = 0.0 || positive optimiser.WeightDecay)
                    (text optimiser.WeightDecay)
            match optimiser.ClipNorm with
            | Some norm ->
                yield! range "largest norm of a gradient" "above 0" (positive norm) (text norm)
            | None -> ()
            yield! range "learning rate" "above 0" (positive rate) (text rate)
            yield! Schedule.faults source settings.Schedule
            yield! range "batch size" "at least 1" (batch >= 1) (string batch)
            yield! range "number of epochs" "at least 1" (epochs >= 1) (string epochs)
            match settings.Patience with
            | Some patience ->
                yield! range "patience" "at least 0" (patience >= 0) (string patience)
            | None -> ()
            yield!
                range
                    "validation fraction"
                    "above 0, below 1"
                    (fraction > 0.0 && fraction < 1.0)
                    (text fraction)
            yield! Loss.faults source settings.Loss
            yield! OutputMap.faults source settings.Loss settings.Output
        ]

    /// <summary>The same settings, or every fault they have.</summary>
    let validate (settings: ClassifierSettings) : Result<ClassifierSettings, Fault list> =
        match faults "training settings" settings with
        | [] -> Ok settings
        | faults -> Error faults

    let internal readLoss (fields: JsonFields) (loss: Loss) (output: OutputMap) : Loss * OutputMap =
        let power = fields.TryElement "p" |> Option.map (fun _ -> fields.Float("p", 2.0))

        let loss =
            match fields.TryElement "loss" with
            | None -> loss
            | Some _ -> fields.Word("loss", loss, Loss.words (defaultArg power 2.0))

        match power, Loss.power loss with
        | Some p, None ->
            let remedy = "leave it out, or choose the loss 'pMse' or 'pSqr'"

            fields.Fault(
                "p",
                $"the loss '{Loss.name loss}' has no power",
                JsonFields.text p,
                remedy
            )
        | None, Some _ ->
            let remedy = "give the power p beside it, such as \"p\": 2"
            fields.Fault("loss", "the loss has a power that is not given", Loss.name loss, remedy)
        | _ -> ()

        let standard =
            if OutputMap.domain output = Loss.domain loss then
                output
            else
                OutputMap.standard loss

        loss, fields.Word("output", standard, OutputMap.words)

    /// Writes nothing of the standard loss, so that settings without others read as they always did.
    let internal writeLoss (writer: Utf8JsonWriter) (loss: Loss) (output: OutputMap) : unit =
        if loss <> Loss.BinaryCrossEntropy || output <> OutputMap.Sigmoid then
            writer.WriteString("loss", Loss.name loss)
            Loss.power loss |> Option.iter (fun p -> writer.WriteNumber("p", p))
            writer.WriteString("output", OutputMap.name output)

    /// Everything but layers and loss.
    let internal readUpdates
        (fields: JsonFields)
        (initial: ClassifierSettings)
        : ClassifierSettings =
        let optimisers = [
            "adam", Optimiser.adam
            "nadam", Optimiser.nadam
            "adamw", Optimiser.adamW 0.01
        ]

        let optimiser = fields.Word("optimiser", initial.Optimiser, optimisers)

        let schedule =
            match fields.TryObject "schedule" with
            | None -> initial.Schedule
            | Some inner ->
                let schedule = Schedule.read inner
                inner.Close()
                schedule

        {
            initial with
                Optimiser = {
                    optimiser with
                        Beta1 = fields.Float("beta1", optimiser.Beta1)
                        Beta2 = fields.Float("beta2", optimiser.Beta2)
                        Epsilon = fields.Float("epsilon", optimiser.Epsilon)
                        WeightDecay = fields.Float("weightDecay", optimiser.WeightDecay)
                        ClipNorm =
                            fields.OptionalFloat "clipNorm" |> Option.orElse optimiser.ClipNorm
                }
                LearningRate = fields.Float("learningRate", initial.LearningRate)
                Schedule = schedule
                BatchSize = fields.Int("batchSize", initial.BatchSize)
                Epochs = fields.Int("epochs", initial.Epochs)
                Patience =
                    match fields.OptionalInt "patience" with
                    | Some -1 -> None
                    | Some patience -> Some patience
                    | None -> initial.Patience
                KeepBest = fields.Word("keep", initial.KeepBest, [ "best", true; "last", false ])
                ValidationFraction = fields.Float("validationFraction", initial.ValidationFraction)
        }

    let internal read (fields: JsonFields) (initial: ClassifierSettings) : ClassifierSettings =
        let updates = readUpdates fields initial
        let loss, output = readLoss fields initial.Loss initial.Output

        {
            updates with
                Architecture = Architecture.read fields initial.Architecture
                Loss = loss
                Output = output
        }

    /// Everything but layers and loss.
    let internal writeUpdates (writer: Utf8JsonWriter) (settings: ClassifierSettings) : unit =
        let optimiser = settings.Optimiser

        match optimiser.Momentum with
        | Momentum.NAdam -> writer.WriteString("optimiser", "nadam")
        | Momentum.Adam when optimiser.WeightDecay > 0.0 -> writer.WriteString("optimiser", "adamw")
        | Momentum.Adam -> writer.WriteString("optimiser", "adam")

        writer.WriteNumber("weightDecay", optimiser.WeightDecay)
        writer.WriteNumber("beta1", optimiser.Beta1)
        writer.WriteNumber("beta2", optimiser.Beta2)
        writer.WriteNumber("epsilon", optimiser.Epsilon)

        optimiser.ClipNorm
        |> Option.iter (fun norm -> writer.WriteNumber("clipNorm", norm))

        writer.WriteNumber("learningRate", settings.LearningRate)
        writer.WriteStartObject "schedule"
        Schedule.write writer settings.Schedule
        writer.WriteEndObject()
        writer.WriteNumber("batchSize", settings.BatchSize)
        writer.WriteNumber("epochs", settings.Epochs)
        writer.WriteNumber("patience", defaultArg settings.Patience -1)
        writer.WriteString("keep", (if settings.KeepBest then "best" else "last"))
        writer.WriteNumber("validationFraction", settings.ValidationFraction)

    let internal write (writer: Utf8JsonWriter) (settings: ClassifierSettings) : unit =
        Architecture.write writer settings.Architecture
        writeUpdates writer settings
        writeLoss writer settings.Loss settings.Output
