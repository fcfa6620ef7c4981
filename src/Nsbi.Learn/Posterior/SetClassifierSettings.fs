namespace Nsbi.Learn.Posterior

open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>How a classifier of whole sets is learned.</summary>
type SetClassifierSettings = {
    /// Per-event network, pooling, decoder.
    Embedding: SetEmbedding
    /// <summary>Layers of the network that sees the summary of the set beside the tested value. Without dropout.
    /// </summary>
    Head: Architecture
    /// The rule of the updates.
    Optimiser: Optimiser
    /// The learning rate before the schedule's factor; above 0.
    LearningRate: float
    /// How the learning rate changes.
    Schedule: Schedule
    /// Sets per update, even, at least 2: half of them are at the tested value.
    BatchSize: int
    /// Passes at most, at least 1; every pass is over fresh sets.
    Epochs: int
    /// Epochs without a new best validation loss after which training ends; None: never early.
    Patience: int option
    /// Whether the weights of the best validation loss are kept, rather than the last ones.
    KeepBest: bool
    /// Sets per epoch, at least 2.
    SetsPerEpoch: int
    /// Sets of the validation loss, at least 2.
    ValidationSets: int
    /// Of everything that is random.
    Seed: uint64
}

/// Defaults, checks and JSON of the settings of classifiers of sets.
[<RequireQualifiedAccess>]
module SetClassifierSettings =
    /// <summary>The standard embedding with sums instead of means and without a decoder, 2x128 SiLU behind with the
    /// tested value, AdamW at 1e-3 with decay 1e-5 and a cosine schedule, 40 epochs of 20,000 sets in batches of
    /// 256, 4,000 sets for validation, the best weights kept.</summary>
    let standard: SetClassifierSettings = {
        Embedding = {
            SetEmbedding.standard with
                Pooling = Pooling.Sum
                Decoder = {
                    SetEmbedding.standard.Decoder with
                        Hidden = []
                }
        }
        Head = {
            Architecture.standard with
                Hidden = [ 128; 128 ]
        }
        Optimiser = Optimiser.adamW 1e-5
        LearningRate = 1e-3
        Schedule = Schedule.Cosine 0.0
        BatchSize = 256
        Epochs = 40
        Patience = None
        KeepBest = true
        SetsPerEpoch = 20_000
        ValidationSets = 4_000
        Seed = 1UL
    }

    /// The part that the loop of every training reads.
    let internal training (settings: SetClassifierSettings) : ClassifierSettings = {
        ClassifierSettings.standard with
            Architecture = settings.Head
            Optimiser = settings.Optimiser
            LearningRate = settings.LearningRate
            Schedule = settings.Schedule
            BatchSize = settings.BatchSize
            Epochs = settings.Epochs
            Patience = settings.Patience
            KeepBest = settings.KeepBest
    }

    let internal faults (source: string) (settings: SetClassifierSettings) : Fault list = [
        let fault what remedy (value: string) =
            Fault.create source what remedy |> Fault.withValue value

        yield! ClassifierSettings.faults source (training settings)
        yield! SetEmbedding.faults source settings.Embedding

        if settings.Head.Dropout <> 0.0 then
            let value = JsonFields.text settings.Head.Dropout
            fault "the head has no dropout" "leave it out, or drop out in the encoder" value

        if settings.BatchSize % 2 <> 0 || settings.BatchSize > 1048576 then
            let remedy = "an even number of sets, at most 1048576"
            fault "the batch size is out of range" remedy (string settings.BatchSize)

        for name, value in
            [
                "number of sets per epoch", settings.SetsPerEpoch
                "number of validation sets", settings.ValidationSets
            ] do
            if value < 2 then
                fault $"the {name} is out of range" "at least 2" (string value)
    ]

    /// <summary>The same settings, or every fault they have.</summary>
    let validate (settings: SetClassifierSettings) : Result<SetClassifierSettings, Fault list> =
        match faults "settings of a set classifier" settings with
        | [] -> Ok settings
        | faults -> Error faults

    let private read (fields: JsonFields) (initial: SetClassifierSettings) : SetClassifierSettings =
        let training =
            fields.Inside("training", training initial, ClassifierSettings.readUpdates)

        {
            Embedding = fields.Inside("embedding", initial.Embedding, SetEmbedding.read)
            Head = fields.Inside("head", initial.Head, Architecture.read)
            Optimiser = training.Optimiser
            LearningRate = training.LearningRate
            Schedule = training.Schedule
            BatchSize = training.BatchSize
            Epochs = training.Epochs
            Patience = training.Patience
            KeepBest = training.KeepBest
            SetsPerEpoch = fields.Int("setsPerEpoch", initial.SetsPerEpoch)
            ValidationSets = fields.Int("validationSets", initial.ValidationSets)
            Seed = fields.UInt64("seed", initial.Seed)
        }

    /// <summary>Settings from a JSON object of <c>embedding</c> (encoder, width, pooling, decoder, skip),
    /// <c>head</c> (layers), <c>training</c> (optimiser, learningRate, schedule, batchSize, epochs, patience, keep),
    /// <c>setsPerEpoch</c>, <c>validationSets</c> and <c>seed</c>; what is absent keeps the standard value.</summary>
    /// <param name="source">the file, as faults should name it</param>
    /// <param name="path">where the object stands in the file</param>
    /// <param name="element">the object</param>
    /// <returns>every fault: unknown names, values of another type, values out of range</returns>
    let ofJson
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<SetClassifierSettings, Fault list> =
        JsonFields.Whole(source, path, element, (fun fields -> read fields standard), faults source)

    /// <summary>Writes the settings as one JSON object; <c>ofJson</c> reads the same settings back.</summary>
    let writeJson (writer: Utf8JsonWriter) (settings: SetClassifierSettings) : unit =
        writer.WriteStartObject()
        writer.WriteStartObject "embedding"
        SetEmbedding.write writer settings.Embedding
        writer.WriteEndObject()
        writer.WriteStartObject "head"
        Architecture.write writer settings.Head
        writer.WriteEndObject()
        writer.WriteStartObject "training"
        ClassifierSettings.writeUpdates writer (training settings)
        writer.WriteEndObject()
        writer.WriteNumber("setsPerEpoch", settings.SetsPerEpoch)
        writer.WriteNumber("validationSets", settings.ValidationSets)
        writer.WriteNumber("seed", settings.Seed)
        writer.WriteEndObject()
