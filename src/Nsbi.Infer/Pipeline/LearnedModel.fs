namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Learn.Networks

// Axes: event i, sample k, process c.

/// <summary>The control region of the events that failed a preselection.</summary>
type ControlCounts = {
    /// Expected events per bin of each sample.
    Yields: Map<string, float list>
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
    /// The control region, if there is one.
    Control: ControlCounts option
    /// The statistical model.
    Model: ValidModel
    /// The ratio tables of simulated and observed events.
    Tables: RatioTables
    /// The model bound to the tables.
    Likelihood: CompiledLikelihood
}

/// <summary>From ratios to a compiled likelihood.</summary>
[<RequireQualifiedAccess>]
module LearnedModel =

    let private place (samples: string[]) (term: MixtureTerm) : int =
        Array.findIndex ((=) term.Sample) samples

    let private table (analysis: Analysis) samples weights (ratios: float[][]) : RatioTable =
        RatioTable.weighted weights [
            for term in analysis.Terms -> term.Name, RatioSource.Ratios ratios[place samples term]
        ]

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
        let roles =
            simulated.Groups
            |> Array.map (fun group ->
                let fold = DataSplit.fold settings.Seed settings.Folds group
                DataSplit.role settings fold group)

        let rows =
            [| 0 .. roles.Length - 1 |]
            |> Array.filter (fun i -> roles[i] = Role.Normalisation || roles[i] = Role.Check)

        if rows.Length = roles.Length then
            simulated, roles
        else
            SimulatedEvents.take rows simulated.Yields simulated,
            rows |> Array.map (fun i -> roles[i])

    /// <summary>Evaluates a trained estimator on the events it never saw and compiles the likelihood.</summary>
    /// <param name="team">threads to share the work</param>
    /// <param name="analysis">what is measured</param>
    /// <param name="estimator">the trained networks</param>
    /// <param name="features">what the networks are given</param>
    /// <param name="events">simulated and observed events of the signal region</param>
    /// <param name="control">the control region, if there is one</param>
    let build
        team
        (analysis: Analysis)
        (estimator: RatioEstimator)
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

        let observedRatios =
            match events.Observed with
            | None -> Ok [||]
            | Some data -> ratios data events.ObservedGroups

        match ratios simulated.Events simulated.Groups, observedRatios with
        | Error faults, Ok _
        | Ok _, Error faults -> Error faults
        | Error first, Error second -> Error(first @ second)
        | Ok ratios, Ok observedRatios ->
            let yields = Array.zip simulated.Samples simulated.Yields |> Map.ofArray
            let bins = control |> Option.map _.Yields
            let written = AnalysisModel.write analysis (fun name -> yields[name]) bins

            match Model.validate written with
            | Error faults -> Error(List.map fault faults)
            | Ok valid ->
                let reference =
                    table
                        analysis
                        simulated.Samples
                        (weightsIn analysis.NegativeWeights mixture simulated)
                        ratios

                let tables =
                    RatioTables.empty |> RatioTables.reference AnalysisModel.signalRegion reference

                let tables =
                    match events.Observed with
                    | None -> tables
                    | Some data ->
                        let weights = Array.create data.Count 1.0
                        let observed = table analysis simulated.Samples weights observedRatios
                        RatioTables.observed AnalysisModel.signalRegion observed tables

                Likelihood.compile valid tables
                |> Result.mapError (List.map fault)
                |> Result.map (fun likelihood -> {
                    Analysis = analysis
                    Simulated = simulated
                    Observed = events.Observed
                    Mixture = mixture
                    Ratios = ratios
                    ObservedRatios = observedRatios
                    Roles = roles
                    Control = control
                    Model = valid
                    Tables = tables
                    Likelihood = likelihood
                })

    /// The counts of the control region at the expectation of θ, or none without one.
    let private controlExpectation (learned: LearnedModel) (theta: float[]) =
        learned.Control
        |> Option.map (fun control ->
            let index = learned.Model.Index
            let bins = (Seq.head control.Yields.Values).Length
            let counts = Array.zeroCreate<float> bins

            for term in learned.Analysis.Terms do
                let f = Coefficient.value index theta term.Scale

                control.Yields[term.Sample]
                |> List.iteri (fun b y -> counts[b] <- counts[b] + f * y)

            Array.toList counts)

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

    let private observed likelihood (counts: float list option) : Observation =
        let counts =
            counts |> Option.map (fun n -> AnalysisModel.controlRegion, n) |> Option.toList

        match Observation.observed likelihood counts with
        | Ok observation -> observation
        | Error faults -> invalidOp (faults |> List.map string |> String.concat "; ")

    /// <summary>Simulated events with the given weights as if they were observed: their ratios are
    /// taken as they are, like those of data. The control region is at its expectation.</summary>
    let ofSimulation (learned: LearnedModel) (theta: float[]) (weights: float[]) : Observation =
        let events = table learned.Analysis learned.Simulated.Samples weights learned.Ratios

        match
            Likelihood.compile
                learned.Model
                (RatioTables.observed AnalysisModel.signalRegion events RatioTables.empty)
        with
        | Ok likelihood -> observed likelihood (controlExpectation learned theta)
        | Error faults -> invalidOp (faults |> List.map string |> String.concat "; ")

    /// <summary>The observation of the data; none if the analysis has none.</summary>
    let ofData (learned: LearnedModel) : Observation option =
        learned.Observed
        |> Option.map (fun _ ->
            observed learned.Likelihood (learned.Control |> Option.bind _.Counts))

    /// <summary>∂ν(θ)/∂θ_p = Σ_c ∂_p f_c(θ) ν_c of the signal region, in all parameters.</summary>
    let expectedSlope (learned: LearnedModel) (theta: float[]) : float[] =
        let index = learned.Model.Index
        let slope = Array.zeroCreate<float> index.Count

        for term in learned.Analysis.Terms do
            let jet = Coefficient.evaluate index theta term.Scale
            let nu = learned.Simulated.Yields[place learned.Simulated.Samples term]

            for p in 0 .. index.Count - 1 do
                slope[p] <- slope[p] + jet.Gradient[p] * nu

        slope

    /// <summary>D(x_i; θ) = Σ_c f_c(θ) ν_c r_c(x_i) of the simulated events.</summary>
    let values (learned: LearnedModel) (theta: float[]) : float[] =
        let value = Array.zeroCreate<float> learned.Simulated.Sample.Length

        for term in learned.Analysis.Terms do
            let k = place learned.Simulated.Samples term
            let f = Coefficient.value learned.Model.Index theta term.Scale
            let rate = f * learned.Simulated.Yields[k]
            let r = learned.Ratios[k]

            for i in 0 .. value.Length - 1 do
                value[i] <- value[i] + rate * r[i]

        value

    /// <summary>D(x_i; θ) = Σ_c f_c(θ) ν_c r_c(x_i) of the simulated events, with its gradient in all
    /// parameters.</summary>
    /// <returns>D of each event, and [parameter][event]</returns>
    let density (learned: LearnedModel) (theta: float[]) : float[] * float[][] =
        let index = learned.Model.Index
        let n = learned.Simulated.Sample.Length
        let gradient = Array.init index.Count (fun _ -> Array.zeroCreate<float> n)

        for term in learned.Analysis.Terms do
            let k = place learned.Simulated.Samples term
            let jet = Coefficient.evaluate index theta term.Scale
            let nu = learned.Simulated.Yields[k]
            let r = learned.Ratios[k]

            for p in 0 .. index.Count - 1 do
                let slope = jet.Gradient[p] * nu

                if slope <> 0.0 then
                    for i in 0 .. n - 1 do
                        gradient[p][i] <- gradient[p][i] + slope * r[i]

        values learned theta, gradient
