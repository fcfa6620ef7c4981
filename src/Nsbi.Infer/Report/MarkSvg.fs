namespace Nsbi.Infer

open System
open System.Text

/// Marks as SVG elements, in coordinates of the panel.
[<RequireQualifiedAccess>]
module internal MarkSvg =
    let number = Markup.number

    /// What a panel gives its marks: ways to coordinates and its size.
    type Frame = {
        X: float -> float
        Y: float -> float
        Width: float
        Height: float
    }

    let private strokeOf (stroke: Stroke) : (string * string) list = [
        "fill", "none"
        "stroke", stroke.Colour.Hex
        "stroke-width", number stroke.Width
        "stroke-linejoin", "round"
        match stroke.Dash with
        | Dash.Solid -> ()
        | Dash.Dashed -> "stroke-dasharray", "6 3.5"
        | Dash.Dotted -> "stroke-dasharray", "1.5 3"
        if stroke.Opacity < 1.0 then
            "stroke-opacity", number stroke.Opacity
    ]

    /// Coordinates far outside the panel are cut, so that no renderer stumbles over them.
    let private cut (frame: Frame) (v: float) =
        let far = 10.0 * (frame.Width + frame.Height)
        Math.Clamp(v, -far, far)

    /// A path through points, begun anew after every point that is not finite.
    let private path (frame: Frame) (points: (float * float) seq) : string =
        let text = StringBuilder()
        let mutable pen = false

        for x, y in points do
            if Double.IsFinite x && Double.IsFinite y then
                text
                    .Append(if pen then 'L' else 'M')
                    .Append(number (cut frame x))
                    .Append(' ')
                    .Append(number (cut frame y))
                |> ignore

                pen <- true
            else
                pen <- false

        string text

    let private corners (frame: Frame) (edges: float[]) (heights: float[]) = [|
        for b in 0 .. heights.Length - 1 do
            frame.X edges[b], frame.Y heights[b]
            frame.X edges[b + 1], frame.Y heights[b]
    |]

    /// Closed areas between two rows of points; a point that is not finite lies on the baseline.
    let private area (frame: Frame) (upper: (float * float)[]) (lower: (float * float)[]) =
        let settle =
            Array.map (fun (x, y) -> x, (if Double.IsFinite y then y else frame.Height))

        let text = path frame (Array.append (settle upper) (settle lower |> Array.rev))
        if text = "" then "" else text + "Z"

    let private filled (colour: Colour) (opacity: float) (d: string) =
        Markup.element "path" [
            "d", d
            "fill", colour.Hex
            "fill-opacity", number opacity
            "stroke", "none"
        ] []

    let private stroked (stroke: Stroke) (d: string) =
        Markup.element "path" (("d", d) :: strokeOf stroke) []

    let private fillOpacity = 0.16

    let draw (frame: Frame) (mark: Mark) : Markup list =
        match mark with
        | Mark.Line(x, y, stroke, _) -> [
            Array.map2 (fun x y -> frame.X x, frame.Y y) x y |> path frame |> stroked stroke
          ]
        | Mark.Steps(edges, heights, stroke, fill, _) ->
            let top = corners frame edges heights

            [
                if fill then
                    filled
                        stroke.Colour
                        fillOpacity
                        (area frame top (top |> Array.map (fun (x, _) -> x, nan)))
                stroked stroke (path frame top)
            ]
        | Mark.Band(x, lower, upper, colour, _) ->
            let row = Array.map2 (fun x y -> frame.X x, frame.Y y) x
            [ filled colour (1.5 * fillOpacity) (area frame (row upper) (row lower)) ]
        | Mark.StepBand(edges, lower, upper, colour, _) -> [
            filled
                colour
                (1.5 * fillOpacity)
                (area frame (corners frame edges upper) (corners frame edges lower))
          ]
        | Mark.Points(x, y, errors, colour, _) -> [
            for i in 0 .. x.Length - 1 do
                let px, py = frame.X x[i], frame.Y y[i]

                if Double.IsFinite px && Double.IsFinite py then
                    let low, high = frame.Y(y[i] - errors[i]), frame.Y(y[i] + errors[i])

                    if errors[i] > 0.0 && Double.IsFinite high then
                        let low = if Double.IsFinite low then low else frame.Height
                        stroked (Chart.thin colour) (path frame [ px, low; px, high ])

                    Markup.element "circle" [
                        "cx", number (cut frame px)
                        "cy", number (cut frame py)
                        "r", "2.2"
                        "fill", colour.Hex
                    ] []
          ]
        | Mark.Level(y, stroke, label) ->
            let py = frame.Y y

            [
                stroked stroke (path frame [ 0.0, py; frame.Width, py ])
                if label <> "" && Double.IsFinite py then
                    // Above the line, below it at the upper border.
                    let ty = if py > 14.0 then py - 4.0 else py + 11.0

                    Markup.textual
                        "text"
                        [
                            "x", number (frame.Width - 5.0)
                            "y", number ty
                            "text-anchor", "end"
                            "fill", "#5c6773"
                        ]
                        label
            ]
        | Mark.Span(low, high, colour, _) ->
            let x0, x1 =
                max 0.0 (cut frame (frame.X low)), min frame.Width (cut frame (frame.X high))

            [
                if x1 > x0 then
                    Markup.element "rect" [
                        "x", number x0
                        "y", "0"
                        "width", number (x1 - x0)
                        "height", number frame.Height
                        "fill", colour.Hex
                        "fill-opacity", "0.13"
                    ] []
            ]

    /// The label of a mark that has a key, with the key drawn from (0, 0) to (18, 0).
    let key (mark: Mark) : (string * Markup list) option =
        let line stroke = stroked stroke "M0 0L18 0"

        let box colour opacity =
            Markup.element "rect" [
                "x", "0"
                "y", "-4.5"
                "width", "18"
                "height", "9"
                "fill", (colour: Colour).Hex
                "fill-opacity", number opacity
            ] []

        match mark with
        | Mark.Line(_, _, stroke, label) -> Some(label, [ line { stroke with Opacity = 1.0 } ])
        | Mark.Steps(_, _, stroke, true, label) ->
            Some(
                label,
                [ box stroke.Colour fillOpacity; stroked stroke "M0 4.5L0 -4.5L18 -4.5L18 4.5" ]
            )
        | Mark.Steps(_, _, stroke, false, label) -> Some(label, [ line stroke ])
        | Mark.Band(_, _, _, colour, label)
        | Mark.StepBand(_, _, _, colour, label) -> Some(label, [ box colour (1.5 * fillOpacity) ])
        | Mark.Span(_, _, colour, label) -> Some(label, [ box colour 0.2 ])
        | Mark.Points(_, _, _, colour, label) ->
            Some(
                label,
                [
                    stroked (Chart.thin colour) "M9 -5L9 5"
                    Markup.element "circle" [ "cx", "9"; "cy", "0"; "r", "2.4"; "fill", colour.Hex ] []
                ]
            )
        | Mark.Level _ -> None
        |> Option.filter (fun (label, _) -> label <> "")
