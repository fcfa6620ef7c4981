namespace Nsbi.Infer

/// <summary>The page of a power study: self-contained HTML with the curves.</summary>
[<RequireQualifiedAccess>]
module PowerReport =
    let private text = Markup.Text

    let private colours = [
        Colour.Blue
        Colour.Vermillion
        Colour.Green
        Colour.Purple
        Colour.Amber
        Colour.Sky
        Colour.Ink
    ]

    /// Colour and dash of the k-th strategy.
    let private stroke (k: int) : Stroke =
        let colour = colours[k % colours.Length]

        if k < colours.Length then
            Chart.solid colour
        else
            Chart.dashed colour

    let private estimated (it: Estimated) : string =
        $"{Quantity.significant 4 it.Value} ± {Quantity.significant 2 it.Error}"

    /// Power by size: with the power of guessing, which is the size.
    let private bySize (result: PowerResult) : Chart =
        Chart.single
            "The power of each strategy by the size of the test."
            (Chart.axisFrom "size α = P(reject H0 | H0)" 0.0 1.0)
            (Chart.axisFrom "power = P(reject H0 | H1)" 0.0 1.0)
            [
                Mark.Line([| 0.0; 1.0 |], [| 0.0; 1.0 |], Chart.dotted Colour.Grey, "guessing")

                for k, row in List.indexed result.Rows do
                    let x = row.Curve |> List.map _.Size |> List.toArray
                    let y = row.Curve |> List.map _.Power.Value |> List.toArray

                    let ends = Array.append [| 0.0 |] >> fun inner -> Array.append inner [| 1.0 |]
                    Mark.Line(ends x, ends y, stroke k, row.Name)
            ]
        |> Chart.sized 560.0 380.0

    /// The region of small sizes, where tests are made.
    let private small (result: PowerResult) : Chart =
        Chart.single
            "The power of each strategy at small sizes."
            (Chart.logAxis "size α")
            (Chart.axis "power")
            [
                for k, row in List.indexed result.Rows do
                    let points = row.Curve |> List.filter (fun p -> p.Size <= 0.3)
                    let pick f = points |> List.map f |> List.toArray
                    let x = pick _.Size
                    let colour = (stroke k).Colour

                    Mark.Band(
                        x,
                        pick (fun p -> p.Power.Value - p.Power.Error),
                        pick (fun p -> p.Power.Value + p.Power.Error),
                        colour,
                        ""
                    )

                    Mark.Line(x, pick _.Power.Value, stroke k, "")
            ]
        |> Chart.sized 560.0 380.0

    let private byValue (result: PowerResult) : Chart =
        let size = result.Rows.Head.Points.Head.Size

        Chart.single
            "The power of each strategy by the value of the parameter."
            (Chart.axis result.Parameter)
            (Chart.axisFrom $"power at size {Quantity.brief 3 size}" 0.0 1.0)
            [
                for k, row in List.indexed result.Rows do
                    let x = result.Grid |> List.map _.Value |> List.toArray

                    let at f =
                        result.Grid |> List.map (fun g -> f g.Rows[k].Points.Head) |> List.toArray

                    Mark.Line(x, at _.Power.Value, stroke k, row.Name)
                    Mark.Points(x, at _.Power.Value, at _.Power.Error, (stroke k).Colour, "")
            ]
        |> Chart.sized 560.0 380.0

    let private table (result: PowerResult) : Markup =
        let sizes = result.Rows.Head.Points |> List.map _.Size
        let hasCls = result.Rows |> List.exists _.Cls.IsSome
        let hasExact = result.Rows |> List.exists _.Exact.IsSome

        Page.table [
            "strategy"
            "what it counts"
            for alpha in sizes do
                $">power at {Quantity.brief 3 alpha}"

                if hasExact then
                    ">exact"
            ">area"
            if hasCls then
                ">expected CLs"
            $">error of {result.Parameter}"
        ] [
            for row in result.Rows ->
                [
                    text row.Name
                    text row.What
                    for k, point in List.indexed row.Points do
                        text (estimated point.Power)

                        if hasExact then
                            match row.Exact with
                            | Some exact -> text (Quantity.significant 4 exact[k])
                            | None -> text ""
                    text (estimated row.Area)
                    if hasCls then
                        match row.Cls with
                        | Some cls -> text (estimated cls.Expected[2])
                        | None -> text ""
                    match row.Error with
                    | Some error -> text (Quantity.significant 4 error)
                    | None -> text "none"
                ]
        ]

    let private limits (result: PowerResult) : Markup list =
        if result.Grid.IsEmpty || result.Rows |> List.forall _.Cls.IsNone then
            []
        else
            [
                Page.heading "Expected upper limits at 95 %"
                Page.table [ "strategy"; $">{result.Parameter}" ] [
                    for limit in PowerResult.limits result ->
                        [
                            text limit.Name
                            if System.Double.IsFinite limit.Limit.Value then
                                text ("< " + estimated limit.Limit)
                            else
                                text "not on the grid"
                        ]
                ]
            ]

    /// <summary>The page.</summary>
    /// <param name="title">its title</param>
    /// <param name="made">what it was made from</param>
    /// <param name="result">the study</param>
    let render (title: string) (made: (string * string) list) (result: PowerResult) : string =
        let brief = Quantity.brief 4
        let best = result.Rows |> List.maxBy (fun row -> row.Points.Head.Power.Value)
        let size = best.Points.Head.Size
        let h0, h1 = result.Expected
        let value x = $"{result.Parameter} = {brief x}"

        LimitPage.page
            title
            [
                LimitPage.card
                    true
                    $"greatest power at size {brief size}"
                    (estimated best.Points.Head.Power)
                    [ best.Name ]
                LimitPage.card false "H0" (value result.Null) [ $"{brief h0} events expected" ]
                LimitPage.card false "H1" (value result.Value) [ $"{brief h1} events expected" ]
                LimitPage.card false "pseudo-experiments" $"{result.Toys}" [ "of each hypothesis" ]
            ]
            [
                Page.section "Power" [
                    Page.grid [
                        bySize result
                        |> ChartSvg.render
                        |> Page.figure
                            "The higher, the more of the information is used; the unbinned likelihood \
                             ratio of simple hypotheses is the highest there can be."
                        small result
                        |> ChartSvg.render
                        |> Page.figure "The same at small sizes, with Monte Carlo errors."
                    ]
                    table result
                    Page.note
                        "r is the ratio of signal to background. Tests on counts are randomised at their \
                         critical value, so that every size is exact; errors are those of the \
                         pseudo-experiments of both hypotheses."
                ]
                Page.section "By the value of the alternative" [
                    if not result.Grid.IsEmpty then
                        Page.grid [
                            byValue result
                            |> ChartSvg.render
                            |> Page.figure "With Monte Carlo errors; one toy serves all strategies."
                        ]

                        yield! limits result
                ]
                LimitPage.checks result.Checks
            ]
            made
