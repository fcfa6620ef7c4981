namespace Nsbi.Learn.Transport

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>The map with which a training begins.</summary>
[<RequireQualifiedAccess>]
type TransportStart =
    /// <summary>The translation that makes the weighted means equal: the identity where they are.</summary>
    | Translation
    /// <summary>The optimal map between normal distributions of the samples' weighted means and covariances
    /// (Bunne, Krause and Cuturi, arXiv:2206.14262).</summary>
    | Gaussian

/// <summary>In which units a distance is measured: what "nearest" means to the transport.</summary>
/// <remarks>The map makes Σ_a (T_a(x) − x_a)²/s_a² least on average; source and target have the same s.</remarks>
[<RequireQualifiedAccess>]
type TransportCost =
    /// <summary>s_a is the pooled standard deviation of feature a, √(½(σ_p² + σ_q²)): for features of different
    /// units.</summary>
    | PerFeature
    /// <summary>One s for all, √ of the mean of s_a²: |T(x) − x|² as it is, for features of one unit such as
    /// logits.</summary>
    | Euclidean

/// <summary>How a transport map is trained.</summary>
type TransportSettings = {
    /// <summary>Widths of the convex layers of both potentials.</summary>
    Hidden: int list
    /// <summary>Widths of the layers of the conditions; not used where there are none.</summary>
    ConditionHidden: int list
    /// <summary>ε > 0: the least slope of the maps, in units of the features' scales.</summary>
    Floor: float
    /// <summary>The first map.</summary>
    Start: TransportStart
    /// <summary>The cost that is made least.</summary>
    Cost: TransportCost
    /// <summary>The rule of the updates of both potentials.</summary>
    Optimiser: Optimiser
    /// <summary>The learning rate before the schedule's factor; above 0.</summary>
    LearningRate: float
    /// <summary>How the learning rate changes.</summary>
    Schedule: Schedule
    /// <summary>Events of each sample per update, at least 1.</summary>
    BatchSize: int
    /// <summary>Epochs, at least 1: the progress is reported after each.</summary>
    Epochs: int
    /// <summary>Rounds of an epoch, at least 1: each is <c>MapSteps</c> updates of g, then
    /// <c>PotentialSteps</c> of f, each with a batch of its own.</summary>
    Rounds: int
    /// <summary>Updates of g, whose gradient is the map, per round; at least 1.</summary>
    MapSteps: int
    /// <summary>Updates of f per round; at least 1.</summary>
    PotentialSteps: int
    /// <summary>Of the first weights and the order of the events.</summary>
    Seed: uint64
}

