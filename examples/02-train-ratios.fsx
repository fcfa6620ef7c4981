// The same measurement without formulae: events are simulated, networks learn the density ratios
// from them, checks ask whether they learned, and the learned likelihood is held against the exact
// one. Run: dotnet fsi examples/02-train-ratios.fsx
#load "Nsbi.fsx"

open System
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Model
open Nsbi.Model.Words

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

let clock = Diagnostics.Stopwatch.StartNew()
let seed = 1UL
let team = new ThreadTeam(Environment.ProcessorCount)

// 1. Events of each process, with one feature, x. Your own would come from a file: EventFile.read
//    and FittedFeatures. The group of an event decides its fold; copies of an event share theirs.
let perSample = 50_000
let samples = InterferenceToy.sampled |> List.toArray

let simulated = [
    for k, proc in Array.indexed samples do
        {
            Name = InterferenceToy.name proc
            Features = InterferenceToy.sample seed proc perSample |> Array.map float32
            Weights = Array.create perSample 1.0
            Groups = Array.init perSample (fun i -> uint64 (k * perSample + i))
        }
]

let labelled = LabelledEvents.create NegativeWeights.Refuse 1 simulated |> valid

// 2. One softmax network per fold for all ratios to the equal mixture of the samples. Every event
//    will be evaluated by the network that never saw it.
let mixture = ReferenceMixture.equal [ for s in simulated -> s.Name ]

let settings = {
    EstimatorSettings.standard with
        Seed = seed
        Folds = 4
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = [ 32; 32 ]
                }
                LearningRate = 0.01
                Schedule = Schedule.Cosine 0.001
                BatchSize = 1024
                Epochs = 8
                Patience = None
        }
}

/// One line per finished network, on standard error.
let progress = {
    new IProgress<TrainingProgress> with
        member _.Report(p: TrainingProgress) =
            if p.IsDone then
                eprintfn $"%5.1f{clock.Elapsed.TotalSeconds} s  {p.Network}  loss %.5f{p.BestLoss}"
}

let estimator =
    EstimatorAssembly.train settings mixture labelled None {
        TrainingContext.plain team with
            Progress = progress
    }
    |> valid

// 3. Did they learn? E_ref[r] must be 1: on events of the training, on held-out events, and on other
//    held-out events after one normalisation for all folds. Then calibration, closure of x and tails
//    on the events that neither trained nor normalised.
printfn "fold  sample  seen events  held out  normalised, on others"

for n in estimator.Normalisation do
    let check = $"%.4f{n.Check.Value} ± %.4f{n.Check.Error}"
    printfn $"{n.Fold, 4}  {n.Class, -6}  %11.4f{n.Train.Value}  %8.4f{n.Before.Value}  {check}"

let column (read: ClassEvents -> 'a[]) =
    simulated |> List.map read |> Array.concat

let features = column _.Features
let groups = column _.Groups
let sample = Array.init groups.Length (fun i -> i / perSample)
let shares = Seq.toArray estimator.Mixture.Weights
let reference = Normalisation.referenceWeights shares sample (column _.Weights)

/// r_c of every simulated event by the networks that never saw it.
let ratios = estimator.ByFold(team, features, groups)

let held =
    [| 0 .. groups.Length - 1 |]
    |> Array.filter (fun i ->
        let fold = DataSplit.fold seed settings.Folds groups[i]
        DataSplit.role settings fold groups[i] = Role.Check)

let pick (values: float[]) = held |> Array.map (fun i -> values[i])

// As many events normalised as are left to check, and their errors add up.
let limits = {
    CheckLimits.standard with
        Sigmas = 3.0 * sqrt 2.0
}

let checks = [
    for c, name in Seq.indexed estimator.ClassNames do
        let target = held |> Array.map (fun i -> if sample[i] = c then 1.0 else 0.0)

        let events = RatioSample.create (pick reference) target (pick ratios[c])
        let x = held |> Array.map (fun i -> float features[i])
        yield! (RatioDiagnostics.run limits name events (List.singleton ("x", x))).Checks
    MixtureIdentityCheck.run limits shares (Array.map pick ratios)
]

printfn "\n%-38s %12s %12s" "check" "value" "limit"

for check in checks do
    let verdict = if check.Passed then "" else $"FAILED: {check.Meaning}"
    printfn "%-38s %12.4g %12.4g  %s" check.Name check.Value check.Limit verdict

// 4. The model, in the words of 01-interference.fsx.
let mu = poi "mu" |> from 1.0 |> between 0.0 8.0

let interfering =
    model "interference, learned" [
        unbinned "SR" (Words.reference "mixture") [
            processOf "S" [ scaledBy (mu - sqrt mu); yields 40.0 ]
            processOf "SBI" [ scaledBy (sqrt mu); yields (InterferenceToy.expected Total) ]
            processOf "B" [ scaledBy (1.0 - sqrt mu); yields 80.0 ]
            processOf "NI" [ yields 200.0 ]
        ]
    ]

// 5. Its events. Reference: the simulation with the learned ratios. Observed: points in x with the
//    true density at μ = 1 as weights, and no formula for the ratios; what the learned likelihood
//    makes of the truth has no Monte Carlo error then.
let table weights (ratios: float[][]) =
    RatioTable.weighted weights [
        for c, name in Seq.indexed estimator.ClassNames do
            name, RatioSource.Ratios ratios[c]
    ]

let points = InterferenceToy.quadrature 2401

let truth =
    Array.map2 (fun x w -> InterferenceToy.rateDensity 1.0 x * w) points.Nodes points.Widths

let atPoints =
    estimator.MeanOfFolds(team, ReadOnlyMemory(Array.map float32 points.Nodes))

let likelihood =
    RatioTables.empty
    |> RatioTables.reference "SR" (table reference ratios)
    |> RatioTables.observed "SR" (table truth atPoints)
    |> Likelihood.compile (valid (Model.validate interfering))
    |> valid

// 6. The expected result: the Asimov set of the learned likelihood itself.
let asimov = (valid (Observation.asimov likelihood [| 1.0 |])).Observation
printfn "\nexpected, from the simulation with its learned ratios"
printfn $"{Fit.run asimov}"

// 7. The learned likelihood on the truth, beside the exact one.
let observation = Observation.observed likelihood [] |> valid
let best = Fit.run observation
printfn "\nfitted to the true density"
printfn $"{best}"

let exact = [
    0.0, 2.448976
    0.1, 2.957598
    0.3, 2.490431
    0.5, 1.462839
    1.5, 1.656742
    2.0, 6.460370
    3.0, 23.841516
]

let scan = Profile.scan Fit.settings observation best "mu" (List.map fst exact)
printfn "\n  mu     t learned       t exact"

for point, (_, t) in List.zip scan.Points exact do
    printfn $"%4.2f{point.Value}  %12.3f{point.T}  %12.3f{t}"

printfn ""

for level, name in [ 1.0, "68.27 %, exact [0.595, 1.388]"; 3.841, "95 %, exact [0, 1.765]" ] do
    let found = Intervals.find Fit.settings observation best "mu" level
    printfn $"{found}   ({name})"

team.Dispose()
eprintfn $"%5.1f{clock.Elapsed.TotalSeconds} s"

if checks |> List.exists (fun check -> not check.Passed) then
    exit 1
