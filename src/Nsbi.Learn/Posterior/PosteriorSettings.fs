namespace Nsbi.Learn.Posterior

open System.Buffers
open System.Text
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>How a posterior is learned.</summary>
type PosteriorSettings = {
    /// Per-event network, pooling, decoder.
    Embedding: SetEmbedding
    /// The family of densities.
    Head: DensityHead
    /// The rule of the updates.
    Optimiser: Optimiser
    /// The learning rate before the schedule's factor; above 0.
    LearningRate: float
    /// How the learning rate changes.
    Schedule: Schedule
    /// Sets per update, at least 1.
    BatchSize: int
    /// Passes at most, at least 1; with a simulator every pass is over fresh sets.
    Epochs: int
    /// Epochs without a new best validation loss after which training ends; None: never early.
    Patience: int option
    /// Whether the weights of the best validation loss are kept, rather than the last ones.
    KeepBest: bool
    /// Sets per epoch, of a simulator; at least 1.
    SetsPerEpoch: int
    /// Sets of the validation loss, of a simulator; at least 1.
    ValidationSets: int
    /// Share of the sets of files for the validation loss, above 0, below 1.
    ValidationFraction: float
    /// <summary>Whether of a set of n events in a file each epoch sees a random part, of a size that is uniform
    /// from 1 to n: then smaller sets are within the training.</summary>
    SubSets: bool
    /// Of everything that is random.
    Seed: uint64
}

/// Defaults, checks and JSON of the settings of posteriors.
[<RequireQualifiedAccess>]
module PosteriorSettings =
    /// <summary>The standard embedding, a full Gaussian, AdamW at 1e-3 with decay 1e-5 and a cosine schedule,
    /// 50 epochs of 10,000 sets in batches of 128, 2,000 sets for validation, the best weights kept.</summary>
    let standard: PosteriorSettings = {
        Embedding = SetEmbedding.standard
        Head = DensityHead.Gaussian Covariance.Full
        Optimiser = Optimiser.adamW 1e-5
        LearningRate = 1e-3
        Schedule = Schedule.Cosine 0.0
        BatchSize = 128
        Epochs = 50
        Patience = None
        KeepBest = true
        SetsPerEpoch = 10_000
        ValidationSets = 2_000
        ValidationFraction = 0.1
        SubSets = false
        Seed = 1UL
    }

    /// The part that the loop of every training reads.
    let internal training (settings: PosteriorSettings) : ClassifierSettings = {
        ClassifierSettings.standard with
            Architecture = settings.Embedding.Encoder
            Optimiser = settings.Optimiser
            LearningRate = settings.LearningRate
            Schedule = settings.Schedule
            BatchSize = settings.BatchSize
            Epochs = settings.Epochs
            Patience = settings.Patience
            KeepBest = settings.KeepBest
            ValidationFraction = settings.ValidationFraction
    }

    let internal faults (source: string) (settings: PosteriorSettings) : Fault list = [
        let count name (value: int) =
            if value < 1 then
                Fault.create source $"the {name} is out of range" "at least 1"
                |> Fault.withValue (string value)
                |> List.singleton
            else
                []

        yield!
            ClassifierSettings.faults source {
                training settings with
                    Architecture = Architecture.standard
            }

        yield! SetEmbedding.faults source settings.Embedding
        yield! DensityHead.faults source settings.Head
        yield! count "number of sets per epoch" settings.SetsPerEpoch
        yield! count "number of validation sets" settings.ValidationSets

        if settings.BatchSize > 1048576 then
            Fault.create source "the batch size is out of range" "at most 1048576 sets"
            |> Fault.withValue (string settings.BatchSize)
    ]

    /// <summary>The same settings, or every fault they have.</summary>
    let validate (settings: PosteriorSettings) : Result<PosteriorSettings, Fault list> =
        match faults "posterior settings" settings with
        | [] -> Ok settings
        | faults -> Error faults

    let internal read (fields: JsonFields) (initial: PosteriorSettings) : PosteriorSettings =
        let training =
            fields.Inside("training", training initial, ClassifierSettings.readUpdates)

        {
            Embedding = fields.Inside("embedding", initial.Embedding, SetEmbedding.read)
            Head = fields.Inside("head", initial.Head, fun inner _ -> DensityHead.read inner)
            Optimiser = training.Optimiser
            LearningRate = training.LearningRate
            Schedule = training.Schedule
            BatchSize = training.BatchSize
            Epochs = training.Epochs
            Patience = training.Patience
            KeepBest = training.KeepBest
            SetsPerEpoch = fields.Int("setsPerEpoch", initial.SetsPerEpoch)
            ValidationSets = fields.Int("validationSets", initial.ValidationSets)
            ValidationFraction = training.ValidationFraction
            SubSets = fields.Flag("subSets", initial.SubSets)
            Seed = fields.UInt64("seed", initial.Seed)
        }

    /// <summary>Settings from a JSON object of <c>embedding</c> (encoder, width, pooling, decoder, skip),
    /// <c>head</c>, <c>training</c> (optimiser, learningRate, schedule, batchSize, epochs, patience, keep,
    /// validationFraction), <c>setsPerEpoch</c>, <c>validationSets</c>, <c>subSets</c> and <c>seed</c>; what is
    /// absent keeps the standard value.</summary>
    /// <param name="source">the file, as faults should name it</param>
    /// <param name="path">where the object stands in the file</param>
    /// <param name="element">the object</param>
    /// <returns>every fault: unknown names, values of another type, values out of range</returns>
    let ofJson
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<PosteriorSettings, Fault list> =
        JsonFields.Whole(source, path, element, (fun fields -> read fields standard), faults source)

    /// <summary>Writes the settings as one JSON object; <c>ofJson</c> reads the same settings back.</summary>
    let writeJson (writer: Utf8JsonWriter) (settings: PosteriorSettings) : unit =
        writer.WriteStartObject()
        writer.WriteStartObject "embedding"
        SetEmbedding.write writer settings.Embedding
        writer.WriteEndObject()
        writer.WritePropertyName "head"
        DensityHead.writeJson writer settings.Head
        writer.WriteStartObject "training"
        ClassifierSettings.writeUpdates writer (training settings)
        writer.WriteEndObject()
        writer.WriteNumber("setsPerEpoch", settings.SetsPerEpoch)
        writer.WriteNumber("validationSets", settings.ValidationSets)
        writer.WriteBoolean("subSets", settings.SubSets)
        writer.WriteNumber("seed", settings.Seed)
        writer.WriteEndObject()

    /// <summary>The settings as JSON text: equal settings give equal text.</summary>
    let toJson (settings: PosteriorSettings) : string =
        let buffer = ArrayBufferWriter<byte>()
        use writer = new Utf8JsonWriter(buffer)
        writeJson writer settings
        writer.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan
