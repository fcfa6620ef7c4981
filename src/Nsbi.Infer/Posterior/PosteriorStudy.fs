namespace Nsbi.Infer

open System
open System.IO
open System.Threading
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

/// <summary>What a study is given to work with; none of it has an influence on results.</summary>
[<NoComparison; ReferenceEquality>]
type PosteriorContext = {
    /// Where the trained posterior is kept; none: nowhere.
    Store: TaskStore option
    /// Threads that share the work.
    Threads: int
    /// Told of the training.
    Training: IProgress<TrainingProgress>
    /// Told the share of the checks that is done.
    Checking: IProgress<float>
    /// Ends the work with an OperationCanceledException.
    Cancellation: CancellationToken
}

/// <summary>Posteriors from whole sets of events: train, check, apply.</summary>
[<RequireQualifiedAccess>]
module PosteriorStudy =
    let private levels = [ 0.025; 0.16; 0.5; 0.84; 0.975 ]

    /// Draws behind the numbers of an observed set.
    let private sampled seed = { Draws = 20_000; Seed = seed }

    /// The trained posterior, or the one of an earlier run.
    let private train (context: PosteriorContext) (plan: PosteriorPlan) source files =
        use team = new ThreadTeam(context.Threads)

        let run checkpoint save =
            let training = {
                Team = team
                Progress = context.Training
                Cancellation = context.Cancellation
                Checkpoint = checkpoint
                Save = save
                SaveEvery = TimeSpan.FromSeconds 2.0
            }

            match source with
            | Choice1Of2 simulator -> PosteriorTraining.simulate training plan.Networks simulator
            | Choice2Of2 sets -> PosteriorTraining.ofSets training plan.Networks plan.Prior sets

        match context.Store with
        | None -> run None ignore
        | Some store ->
            let spec = {
                Name = "posterior"
                Seed = plan.Seed
                Inputs = files
                Settings = [
                    "networks", PosteriorSettings.toJson plan.Networks
                    "prior", Prior.toJson plan.Prior
                    "features", String.Join(",", plan.Features)
                    "heldOut",
                    plan.Checking.HeldOut.ToString("R", Globalization.CultureInfo.InvariantCulture)
                    "source", PosteriorInputs.describe plan
                ]
            }

            let file = "posterior.json"
            let failed = ref []

            try
                let result =
                    store.Run(
                        spec,
                        fun task ->
                            match run (task.LoadCheckpoint()) task.SaveCheckpoint with
                            | Ok estimator -> [ file, PosteriorFile.toBytes estimator ]
                            | Error faults ->
                                failed.Value <- faults
                                raise (InvalidDataException "The sets cannot be trained with.")
                    )

                PosteriorFile.ofBytes file (result.Read file)
            with :? InvalidDataException when not failed.Value.IsEmpty ->
                Error failed.Value

    let private densities team (estimator: PosteriorEstimator) sampled (states: PosteriorState[]) =
        let contexts = PosteriorState.contexts team estimator states
        let values = estimator.Parameters

        Array.init states.Length (fun s ->
            ConditionalDensity.Create(
                estimator.Settings.Head,
                estimator.Prior,
                values,
                contexts[s, *],
                sampled
            ))

    let private trials
        (context: PosteriorContext)
        (plan: PosteriorPlan)
        team
        estimator
        (sets: EventSets)
        states
        =
        let densities = densities team estimator (sampled plan.Seed) states
        let seed = DataSplit.networkSeed plan.Seed "posterior draws"

        IndependentWork.run (Some team) context.Checking context.Cancellation sets.Count (fun s ->
            let density = densities[s]
            let draws = density.Sample(seed + uint64 s, plan.Checking.Draws)
            let rows = Array.init plan.Checking.Draws (fun n -> draws[n, *])
            PosteriorTrial.withDensity (sets.Values(s).ToArray()) rows density.LogDensity)

    let private information (prior: Prior) (trials: PosteriorTrial[]) : Measured =
        let gains =
            trials |> Array.map (fun t -> t.TruthLogDensity - prior.LogDensity t.Truth)

        let n = float gains.Length
        let mean = Array.average gains
        let variance = (gains |> Array.sumBy (fun g -> (g - mean) * (g - mean))) / (n - 1.0)

        {
            Value = mean
            Error = sqrt (variance / n)
        }

    let private informationCheck (it: Measured) =
        Check.create
            "information"
            CheckRule.AtLeast
            (-3.0 * it.Error)
            it.Value
            it.Error
            (FormattableString.Invariant
                $"On sets that the training has not seen, ln of the posterior density over the prior's at the true parameters is {it.Value:F3} ± {it.Error:F3} on average.")
            "Below zero the posterior is worse than the prior: train longer, with more sets, or a smaller network."

    let private trainingCheck (estimator: PosteriorEstimator) =
        let history = estimator.History
        let ended = history.Ending <> TrainingEnding.Diverged

        Check.create
            "training"
            CheckRule.AtLeast
            1.0
            (if ended then 1.0 else 0.0)
            nan
            (FormattableString.Invariant
                $"The best of {history.Epochs.Length} epochs is the {history.BestEpoch}th, with a validation loss of {history.BestLoss:F4}.")
            "The loss was not finite: lower the learning rate, look at the features' tails."

    let private rows (sets: float[,]) =
        Array.init (Array2D.length1 sets) (fun s -> sets[s, *])

    /// The distance that the number of simulated sets allows.
    let private alarm (cloud: float[][]) (observed: float[]) =
        let distance =
            if cloud.Length >= 4 * observed.Length then
                EmbeddingDistance.Mahalanobis
            else
                EmbeddingDistance.Kernel

        EmbeddingCloud.compute distance cloud observed

    let private summarise
        (plan: PosteriorPlan)
        estimator
        alarm
        (density: ConditionalDensity)
        (name, state: PosteriorState, truth)
        = {
        Name = name
        Events = state.Events
        Parameters =
            plan.Prior.Names
            |> List.mapi (fun i parameter -> {
                Name = parameter
                Mean = density.Mean[i]
                StandardDeviation = density.StandardDeviation[i]
                Quantiles = levels |> List.map (fun level -> level, density.Quantile(i, level))
            })
        Covariance = density.Covariance
        Density = density
        Alarm = alarm
        Warnings = PosteriorState.warnings estimator state |> List.map string
        Truth = truth
    }

    let private named (name: string) (check: Check) = {
        check with
            Name = $"{check.Name}, {name}"
    }

    /// <summary>Trains the posterior of a plan, checks it on sets that the training has not seen and applies it
    /// to what was observed.</summary>
    /// <param name="context">where results are kept, and how to run</param>
    /// <param name="request">observed files, state, whether to check</param>
    /// <param name="plan">what is asked for</param>
    /// <returns>the result, a function of plan, request and files; or every fault of files and settings
    /// </returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; with a store the training goes on
    /// there the next time</exception>
    let run
        (context: PosteriorContext)
        (request: PosteriorRequest)
        (plan: PosteriorPlan)
        : Result<PosteriorResult, Fault list> =
        use team = new ThreadTeam(context.Threads)

        PosteriorInputs.sets plan team
        |> Result.bind (fun (source, checks) ->
            let files = PosteriorInputs.hashes plan

            train context plan source files
            |> Result.bind (fun estimator ->
                PosteriorInputs.observed request plan team estimator
                |> Result.map (fun observed ->
                    let held =
                        if request.Checks then
                            Some(checks.Value, PosteriorState.ofSets team estimator checks.Value)
                        else
                            None

                    let trials =
                        held
                        |> Option.map (fun (sets, states) ->
                            trials context plan team estimator sets states)

                    let cloud =
                        held
                        |> Option.map (fun (_, states) ->
                            rows (PosteriorState.summaries team estimator states))

                    let states =
                        observed |> List.map (fun (_, state, _) -> state) |> Array.ofList

                    let posteriors =
                        if states.Length = 0 then
                            []
                        else
                            let seen = rows (PosteriorState.summaries team estimator states)

                            let densities = densities team estimator (sampled plan.Seed) states

                            observed
                            |> List.mapi (fun n it ->
                                let alarm =
                                    cloud |> Option.map (fun cloud -> alarm cloud seen[n])

                                summarise plan estimator alarm densities[n] it)

                    let seed = DataSplit.networkSeed plan.Seed "posterior ties"
                    let level = plan.Checking.Level

                    let ranks, coverage, information =
                        match trials with
                        | None -> [], [], None
                        | Some trials ->
                            let bins = Math.Clamp(trials.Length / 10, 4, RankTest.standardBins)

                            RankTest.compute bins seed plan.Prior.Names trials,
                            [
                                ExpectedCoverage.highestDensity seed trials
                                ExpectedCoverage.randomPoints seed trials
                            ],
                            Some(information plan.Prior trials)

                    {
                        Plan = plan
                        Estimator = estimator
                        CheckSets = trials |> Option.map Array.length |> Option.defaultValue 0
                        Information = information
                        Ranks = ranks
                        Coverage = coverage
                        Observed = posteriors
                        Checks = [
                            trainingCheck estimator
                            yield! information |> Option.map informationCheck |> Option.toList
                            yield! ranks |> List.map (RankTest.check level)
                            yield! coverage |> List.map (ExpectedCoverage.check level)
                            for it in posteriors do
                                match it.Alarm with
                                | Some alarm -> EmbeddingCloud.check level alarm |> named it.Name
                                | None -> ()
                        ]
                        Files = files
                    })))
