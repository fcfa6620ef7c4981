namespace Nsbi.Infer

open System

/// The pages of the report on calibrated ratios, and on ratios as summaries.
[<RequireQualifiedAccess>]
module internal CalibrationPage =

    let private sentence (found: CalibrationSummary) : string =
        FormattableString.Invariant
            $"{found.Sample}: the calibration moves ln r by {found.Size:F4} on average; the finite number of its events leaves a standard error of {found.Error:F4}."

    /// One curve of each sample before and after.
    let calibration (run: RunResult) : ReportPage list =
        match run.Calibrations with
        | [] -> []
        | first :: _ ->
            let names = run.Calibrations |> List.map (fun c -> $"calibration of {c.Sample}")
            let before = run.Calibrations |> List.map _.BeforeCheck.Name

            [
                {
                    Title = "Calibrated ratios"
                    Question =
                        $"Are the ratios right after the calibration ({first.Method}), on events that neither trained nor calibrated?"
                    Checks =
                        run.Checks
                        |> List.filter (fun c ->
                            List.contains c.Name names || List.contains c.Name before)
                    Notes = List.map sentence run.Calibrations
                    Pictures = [
                        for found in run.Calibrations ->
                            {
                                Caption =
                                    $"Target fraction by mean score of {found.Sample}, before and after the calibration."
                                Drawing =
                                    RatioCharts.calibrationBeforeAfter
                                        found.Sample
                                        found.Before
                                        found.After
                                    |> ChartSvg.render
                            }
                    ]
                }
            ]

    /// ν_b at the nominal and at the null value.
    let private expected (run: RunResult) (study: SummaryStudy) (value: float option) =
        let theta = study.Likelihood.Model.Initial

        value
        |> Option.iter (fun value -> theta[study.Likelihood.Index[run.Analysis.Interest]] <- value)

        match Observation.asimov study.Likelihood theta with
        | Ok asimov -> TemplateModel.countsOf asimov.Observation
        | Error _ -> [||]

    /// The templates, with the data where they were looked at.
    let summary (run: RunResult) : ReportPage list =
        match run.Summary with
        | None -> []
        | Some study ->
            let edges = Array.init (study.Bins + 1) float

            let nominal, absent =
                expected run study None, expected run study (Some run.Analysis.Null)

            let centres = Array.init study.Bins (fun b -> float b + 0.5)

            let chart =
                Chart.single
                    "Expected and observed events in the bins of the summary"
                    (Chart.axisFrom "bin" 0.0 (float study.Bins))
                    (Chart.axis "events")
                    [
                        Mark.Steps(edges, nominal, Chart.thin Colour.Amber, true, "nominal")
                        if absent.Length > 0 then
                            Mark.Steps(
                                edges,
                                absent,
                                Chart.dashed Colour.Ink,
                                false,
                                FormattableString.Invariant
                                    $"{run.Analysis.Interest} = {run.Analysis.Null:G3}"
                            )
                        match study.Observation with
                        | Some data ->
                            let counts = TemplateModel.countsOf data
                            let errors = counts |> Array.map sqrt
                            Mark.Points(centres, counts, errors, Colour.Blue, "observed")
                        | None -> ()
                    ]
                |> Chart.sized 420.0 320.0

            [
                {
                    Title = "Ratios as a summary"
                    Question =
                        $"The result is the template fit of the {study.Name}: can the templates be believed?"
                    Checks = study.Checks
                    Notes = [
                        "Templates are made of simulated events by networks that never saw them, and data are treated in the same way: what the networks did not learn costs precision, and brings no bias. Checks of the ratios as densities are therefore no checks of this result; what they found stands among the remarks above."
                    ]
                    Pictures =
                        if nominal.Length = 0 then
                            []
                        else
                            [
                                {
                                    Caption =
                                        "Expected events in each bin, in the order of the summary."
                                    Drawing = ChartSvg.render chart
                                }
                            ]
                }
            ]
