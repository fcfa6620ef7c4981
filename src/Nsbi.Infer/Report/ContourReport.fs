namespace Nsbi.Infer

open System

/// <summary>The picture of contours of two parameters, and a page with it.</summary>
[<RequireQualifiedAccess>]
module ContourReport =
    let private strokes = [
        Chart.solid Colour.Blue
        Chart.dashed Colour.Vermillion
        Chart.dotted Colour.Ink
        Chart.dashed Colour.Green
    ]

    /// The curve with its first point again at its end.
    let private closed (values: float[]) =
        if values.Length = 0 then
            values
        else
            Array.append values [| values[0] |]

    /// <summary>Contours, with the best fit as a point.</summary>
    /// <param name="contours">of the same two parameters with their labels; not empty</param>
    let chart (contours: (string * Contour) list) : Chart =
        let _, some = contours.Head
        let best = some.Best

        let lines = [
            for k, (label, contour) in List.indexed contours do
                for c, curve in List.indexed contour.Curves do
                    Mark.Line(
                        closed curve.First,
                        closed curve.Second,
                        strokes[k % strokes.Length],
                        (if c = 0 then label else "")
                    )
        ]

        let point =
            Mark.Points(
                [| best[some.First].Value |],
                [| best[some.Second].Value |],
                [| 0.0 |],
                Colour.Ink,
                "best fit"
            )

        let ends (values: Contour -> float seq) =
            let all = contours |> Seq.collect (snd >> values) |> Seq.filter Double.IsFinite
            let low, high = Seq.fold min infinity all, Seq.fold max -infinity all
            let margin = 0.06 * (high - low)
            low - margin, high + margin

        let axis title (low, high) =
            if low < high then
                Chart.axisFrom title low high
            else
                Chart.axis title

        let first (contour: Contour) : float seq =
            contour.Curves |> Seq.collect (fun (c: ContourCurve) -> c.First)

        let second (contour: Contour) : float seq =
            contour.Curves |> Seq.collect (fun (c: ContourCurve) -> c.Second)

        Chart.single
            $"Contours of {some.First} and {some.Second}"
            (axis some.First (ends first))
            (axis some.Second (ends second))
            (lines @ [ point ])
        |> Chart.sized 640.0 500.0

    /// <summary>The page as HTML text, to be written as UTF-8; self-contained.</summary>
    /// <param name="title">its heading</param>
    /// <param name="contours">of the same two parameters with their labels; not empty</param>
    let render (title: string) (contours: (string * Contour) list) : string =
        let _, some = contours.Head

        let row (label: string) (contour: Contour) : Markup list =
            let pieces = contour.Curves |> List.filter (fun c -> not c.IsHole)
            let holes = contour.Curves |> List.filter _.IsHole

            let area =
                List.sumBy (fun (c: ContourCurve) -> c.Area) pieces
                - List.sumBy (fun (c: ContourCurve) -> c.Area) holes

            let touches = contour.Curves |> List.exists (fun c -> Array.contains true c.AtBound)

            [
                Markup.Text label
                Markup.Text(Quantity.brief 4 contour.Level)
                Markup.Text(string pieces.Length)
                Markup.Text(Quantity.brief 4 area)
                Markup.Text(if touches then "yes" else "no")
            ]

        Page.render title [
            Markup.textual "h1" [] title
            Page.paragraph some.Best.Status.Advice
            chart contours
            |> ChartSvg.render
            |> Page.figure
                $"Sets of {some.First} and {some.Second} in which t = −2 ln L − min stays below the level, all other parameters at their best."
            Page.table [ "set"; ">level of t"; ">pieces"; ">area"; "ends at a bound" ] [
                for label, contour in contours -> row label contour
            ]
            for _, contour in contours do
                match contour.Remark with
                | Some remark -> Page.note remark
                | None -> ()
        ]
