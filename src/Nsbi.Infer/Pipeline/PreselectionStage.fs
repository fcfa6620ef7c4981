namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// <summary>What a preselection does to the events of an analysis.</summary>
[<NoComparison; ReferenceEquality>]
type Preselected = {
    /// The passing events: what the ratio networks are trained on and evaluated for.
    Events: AnalysisEvents
    /// The failing events.
    Control: ControlCounts option
    /// Where the cut was put, and how pure the passing events are.
    Cut: PreselectionCut
    /// The networks of the preselection.
    Networks: TrainedNetwork list
}

/// <summary>The preselection: one part of the events trains its network, one tunes its cut, and all the
/// rest is divided by it.</summary>
[<RequireQualifiedAccess>]
module PreselectionStage =

    [<RequireQualifiedAccess>]
    type private Use =
        | Training
        | Cut
        | Measurement

    let private useOf (analysis: Analysis) (plan: PreselectionPlan) (group: uint64) : Use =
        let mutable stream = RandomStream(analysis.Seed, "preselection", group)
        let u = stream.NextDouble()

        if u < plan.TrainingShare then Use.Training
        elif u < plan.TrainingShare + plan.CutShare then Use.Cut
        else Use.Measurement

    /// The score of each event of a table.
    let private scores team (plan: PreselectionPlan) (estimator: RatioEstimator) features table =
        FittedFeatures.apply features table
        |> Result.map (fun matrix ->
            let ratios = estimator.OfFold(team, 0, ReadOnlyMemory matrix.Values)
            let signal = List.findIndex ((=) plan.Signal) plan.Classes
            Preselection.scores (Seq.toArray estimator.Mixture.Weights) signal ratios)

    let private sampleOf (simulated: SimulatedEvents) (scores: float[]) (rows: int[]) (k: int) =
        let weights = EventTable.weights simulated.Events
        let own = rows |> Array.filter (fun i -> simulated.Sample[i] = k)

        {
            Name = simulated.Samples[k]
            Yield = simulated.Yields[k]
            Scores = own |> Array.map (fun i -> scores[i])
            Weights = own |> Array.map (fun i -> weights[i])
        }

    let private divide
        (events: AnalysisEvents)
        (plan: PreselectionPlan)
        scores
        dataScores
        rest
        (cut: PreselectionCut)
        =
        let simulated = events.Simulated
        let samples = [ 0 .. simulated.Samples.Length - 1 ]
        let scored = samples |> List.map (sampleOf simulated scores rest)
        let passing = rest |> Array.filter (fun i -> scores[i] >= cut.Cut)

        let yields =
            scored
            |> List.map (fun sample ->
                let pass =
                    Array.zip sample.Scores sample.Weights
                    |> Array.sumBy (fun (score, w) -> if score >= cut.Cut then w else 0.0)

                sample.Yield * pass / Array.sum sample.Weights)
            |> List.toArray

        let region =
            if Double.IsFinite cut.Cut then
                Preselection.controlRegion cut.Cut plan.ControlBins scored |> Result.map Some
            else
                Ok None

        region
        |> Result.map (fun region ->
            let counts region =
                dataScores
                |> Option.map (fun scores ->
                    let counts = Array.zeroCreate<float> plan.ControlBins

                    for score in scores do
                        let b = Preselection.bin region score

                        if b >= 0 then
                            counts[b] <- counts[b] + 1.0

                    Array.toList counts)

            let control =
                region
                |> Option.map (fun region -> {
                    Yields =
                        region.Yields
                        |> List.map (fun (name, bins) -> name, [ for bin in bins -> bin.Value ])
                        |> Map.ofList
                    Counts = counts region
                })

            let data, groups =
                match events.Observed, dataScores with
                | Some table, Some scores ->
                    let passes = scores |> Array.map (fun s -> s >= cut.Cut)

                    Some(EventTable.filter passes table),
                    Array.zip passes events.ObservedGroups |> Array.filter fst |> Array.map snd
                | _ -> None, [||]

            {
                events with
                    Simulated = SimulatedEvents.take passing yields simulated
                    Observed = data
                    ObservedGroups = groups
            },
            control)

    /// <summary>Trains the preselection, tunes the cut and divides the events.</summary>
    let run
        (context: PipelineContext)
        (analysis: Analysis)
        (plan: PreselectionPlan)
        (features: FittedFeatures)
        (events: AnalysisEvents)
        : Result<Preselected, Fault list> =
        let simulated = events.Simulated
        let uses = simulated.Groups |> Array.map (useOf analysis plan)

        let rows wanted =
            [| 0 .. uses.Length - 1 |] |> Array.filter (fun i -> uses[i] = wanted)

        let settings = {
            EstimatorSettings.standard with
                Training = plan.Network
                Folds = 1
                Seed = analysis.Seed
        }

        let mixture = ReferenceMixture.equal plan.Classes
        let rest = rows Use.Measurement

        NetworkTraining.classes
            analysis.NegativeWeights
            features
            simulated
            plan.Classes
            (rows Use.Training)
        |> Result.bind (NetworkTraining.run context "preselection-" settings mixture features)
        |> Result.bind (fun (estimator, networks) ->
            use team = new ThreadTeam(context.Threads)
            let score = scores team plan estimator features

            score simulated.Events
            |> Result.bind (fun scores ->
                let sample name =
                    let k = Array.IndexOf(simulated.Samples, name)
                    sampleOf simulated scores (rows Use.Cut) k

                let dataScores =
                    match events.Observed with
                    | None -> Ok None
                    | Some table -> score table |> Result.map Some

                match dataScores with
                | Error faults -> Error faults
                | Ok dataScores ->
                    Preselection.findCut plan.Target (sample plan.Signal) (sample plan.Background)
                    |> Result.bind (fun cut ->
                        divide events plan scores dataScores rest cut
                        |> Result.map (fun (events, control) -> {
                            Events = events
                            Control = control
                            Cut = cut
                            Networks = networks
                        }))))
