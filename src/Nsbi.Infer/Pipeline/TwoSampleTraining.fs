namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// Fresh classifiers of target against reweighted reference, as durable trainings of two folds.
[<RequireQualifiedAccess>]
module internal TwoSampleTraining =

    /// Events of one test: their rows among those examined, and what is compared.
    type Problem = {
        Name: string
        Events: StratifiedSample
        Groups: uint64[]
        /// As the networks see them, row-major.
        Features: float32[]
        Width: int
    }

    /// Two layers of 24, 2 folds, and a split that knows nothing of the one of the ratio networks.
    let settings (plan: TwoSamplePlan) (seed: uint64) : EstimatorSettings =
        TwoSampleTest.networks [ 24; 24 ] plan.Epochs 2 (DataSplit.networkSeed seed "two-sample")

    /// One training row per event, with both its weights: an event in both samples does not tell them
    /// apart.
    let private labelled (problem: Problem) : Result<LabelledEvents, Fault list> =
        ReweightedEvents.label NegativeWeights.Refuse problem.Width {
            Name = "reweighted reference"
            Features = problem.Features
            Weights = problem.Events.Predicted
            Groups = problem.Groups
            Varied = [ problem.Name, problem.Events.Target ]
        }

    /// Score of each event by the classifier that did not see it, and its fold; or why there is none.
    let private score (context: PipelineContext) settings (problem: Problem) =
        labelled problem
        |> Result.bind (fun events ->
            VariationEstimator.tasks settings events
            |> Result.bind (fun tasks ->
                let job = {
                    Prefix = $"two-sample-{problem.Name}-"
                    Tasks = tasks
                }

                let outcomes = NetworkTraining.train context [ job ] |> List.exactlyOne
                use team = new ThreadTeam(context.Threads)

                VariationEstimator.ofNetworks team settings events None [
                    for outcome in outcomes -> outcome.Task, outcome.Bytes
                ]
                |> Result.map (fun estimator ->
                    let g =
                        estimator.ByFold(
                            team,
                            ReadOnlyMemory problem.Features,
                            ReadOnlyMemory problem.Groups
                        )

                    let folds =
                        problem.Groups |> Array.map (DataSplit.fold settings.Seed settings.Folds)

                    folds, g[0] |> Array.map Math.Log)))

    /// The test, or a sentence on why it was left out.
    let run
        (context: PipelineContext)
        (limits: CheckLimits)
        (plan: TwoSamplePlan)
        (seed: uint64)
        (problem: Problem)
        : Result<Check * TwoSampleTest, string> =
        score context (settings plan seed) problem
        |> Result.map (fun (folds, scores) ->
            TwoSampleTest.judge limits plan.Distortion problem.Name folds scores problem.Events)
        |> Result.mapError (fun faults ->
            let reasons = String.Join(" ", Fault.sentences faults)
            $"The two-sample test of {problem.Name} was left out: {reasons}")
