namespace Nsbi.Infer

open System
open System.Text.Json

/// How studies of intervals stand in reports and files.
[<RequireQualifiedAccess>]
module internal IntervalStatements =

    /// Rows with their cells below each other.
    let aligned (rows: string list list) : string =
        let widths = rows |> List.transpose |> List.map (List.map String.length >> List.max)

        rows
        |> List.map (fun row ->
            (List.map2 (fun (cell: string) width -> cell.PadRight width) row widths
             |> String.concat "  ")
                .TrimEnd())
        |> String.concat "\n"

    let private percent (level: float) = Quantity.brief 4 (100.0 * level) + " %"

    let private measured (value: float) (error: float) =
        if Double.IsFinite error && error > 0.0 then
            $"{Quantity.valueFor error value} ± {Quantity.error error}"
        else
            Quantity.brief 3 value

    let private statement quantity asymptotic toys : ReportStatement = {
        Quantity = quantity
        Asymptotic = asymptotic
        Toys = toys
    }

    let private pieces (intervals: Interval list) =
        Quantity.interval [ for i in intervals -> { Low = i.Lower; High = i.Upper } ]

    let private accepted (set: AcceptedSet) =
        let text (e: BeltEnd) =
            if e.AtEdge then
                $"{Quantity.brief 3 e.Value} (edge)"
            else
                measured e.Value e.Error

        match set.Intervals with
        | [] -> "no value of the grid"
        | intervals ->
            intervals
            |> List.map (fun i -> $"[{text i.Lower}, {text i.Upper}]")
            |> String.concat " ∪ "

    let private injections (study: IntervalStudy) : ReportStatement list =
        match study.Injection with
        | None -> []
        | Some(found, _) -> [
            statement
                "fitted over injected values: slope"
                Quantity.unknown
                (measured found.Slope.Value found.Slope.Error)
            statement
                "fitted at an injected value of 0"
                Quantity.unknown
                (measured found.Offset.Value found.Offset.Error)
          ]

    let private neyman (result: NeymanResult) : ReportStatement list =
        List.map2
            (fun (set: AcceptedSet) (asymptotic: LikelihoodIntervals) ->
                statement
                    $"{percent set.Level} confidence set, likelihood ratio"
                    (pieces asymptotic.Intervals)
                    (accepted set))
            result.Accepted
            result.Asymptotic

    let private limits (study: IntervalStudy) : ReportStatement list =
        let value (limit: LimitValue) =
            limit.Value
            |> Option.map (Quantity.significant 4)
            |> Option.defaultValue Quantity.unknown

        let toy pick =
            match study.ToyLimit with
            | Some found ->
                let limit: Estimated = pick found
                measured limit.Value limit.Error
            | None -> Quantity.unknown

        match study.Limit with
        | None -> []
        | Some limit -> [
            statement
                $"upper limit, CLs at {percent limit.Level}"
                (value limit.Observed)
                (toy _.Observed)
            for k, name in [ 2, "expected"; 1, "expected −1 σ"; 3, "expected +1 σ" ] do
                statement
                    $"{name} upper limit"
                    (value limit.Expected[k])
                    (toy (fun found -> found.Expected[k]))
          ]

    let private significances (study: IntervalStudy) : ReportStatement list =
        let sigma (s: Significance) =
            if Double.IsFinite s.Z then
                $"{Quantity.decimals 2 s.Z} σ"
            else
                Quantity.unknown

        let toy pick =
            match study.ToySignificance with
            | Some found ->
                let z: Estimated = pick found

                if Double.IsFinite z.Error then
                    $"{measured z.Value z.Error} σ"
                else
                    $"{Quantity.decimals 2 z.Value} σ"
            | None -> Quantity.unknown

        match study.Significance with
        | None -> []
        | Some found -> [
            let bound =
                match study.ToySignificance with
                | Some toys when toys.IsBound -> "at least "
                | _ -> ""

            statement "significance" (sigma found.Observed) (bound + toy _.Z)

            statement
                $"significance expected at {Quantity.brief 3 found.Signal}"
                (sigma found.Expected)
                (toy _.ExpectedZ)
          ]

    /// The table of the report.
    let table (study: IntervalStudy) : ReportStatement list =
        (study.Neyman |> Option.map neyman |> Option.defaultValue [])
        @ limits study
        @ significances study
        @ injections study

    /// What has to be known to read the table.
    let notes (study: IntervalStudy) : string list = [
        $"Of the {study.Of} data. Pseudo-experiments are drawn from the model at the nuisance parameters that the data prefer, with their auxiliary measurements drawn anew; the errors are those of their finite number."
        match study.ToySignificance with
        | Some toys when toys.IsBound ->
            $"No pseudo-experiment without signal reached the observed q0: the significance from {toys.Background.Length} of them is a lower bound."
        | _ -> ()
        yield! study.Warnings
    ]

    /// The belt, the limits and the injected values, where there are any.
    let pictures (study: IntervalStudy) : ReportPicture list = [
        match study.Neyman with
        | Some result -> {
            Caption =
                "The quantiles of t over pseudo-experiments with their errors, t of the data, and the accepted values; dashed, the levels of asymptotic formulae."
            Drawing = NeymanReport.belt result |> ChartSvg.render
          }
        | None -> ()
        match study.Limit, study.Curve with
        | Some limit, _ :: _ :: _ ->
            let band = LimitCharts.band study.Curve limit

            {
                Caption =
                    "CLs by the tested value: asymptotic formulae as lines and bands, pseudo-experiments as points. The limit is where CLs comes down to 1 − CL. For values below the best fit the statistic is 0, which asymptotic formulae count half and pseudo-experiments whole."
                Drawing =
                    study.ToyLimit
                    |> Option.map (fun toys -> LimitCharts.withToys toys band)
                    |> Option.defaultValue band
                    |> ChartSvg.render
            }
        | _ -> ()
        match study.Injection with
        | Some(injection, _) -> {
            Caption =
                "Fits to pseudo-experiments of held-out simulation in which the parameter has known values; below, mean and width of (best − truth)/error."
            Drawing = InjectionChart.make injection |> ChartSvg.render
          }
        | None -> ()
    ]
