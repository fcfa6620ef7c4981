namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events
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

    let private terms
        (learned: LearnedModel)
        (edges: float[])
        (observable: float[])
        : Process list =
        let expected = SimulatedEvents.expected learned.Simulated
        let bins = edges.Length - 1

        let yields =
            learned.Simulated.Samples |> Array.map (fun _ -> Array.zeroCreate<float> bins)

        for i in 0 .. observable.Length - 1 do
            let b = WeightedHistogram.binOf edges observable[i]

            if b >= 0 && b < bins then
                let k = learned.Simulated.Sample[i]
                yields[k][b] <- yields[k][b] + expected[i]

        [
            for term in learned.Analysis.Terms do
                let k = Array.IndexOf(learned.Simulated.Samples, term.Sample)

                {
                    Process.Name = term.Name
                    Scale = term.Scale
                    Yields = Array.toList yields[k]
                }
        ]

    /// <summary>The binned analysis of an observable.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="learned">the events and the model</param>
    /// <param name="name">what to call it</param>
    /// <param name="edges">increasing; events outside are left out</param>
    /// <param name="simulated">the observable of each simulated event</param>
    /// <param name="observed">of each observed event; none to leave the data alone</param>
    let make
        (settings: FitSettings)
        (learned: LearnedModel)
        (name: string)
        (edges: float[])
        (simulated: float[])
        (observed: float[] option)
        : Result<BinnedTwin, string list> =
        let analysis = learned.Analysis
        let channel = "bins"

        let written = {
            Model.Name = $"{analysis.Name}, {name}"
            Channels = [
                Binned {
                    Name = channel
                    Processes = terms learned edges simulated
                }
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

                    Observation.observed compiled [ channel, Array.toList counts ]
                    |> sentences
                    |> Result.bind (measure "observed")
                    |> Result.map (fun observed -> { twin with Observed = Some observed })))

    let private columnOf (feature: Feature) (table: EventTable) : float[] =
        let fitted =
            FittedFeatures.fit [ feature ] table
            |> Result.bind (fun f -> FittedFeatures.apply f table)

        match fitted with
        | Ok matrix -> matrix.Values |> Array.map float
        | Error faults -> invalidOp (Fault.render faults)

    /// <summary>The conventional analysis that the analysis asks for.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="learned">the events and the model</param>
    /// <param name="observe">whether the data may be looked at</param>
    let conventional settings (learned: LearnedModel) (observe: bool) =
        learned.Analysis.Conventional
        |> Option.map (fun conventional ->
            let feature =
                match Feature.parse conventional.Observable with
                | Ok feature -> feature
                | Error fault -> invalidOp (string fault)

            let bins = conventional.Edges.Length - 1

            let name =
                String.Format(CultureInfo.InvariantCulture, "{0} in {1} bins", feature.Name, bins)

            let simulated = columnOf feature learned.Simulated.Events

            let observed =
                learned.Observed
                |> Option.filter (fun _ -> observe)
                |> Option.map (columnOf feature)

            make settings learned name (List.toArray conventional.Edges) simulated observed)

    /// <summary>The learned score ∂_μ ln D(x; nominal) in bins of equal content
    /// under the reference: what the unbinned
    /// analysis must agree with, and cannot be more sensitive than by what the binning loses.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="learned">the events and the model</param>
    /// <param name="bins">how many</param>
    let score settings (learned: LearnedModel) (bins: int) =
        let nominal = learned.Model.Initial
        let d, gradient = LearnedModel.density learned nominal
        let place = learned.Model.Index[learned.Analysis.Interest]
        let score = Array.map2 (fun g d -> g / d) gradient[place] d

        let inner =
            WeightedQuantile.compute
                (Array.init (bins - 1) (fun b -> float (b + 1) / float bins))
                score
                (LearnedModel.referenceWeights learned.Mixture learned.Simulated)
            |> Array.distinct

        let low, high = Array.min score, Array.max score
        let margin = 1e-9 * (1.0 + high - low)

        let edges =
            Array.concat [ [| low - margin |]; inner; [| high + margin |] ]
            |> Array.distinct

        make settings learned $"learned score in {edges.Length - 1} bins" edges score None
