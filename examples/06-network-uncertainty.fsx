// How sure are the networks? Ratio networks are trained again on bootstraps of the simulation; the spread
// of the signal strength that they find is the uncertainty that the finite simulation and the training
// bring, and becomes a nuisance parameter of the fit. Run: dotnet fsi examples/06-network-uncertainty.fsx
#load "Nsbi.fsx"

open System
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks
open Nsbi.Model

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

// 1. A small simulation of the interference toy, so that its size matters.
let perSample = 20_000
let names = InterferenceToy.sampled |> List.map InterferenceToy.name

let simulation =
    InterferenceToy.sampled
    |> List.mapi (fun c proc -> {
        Name = InterferenceToy.name proc
        Features = InterferenceToy.sample 1UL proc perSample |> Array.map float32
        Weights = Array.create perSample 1.0
        Groups = Array.init perSample (fun i -> uint64 (c * perSample + i))
    })
    |> LabelledEvents.create NegativeWeights.Refuse 1
    |> valid

let settings = {
    EstimatorSettings.standard with
        Folds = 1
        CheckFraction = 0.1
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = [ 12 ]
                }
                LearningRate = 0.02
                Schedule = Schedule.Cosine 0.05
                BatchSize = 256
                Epochs = 6
                Patience = None
                ValidationFraction = 0.05
        }
}

// 2. Twelve bootstraps of the simulation, and on each of them two networks of different seeds.
let team = new ThreadTeam(1)
let plan = EnsemblePlan.Nested(12, 2, Inner.Seeds)

let ensemble =
    RatioEnsemble.train
        plan
        settings
        (ReferenceMixture.equal names)
        simulation
        (TrainingContext.plain team)
    |> valid

// 3. Any statistic can be carried through. Here the signal strength that the ratios find in the true
//    density, on points in x: exact ratios find 1.
let points, weights =
    let rule = InterferenceToy.quadrature 801

    Array.map2 (fun x width -> x, width * InterferenceToy.rateDensity 1.0 x) rule.Nodes rule.Widths
    |> Array.filter (fun (_, weight) -> weight > 0.01)
    |> Array.unzip

let toy = Model.validate InterferenceToy.model |> valid

let signalStrength (estimator: RatioEstimator) : float =
    let ratios = estimator.MeanOfFolds(team, ReadOnlyMemory(Array.map float32 points))

    let table =
        RatioTable.weighted weights [
            for c, name in List.indexed names -> name, RatioSource.Ratios ratios[c]
        ]

    let likelihood =
        RatioTables.empty
        |> RatioTables.observed "SR" table
        |> Likelihood.compile toy
        |> valid

    let best = Fit.run (Observation.observed likelihood [] |> valid)
    best["mu"].Value

let values = ensemble.Carry signalStrength
let summary = EnsembleSummary.make 1UL values

printfn $"{plan}"

for j in 0 .. ensemble.Replicas - 1 do
    let members = values.Members[j] |> Array.map (fun mu -> $"%.4f{mu}")
    printfn $"""{j, 3}  {String.Join("  ", members)}   average %.4f{values.Averages[j]}"""

printfn $"\nσ(μ) = {summary.Sigma}: {summary.Method}"
printfn $"of one training: {summary.Training.Value}"

for estimate in summary.Estimates do
    printfn $"({estimate.Method.Letter}) {estimate}"

// 4. The double bootstrap resamples networks, not simulation: more networks make it as small as wanted.
printfn $"\nthe double bootstrap, for comparison: {summary.DoubleBootstrap.Value}"

for check in summary.SelfChecks do
    let verdict = if check.Passed then "passed" else "FAILED"
    printfn $"{verdict}: {check.Finding}"

// 5. Where sixty trainings are best spent.
match TrainingBudget.pilot (EnsembleValues.bootstraps values) values.Members[0] with
| None -> printfn "\nThe pilot is too small to tell data from training."
| Some pilot ->
    printfn "\nsixty trainings"

    for split in TrainingBudget.table pilot 60 do
        printfn $"{split}"

// 6. In the likelihood: μ → μ + α σ(μ) with α ~ N(0, 1). Its share stands in the breakdown of the error.
let sigma = summary.Sigma.Value

let model =
    InterferenceToy.model
    |> NetworkNuisance.apply "mu" "alpha_stat" [ 0.0, sigma; 8.0, sigma ]
    |> Result.bind Model.validate
    |> valid

let exact =
    RatioTable.weighted weights [
        for proc in InterferenceToy.sampled ->
            InterferenceToy.name proc,
            RatioSource.Ratios(
                Array.map (InterferenceToy.ratio InterferenceToy.reference proc) points
            )
    ]

let likelihood =
    RatioTables.empty
    |> RatioTables.observed "SR" exact
    |> Likelihood.compile model
    |> valid

let observation = Observation.observed likelihood [] |> valid
let best = Fit.run observation
let groups = NuisanceGroup.standard model [ "alpha_stat" ]

let breakdown =
    UncertaintyBreakdown.run false Fit.settings observation groups "mu" best

printfn $"\n{best}\n\n{breakdown}"

team.Dispose()
