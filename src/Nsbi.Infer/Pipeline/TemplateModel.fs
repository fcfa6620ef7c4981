namespace Nsbi.Infer

open Nsbi.Learn.Networks
open Nsbi.Model

// Axes: event i, sample k, bin b.

/// <summary>The binned model of an observable: histograms of the simulated events of each sample, and of
/// the varied ones.</summary>
[<RequireQualifiedAccess>]
module internal TemplateModel =

    /// The name of the channel of the observable.
    [<Literal>]
    let channel = "bins"

    /// The expected events in the bins, of the samples and of the varied events.
    let yields
        (simulated: SimulatedEvents)
        (edges: float[])
        (observable: float[])
        (varied: (string * Sides<VariedEvents * float[]>) list)
        : RegionYields =
        let expected = SimulatedEvents.expected simulated
        let bins = edges.Length - 1
        let yields = simulated.Samples |> Array.map (fun _ -> Array.zeroCreate<float> bins)

        for i in 0 .. observable.Length - 1 do
            let b = WeightedHistogram.binOf edges observable[i]

            if b >= 0 && b < bins then
                let k = simulated.Sample[i]
                yields[k][b] <- yields[k][b] + expected[i]

        let fill (events: VariedEvents, values: float[]) =
            VariedEvents.histogram bins (fun i -> WeightedHistogram.binOf edges values[i]) events

        {
            Nominal = Array.zip simulated.Samples (Array.map Array.toList yields) |> Map.ofArray
            Varied =
                varied
                |> List.map (fun (plan, sides) -> plan, Sides.map fill sides)
                |> Map.ofList
        }

    /// δ_kb = √Σ e_i²: the error of each template, by sample.
    let private errors (simulated: SimulatedEvents) (edges: float[]) (observable: float[]) =
        let expected = SimulatedEvents.expected simulated

        simulated.Samples
        |> Array.mapi (fun k name ->
            let own =
                Array.map2
                    (fun sample e -> if sample = k then e else 0.0)
                    simulated.Sample
                    expected

            let filled = WeightedHistogram.fill edges observable own
            name, filled.Variances |> Array.map sqrt |> Array.toList)
        |> Map.ofArray

    /// The processes with the factors of their finite simulation.
    let private withErrors
        (plan: SimulationErrors)
        (analysis: Analysis)
        (errors: Map<string, float list>)
        (processes: Process list)
        : Process list =
        let add make =
            List.map2
                (fun (term: MixtureTerm) (p: Process) -> {
                    p with
                        Modifiers = p.Modifiers @ [ make term.Sample p.Yields errors[term.Sample] ]
                })
                analysis.Terms
                processes

        match plan with
        | NoSimulationErrors -> processes
        | ErrorPerSample ->
            add (fun sample yields deltas ->
                let gammas = BinUncertainty.shapeSys $"simulation_{sample}" yields deltas
                ShapeSys(gammas, deltas))
        | ErrorPerBin ->
            add (fun _ yields deltas ->
                let gammas =
                    BinUncertainty.statError "simulation" (yields |> List.map (fun _ -> 1.0))

                StatError(gammas, deltas))
            |> BinUncertainty.complete

    /// <summary>The compiled model of the templates.</summary>
    /// <param name="analysis">its terms are the processes</param>
    /// <param name="name">of the model</param>
    /// <param name="simulated">the events of the templates</param>
    /// <param name="control">bins that are fitted beside those of the observable, if any</param>
    /// <param name="edges">increasing; events outside are left out</param>
    /// <param name="values">the observable of each simulated event</param>
    /// <param name="varied">the varied events with the observable of each, by the names of their
    /// plans</param>
    /// <param name="plan">what the finite simulation adds</param>
    let compile
        (analysis: Analysis)
        (name: string)
        (simulated: SimulatedEvents)
        (control: ControlCounts option)
        (edges: float[])
        (values: float[])
        (varied: (string * Sides<VariedEvents * float[]>) list)
        (plan: SimulationErrors)
        : Result<CompiledLikelihood, ModelError list> =
        let written = {
            Model.Name = name
            Channels = [
                Binned {
                    Name = channel
                    Processes =
                        yields simulated edges values varied
                        |> RegionYields.binned analysis
                        |> withErrors plan analysis (errors simulated edges values)
                }
                match control with
                | Some control ->
                    Binned {
                        Name = AnalysisModel.controlRegion
                        Processes = RegionYields.binned analysis control.Yields
                    }
                | None -> ()
            ]
        }

        Model.validate written
        |> Result.bind (fun valid -> Likelihood.compile valid RatioTables.empty)

    /// The counts of the bins of the observable.
    let countsOf (observation: Observation) : float[] =
        observation.Counts
        |> List.filter (fun (name, _) -> name = channel)
        |> List.collect snd
        |> List.toArray

    /// <summary>The counts of observed values, and of the control region.</summary>
    let observe
        (compiled: CompiledLikelihood)
        (control: ControlCounts option)
        (edges: float[])
        (observed: float[])
        : Result<Observation, ModelError list> =
        let counts =
            (WeightedHistogram.fill edges observed (Array.create observed.Length 1.0)).Contents

        Observation.observed compiled [
            channel, Array.toList counts
            match control |> Option.bind _.Counts with
            | Some counts -> AnalysisModel.controlRegion, counts
            | None -> ()
        ]
