namespace Nsbi.Infer

open System

/// The sections of the report, one function each.
[<RequireQualifiedAccess>]
module internal ReportSections =
    let private text = Markup.Text
    let private textual = Markup.textual
    let private element = Markup.element

    let private card (isMain: bool) (what: string) (number: Markup list) (also: string list) =
        element "div" [ "class", (if isMain then "card main" else "card") ] [
            textual "div" [ "class", "what" ] what
            element "div" [ "class", "number" ] number
            for line in also do
                textual "div" [ "class", "also" ] line
        ]

    let private smallest (values: float list) =
        values |> List.map abs |> List.filter Double.IsFinite |> List.fold min infinity

    /// The headline: parameter, best fit and offsets, significance, verdict of the checks.
    let headline (content: ReportContent) : Markup list =
        let failed = content.Checks |> List.filter (fun check -> not check.Passed)

        [
            match content.Results with
            | [] -> ()
            | first :: _ ->
                let value = Quantity.valueFor (smallest [ first.Lower; first.Upper ]) first.Value

                let offsets =
                    if Double.IsFinite first.Lower || Double.IsFinite first.Upper then
                        [
                            element "span" [ "class", "pm" ] [
                                textual "span" [] (Quantity.offset first.Upper)
                                textual "span" [] (Quantity.offset first.Lower)
                            ]
                        ]
                    else
                        []

                card true first.Label (text $"{content.Parameter} = {value}" :: offsets) [
                    for interval in first.Intervals ->
                        $"{interval.Level}: {Quantity.interval interval.Pieces}"
                ]
            match content.Results |> List.filter (fun r -> Double.IsFinite r.Significance) with
            | [] -> ()
            | first :: others ->
                card false $"significance, {first.Label}" [
                    text $"{Quantity.decimals 2 first.Significance} σ"
                ] [
                    for other in others ->
                        $"{other.Label}: {Quantity.decimals 2 other.Significance} σ"
                ]
            if not content.Checks.IsEmpty then
                let passed = content.Checks.Length - failed.Length
                card false "checks passed" [ text $"{passed} of {content.Checks.Length}" ] []
        ]
        |> function
            | [] -> []
            | cards -> [ element "div" [ "class", "cards" ] cards ]

    let results (content: ReportContent) : Markup =
        let levels =
            content.Results |> List.collect _.Intervals |> List.map _.Level |> List.distinct

        let row (result: ReportResult) =
            let error = smallest [ result.Lower; result.Upper ]

            [
                text result.Label
                text (Quantity.valueFor error result.Value)
                text (Quantity.offset result.Lower)
                text (Quantity.offset result.Upper)
                for level in levels do
                    match result.Intervals |> List.tryFind (fun i -> i.Level = level) with
                    | Some interval -> text (Quantity.interval interval.Pieces)
                    | None -> text Quantity.unknown
                text (Quantity.decimals 2 result.Significance)
            ]

        Page.section "Result" [
            match content.Scan with
            | Some scan when not scan.Curves.IsEmpty ->
                ReportCharts.scan scan
                |> ChartSvg.render
                |> Page.figure
                    $"Profile likelihood of {scan.Parameter}. The intervals of the first curve are shaded."
            | _ -> ()
            if not content.Results.IsEmpty then
                Page.table
                    ([ "analysis"; $">{content.Parameter}"; ">lower"; ">upper" ]
                     @ (levels |> List.map (fun level -> $">{level}"))
                     @ [ ">significance [σ]" ])
                    (content.Results |> List.map row)
        ]

    let private minima (fit: ReportFit) : Markup list =
        if fit.Minima.Length < 2 then
            []
        else
            let names = fit.Parameters |> List.map _.Name

            [
                Page.heading "Minima"
                Page.note "The likelihood has more than one minimum; all that were found are given."
                Page.table ([ "−2 ln L above the lowest" ] @ (names |> List.map (fun n -> $">{n}"))) [
                    for minimum in fit.Minima ->
                        text (Quantity.decimals 4 minimum.Above)
                        :: [
                            for i in 0 .. names.Length - 1 ->
                                minimum.Values
                                |> List.tryItem i
                                |> Option.defaultValue nan
                                |> Quantity.decimals 4
                                |> text
                        ]
                ]
            ]

    let fit (fit: ReportFit) : Markup =
        let row (p: ReportParameter) = [
            text p.Name
            text (Quantity.valueFor p.Error p.Value)
            text (if p.Fixed then "fixed" else Quantity.error p.Error)
            text (Quantity.offset p.MinosLower)
            text (Quantity.offset p.MinosUpper)
        ]

        Page.section "Fit" [
            Page.paragraph $"{fit.Status} −2 ln L = {Quantity.decimals 4 fit.TwiceNll}."
            Page.table
                [ "parameter"; ">value"; ">error"; ">profile, lower"; ">profile, upper" ]
                (fit.Parameters |> List.map row)
            yield! minima fit
            if fit.CorrelationNames.Length > 1 then
                HeatMapSvg.render
                    "Correlations of the fitted parameters"
                    (List.toArray fit.CorrelationNames)
                    fit.Correlations
                |> Page.figure "Correlations of the fitted parameters."
        ]

    let private limit (check: Check) : string =
        match check.Rule with
        | CheckRule.AtMost -> $"≤ {Quantity.brief 3 check.Limit}"
        | CheckRule.AtLeast -> $"≥ {Quantity.brief 3 check.Limit}"
        | CheckRule.Near target -> $"{Quantity.brief 3 target} ± {Quantity.brief 2 check.Limit}"

    let private checkRow (check: Check) : Markup =
        let kind, sign =
            if check.Passed then
                "pass", "✓ passed"
            else
                "fail", "✗ failed"

        let value =
            if Double.IsFinite check.Error then
                $"{Quantity.valueFor check.Error check.Value} ± {Quantity.error check.Error}"
            else
                Quantity.brief 3 check.Value

        element "tr" (if check.Passed then [] else [ "class", "failed" ]) [
            element "td" [] [ textual "span" [ "class", $"verdict {kind}" ] sign ]
            textual "td" [ "class", "check" ] check.Name
            textual "td" [ "class", "r" ] value
            textual "td" [ "class", "r" ] (limit check)
            textual
                "td"
                [ "class", "meaning" ]
                (if check.Passed then
                     check.Finding
                 else
                     $"{check.Finding} {check.Meaning}")
        ]

    let checks (checks: Check list) : Markup =
        let failed = checks |> List.filter (fun check -> not check.Passed)

        let banner =
            match failed with
            | [] ->
                textual
                    "p"
                    [ "class", "banner" ]
                    $"All {checks.Length} checks of the learned ratios passed."
            | _ ->
                let names = failed |> List.map _.Name |> String.concat "; "

                textual
                    "p"
                    [ "class", "banner fail" ]
                    $"{failed.Length} of {checks.Length} checks failed: {names}."

        let head = [ "", "verdict"; "", "check"; "r", "value"; "r", "limit"; "", "what it says" ]

        Page.section
            "Checks"
            (if checks.IsEmpty then
                 []
             else
                 [
                     banner
                     element "table" [] [
                         element "thead" [] [
                             element
                                 "tr"
                                 []
                                 (head |> List.map (fun (c, h) -> textual "th" [ "class", c ] h))
                         ]
                         element "tbody" [] (checks |> List.map checkRow)
                     ]
                 ])

    let sensitivity (regions: ReportSensitivity list) : Markup =
        Page.section
            "Sensitivity by region of phase space"
            (if regions.IsEmpty then
                 []
             else
                 [
                     Page.note
                         "Where the parameter is measured: the share of its Fisher information in each bin, beside the share of expected events."
                     Page.grid [
                         for region in regions ->
                             ReportCharts.sensitivity region |> ChartSvg.render |> Page.figure ""
                     ]
                 ])

    let private ratio (ratio: RatioDiagnostics) : Markup list = [
        Page.heading $"Ratio of {ratio.Process}"
        Page.grid [
            if ratio.Calibration.Length > 0 then
                RatioCharts.calibration ratio
                |> ChartSvg.render
                |> Page.figure "Calibration of the score."
            RatioCharts.logRatio ratio
            |> ChartSvg.render
            |> Page.figure (
                FormattableString.Invariant
                    $"Distribution of log r. E[r] = {ratio.Mean.Value:F4} ± {ratio.Mean.StandardError:F4}, "
                + FormattableString.Invariant $"{ratio.Mean.EffectiveEvents:F0} effective events."
            )
            for closure in ratio.Closures do
                RatioCharts.closure ratio.Process closure
                |> ChartSvg.render
                |> Page.figure (
                    FormattableString.Invariant
                        $"Closure in {closure.Feature}: χ² = {closure.ChiSquare.Value:F1} for {closure.ChiSquare.DegreesOfFreedom}, "
                    + $"p = {Quantity.brief 2 closure.ChiSquare.PValue}."
                    + (match closure.Missing with
                       | Some missing ->
                           $" Missing in a share of {missing.Target} of {ratio.Process} and {missing.Reweighted} of the reweighted reference."
                       | None -> "")
                )
        ]
    ]

    let ratios (ratios: RatioDiagnostics list) : Markup =
        Page.section
            "Learned ratios"
            (if ratios.IsEmpty then
                 []
             else
                 Page.note
                     "All events shown were not used in the training of the networks that evaluate them."
                 :: (ratios |> List.collect ratio))

    let training (networks: ReportTraining list) : Markup =
        Page.section
            "Training"
            (if networks.IsEmpty then
                 []
             else
                 [
                     Page.grid [
                         for name, members in networks |> List.groupBy _.Network ->
                             ReportCharts.training name members
                             |> ChartSvg.render
                             |> Page.figure $"{name}: {members.Length} networks."
                     ]
                 ])

    let provenance (content: ReportContent) : Markup =
        let facts (heading: string) (facts: ReportFact list) (isHash: bool) =
            if facts.IsEmpty then
                []
            else
                [
                    Page.heading heading
                    element "table" [] [
                        element "tbody" [] [
                            for fact in facts ->
                                element "tr" [] [
                                    textual "td" [ "class", "name" ] fact.Name
                                    textual
                                        "td"
                                        (if isHash then [ "class", "hash" ] else [])
                                        fact.Value
                                ]
                        ]
                    ]
                ]

        Page.section
            "Provenance"
            (facts "Settings" content.Provenance false
             @ facts "Files (SHA-256)" content.Files true)
