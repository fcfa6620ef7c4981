namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model
open Nsbi.Learn.Networks

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
    /// <summary>Its √t(null) with the standard error from the finite number of simulated events, which
    /// make both the templates and the expectation.</summary>
    Significance: Measured
    /// The fit to the data; none without data, or where they stay blind.
    Observed: Measurement option
}

/// <summary>Makes binned analyses.</summary>
[<RequireQualifiedAccess>]
module BinnedTwin =

    /// The error of √t(null): an event of sample k in bin b that stands for e more expected events
    /// changes t = 2 Σ_b [ν¹ ln(ν¹/ν⁰) − ν¹ + ν⁰] by 2e [f¹_k ln(ν¹/ν⁰) + f⁰_k (1 − ν¹/ν⁰)]; all other
    /// parameters are stationary, and nuisance parameters are taken at 0. The sum of each sample is known.
    let private error
        (analysis: Analysis)
        (index: ParameterIndex)
        (simulated: SimulatedEvents)
        (edges: float[])
        (values: float[])
        (m: Measurement)
        : float =
        let bins = edges.Length - 1
        let samples = simulated.Samples
        let nominal, absent = m.Fit.Values, m.NullPoint

        let factors theta =
            let f = Array.zeroCreate<float> samples.Length

            for term in analysis.Terms do
                let k = Array.IndexOf(samples, term.Sample)
                f[k] <- f[k] + Coefficient.value index theta term.Scale

            f

        let yields = (TemplateModel.yields simulated edges values []).Nominal
        let f1, f0 = factors nominal, factors absent

        let expectation (f: float[]) b =
            Array.mapi (fun k name -> f[k] * yields[name][b]) samples |> Array.sum

        let nu1 = Array.init bins (expectation f1)
        let nu0 = Array.init bins (expectation f0)
        let expected = SimulatedEvents.expected simulated

        let influence =
            Array.map2
                (fun k x ->
                    let b = WeightedHistogram.binOf edges x

                    if b < 0 || b >= bins || nu1[b] <= 0.0 || nu0[b] <= 0.0 then
                        0.0
                    else
                        let r = nu1[b] / nu0[b]
                        2.0 * (f1[k] * log r + f0[k] * (1.0 - r)))
                simulated.Sample
                values

        let variance = SimulatedEvents.covariance expected influence influence simulated

        if m.Significance > 0.0 then
            sqrt variance / (2.0 * m.Significance)
        else
            nan

    /// <summary>The binned analysis of an observable.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="analysis">its terms are the processes</param>
    /// <param name="simulated">the events</param>
    /// <param name="control">bins that are fitted beside those of the observable, if any</param>
    /// <param name="name">what to call it</param>
    /// <param name="edges">increasing; events outside are left out</param>
    /// <param name="values">the observable of each simulated event</param>
    /// <param name="varied">the varied events with the observable of each, by the names of their
    /// plans</param>
    /// <param name="observed">of each observed event; none to leave the data alone</param>
    let make
        (settings: FitSettings)
        (analysis: Analysis)
        (simulated: SimulatedEvents)
        (control: ControlCounts option)
        (name: string)
        (edges: float[])
        (values: float[])
        (varied: (string * Sides<VariedEvents * float[]>) list)
        (observed: float[] option)
        : Result<BinnedTwin, string list> =
        let measure title observation =
            Measurement.make settings title analysis.Interest analysis.Null observation
            |> Result.mapError (fun fit -> [ $"{name}: {fit.Status.Advice}" ])

        let sentences result =
            Result.mapError (List.map (fun (e: ModelError) -> $"{name}: {e}")) result

        TemplateModel.compile
            analysis
            $"{analysis.Name}, {name}"
            simulated
            control
            edges
            values
            varied
            NoSimulationErrors
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
                    Significance = {
                        Value = expected.Significance
                        Error =
                            error analysis compiled.Model.Index simulated edges values expected
                    }
                    Observed = None
                }

                match observed with
                | None -> Ok twin
                | Some values ->
                    TemplateModel.observe compiled control edges values
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
                [
                    for variation in events.Variations ->
                        let values = observable.Varied[variation.Plan.Name]
                        let name = variation.Plan.Name
                        name, Sides.zip variation.Sides values
                ]
                (if observe then observable.Observed else None)
            |> Some
        | _ -> None

    /// D(x; null)/D(x; nominal) of events with the nominal ratios [k][i].
    let private scoreOf (learned: LearnedModel) (nominal: float[]) absent (ratios: float[][]) =
        Array.map2
            (fun d0 d1 -> d0 / d1)
            (SummaryValues.density learned absent ratios)
            (SummaryValues.density learned nominal ratios)

    /// Joins bins until ten effective events or more make the expectation of each at the null value: what
    /// no simulated background event covers says nothing of the background.
    let private populated (learned: LearnedModel) (absent: float[]) (score: float[]) edges =
        match LearnedModel.simulationWeights learned absent with
        | None -> edges
        | Some weights ->
            let filled = WeightedHistogram.fill edges score weights
            let groups, count = BinnedDifference.group 10.0 filled filled

            [|
                for g in 0 .. count - 1 do
                    edges[Array.IndexOf(groups, g)]
                edges[edges.Length - 1]
            |]

    /// <summary>The learned score D(x; null)/D(x; nominal) in bins of equal content under the reference,
    /// joined where fewer than ten effective events make the expectation at the null value, beside the
    /// control region. It is the best observable for telling the two points apart, so the
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
        let absent = LearnedModel.pointAt learned learned.Analysis.Null

        // Nuisance parameters are at 0 in both: D is made of the nominal ratios alone.
        let score = scoreOf learned nominal absent learned.Ratios

        let varied = [
            for variation in learned.Variations ->
                variation.Plan.Name,
                variation.Varied
                |> Sides.map (fun side -> side.Events, scoreOf learned nominal absent side.Nominal)
        ]

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
            |> populated learned absent score

        make
            settings
            learned.Analysis
            learned.Simulated
            learned.Control
            $"learned score in {edges.Length - 1} bins"
            edges
            score
            varied
            None
