namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

// Axes: event i, sample k, feature j.

/// Makes the diagnostics of a trained analysis.
[<RequireQualifiedAccess>]
module internal DiagnosticsStudy =

    let private rounded (value: float) : float =
        if value = 0.0 || not (Double.IsFinite value) then
            value
        else
            let digits = 2 - int (floor (log10 (abs value)))

            if digits < 0 || digits > 15 then
                value
            else
                Math.Round(value, digits)

    /// Those asked for; else without what is searched for, at the nominal value, and at the ends of the
    /// expected 95 % interval.
    let values (analysis: Analysis) (nominal: float) (expected: Measurement) : float list =
        match analysis.Diagnostics.Values with
        | [] ->
            let p = analysis.Parameters |> List.find (fun p -> p.Name = analysis.Interest)

            let ends =
                expected.Interval95.Intervals
                |> List.collect (fun i -> [ rounded i.Lower; rounded i.Upper ])

            (analysis.Null :: nominal :: ends)
            |> List.filter (fun v -> Double.IsFinite v && v >= p.Lower && v <= p.Upper)
            |> List.distinct
            |> List.sort
        | given -> given |> List.distinct |> List.sort

    let private named (learned: LearnedModel) (value: float) =
        FormattableString.Invariant $"{learned.Analysis.Interest} = {value:G4}"

    /// Against the nominal value where that is a density of positive weights, else, and at the nominal
    /// value, against the reference.
    let private calibration (held: HeldOutSample) (values: float list) =
        let nominal = LearnedModel.nominal held.Learned
        let limits = held.Learned.Analysis.Limits

        values
        |> List.map (fun value ->
            let name = named held.Learned value

            match
                (if value = nominal then
                     None
                 else
                     HeldOutSample.againstValue held value nominal)
            with
            | Some events ->
                LogRatioCalibration.run limits 20 name value (named held.Learned nominal) events
            | None ->
                HeldOutSample.againstReference held value
                |> LogRatioCalibration.run limits 20 name value "the reference")

    let private perSample (held: HeldOutSample) work =
        held.Learned.Simulated.Samples
        |> Array.toList
        |> List.mapi (fun k name ->
            let events = HeldOutSample.ofSample held k

            if StratifiedSample.isSound events then
                Some(work k name events)
            else
                None)
        |> List.choose id

    let private twoSample
        (context: PipelineContext)
        (inputs: NetworkDiagnostics.Inputs)
        (held: HeldOutSample)
        (features: FittedFeatures)
        (plan: TwoSamplePlan)
        =
        let analysis = held.Learned.Analysis

        let held =
            HeldOutSample.ofRows
                held.Learned
                (NetworkDiagnostics.thin plan.Events held.Learned.Simulated.Sample held.Rows)

        let matrix = NetworkDiagnostics.inputs analysis features held.Simulated

        perSample held (fun _ name events ->
            TwoSampleTraining.run context analysis.Limits plan analysis.Seed {
                Name = name
                Events = events
                Groups = held.Simulated.Groups
                Features = matrix.Features
                Width = inputs.Width
            })

    /// How differently information and events lie along a feature, from 0 to 1.
    let private contrast (values: float[]) (weights: float[]) (information: float[]) : float =
        let known = values |> Array.map (Double.IsNaN >> not)
        let only = Array.map2 (fun ok w -> if ok then w else 0.0) known
        let values = Array.map2 (fun ok v -> if ok then v else 0.0) known values
        let v, info = only weights, only information

        if not (Array.sum v > 0.0 && Array.sum info > 0.0) then
            0.0
        else
            let steps = Array.init 19 (fun b -> float (b + 1) / 20.0)

            let edges =
                Array.concat [
                    [| -infinity |]
                    WeightedQuantile.compute steps values v |> Array.distinct
                    [| infinity |]
                ]

            let share w =
                let h = WeightedHistogram.fill edges values w
                h.Contents |> Array.map (fun c -> c / Array.sum w)

            0.5 * (Array.map2 (fun a b -> abs (a - b)) (share v) (share info) |> Array.sum)

    let private correlation (a: float[]) (b: float[]) : float =
        let both =
            Array.zip a b
            |> Array.filter (fun (x, y) -> not (Double.IsNaN x || Double.IsNaN y))

        let x, y = Array.map fst both, Array.map snd both
        let mx, my = Array.average x, Array.average y

        let sum f =
            Array.fold2 (fun t x y -> t + f x y) 0.0 x y

        let xy = sum (fun x y -> (x - mx) * (y - my))
        let xx, yy = sum (fun x _ -> (x - mx) ** 2.0), sum (fun _ y -> (y - my) ** 2.0)
        if xx > 0.0 && yy > 0.0 then xy / sqrt (xx * yy) else 0.0

    /// The most sensitive feature, and the most sensitive of those that are not almost the same.
    let private choose (features: (string * float[]) list) weights information =
        match
            features
            |> List.indexed
            |> List.sortBy (fun (j, (_, values)) -> -(contrast values weights information), j)
            |> List.map snd
        with
        | first :: others ->
            others
            |> List.tryFind (fun (_, values) -> abs (correlation (snd first) values) < 0.8)
            |> Option.orElse (List.tryHead others)
            |> Option.map (fun second -> [ first, second ])
            |> Option.defaultValue []
        | [] -> []

    let private maps (held: HeldOutSample) (features: (string * float[]) list) =
        let learned = held.Learned
        let analysis = learned.Analysis
        let nominal = LearnedModel.nominal learned
        let score = MixtureDensity.score learned held.Ratios
        let weights = MixtureDensity.truth learned held.Simulated nominal

        let density value =
            MixtureDensity.sum (fst (MixtureDensity.rates learned value)) held.Ratios

        let contribution =
            Array.map2
                (fun absent d -> -2.0 * Math.Log(absent / d))
                (density analysis.Null)
                (density nominal)

        let sound = Array.forall Double.IsFinite

        if not (sound score && sound contribution) then
            [],
            [],
            [
                $"The sensitivity maps were left out: the density or its slope in {analysis.Interest} is no number at the nominal point or at {named learned analysis.Null}."
            ]
        else
            let events = HeldOutSample.againstReference held nominal

            let check, _, _ =
                InformationCheck.run analysis.Limits analysis.Interest score events

            let information = Array.map2 (fun w s -> w * s * s) weights score

            let find name =
                features |> List.find (fun (n, _) -> n = name)

            let pairs =
                match analysis.Diagnostics.Pairs with
                | [] -> choose features weights information
                | given -> given |> List.map (fun (a, b) -> find a, find b)

            [ check ],
            pairs
            |> List.map (fun (a, b) -> SensitivityMap.make a b weights score contribution),
            []

    let private sizes (held: HeldOutSample) (values: float list) =
        let learned = held.Learned
        let all = SimulatedEvents.expected learned.Simulated

        let samples =
            learned.Simulated.Samples
            |> Array.toList
            |> List.mapi (fun k name ->
                Array.map2 (fun own w -> if own = k then w else 0.0) learned.Simulated.Sample all
                |> EffectiveSizes.ofWeights name)

        let checks, reweighted =
            values
            |> List.map (fun value ->
                HeldOutSample.againstReference held value
                |> EffectiveSizes.reweighted learned.Analysis.Limits (named learned value) value)
            |> List.unzip

        samples, checks, reweighted

    /// Everything that needs no data.
    let make
        (options: PipelineOptions)
        (context: PipelineContext)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (expected: Measurement)
        : AnalysisDiagnostics =
        let analysis = trained.Analysis
        let limits = analysis.Limits
        use team = new ThreadTeam(options.Threads)
        let held = HeldOutSample.rowsOf learned Role.Check |> HeldOutSample.ofRows learned
        let features = AnalysisChecks.features trained.Features held.Simulated.Events

        let inputs =
            NetworkDiagnostics.inputs analysis trained.Features trained.Events.Simulated

        let values = values analysis (LearnedModel.nominal learned) expected
        let calibrationChecks, calibration = calibration held values |> List.unzip

        let pairChecks, pairs =
            perSample held (fun _ name events -> PairClosure.run limits name events features)
            |> List.unzip

        let tests =
            match analysis.Diagnostics.TwoSample with
            | None -> []
            | Some plan ->
                PipelineStage.begins options "training the two-sample tests"
                twoSample context inputs held trained.Features plan

        let testChecks, twoSamples = tests |> List.choose Result.toOption |> List.unzip

        let leftOut =
            tests
            |> List.choose (function
                | Ok _ -> None
                | Error sentence -> Some sentence)

        let informationChecks, maps, noMaps = maps held features

        let comparisonChecks, comparisons =
            ComparisonStudy.ofPseudoData learned values |> List.unzip

        let overtrainingChecks, overtraining, gap =
            NetworkDiagnostics.overtraining team limits trained.Estimator inputs

        let stability = NetworkDiagnostics.logRatios team trained.Estimator inputs
        let parameter = NetworkDiagnostics.parameter team trained.Estimator inputs learned

        let stable =
            Double.IsFinite parameter.Expected
            && parameter.Folds |> List.forall (fun m -> Double.IsFinite m.Value)
            && parameter.Members |> List.forall Double.IsFinite

        let samples, sizeChecks, reweighted = sizes held values

        {
            Values = values
            Calibration = calibration
            Pairs = pairs
            TwoSample = twoSamples
            Maps = maps
            Comparisons = comparisons
            Overtraining = overtraining
            LossGap = Some gap
            Stability = stability
            Parameter = if stable then Some parameter else None
            Samples = samples
            Reweighted = reweighted
            Checks = [
                DiagnosticsTitle.Calibration, calibrationChecks
                DiagnosticsTitle.Pairs, pairChecks
                DiagnosticsTitle.TwoSample, testChecks
                DiagnosticsTitle.Sensitivity, informationChecks
                DiagnosticsTitle.Comparison, comparisonChecks
                DiagnosticsTitle.Overtraining, overtrainingChecks
                DiagnosticsTitle.Stability,
                (if stable then
                     StabilityCheck.parameter limits analysis.Interest parameter
                 else
                     [])
                DiagnosticsTitle.Sizes, sizeChecks
            ]
            Notes = leftOut @ noMaps
        }

    /// The data beside what stood in for them.
    let withData
        (learned: LearnedModel)
        (fit: FitResult)
        (found: AnalysisDiagnostics)
        : AnalysisDiagnostics * Check list =
        let checks, comparisons =
            ComparisonStudy.ofData learned found.Values fit |> List.unzip

        {
            found with
                Comparisons = comparisons @ found.Comparisons
                Checks =
                    found.Checks
                    |> List.map (fun (title, own) ->
                        title,
                        (if title = DiagnosticsTitle.Comparison then
                             checks @ own
                         else
                             own))
        },
        checks
