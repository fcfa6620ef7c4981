namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

/// The pages of the report with the diagnostics of a run.
[<RequireQualifiedAccess>]
module internal DiagnosticsPages =

    /// Kinds of the standard checks, by the beginnings of their names.
    let private standard = [
        "Training", "Did every training come to its end?", [ "diverged trainings" ]
        "Normalisation",
        "Does each ratio integrate to one over the reference?",
        [ "normalisation of "; "mixture identity" ]
        "Calibration of scores", "Is a score the probability that it claims?", [ "calibration of " ]
        "Closure of single features",
        "Does the reweighted reference look like each sample, feature by feature?",
        [ "closure of "; "distance of " ]
        "Tails",
        "Is every ratio a number, and do many events carry it?",
        [ "saturation of "; "largest event of "; "effective events of " ]
        "Implied ratios", "Are ratios between samples right on average?", [ "implied ratio of " ]
    ]

    let private picture caption drawing : ReportPicture = { Caption = caption; Drawing = drawing }

    let private chart caption chart =
        ChartSvg.render chart |> picture caption

    let private p (chi: ChiSquare) = Quantity.brief 2 chi.PValue

    let private calibration (run: RunResult) = [
        for found in run.Diagnostics.Calibration do
            if found.Points.Length > 0 then
                DiagnosticsCharts.calibration run.Analysis.Interest found
                |> chart (
                    FormattableString.Invariant
                        $"{run.Analysis.Interest} = {found.Value:G4} against {found.Against}: χ² = {found.ChiSquare.Value:F1} for {found.ChiSquare.DegreesOfFreedom}, "
                    + $"p = {p found.ChiSquare}."
                )
    ]

    /// The worst four distributions of each sample.
    let private pairs (run: RunResult) = [
        for found in run.Diagnostics.Pairs do
            for closure in List.truncate 4 found.Closures do
                let caption where =
                    FormattableString.Invariant
                        $"{found.Process} in {where}: χ² = {closure.ChiSquare.Value:F1} for {closure.ChiSquare.DegreesOfFreedom}, "
                    + $"p = {p closure.ChiSquare} before the trials."

                if closure.Second = "" then
                    DiagnosticsCharts.pullsOfOne found.Process closure
                    |> chart (caption closure.First)
                else
                    DiagnosticsCharts.pulls found.Process closure
                    |> picture (caption $"{closure.First} and {closure.Second}")
    ]

    let private twoSample (run: RunResult) = [
        for test in run.Diagnostics.TwoSample do
            DiagnosticsCharts.twoSample test
            |> chart (
                FormattableString.Invariant
                    $"{test.Process}: area {test.Auc.Value:F4} ± {test.Auc.Error:F4}; the best classifier would find {test.DistortedAuc:F4} were r off by {100.0 * test.Distortion:G3} %%."
            )
    ]

    let private maps (run: RunResult) = [
        let interest = run.Analysis.Interest
        let absent = FormattableString.Invariant $"{interest} = {run.Analysis.Null:G4}"

        for map in run.Diagnostics.Maps do
            DiagnosticsCharts.information interest map
            |> picture $"What an event tells of {interest}, over {map.First} and {map.Second}."

            DiagnosticsCharts.contribution absent map
            |> picture $"What an event adds to t({absent}) on average; blue speaks for {absent}."
    ]

    let private comparison (run: RunResult) = [
        for found in run.Diagnostics.Comparisons do
            DiagnosticsCharts.comparison run.Analysis.Interest found
            |> chart (
                FormattableString.Invariant
                    $"{Array.sum found.Counts:F0} events ({found.Of}) where {Array.sum found.Predicted:F1} are predicted: χ² = {found.ChiSquare.Value:F1} for {found.ChiSquare.DegreesOfFreedom}, "
                + $"p = {p found.ChiSquare}."
            )
    ]

    let private overtraining (run: RunResult) = [
        for found in run.Diagnostics.Overtraining do
            let distances = found.Folds |> List.map _.Distance

            DiagnosticsCharts.overtraining found
            |> chart (
                FormattableString.Invariant
                    $"{found.Process}: Kolmogorov–Smirnov distances of {List.min distances:F4} to {List.max distances:F4} in {distances.Length} folds."
            )
    ]

    let private stability (run: RunResult) = [
        for found in run.Diagnostics.Stability do
            DiagnosticsCharts.stability found
            |> chart
                $"Root mean square spread of log r of {found.Process} of one network's average, at the same events."

        match run.Diagnostics.Parameter with
        | Some found when found.Folds.Length + found.Members.Length > 0 ->
            let nominal =
                run.Analysis.Parameters
                |> List.tryFind (fun p -> p.Name = run.Analysis.Interest)
                |> Option.map _.Initial
                |> Option.defaultValue 0.0

            DiagnosticsCharts.parameter run.Analysis.Interest nominal found
            |> chart
                $"{run.Analysis.Interest} after one step from the nominal point; nuisance parameters at their nominal values."
        | _ -> ()
    ]

    let private sizes (run: RunResult) = [
        let found = run.Diagnostics

        if not found.Reweighted.IsEmpty then
            DiagnosticsCharts.sizes run.Analysis.Interest found.Reweighted
            |> chart "The reference reweighted to each value, in bins of equal content."

        let row name (size: EffectiveSize) = [
            Markup.Text name
            Markup.Text(string size.Events)
            Markup.Text(Quantity.decimals 0 size.Effective)
            Markup.Text(Quantity.brief 2 (100.0 * size.LargestShare))
        ]

        if not found.Samples.IsEmpty then
            Page.table [ "sample"; ">events"; ">effective"; ">largest event [%]" ] [
                for size in found.Samples do
                    row size.Name size
                for size in found.Reweighted do
                    row
                        (FormattableString.Invariant
                            $"reference at {run.Analysis.Interest} = {size.Value:G4}")
                        size.Size
            ]
            |> picture "(Σw)²/Σw² of the simulated samples and of the held-out reference."
    ]

    let private kinds: (string * string * string list * (RunResult -> ReportPicture list)) list = [
        DiagnosticsTitle.Calibration,
        "Is the density at each value of the parameter what its log-ratio claims?",
        [
            "Held-out events in bins of the predicted log-ratio; both densities have the same total. Events with negative coefficients count with their signs."
        ],
        calibration
        DiagnosticsTitle.Pairs,
        "Does the reweighted reference look like each sample in all features and pairs of features?",
        [
            "The worst four distributions of each sample; errors know which events are in both densities. Grey cells have too few events and are one cell together."
        ],
        pairs
        DiagnosticsTitle.TwoSample,
        "Can a fresh classifier tell each sample from the reweighted reference?",
        [
            "Events that the classifier did not see, in two folds; one half means that it cannot."
        ],
        twoSample
        DiagnosticsTitle.Sensitivity,
        "Which events measure the parameter, and do they carry the information that is claimed?",
        [ "Means over the expected events of a cell at the nominal point." ],
        maps
        DiagnosticsTitle.Comparison,
        "Is the log-ratio distributed as simulated?",
        [
            "Bins of equal prediction. Wide bands: finite simulation and nuisance parameters; the points have Poisson errors. Pseudo-data are Poisson counts of simulated events that are not in the prediction."
        ],
        comparison
        DiagnosticsTitle.Overtraining,
        "Do the networks treat the events that trained them as all others?",
        [],
        overtraining
        DiagnosticsTitle.Stability,
        "Do networks of other folds and other seeds say the same?",
        [
            "Folds differ in the events that trained them, members of a fold in their seeds alone; the average of all is what the result uses."
        ],
        stability
        DiagnosticsTitle.Sizes, "Do enough events carry each density?", [], sizes
    ]

    /// Sentences on what was left out stand on the page where it would be.
    let private leftOut (title: string) (notes: string list) : string list =
        let beginning =
            match title with
            | DiagnosticsTitle.TwoSample -> Some "The two-sample"
            | DiagnosticsTitle.Sensitivity -> Some "The sensitivity"
            | _ -> None

        beginning
        |> Option.map (fun words -> notes |> List.filter _.StartsWith(words))
        |> Option.defaultValue []

    let private beginsWith (beginnings: string list) (check: Check) =
        beginnings |> List.exists check.Name.StartsWith

    /// A page of each kind; one without checks and pictures is left out.
    let ofRun (run: RunResult) : ReportPage list =
        let own = run.Diagnostics.AllChecks |> List.map _.Name |> Set.ofList
        let others = run.Checks |> List.filter (fun c -> not (own.Contains c.Name))

        // "closure of mu" is of the result, not of a feature.
        let ofRatios =
            others
            |> List.filter (fun c -> not (c.Name.StartsWith $"closure of {run.Analysis.Interest}"))

        let implied =
            ofRatios
            |> List.filter (fun c -> c.Name.StartsWith "effective events of the implied ratio")

        let checksOf title =
            run.Diagnostics.Checks
            |> List.filter (fun (other, _) -> other = title)
            |> List.collect snd

        [
            for title, question, beginnings in standard do
                let found = ofRatios |> List.filter (beginsWith beginnings)

                let isImplied (c: Check) =
                    implied |> List.exists (fun i -> i.Name = c.Name)

                {
                    Title = title
                    Question = question
                    Checks =
                        if title = "Implied ratios" then
                            found @ implied
                        else
                            found |> List.filter (isImplied >> not)
                    Notes = []
                    Pictures = []
                }
            for title, question, notes, pictures in kinds do
                {
                    Title = title
                    Question = question
                    Checks = checksOf title
                    Notes = notes @ leftOut title run.Diagnostics.Notes
                    Pictures = pictures run
                }
        ]
        |> List.filter (fun page ->
            not (page.Checks.IsEmpty && page.Pictures.IsEmpty)
            || not (leftOut page.Title run.Diagnostics.Notes).IsEmpty)