/// <summary>Defaults, checks and JSON of transport settings.</summary>
[<RequireQualifiedAccess>]
module TransportSettings =
    let private starts = [
        "translation", TransportStart.Translation
        "gaussian", TransportStart.Gaussian
    ]

    let private costs = [
        "perFeature", TransportCost.PerFeature
        "euclidean", TransportCost.Euclidean
    ]

    let private nameOf words value =
        words |> List.find (fun (_, meaning) -> meaning = value) |> fst

    /// <summary>Two layers of 64, 16 x 16 for conditions, from the Gaussian map, Adam with β = (0.5, 0.9) at
    /// 5e-3 with a cosine schedule, batches of 1024, 20 epochs of 200 rounds of two and one updates.</summary>
    let standard: TransportSettings = {
        Hidden = [ 64; 64 ]
        ConditionHidden = [ 16; 16 ]
        Floor = 0.01
        Start = TransportStart.Gaussian
        Cost = TransportCost.PerFeature
        Optimiser = {
            Optimiser.adam with
                Beta1 = 0.5
                Beta2 = 0.9
        }
        LearningRate = 5e-3
        Schedule = Schedule.Cosine 0.01
        BatchSize = 1024
        Epochs = 20
        Rounds = 200
        MapSteps = 2
        PotentialSteps = 1
        Seed = 1UL
    }

    let internal faults (source: string) (settings: TransportSettings) : Fault list =
        let range name remedy inside (value: string) = [
            if not inside then
                Fault.create source $"the {name} is out of range" remedy
                |> Fault.withValue value
        ]

        let count name value =
            range name "at least 1" (value >= 1) (string value)

        let text = JsonFields.text
        let positive (value: float) = Double.IsFinite value && value > 0.0
        let share (value: float) = value >= 0.0 && value < 1.0
        let optimiser = settings.Optimiser
        let decay = optimiser.WeightDecay

        [
            for width in settings.Hidden @ settings.ConditionHidden do
                yield!
                    range
                        "width of a layer"
                        "from 1 to 65536"
                        (width >= 1 && width <= 65536)
                        (string width)

            if settings.ConditionHidden.IsEmpty then
                Fault.create source "the conditions have no layer" "give at least one width"

            yield!
                range
                    "least slope"
                    "above 0, below 1"
                    (settings.Floor > 0.0 && settings.Floor < 1.0)
                    (text settings.Floor)

            yield! range "beta1" "from 0 to below 1" (share optimiser.Beta1) (text optimiser.Beta1)
            yield! range "beta2" "from 0 to below 1" (share optimiser.Beta2) (text optimiser.Beta2)
            yield! range "epsilon" "above 0" (positive optimiser.Epsilon) (text optimiser.Epsilon)
            yield! range "weight decay" "at least 0" (decay = 0.0 || positive decay) (text decay)

            yield!
                range
                    "learning rate"
                    "above 0"
                    (positive settings.LearningRate)
                    (text settings.LearningRate)

            yield! Schedule.faults source settings.Schedule

            match settings.Schedule with
            | Schedule.ReduceOnPlateau _ ->
                Fault.create
                    source
                    "a game of two potentials has no validation loss to wait for"
                    "choose the schedule cosine, exponential, step or constant"
            | _ -> ()

            yield! count "batch size" settings.BatchSize
            yield! count "number of epochs" settings.Epochs
            yield! count "number of rounds" settings.Rounds
            yield! count "number of updates of the map" settings.MapSteps
            yield! count "number of updates of the potential" settings.PotentialSteps
        ]

    /// <summary>The same settings, or every fault they have.</summary>
    let validate (settings: TransportSettings) : Result<TransportSettings, Fault list> =
        match faults "transport settings" settings with
        | [] -> Ok settings
        | faults -> Error faults

    let internal read (fields: JsonFields) : TransportSettings =
        let initial = standard
        let optimiser = initial.Optimiser

        let schedule =
            fields.Inside("schedule", initial.Schedule, (fun inner _ -> Schedule.read inner))

        {
            Hidden = fields.Ints("hidden", initial.Hidden)
            ConditionHidden = fields.Ints("conditionHidden", initial.ConditionHidden)
            Floor = fields.Float("floor", initial.Floor)
            Start = fields.Word("start", initial.Start, starts)
            Cost = fields.Word("cost", initial.Cost, costs)
            Optimiser = {
                optimiser with
                    Beta1 = fields.Float("beta1", optimiser.Beta1)
                    Beta2 = fields.Float("beta2", optimiser.Beta2)
                    Epsilon = fields.Float("epsilon", optimiser.Epsilon)
                    WeightDecay = fields.Float("weightDecay", optimiser.WeightDecay)
            }
            LearningRate = fields.Float("learningRate", initial.LearningRate)
            Schedule = schedule
            BatchSize = fields.Int("batchSize", initial.BatchSize)
            Epochs = fields.Int("epochs", initial.Epochs)
            Rounds = fields.Int("rounds", initial.Rounds)
            MapSteps = fields.Int("mapSteps", initial.MapSteps)
            PotentialSteps = fields.Int("potentialSteps", initial.PotentialSteps)
            Seed = fields.UInt64("seed", initial.Seed)
        }

    /// <summary>The settings of one flat JSON object; absent fields are as in <c>standard</c>.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="path">JSON path of the object, such as <c>$.transport</c></param>
    /// <param name="element">the object</param>
    /// <returns>every fault: unknown fields, values of other types or out of range</returns>
    let ofJson
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<TransportSettings, Fault list> =
        JsonFields.Whole(source, path, element, read, faults source)

    /// <summary>Writes the fields that <c>ofJson</c> reads into the open object.</summary>
    let internal writeFields (writer: Utf8JsonWriter) (settings: TransportSettings) : unit =
        let widths (name: string) (list: int list) =
            writer.WriteStartArray name
            list |> List.iter writer.WriteNumberValue
            writer.WriteEndArray()

        widths "hidden" settings.Hidden
        widths "conditionHidden" settings.ConditionHidden
        writer.WriteNumber("floor", settings.Floor)
        writer.WriteString("start", nameOf starts settings.Start)
        writer.WriteString("cost", nameOf costs settings.Cost)
        writer.WriteNumber("beta1", settings.Optimiser.Beta1)
        writer.WriteNumber("beta2", settings.Optimiser.Beta2)
        writer.WriteNumber("epsilon", settings.Optimiser.Epsilon)
        writer.WriteNumber("weightDecay", settings.Optimiser.WeightDecay)
        writer.WriteNumber("learningRate", settings.LearningRate)
        writer.WriteStartObject "schedule"
        Schedule.write writer settings.Schedule
        writer.WriteEndObject()
        writer.WriteNumber("batchSize", settings.BatchSize)
        writer.WriteNumber("epochs", settings.Epochs)
        writer.WriteNumber("rounds", settings.Rounds)
        writer.WriteNumber("mapSteps", settings.MapSteps)
        writer.WriteNumber("potentialSteps", settings.PotentialSteps)
        writer.WriteNumber("seed", settings.Seed)

    /// <summary>The settings as one JSON object.</summary>
    let writeJson (writer: Utf8JsonWriter) (settings: TransportSettings) : unit =
        writer.WriteStartObject()
        writeFields writer settings
        writer.WriteEndObject()

    /// <summary>The settings as JSON text; <c>ofJson</c> reads it back.</summary>
    let toJson (settings: TransportSettings) : string =
        NetworkFile.bytesOf (fun writer -> writeFields writer settings)
        |> Text.Encoding.UTF8.GetString
