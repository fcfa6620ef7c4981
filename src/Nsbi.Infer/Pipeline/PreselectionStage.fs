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

    /// The varied events with their scores: those of the rest, and those among them that pass.
    let private divideVaried
        (uses: uint64 -> Use)
        score
        (cut: float)
        (histogram: (VariedEvents -> float[] -> float list) option)
        (variation: VariationEvents)
        =
        let divided (events: VariedEvents) =
            score events.Events
            |> Result.map (fun (scores: float[]) ->
                let weights = EventTable.weights events.Events

                let rest =
                    [| 0 .. scores.Length - 1 |]
                    |> Array.filter (fun i -> uses events.Groups[i] = Use.Measurement)

                let passing = rest |> Array.filter (fun i -> scores[i] >= cut)

                let sum rows =
                    rows |> Array.sumBy (fun i -> weights[i])

                let kept = VariedEvents.take rest events.Yield events
                let restScores = rest |> Array.map (fun i -> scores[i])

                VariedEvents.take passing (events.Yield * sum passing / sum rest) events,
                histogram |> Option.map (fun fill -> fill kept restScores))

        let up = divided variation.Sides.Up
        let down = variation.Sides.Down |> Option.map divided

        match up, down with
        | Error faults, _
        | _, Some(Error faults) -> Error faults
        | Ok up, down ->
            let sides = {
                Up = up
                Down = down |> Option.bind Result.toOption
            }

            let bins = sides |> Sides.map snd

            Ok(
                {
                    variation with
                        Sides = Sides.map fst sides
                },
                (if bins.Up.IsSome then
                     Some(variation.Plan.Name, Sides.map Option.get bins)
                 else
                     None)
            )

    let private divide
        (events: AnalysisEvents)
        (plan: PreselectionPlan)
        uses
        score
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

        let varied region =
            let fill =
                region
                |> Option.map (fun region ->
                    fun events (scores: float[]) ->
                        VariedEvents.histogram
                            plan.ControlBins
                            (fun i -> Preselection.bin region scores[i])
                            events)

            let divided = events.Variations |> List.map (divideVaried uses score cut.Cut fill)

            match
                divided
                |> List.collect (function
                    | Ok _ -> []
                    | Error faults -> faults)
            with
            | [] -> Ok(divided |> List.choose Result.toOption)
            | faults -> Error faults

        region
        |> Result.bind (fun region -> varied region |> Result.map (fun varied -> region, varied))
        |> Result.map (fun (region, varied) ->
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
                    Yields = {
                        Nominal =
                            region.Yields
                            |> List.map (fun (name, bins) ->
                                name, [ for bin in bins -> bin.Value ])
                            |> Map.ofList
                        Varied = varied |> List.choose snd |> Map.ofList
                    }
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
                    Variations = List.map fst varied
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
        let useOf = useOf analysis plan
        let uses = simulated.Groups |> Array.map useOf

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
                        divide events plan useOf score scores dataScores rest cut
                        |> Result.map (fun (events, control) -> {
                            Events = events
                            Control = control
                            Cut = cut
                            Networks = networks
                        }))))
