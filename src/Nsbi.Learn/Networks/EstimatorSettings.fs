namespace Nsbi.Learn.Networks

open System.Buffers
open System.Text
open System.Text.Json
open Nsbi.Learn

/// <summary>How ratios r_c = p_c/p_ref to a reference mixture p_ref = Σ_c w_c p_c are read off
/// classifiers.</summary>
[<RequireQualifiedAccess>]
type Head =
    /// <summary>One network for all classes: r_c = s_c/w_c of a softmax s. Then Σ_c w_c r_c = 1 and
    /// r_c ≤ 1/w_c for every event. Needs every w_c > 0.</summary>
    | Softmax
    /// <summary>One binary network per class against the reference: r = s/(1 − s) = e^logit, or what
    /// the loss says.
    /// w_c = 0 is allowed: a class that is no part of the reference.</summary>
    | Separate

/// <summary>How a ratio estimator is built of networks: the training of each, the head, k folds and M
/// members.</summary>
type EstimatorSettings = {
    /// How every network is trained.
    Training: ClassifierSettings
    /// How ratios are read off classifiers.
    Head: Head
    /// k: events of fold f are evaluated by networks that never saw fold f. With one fold there is one
    /// estimator, and the share <c>HeldOut</c> of the events takes the place of the held-out fold.
    Folds: int
    /// M: networks per fold that differ in their random numbers; their ratios are averaged.
    Members: int
    /// Share of the events kept from training where there is one fold, above 0, below 1.
    HeldOut: float
    /// Share of the held-out events on which closure is measured, above 0, below 1; the others normalise.
    CheckFraction: float
    /// The seed of every random number: split, first weights, order of events, dropout.
    Seed: uint64
}

/// Defaults, checks and JSON of estimator settings.
[<RequireQualifiedAccess>]
module EstimatorSettings =
    /// <summary>The standard training, the softmax head, 4 folds, 1 member, a quarter held out where
    /// there is one fold, half of the held-out events to normalise and half to check, seed 1.</summary>
    let standard: EstimatorSettings = {
        Training = ClassifierSettings.standard
        Head = Head.Softmax
        Folds = 4
        Members = 1
        HeldOut = 0.25
        CheckFraction = 0.5
        Seed = 1UL
    }

    let internal faults (source: string) (settings: EstimatorSettings) : Fault list = [
        yield! ClassifierSettings.faults source settings.Training
        if settings.Folds < 1 || settings.Folds > 1000 then
            Fault.create source "the number of folds is out of range" "from 1 to 1000"
            |> Fault.withValue (string settings.Folds)
        if settings.Members < 1 || settings.Members > 10000 then
            Fault.create source "the number of members is out of range" "from 1 to 10000"
            |> Fault.withValue (string settings.Members)
        for name, share in
            [ "held-out share", settings.HeldOut; "check fraction", settings.CheckFraction ] do
            if not (share > 0.0 && share < 1.0) then
                Fault.create source $"the {name} is out of range" "above 0, below 1"
                |> Fault.withValue (JsonFields.text share)
        if settings.Head = Head.Softmax then
            yield!
                ClassifierSettings.lossRefusal
                    source
                    "a softmax has the cross-entropy; other losses need the head 'separate'"
                    settings.Training
    ]

    /// <summary>The same settings, or every fault they have.</summary>
    let validate (settings: EstimatorSettings) : Result<EstimatorSettings, Fault list> =
        match faults "network settings" settings with
        | [] -> Ok settings
        | faults -> Error faults

    let internal read (fields: JsonFields) : EstimatorSettings = {
        Training = ClassifierSettings.read fields standard.Training
        Head =
            fields.Word(
                "head",
                standard.Head,
                [ "softmax", Head.Softmax; "separate", Head.Separate ]
            )
        Folds = fields.Int("folds", standard.Folds)
        Members = fields.Int("members", standard.Members)
        HeldOut = fields.Float("heldOut", standard.HeldOut)
        CheckFraction = fields.Float("checkFraction", standard.CheckFraction)
        Seed = fields.UInt64("seed", standard.Seed)
    }

    /// <summary>Settings from a JSON object; a field that is absent keeps the standard value.</summary>
    /// <param name="source">the file, as faults should name it</param>
    /// <param name="path">where the object stands in the file, such as <c>$.networks</c></param>
    /// <param name="element">the object</param>
    /// <returns>every fault: unknown names, values of another type, values out of range</returns>
    let ofJson
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<EstimatorSettings, Fault list> =
        JsonFields.Whole(source, path, element, read, faults source)

    let internal write (writer: Utf8JsonWriter) (settings: EstimatorSettings) : unit =
        ClassifierSettings.write writer settings.Training

        let head =
            match settings.Head with
            | Head.Softmax -> "softmax"
            | Head.Separate -> "separate"

        writer.WriteString("head", head)
        writer.WriteNumber("folds", settings.Folds)
        writer.WriteNumber("members", settings.Members)
        writer.WriteNumber("heldOut", settings.HeldOut)
        writer.WriteNumber("checkFraction", settings.CheckFraction)
        writer.WriteNumber("seed", settings.Seed)

    /// <summary>Writes the settings as one JSON object; <c>ofJson</c> reads the same settings back.</summary>
    let writeJson (writer: Utf8JsonWriter) (settings: EstimatorSettings) : unit =
        writer.WriteStartObject()
        write writer settings
        writer.WriteEndObject()

    /// <summary>The settings as JSON text: equal settings give equal text.</summary>
    let toJson (settings: EstimatorSettings) : string =
        let buffer = ArrayBufferWriter<byte>()
        use writer = new Utf8JsonWriter(buffer)
        writeJson writer settings
        writer.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan
