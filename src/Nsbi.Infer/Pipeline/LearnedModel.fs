namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Learn.Networks

// Axes: event i, sample k, process c.

/// <summary>The control region of the events that failed a preselection.</summary>
type ControlCounts = {
    /// Expected events per bin.
    Yields: RegionYields
    /// Observed events per bin; none without data.
    Counts: float list option
}

/// <summary>The learned model of an analysis bound to its events: what everything after the training
/// works on.</summary>
[<NoComparison; ReferenceEquality>]
type LearnedModel = {
    /// What is measured.
    Analysis: Analysis
    /// The selected simulated events of the signal region that no network which evaluates them has seen, in
    /// the order of the reference table.
    Simulated: SimulatedEvents
    /// The observed events of the signal region, if the analysis has any.
    Observed: EventTable option
    /// w_k of each sample in the reference, with a sum of 1.
    Mixture: float[]
    /// <summary>r_k(x_i) of the simulated events, [k][i], each by networks that never saw it.</summary>
    Ratios: float[][]
    /// <summary>r_k(x_i) of the observed events, [k][i].</summary>
    ObservedRatios: float[][]
    /// <summary>What each simulated event did for the networks that evaluate it: closure is measured on
    /// those of <c>Role.Check</c>.</summary>
    Roles: Role[]
    /// The learned variations.
    Variations: LearnedVariation list
    /// The control region, if there is one.
    Control: ControlCounts option
    /// The statistical model.
    Model: ValidModel
    /// The ratio tables of simulated and observed events.
    Tables: RatioTables
    /// The model bound to the tables.
    Likelihood: CompiledLikelihood
    /// The model bound to the simulated events as if they were observed.
    OnSimulation: Lazy<CompiledLikelihood>
}

