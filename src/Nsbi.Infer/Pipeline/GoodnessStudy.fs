namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model

/// <summary>An event that drives the discrepancy between data and model.</summary>
type DrivingEvent = {
    /// Its number among the selected observed events, from 0.
    Event: int
    /// <summary>ln of the learned ratio of data and model.</summary>
    LogRatio: float
    /// Its columns, in the order of the study's.
    Values: float list
}

/// <summary>The model of an analysis against the data in the space of all features.</summary>
[<NoComparison; ReferenceEquality>]
type GoodnessStudy = {
    /// <summary>What was tested: <c>observed</c>, or <c>pseudo-experiment</c> where there are no data or
    /// they stay blind.</summary>
    Of: string
    /// What was asked for.
    Plan: GoodnessPlan
    /// The test.
    Test: LearnedGoodness
    /// Columns that pictures and events show.
    Columns: string list
    /// Data, model and learned ratio in each of them.
    Profiles: GoodnessProfile list
    /// The observed events of the largest ratio.
    Driving: DrivingEvent list
} with

    /// <summary>Whether p is below the limit; empty without data.</summary>
    member this.Checks: Check list =
        match this.Test.PValue with
        | Some p when this.Of = "observed" -> [
            Check.create
                "goodness of fit in all features"
                CheckRule.AtLeast
                this.Plan.Limit
                p.Value
                p.Error
                (FormattableString.Invariant
                    $"p = {p.Value:G3} ± {p.Error:G2} of {p.Above.Trials} toys, t = {this.Test.Value:G4}.")
                "The model does not describe the data in the space of its features: look at the events that drive the discrepancy before the result is believed."
          ]
        | _ -> []

/// <summary>Makes the studies.</summary>
[<RequireQualifiedAccess>]
module internal GoodnessStudy =

    /// Columns that are drawn, and events that are listed.
    let private drawn, private listed = 6, 20

    let private errors result =
        result |> Result.mapError (List.map string)

    let private faults result =
        result |> Result.mapError Fault.sentences

    /// The features of the test in both tables.
    let private features (trained: TrainedAnalysis) (learned: LearnedModel) =
        let fitted =
            match AnalysisEvents.goodness trained.Analysis with
            | None
            | Some [] -> Ok trained.Features
            | Some own -> FittedFeatures.fit own trained.Events.Simulated.Events

        fitted
        |> Result.bind (fun fitted ->
            let columns (table: EventTable) =
                FittedFeatures.apply fitted table
                |> Result.map (fun matrix ->
                    Array.init matrix.Columns (fun j ->
                        Array.init matrix.Rows (fun i ->
                            float matrix.Values[i * matrix.Columns + j])))

            let observed =
                match learned.Observed with
                | Some table -> columns table |> Result.map Some
                | None -> Ok None

            match columns learned.Simulated.Events, observed with
            | Ok reference, Ok observed ->
                FittedFeatures.names fitted
                |> List.mapi (fun j name -> {
                    Name = name
                    Channel = AnalysisModel.signalRegion
                    Values =
                        Map.ofList [
                            TableKind.Reference, reference[j]
                            match observed with
                            | Some columns -> TableKind.Observed, columns[j]
                            | None -> ()
                        ]
                })
                |> Ok
            | Error faults, _
            | _, Error faults -> Error faults)

    /// The columns that the features are made of, NaN where they are missing.
    let private shown (trained: TrainedAnalysis) (learned: LearnedModel) : FitFeature list =
        let codes = FittedFeatures.codes trained.Features

        let names =
            match AnalysisEvents.goodness trained.Analysis with
            | Some(_ :: _ as own) -> Feature.columns own
            | _ -> FittedFeatures.columns trained.Features

        names
        |> List.map (fun name ->
            let values (table: EventTable) =
                let column = EventTable.values name table

                match codes.TryFind name with
                | Some code -> column |> Array.map (fun x -> if x = code then nan else x)
                | None -> column

            {
                Name = name
                Channel = AnalysisModel.signalRegion
                Values =
                    Map.ofList [
                        TableKind.Reference, values learned.Simulated.Events
                        match learned.Observed with
                        | Some table -> TableKind.Observed, values table
                        | None -> ()
                    ]
            })

    /// A toy at the nominal point, in place of data.
    let private pseudo (learned: LearnedModel) =
        ToySampler.create learned.Likelihood learned.Model.Initial
        |> Result.map (fun sampler ->
            let seed =
                ToyWork.seedAt learned.Analysis.Seed "pseudo-experiment of the goodness" 0.0

            sampler.Draw(seed, 0UL))

    /// <summary>The study.</summary>
    /// <param name="options">threads, progress</param>
    /// <param name="fits">settings of the fits</param>
    /// <param name="store">where toys are kept</param>
    /// <param name="trained">the trained analysis</param>
    /// <param name="learned">its model</param>
    /// <param name="plan">what is asked for</param>
    /// <param name="isOpen">whether the data may be looked at</param>
    let make
        (options: PipelineOptions)
        (fits: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (plan: GoodnessPlan)
        (isOpen: bool)
        : Result<GoodnessStudy, string list> =
        let name, observation =
            match LearnedModel.ofData learned with
            | Some data when isOpen -> "observed", Ok data
            | _ -> "pseudo-experiment", pseudo learned |> errors

        let work: ToyWork = {
            Run = {
                ToyRun.ofToys plan.Toys with
                    Seed = learned.Analysis.Seed
                    Threads = options.Threads
                    Cancellation = options.Cancellation
                    Progress = {
                        new IProgress<ToyProgress> with
                            member _.Report progress =
                                options.Progress.Report(Toys("goodness of fit", progress))
                    }
            }
            Store = Some(store, TrainedAnalysis.hashes trained)
            Fits = { fits with Team = None }
        }

        observation
        |> Result.bind (fun observation ->
            match Fit.runWith fits observation with
            | fit when not fit.Status.Succeeded ->
                Error [ $"The fit of the {name} events did not succeed: {fit.Status.Advice}" ]
            | fit ->
                features trained learned
                |> faults
                |> Result.bind (fun features ->
                    LearnedGoodness.run work plan.Learned observation fit features |> errors))
        |> Result.map (fun test ->
            let shown = shown trained learned |> List.truncate drawn
            let events = List.exactlyOne test.Events

            {
                Of = name
                Plan = plan
                Test = test
                Columns = shown |> List.map _.Name
                Profiles = [ for feature in shown -> GoodnessProfile.make 20 feature events ]
                Driving = [
                    if name = "observed" then
                        for row, f in List.truncate listed events.Ranked do
                            {
                                Event = row
                                LogRatio = f
                                Values = [ for s in shown -> s.Values[events.Table][row] ]
                            }
                ]
            })
