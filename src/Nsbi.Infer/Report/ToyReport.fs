namespace Nsbi.Infer

open System

/// <summary>The page of a study of toys: best values, pulls, failures and checks.</summary>
[<RequireQualifiedAccess>]
module ToyReport =

    /// Charts of parameters of interest, then of so many others.
    let private mostPulls = 24

    let private bins = 40

    /// <summary>A histogram of the values within limits, as shares per unit of x, with a curve.
    /// </summary>
    let private histogram low high (values: float[]) =
        let edges = WeightedHistogram.equalWidth bins low high
        let filled = WeightedHistogram.fill edges values (Array.create values.Length 1.0)
        let width = (high - low) / float bins
        let total = float (max 1 values.Length) * width
        edges, filled.Contents |> Array.map (fun n -> n / total)

    let private normal (mean: float) (width: float) (x: float) =
        exp (-0.5 * ((x - mean) / width) ** 2.0) / (width * sqrt (2.0 * Math.PI))

    let private points low high =
        Array.init 161 (fun i -> low + (high - low) * float i / 160.0)

    let private good (study: ToyStudy) =
        study.Fits |> Array.filter _.Failure.IsNone

    let private bestChart (study: ToyStudy) (p: ToyParameter) : Chart option =
        let k = study.Sampler.Likelihood.Index[p.Name]
        let values = good study |> Array.map _.Values[k] |> Array.filter Double.IsFinite

        if values.Length = 0 then
            None
        else
            let least, most = Array.min values, Array.max values
            let room = max (0.02 * (most - least)) (1e-6 * max 1.0 (abs most))
            let low, high = least - room, most + room
            let edges, heights = histogram low high values
            let highest = Array.max heights

            let truth =
                Mark.Line(
                    [| p.Truth; p.Truth |],
                    [| 0.0; 1.08 * highest |],
                    Chart.dashed Colour.Vermillion,
                    $"truth {Quantity.brief 4 p.Truth}"
                )

            Chart.single
                $"Best values of {p.Name} in {values.Length} toys"
                (Chart.axisFrom $"best {p.Name}" low high)
                (Chart.axisFrom "share of toys per unit" 0.0 (1.1 * highest))
                [ Mark.Steps(edges, heights, Chart.solid Colour.Blue, true, "toys"); truth ]
            |> Some

    let private pullChart (study: ToyStudy) (p: ToyParameter) : Chart option =
        let k = study.Sampler.Likelihood.Index[p.Name]

        let pulls =
            good study
            |> Array.map (fun f -> (f.Values[k] - p.Truth) / f.Errors[k])
            |> Array.filter Double.IsFinite

        if pulls.Length = 0 then
            None
        else
            let edges, heights = histogram -5.0 5.0 pulls
            let x = points -5.0 5.0

            Chart.single
                $"Pulls of {p.Name} in {pulls.Length} toys"
                (Chart.axisFrom $"(best − truth)/error of {p.Name}" -5.0 5.0)
                (Chart.axisFrom "share of toys per unit" 0.0 (1.15 * max 0.4 (Array.max heights)))
                [
                    Mark.Steps(edges, heights, Chart.solid Colour.Blue, true, "toys")
                    Mark.Line(
                        x,
                        x |> Array.map (normal 0.0 1.0),
                        Chart.dashed Colour.Ink,
                        "N(0, 1)"
                    )
                ]
            |> Some

    let private figure (chart: Chart option) =
        chart |> Option.map (ChartSvg.render >> Page.figure "") |> Option.toList

    let private text (content: string) : Markup = Markup.Text content

    let private moments (m: ToyMoments) = [
        text $"{Quantity.valueFor m.MeanError m.Mean} ± {Quantity.error m.MeanError}"
        text $"{Quantity.valueFor m.WidthError m.Width} ± {Quantity.error m.WidthError}"
    ]

    let private summary (study: ToyStudy) : Markup =
        Page.table [
            "parameter"
            ">truth"
            ">mean"
            ">rms"
            ">pull mean"
            ">pull width"
            ">half of 68 %"
            ">at bound"
        ] [
            for p in study.Summary.Parameters ->
                [ text p.Name; text (Quantity.brief 4 p.Truth) ]
                @ moments p.Best
                @ moments p.Pull
                @ [
                    text (Quantity.significant 3 p.Pull.Spread)
                    text (Quantity.brief 3 p.AtBound)
                ]
        ]

    let private failures (study: ToyStudy) : Markup list =
        let summary = study.Summary

        [
            Page.paragraph
                $"{summary.Failed} of {summary.Toys} fits failed; {summary.Retried} were tried from \
                  other starts. Failed toys are counted and kept, and left out of what is above."

            if not summary.Failures.IsEmpty then
                Page.table [ ">toys"; "reason" ] [
                    for reason, count in summary.Failures -> [ text (string count); text reason ]
                ]
        ]

    let private checks (study: ToyStudy) : Markup list = [
        if not study.Summary.Checks.IsEmpty then
            Page.table [ "verdict"; "check"; ">value"; ">limit"; "what it says" ] [
                for check in study.Summary.Checks ->
                    [
                        text (if check.Passed then "passed" else "failed")
                        text check.Name
                        text (Quantity.brief 3 check.Value)
                        text (Quantity.brief 3 check.Limit)
                        text (
                            if check.Passed then
                                check.Finding
                            else
                                check.Finding + " " + check.Meaning
                        )
                    ]
            ]
    ]

    let private facts (study: ToyStudy) (provenance: (string * string) list) : Markup list =
        let settings = [
            "seed", string study.Seed
            "method", ToyStudy.methodName study.Sampler.Method
            "expected events of a toy", Quantity.brief 6 study.Sampler.Expected
            for KeyValue(name, value) in study.Settings.Fixed do
                $"held in the fits: {name}", Quantity.brief 6 value
            yield! provenance
        ]

        [
            Page.table [ "setting"; "value" ] [
                for name, value in settings -> [ text name; text value ]
            ]
        ]

    /// <summary>The page as HTML text, self-contained; equal studies give equal text.</summary>
    /// <param name="title">the heading</param>
    /// <param name="provenance">names and values of what the toys were made from</param>
    /// <param name="study">the fits</param>
    let render (title: string) (provenance: (string * string) list) (study: ToyStudy) : string =
        let compiled = study.Sampler.Likelihood

        let isOfInterest (p: ToyParameter) =
            compiled.Parameters[compiled.Index[p.Name]].Role = Nsbi.Model.PointOfInterest

        let interest, others = study.Summary.Parameters |> List.partition isOfInterest
        let shown = List.truncate mostPulls others

        Page.render title [
            Markup.textual "h1" [] title
            Page.paragraph
                $"{study.Summary.Toys} pseudo-experiments, each fitted like data. The pulls of a \
                  parameter whose errors are Gaussian have mean 0 and width 1."
            Page.section "Parameters of interest" [
                Page.grid [
                    for p in interest do
                        yield! figure (bestChart study p)
                        yield! figure (pullChart study p)
                ]
            ]
            Page.section "Summary" [ summary study ]
            Page.section "Failed fits" (failures study)
            Page.section "Checks" (checks study)
            Page.section "Nuisance parameters" [
                if not shown.IsEmpty then
                    Page.grid [
                        for p in shown do
                            yield! figure (pullChart study p)
                    ]

                if others.Length > shown.Length then
                    Page.note
                        $"The pulls of {others.Length - shown.Length} more are in the table above."
            ]
            Page.section "Settings" (facts study provenance)
        ]
