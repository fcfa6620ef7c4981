// Simulation is wrong, and is moved onto data before a measurement uses it. A flavour tagger gives jets three
// numbers; in the data their logits are distorted by an amount that depends on p_T. An optimal transport map,
// learned from both samples, undoes it; the shares of flavours in the data, measured with ratio networks that
// were trained on the simulation, are wrong before and right after. Run: dotnet fsi examples/08-calibration.fsx
#load "Nsbi.fsx"

open System
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

let team = new ThreadTeam(1)
let context = TrainingContext.plain team

// 1. Jets of a simulation and of the data, with p_b, p_c, p_u as logits and ln p_T as the condition.
let jets = 8_000
let simulation = FlavourTaggingToy.jets 1UL JetSample.Simulation jets
let data = FlavourTaggingToy.jets 1UL JetSample.Data jets
let logit p = log (p / (1.0 - p))
let outputs = [ "pb"; "pc"; "pu" ]

let rowMajor (columns: float[] list) : float[] =
    Array.init (columns.Length * columns.Head.Length) (fun k ->
        columns[k % columns.Length].[k / columns.Length])

let logits (table: EventTable) : float[] =
    outputs
    |> List.map (fun name -> EventTable.values name table |> Array.map logit)
    |> rowMajor

let sample (table: EventTable) : TransportSample = {
    Features = logits table
    Conditions = EventTable.values "pt" table |> Array.map log
    Weights = EventTable.weights table
}

// 2. The map: the gradient of a convex network, learned on both samples.
let events = TransportEvents.create 3 1 (sample simulation) (sample data) |> valid

let map =
    TransportTraining.train
        context
        {
            TransportSettings.standard with
                Cost = TransportCost.Euclidean
                Epochs = 16
                Rounds = 40
                BatchSize = 512
        }
        events
    |> valid

// 3. Another simulation, which nothing was learned from, moves onto other data.
let other = FlavourTaggingToy.jets 2UL JetSample.Simulation jets
let observed = FlavourTaggingToy.jets 2UL JetSample.Data jets
let before = sample other

let moved =
    map.Apply(team, ReadOnlyMemory before.Features, ReadOnlyMemory before.Conditions)

let calibrated =
    (other, List.indexed outputs)
    ||> List.fold (fun table (k, name) ->
        let values = Array.init jets (fun i -> 1.0 / (1.0 + exp -moved[3 * i + k]))
        EventTable.withColumn name values table)

let pt = EventTable.values "pt" other

let misses, ways =
    Array.init jets (fun i ->
        let q = before.Features[3 * i .. 3 * i + 2]
        let exact = FlavourTaggingToy.map pt[i] q

        let distance a b =
            sqrt (Array.fold2 (fun sum x y -> sum + (x - y) * (x - y)) 0.0 a b)

        distance moved[3 * i .. 3 * i + 2] exact, distance q exact)
    |> Array.unzip

printfn $"mean distance of the learned map from the exact one: {Array.average misses:F3}"
printfn $"mean way that a jet is moved:                        {Array.average ways:F3}"

// 4. D_b, of which the training knew nothing.
let discriminant (table: EventTable) : float[] =
    let p = outputs |> List.map (fun name -> EventTable.values name table)
    Array.init table.Count (fun i -> FlavourTaggingToy.discriminant [| for c in p -> c[i] |])

let distance (table: EventTable) : KolmogorovTest =
    let d, o = discriminant table, discriminant observed
    let ones = Array.map (fun _ -> 1.0)
    WeightedKolmogorov.test d (ones d) o (ones o)

printfn
    $"D_b, Kolmogorov-Smirnov distance before: {(distance other).Distance:F4}, p = {(distance other).PValue:G2}"

printfn
    $"D_b, Kolmogorov-Smirnov distance after:  {(distance calibrated).Distance:F4}, p = {(distance calibrated).PValue:G2}"

// 5. The calibrated sample is a sample like any other: ratio networks of the three flavours are trained on it, and
// the shares of the flavours in the data are fitted with their ratios.
let flavours = [ "b", 5.0; "c", 4.0; "light", 0.0 ]
let features = flavours.Length

let classes (table: EventTable) : LabelledEvents =
    let codes = EventTable.values "flavour" table
    let all = logits table

    flavours
    |> List.map (fun (name, code) ->
        let rows = [| 0 .. table.Count - 1 |] |> Array.filter (fun i -> codes[i] = code)

        {
            Name = name
            Features =
                rows |> Array.collect (fun i -> all[3 * i .. 3 * i + 2]) |> Array.map float32
            Weights = Array.create rows.Length 1.0
            Groups = rows |> Array.map uint64
        })
    |> LabelledEvents.create NegativeWeights.Refuse features
    |> valid

let settings = {
    EstimatorSettings.standard with
        Folds = 2
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = [ 24; 24 ]
                }
                LearningRate = 5e-3
                BatchSize = 256
                Epochs = 15
        }
}

/// The shares of largest likelihood, by expectation and maximisation.
let shares (table: EventTable) : float[] =
    let mixture = ReferenceMixture.equal (List.map fst flavours)

    let estimator =
        EstimatorAssembly.train settings mixture (classes table) None context |> valid

    let x = logits observed |> Array.map float32
    let ratios = estimator.MeanOfFolds(team, ReadOnlyMemory x)
    let mutable found = Array.create features (1.0 / float features)

    for _ in 1..500 do
        let sums = Array.zeroCreate<float> features

        for i in 0 .. observed.Count - 1 do
            let parts = Array.init features (fun f -> found[f] * ratios[f].[i])
            let total = Array.sum parts

            for f in 0 .. features - 1 do
                sums[f] <- sums[f] + parts[f] / total

        found <- sums |> Array.map (fun sum -> sum / float observed.Count)

    found

let print (what: string) (values: float[]) =
    let text = values |> Array.map (fun v -> v.ToString("F3")) |> String.concat "  "
    printfn $"{what, -34} {text}"

print "shares of b, c, light in the data" [|
    for _, code in flavours ->
        EventTable.values "flavour" observed
        |> Array.filter ((=) code)
        |> fun found -> float found.Length / float observed.Count
|]

print "with the simulation as it is" (shares other)
print "with the calibrated simulation" (shares calibrated)
