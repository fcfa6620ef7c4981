/// Networks of the interference toy trained on small samples, and the μ̂ that each finds in the Asimov set
/// of the truth, by quadrature: what an uncertainty from the finite training sample has to be the spread of.
module Nsbi.Infer.Tests.InterferenceEnsemble

open System
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks
open Nsbi.Infer

let private get (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp $"%A{faults}"

/// The nodes with the weights D(x; 1) dx, without the outermost 0.005 events on either side.
let nodes, weights =
    let rule = InterferenceToy.quadrature 801

    let weight =
        Array.map2 (fun x width -> width * InterferenceToy.rateDensity 1.0 x) rule.Nodes rule.Widths

    let before = Array.scan (+) 0.0 weight
    let total = Array.sum weight

    [|
        for i in 0 .. weight.Length - 1 do
            if before[i] > 5e-3 && before[i] < total - 5e-3 then
                rule.Nodes[i], weight[i]
    |]
    |> Array.unzip

let private features = ReadOnlyMemory(nodes |> Array.map float32)
let private names = InterferenceToy.sampled |> List.map InterferenceToy.name
let private model = lazy (Model.validate InterferenceToy.model |> get)

/// The ratios of an estimator at the nodes.
let ratiosOf (team: ThreadTeam) (estimator: RatioEstimator) : float[][] =
    estimator.MeanOfFolds(team, features)

/// The best fit of the truth by these ratios; 1 for the exact ones.
let bestFit (ratios: float[][]) : float =
    let table =
        RatioTable.weighted weights [
            for name, r in Seq.zip names ratios -> name, RatioSource.Ratios r
        ]

    let compiled =
        RatioTables.empty
        |> RatioTables.observed "SR" table
        |> Likelihood.compile model.Value
        |> get

    let fit = Fit.run (Observation.observed compiled [] |> get)
    fit["mu"].Value

/// The mean of ratios over several networks.
let mean (several: float[][][]) : float[][] =
    let share = 1.0 / float several.Length

    several
    |> Array.reduce (Array.map2 (Array.map2 (+)))
    |> Array.map (Array.map (fun sum -> share * sum))

/// Training samples of so many events of each process.
let sample (seed: uint64) (events: int) : LabelledEvents =
    InterferenceToy.sampled
    |> List.mapi (fun c proc -> {
        Name = InterferenceToy.name proc
        Features = InterferenceToy.sample seed proc events |> Array.map float32
        Weights = Array.create events 1.0
        Groups = Array.init events (fun i -> uint64 (c * events + i))
    })
    |> LabelledEvents.create NegativeWeights.Refuse 1
    |> get

/// A small network: a fraction of a second each.
let settings (epochs: int) : EstimatorSettings = {
    EstimatorSettings.standard with
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = [ 12 ]
                }
                LearningRate = 0.02
                Schedule = Schedule.Cosine 0.05
                BatchSize = 256
                Epochs = epochs
                Patience = None
                KeepBest = false
                ValidationFraction = 0.05
        }
        Folds = 1
        HeldOut = 0.25
        CheckFraction = 0.1
}

/// The ratios at the nodes of each member and of the averages of each replica.
let train (plan: EnsemblePlan) (settings: EstimatorSettings) (events: LabelledEvents) =
    use team = new ThreadTeam(1)

    let ensemble =
        RatioEnsemble.train
            plan
            settings
            (ReferenceMixture.equal names)
            events
            (TrainingContext.plain team)
        |> get

    ensemble.Carry(ratiosOf team)
