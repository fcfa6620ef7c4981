namespace Nsbi.Infer

open System

/// <summary>The page of posterior samples: the table, what is assumed, checks, marginal densities and traces.
/// </summary>
[<RequireQualifiedAccess>]
module SampleReport =

    /// Parameters with pictures; the others are in the table.
    let private mostPictures = 24

    let private bins = 40

    // Points of a trace that a picture can show.
    let private mostPoints = 500

    let private colours = [|
        Colour.Blue
        Colour.Vermillion
        Colour.Green
        Colour.Amber
        Colour.Purple
        Colour.Sky
    |]

    let private text (content: string) : Markup = Markup.Text content

    let private figure (chart: Chart) : Markup =
        chart |> ChartSvg.render |> Page.figure ""

    let private marginal (chains: MarkovChains) (p: ParameterSummary) : Chart =
        let all = chains.Values p.Name |> Array.concat
        let least, most = Array.min all, Array.max all
        let room = max (0.01 * (most - least)) (1e-9 * max 1.0 (abs most))
        let low, high = least - room, most + room
        let edges = WeightedHistogram.equalWidth bins low high
        let filled = WeightedHistogram.fill edges all (Array.create all.Length 1.0)
        let unit = (high - low) / float bins * float all.Length
        let heights = filled.Contents |> Array.map (fun n -> n / unit)
        let sorted = Array.sort all
        let inner = ChainValues.quantile 0.16 sorted, ChainValues.quantile 0.84 sorted

        Chart.single
            $"Posterior of {p.Name}"
            (Chart.axisFrom p.Name low high)
            (Chart.axisFrom "density" 0.0 (1.1 * Array.max heights))
            [
                Mark.Span(fst inner, snd inner, Colour.Sky, "central 68 %")
                Mark.Steps(edges, heights, Chart.solid Colour.Blue, true, "")
            ]

    let private trace (chains: MarkovChains) (p: ParameterSummary) : Chart =
        let values = chains.Values p.Name
        let step = max 1 (values[0].Length / mostPoints)

        let line chain (draws: float[]) =
            let shown = [| for i in 0..step .. draws.Length - 1 -> i |]

            Mark.Line(
                shown |> Array.map float,
                shown |> Array.map (fun i -> draws[i]),
                {
                    Chart.thin colours[chain % colours.Length] with
                        Opacity = 0.6
                },
                ""
            )

        Chart.single
            $"Trace of {p.Name} in {values.Length} chains"
            (Chart.axisFrom "draw" 0.0 (float values[0].Length))
            (Chart.axis p.Name)
            (values |> Array.mapi line |> Array.toList)

    let private numbers (summary: PosteriorSummary) : Markup =
        let percent (p: float) = Quantity.brief 3 (100.0 * p) + " %"

        Page.table
            ([ "parameter"; ">mean"; ">sd" ]
             @ [ for p in summary.Probabilities -> ">" + percent p ]
             @ [ ">bulk draws"; ">tail draws"; ">R̂" ])
            [
                for p in summary.Parameters ->
                    [
                        text p.Name
                        text
                            $"{Quantity.valueFor p.MeanError p.Mean} ± {Quantity.error p.MeanError}"
                        text (Quantity.valueFor p.SdError p.Sd)
                    ]
                    @ [
                        for k in 0 .. p.Quantiles.Length - 1 ->
                            text (Quantity.valueFor p.QuantileErrors[k] p.Quantiles[k])
                    ]
                    @ [
                        text (Quantity.decimals 0 p.BulkSize)
                        text (Quantity.decimals 0 p.TailSize)
                        text (Quantity.decimals 4 p.Rhat)
                    ]
            ]

    let private checks (summary: PosteriorSummary) : Markup =
        Page.table [ "verdict"; "check"; "what it says" ] [
            for check in summary.Checks ->
                [
                    text (if check.Passed then "passed" else "failed")
                    text check.Name
                    text (
                        if check.Passed then
                            check.Finding
                        else
                            check.Finding + " " + check.Meaning
                    )
                ]
        ]

    let private assumed (density: LikelihoodDensity) : Markup list = [
        Page.table [ "parameter"; "prior" ] [
            for p in density.Priors -> [ text p.Parameter; text p.Prior ]
        ]

        if not density.Held.IsEmpty then
            Page.table [ "held"; ">value" ] [
                for KeyValue(name, value) in density.Held ->
                    [ text name; text (Quantity.brief 6 value) ]
            ]
    ]

    /// <summary>The page as HTML text, self-contained; equal chains give equal text.</summary>
    /// <param name="title">the heading</param>
    /// <param name="density">what was sampled</param>
    /// <param name="summary">of the chains</param>
    /// <param name="chains">the draws</param>
    let render
        (title: string)
        (density: LikelihoodDensity)
        (summary: PosteriorSummary)
        (chains: MarkovChains)
        : string =
        // A parameter that never moved, or is not finite, has no picture.
        let shown =
            summary.Parameters
            |> List.filter (fun p -> Double.IsFinite p.Rhat)
            |> List.truncate mostPictures

        Page.render title [
            Markup.textual "h1" [] title
            Page.paragraph
                $"{summary.Chains} chains of {summary.Draws} draws from the posterior, by the No-U-Turn \
                  sampler. Means have Monte Carlo errors; the width of the posterior is the sd."
            Page.section "Summary" [ numbers summary ]
            Page.section "Checks" [ checks summary ]
            Page.section "Posterior densities and traces" [
                Page.grid [
                    for p in shown do
                        figure (marginal chains p)
                        figure (trace chains p)
                ]

                if shown.Length < summary.Parameters.Length then
                    Page.note
                        $"{summary.Parameters.Length - shown.Length} more are in the table above."
            ]
            Page.section "What is assumed" (assumed density)
            Page.section "Settings" [
                Page.table [ "setting"; "value" ] [
                    for name, value in
                        [
                            "seed", string chains.Seed
                            "mean acceptance", Quantity.brief 3 summary.Acceptance
                            "gradients", string summary.Gradients
                        ] -> [ text name; text value ]
                ]
            ]
        ]