/// <summary>From ratios to a compiled likelihood.</summary>
[<RequireQualifiedAccess>]
module LearnedModel =

    /// <summary>The value of the parameter of interest at the nominal point.</summary>
    let nominal (learned: LearnedModel) : float =
        learned.Model.Initial[learned.Model.Index[learned.Analysis.Interest]]

    /// <summary>The nominal point with another value of the parameter of interest.</summary>
    let pointAt (learned: LearnedModel) (value: float) : float[] =
        let theta = Array.copy learned.Model.Initial
        theta[learned.Model.Index[learned.Analysis.Interest]] <- value
        theta

    let private place (samples: string[]) (term: MixtureTerm) : int =
        Array.findIndex ((=) term.Sample) samples

    /// r± as the model wants them of a process: with its rates where those come from events.
    let private variationRatios (learned: LearnedVariation) nominal (term: MixtureTerm) values =
        let scaled rate ratios =
            match term.EventRate with
            | FromEvents -> ratios |> Array.map (fun r -> rate * r)
            | _ -> ratios

        let rates = learned.RateOf nominal

        {
            VariationRatios.Up = RatioSource.Ratios(scaled rates.Up values.Up)
            Down =
                values.Down
                |> Option.map (fun down -> RatioSource.Ratios(scaled rates.Down.Value down))
        }

    let private table
        (analysis: Analysis)
        (simulated: SimulatedEvents)
        weights
        (ratios: float[][])
        (variations: (LearnedVariation * Sides<float[]>) list)
        : RatioTable =
        let nominal =
            RatioTable.weighted weights [
                for term in analysis.Terms ->
                    term.Name, RatioSource.Ratios ratios[place simulated.Samples term]
            ]

        (nominal, variations)
        ||> List.fold (fun table (learned, values) ->
            let terms =
                analysis.Terms
                |> List.filter (fun term -> List.contains term.Name learned.Plan.Processes)

            (table, if learned.Plan.HasShape then terms else [])
            ||> List.fold (fun table term ->
                let expected = simulated.Yields[learned.Sample]

                RatioTable.withVariation
                    term.Name
                    learned.Plan.Parameter.Name
                    (variationRatios learned expected term values)
                    table))

    /// The weights of the positive basis that the networks were trained on.
    let internal positive (policy: NegativeWeights) (simulated: SimulatedEvents) : float[] =
        let weight =
            match policy with
            | NegativeWeights.AbsoluteValue -> abs
            | NegativeWeights.Refuse
            | NegativeWeights.Drop -> max 0.0

        EventTable.weights simulated.Events |> Array.map weight

    let internal weightsIn policy mixture (simulated: SimulatedEvents) : float[] =
        Normalisation.referenceWeights mixture simulated.Sample (positive policy simulated)

    /// <summary>The weight of each event in the reference: w_k u_i/Σ_{j of k} u_j, with the positive
    /// weights u of the training.</summary>
    let referenceWeights (learned: LearnedModel) : float[] =
        weightsIn learned.Analysis.NegativeWeights learned.Mixture learned.Simulated

    let private fault (error: ModelError) : Fault =
        Fault.create error.Place error.Fault error.Remedy

    /// The events that the networks which evaluate them never saw, with their roles: all where there are
    /// several folds, the held-out share where there is one. The yields stay.
    let private unseen (settings: EstimatorSettings) (simulated: SimulatedEvents) =
        let rows, roles = LearnedVariation.unseen settings simulated.Groups

        if rows.Length = simulated.Groups.Length then
            simulated, roles
        else
            SimulatedEvents.take rows simulated.Yields simulated, roles

    let private compiled model tables =
        match Likelihood.compile model tables with
        | Ok likelihood -> likelihood
        | Error faults -> invalidOp (faults |> List.map string |> String.concat "; ")

    /// <summary>The model of ratios that are known, and the likelihood they make.</summary>
    /// <param name="analysis">what is measured</param>
    /// <param name="mixture">w_k of each sample in the reference, with a sum of 1</param>
    /// <param name="simulated">events that the networks never saw</param>
    /// <param name="ratios">their ratios, [k][i]</param>
    /// <param name="roles">what each of them did for the networks</param>
    /// <param name="observed">observed events and their ratios, if there are data</param>
    /// <param name="variations">the learned variations</param>
    /// <param name="control">the control region, if there is one</param>
    let ofRatios
        (analysis: Analysis)
        (mixture: float[])
        (simulated: SimulatedEvents)
        (ratios: float[][])
        (roles: Role[])
        (observed: (EventTable * float[][]) option)
        (variations: LearnedVariation list)
        (control: ControlCounts option)
        : Result<LearnedModel, Fault list> =
        let signal = {
            Nominal =
                Array.map2 (fun name nu -> name, [ nu ]) simulated.Samples simulated.Yields
                |> Map.ofArray
            Varied =
                Map.ofList [
                    for learned in variations ->
                        learned.Plan.Name,
                        learned.Varied |> Sides.map (fun side -> [ side.Events.Yield ])
                ]
        }

        let onSimulation = [ for v in variations -> v, v.Simulated ]

        AnalysisModel.write analysis signal (control |> Option.map _.Yields)
        |> Model.validate
        |> Result.bind (fun valid ->
            let reference =
                table
                    analysis
                    simulated
                    (weightsIn analysis.NegativeWeights mixture simulated)
                    ratios
                    onSimulation

            let withReference =
                RatioTables.empty |> RatioTables.reference AnalysisModel.signalRegion reference

            let tables =
                match observed with
                | None -> withReference
                | Some(data, values) ->
                    let weights = Array.create data.Count 1.0

                    let events =
                        table analysis simulated weights values [
                            for v in variations -> v, v.Observed
                        ]

                    RatioTables.observed AnalysisModel.signalRegion events withReference

            let simulation =
                lazy
                    (let weights = Array.create simulated.Sample.Length 1.0
                     let events = table analysis simulated weights ratios onSimulation

                     withReference
                     |> RatioTables.observed AnalysisModel.signalRegion events
                     |> compiled valid)

            Likelihood.compile valid tables
            |> Result.map (fun likelihood -> {
                Analysis = analysis
                Simulated = simulated
                Observed = observed |> Option.map fst
                Mixture = mixture
                Ratios = ratios
                ObservedRatios = observed |> Option.map snd |> Option.defaultValue [||]
                Roles = roles
                Variations = variations
                Control = control
                Model = valid
                Tables = tables
                Likelihood = likelihood
                OnSimulation = simulation
            }))
        |> Result.mapError (List.map fault)

    /// <summary>The same events and ratios with another model of the same samples.</summary>
    /// <param name="change">what is made of the model, or what is wrong</param>
    /// <param name="learned">the learned model</param>
    let withModel
        (change: Model -> Result<Model, ModelError list>)
        (learned: LearnedModel)
        : Result<LearnedModel, Fault list> =
        change learned.Model.Model
        |> Result.bind Model.validate
        |> Result.bind (fun valid ->
            Likelihood.compile valid learned.Tables
            |> Result.map (fun likelihood -> {
                learned with
                    Model = valid
                    Likelihood = likelihood
                    OnSimulation =
                        lazy
                            (let simulated = learned.Simulated
                             let ones = Array.create simulated.Sample.Length 1.0

                             let events =
                                 table learned.Analysis simulated ones learned.Ratios [
                                     for v in learned.Variations -> v, v.Simulated
                                 ]

                             learned.Tables
                             |> RatioTables.observed AnalysisModel.signalRegion events
                             |> compiled valid)
            }))
        |> Result.mapError (List.map fault)

    /// <summary>Evaluates a trained estimator on the events it never saw and compiles the likelihood.</summary>
    /// <param name="team">threads to share the work</param>
    /// <param name="analysis">what is measured</param>
    /// <param name="estimator">the trained networks</param>
    /// <param name="variations">the trained networks of each variation by the name of its plan</param>
    /// <param name="features">what the networks are given</param>
    /// <param name="events">simulated, varied and observed events of the signal region</param>
    /// <param name="control">the control region, if there is one</param>
    let build
        team
        (analysis: Analysis)
        (estimator: RatioEstimator)
        (variations: Map<string, VariationEstimator>)
        (features: FittedFeatures)
        (events: AnalysisEvents)
        (control: ControlCounts option)
        : Result<LearnedModel, Fault list> =
        let simulated, roles = unseen estimator.Settings events.Simulated
        let mixture = Seq.toArray estimator.Mixture.Weights

        let ratios (table: EventTable) groups =
            FittedFeatures.apply features table
            |> Result.map (fun matrix ->
                estimator.ByFold(team, ReadOnlyMemory matrix.Values, ReadOnlyMemory groups))

        let data = events.Observed |> Option.map (fun table -> table, events.ObservedGroups)

        let observedRatios =
            match data with
            | None -> Ok None
            | Some(table, groups) -> ratios table groups |> Result.map (fun r -> Some(table, r))

        let learned =
            events.Variations
            |> List.map (fun variation ->
                variations.TryFind variation.Plan.Name
                |> LearnedVariation.evaluate team estimator features simulated data variation)

        let faults result =
            match result with
            | Ok _ -> []
            | Error faults -> faults

        match
            ratios simulated.Events simulated.Groups, observedRatios, List.collect faults learned
        with
        | Ok ratios, Ok observed, [] ->
            let learned = learned |> List.choose Result.toOption
            ofRatios analysis mixture simulated ratios roles observed learned control
        | simulated, observed, more -> Error(faults simulated @ faults observed @ more)

    /// The counts of the control region at the expectation of θ.
    let private controlExpectation (learned: LearnedModel) (theta: float[]) =
        if learned.Control.IsNone then
            []
        else
            match Observation.asimov learned.Likelihood theta with
            | Ok asimov -> asimov.Observation.Counts
            | Error faults -> invalidOp (faults |> List.map string |> String.concat "; ")

    /// <summary>The simulated events at θ with the weights they stand for, f_c(θ) w_i ν_k/Σ w: an
    /// Asimov set of the truth and not of the learned ratios. Fitting it shows how far the ratios can
    /// be trusted.</summary>
    /// <returns>one weight per simulated event; none where a coefficient or a weight of a sample is
    /// negative, for then the sum of the samples is no sample</returns>
    let simulationWeights (learned: LearnedModel) (theta: float[]) : float[] option =
        let index = learned.Model.Index
        let factors = Array.zeroCreate<float> learned.Simulated.Samples.Length

        for term in learned.Analysis.Terms do
            let k = place learned.Simulated.Samples term
            factors[k] <- factors[k] + Coefficient.value index theta term.Scale

        let weights =
            Array.map2
                (fun k w -> (if abs factors[k] < 1e-12 then 0.0 else factors[k]) * w)
                learned.Simulated.Sample
                (SimulatedEvents.expected learned.Simulated)

        if Array.exists (fun w -> w < 0.0) weights then
            None
        else
            Some weights

    let private observation data likelihood : Observation =
        match Observation.create likelihood data with
        | Ok observation -> observation
        | Error faults -> invalidOp (faults |> List.map string |> String.concat "; ")

    /// <summary>Simulated events with the given weights as if they were observed: their ratios are
    /// taken as they are, like those of data. The control region is at its expectation.</summary>
    let ofSimulation (learned: LearnedModel) (theta: float[]) (weights: float[]) : Observation =
        learned.OnSimulation.Value
        |> observation {
            Observation.nothing with
                Counts = Map.ofList (controlExpectation learned theta)
                Weights = Map.ofList [ AnalysisModel.signalRegion, (TableKind.Observed, weights) ]
        }

    /// <summary>The observation of the data; none if the analysis has none.</summary>
    let ofData (learned: LearnedModel) : Observation option =
        learned.Observed
        |> Option.map (fun _ ->
            let counts = learned.Control |> Option.bind _.Counts

            learned.Likelihood
            |> observation {
                Observation.nothing with
                    Counts =
                        counts
                        |> Option.map (fun n -> AnalysisModel.controlRegion, n)
                        |> Option.toList
                        |> Map.ofList
            })

    /// <summary>∂ν(θ)/∂θ_p of the signal region, in all parameters.</summary>
    let expectedSlope (learned: LearnedModel) (theta: float[]) : float[] =
        EventDensity.expectedSlope learned.OnSimulation.Value AnalysisModel.signalRegion theta


    /// <summary>D(x_i; θ) of the simulated events, with its gradient in all parameters.</summary>
    /// <returns>D of each event, and [parameter][event]</returns>
    let density (learned: LearnedModel) (theta: float[]) : float[] * float[][] =
        EventDensity.evaluate
            learned.OnSimulation.Value
            AnalysisModel.signalRegion
            TableKind.Observed
            theta

    /// <summary>D(x_i; θ) of the simulated events.</summary>
    let values (learned: LearnedModel) (theta: float[]) : float[] = density learned theta |> fst
