namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

// Axes: event i, sample k, bin b.

/// <summary>A binned analysis of the same events in the same model language: histograms of one observable
/// in place of the unbinned ratios.</summary>
[<NoComparison; ReferenceEquality>]
type BinnedTwin = {
    /// The observable and its bins.
    Name: string
    /// Bin edges of the observable, increasing.
    Edges: float[]
    /// The fit to the expectation at the nominal point.
    Expected: Measurement
    /// The fit to the data; none without data, or where they stay blind.
    Observed: Measurement option
}

/// <summary>Makes binned analyses.</summary>
[<RequireQualifiedAccess>]
module BinnedTwin =

    let private yieldsOf (simulated: SimulatedEvents) (edges: float[]) (observable: float[]) =
        let expected = SimulatedEvents.expected simulated
        let bins = edges.Length - 1
        let yields = simulated.Samples |> Array.map (fun _ -> Array.zeroCreate<float> bins)

        for i in 0 .. observable.Length - 1 do
            let b = WeightedHistogram.binOf edges observable[i]

            if b >= 0 && b < bins then
                let k = simulated.Sample[i]
                yields[k][b] <- yields[k][b] + expected[i]

        Array.zip simulated.Samples (Array.map Array.toList yields) |> Map.ofArray

    let private processes (analysis: Analysis) (yields: Map<string, float list>) : Process list = [
        for term in analysis.Terms -> Process.create term.Name term.Scale (yields[term.Sample])
    ]

    /// <summary>The binned analysis of an observable.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="analysis">its terms are the processes</param>
    /// <param name="simulated">the events</param>
    /// <param name="control">bins that are fitted beside those of the observable, if any</param>
    /// <param name="name">what to call it</param>
    /// <param name="edges">increasing; events outside are left out</param>
    /// <param name="values">the observable of each simulated event</param>
    /// <param name="observed">of each observed event; none to leave the data alone</param>
    let make
        (settings: FitSettings)
        (analysis: Analysis)
        (simulated: SimulatedEvents)
        (control: ControlCounts option)
        (name: string)
        (edges: float[])
        (values: float[])
        (observed: float[] option)
        : Result<BinnedTwin, string list> =
        let channel = "bins"

        let written = {
            Model.Name = $"{analysis.Name}, {name}"
            Channels = [
                Binned {
                    Name = channel
                    Processes = processes analysis (yieldsOf simulated edges values)
                }
                match control with
                | Some control ->
                    Binned {
                        Name = AnalysisModel.controlRegion
                        Processes = processes analysis control.Yields
                    }
                | None -> ()
            ]
        }

        let measure title observation =
            Measurement.make settings title analysis.Interest analysis.Null observation
            |> Result.mapError (fun fit -> [ $"{name}: {fit.Status.Advice}" ])

        let sentences result =
            Result.mapError (List.map (fun (e: ModelError) -> $"{name}: {e}")) result

        Model.validate written
        |> Result.bind (fun valid -> Likelihood.compile valid RatioTables.empty)
        |> Result.bind (fun compiled ->
            Observation.asimov compiled compiled.Model.Initial
            |> Result.map (fun asimov -> compiled, asimov.Observation))
        |> sentences
        |> Result.bind (fun (compiled, asimov) ->
            measure "expected" asimov
            |> Result.bind (fun expected ->
                let twin = {
                    Name = name
                    Edges = edges
                    Expected = expected
                    Observed = None
                }

                match observed with
                | None -> Ok twin
                | Some values ->
                    let counts =
                        (WeightedHistogram.fill edges values (Array.create values.Length 1.0))
                            .Contents

                    Observation.observed compiled [
                        channel, Array.toList counts
                        match control |> Option.bind _.Counts with
                        | Some counts -> AnalysisModel.controlRegion, counts
                        | None -> ()
                    ]
                    |> sentences
                    |> Result.bind (measure "observed")
                    |> Result.map (fun observed -> { twin with Observed = Some observed })))

    /// <summary>The conventional analysis that the analysis asks for: of all selected events, those that
    /// a preselection takes away among them.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="analysis">what is measured</param>
    /// <param name="events">all selected events, with their observable</param>
    /// <param name="observe">whether the data may be looked at</param>
    let conventional
        (settings: FitSettings)
        (analysis: Analysis)
        (events: AnalysisEvents)
        (observe: bool)
        : Result<BinnedTwin, string list> option =
        match analysis.Conventional, events.Observable with
        | Some conventional, Some observable ->
            let bins = conventional.Edges.Length - 1

            let name =
                String.Format(
                    CultureInfo.InvariantCulture,
                    "{0} in {1} bins",
                    observable.Name,
                    bins
                )

            make
                settings
                analysis
                events.Simulated
                None
                name
                (List.toArray conventional.Edges)
                observable.Simulated
                (if observe then observable.Observed else None)
            |> Some
        | _ -> None

    /// <summary>The learned score D(x; null)/D(x; nominal) in bins of equal content under the reference,
    /// beside the control region. It is the best observable for telling the two points apart, so the
    /// unbinned analysis must agree with it, but for what the binning loses.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="learned">the events and the model</param>
    /// <param name="bins">how many</param>
    let score
        (settings: FitSettings)
        (learned: LearnedModel)
        (bins: int)
        : Result<BinnedTwin, string list> =
        let nominal = learned.Model.Initial
        let absent = Array.copy nominal
        absent[learned.Model.Index[learned.Analysis.Interest]] <- learned.Analysis.Null
        let atNominal = LearnedModel.values learned nominal

        let score =
            Array.map2 (fun d0 d1 -> d0 / d1) (LearnedModel.values learned absent) atNominal

        let inner =
            WeightedQuantile.compute
                (Array.init (bins - 1) (fun b -> float (b + 1) / float bins))
                score
                (LearnedModel.referenceWeights learned)
            |> Array.distinct

        let low, high = Array.min score, Array.max score
        let margin = 1e-9 * (1.0 + high - low)

        let edges =
            Array.concat [ [| low - margin |]; inner; [| high + margin |] ]
            |> Array.distinct

        make
            settings
            learned.Analysis
            learned.Simulated
            learned.Control
            $"learned score in {edges.Length - 1} bins"
            edges
            score
            None
