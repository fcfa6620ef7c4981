namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>What the colours of a map stand for.</summary>
[<RequireQualifiedAccess>]
type CellColours =
    /// <summary>From blue at −reach over white to vermillion at +reach.</summary>
    | Diverging of reach: float
    /// <summary>From white at 0 to dark green at the largest.</summary>
    | Sequential of largest: float

/// <summary>Values in cells of two axes as SVG drawings.</summary>
[<RequireQualifiedAccess>]
module CellMapSvg =
    let private number = Markup.number
    let private ink = "#27313c"
    let private muted = "#5c6773"

    let private mixed (r: float, g: float, b: float) (share: float) : string =
        let mix (channel: float) =
            int (Math.Round(255.0 + (channel - 255.0) * Math.Clamp(share, 0.0, 1.0)))

        String.Format(CultureInfo.InvariantCulture, "#{0:x2}{1:x2}{2:x2}", mix r, mix g, mix b)

    let private colour (colours: CellColours) (value: float) : string =
        match colours with
        | CellColours.Diverging reach when value >= 0.0 -> mixed (213.0, 94.0, 0.0) (value / reach)
        | CellColours.Diverging reach -> mixed (0.0, 114.0, 178.0) (-value / reach)
        | CellColours.Sequential largest -> mixed (0.0, 92.0, 68.0) (sqrt (max 0.0 value / largest))

    let private text x y anchor colour content =
        Markup.textual
            "text"
            [ "x", number x; "y", number y; "text-anchor", anchor; "fill", colour ]
            content

    let private box x y width height fill =
        Markup.element "rect" [
            "x", number x
            "y", number y
            "width", number width
            "height", number height
            "fill", fill
        ] []

    /// <summary>
    /// Cells over two axes with a bar of colours at the right. Cells that are not finite stay grey.
    /// ArgumentException where the shapes do not fit.
    /// </summary>
    /// <param name="description">what it shows, for those who cannot see it; not drawn</param>
    /// <param name="x">title and limits of the cells along x, increasing</param>
    /// <param name="y">title and limits of the cells along y, increasing</param>
    /// <param name="values">[x][y]; cells beyond the limits, such as of missing values, are not drawn
    /// </param>
    /// <param name="bar">what the colours stand for, as a title</param>
    /// <param name="colours">the colours</param>
    let render
        (description: string)
        (x: string * float[])
        (y: string * float[])
        (values: float[][])
        (bar: string)
        (colours: CellColours)
        : Markup =
        let xTitle, xEdges = x
        let yTitle, yEdges = y
        let nx, ny = xEdges.Length - 1, yEdges.Length - 1

        if
            nx < 1
            || ny < 1
            || values.Length < nx
            || values |> Array.exists (fun v -> v.Length < ny)
        then
            invalidArg (nameof values) "A map needs a value for each cell."

        let left, top, width, height = 62.0, 12.0, 260.0, 230.0
        let total = 420.0

        let place (edges: float[]) from until =
            ChartScale.place Scale.Linear (edges[0], edges[edges.Length - 1]) from until

        let toX, toY = place xEdges left (left + width), place yEdges (top + height) top
        let ends (edges: float[]) = edges[0], edges[edges.Length - 1]

        let low, high =
            match colours with
            | CellColours.Diverging reach -> -reach, reach
            | CellColours.Sequential largest -> 0.0, largest

        let barLeft, steps = left + width + 34.0, 40

        let barY v =
            top + height - (v - low) / (high - low) * height

        Markup.element "svg" [
            "xmlns", "http://www.w3.org/2000/svg"
            "viewBox", $"0 0 {number total} {number (top + height + 46.0)}"
            "role", "img"
            "font-family", "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
            "font-size", "11"
            "aria-label", description
        ] [
            box left top width height "#e3e7eb"
            for a in 0 .. nx - 1 do
                for b in 0 .. ny - 1 do
                    let v = values[a].[b]

                    if Double.IsFinite v then
                        let x0, x1 = toX xEdges[a], toX xEdges[a + 1]
                        let y0, y1 = toY yEdges[b + 1], toY yEdges[b]
                        // A little overlap, so that no light shines through between cells.
                        box x0 y0 (x1 - x0 + 0.3) (y1 - y0 + 0.3) (colour colours v)
            for tick in ChartScale.ticks Scale.Linear (ends xEdges) 5 do
                if tick.Label <> "" then
                    text (toX tick.Value) (top + height + 15.0) "middle" muted tick.Label
            for tick in ChartScale.ticks Scale.Linear (ends yEdges) 5 do
                if tick.Label <> "" then
                    text (left - 7.0) (toY tick.Value + 3.8) "end" muted tick.Label
            text (left + 0.5 * width) (top + height + 34.0) "middle" ink xTitle
            Markup.textual
                "text"
                [
                    "transform", $"translate(12 {number (top + 0.5 * height)}) rotate(-90)"
                    "text-anchor", "middle"
                    "fill", ink
                ]
                yTitle
            for s in 0 .. steps - 1 do
                let v0 = low + (high - low) * float s / float steps
                let v1 = low + (high - low) * float (s + 1) / float steps

                box
                    barLeft
                    (barY v1)
                    11.0
                    (barY v0 - barY v1 + 0.3)
                    (colour colours (0.5 * (v0 + v1)))
            for tick in ChartScale.ticks Scale.Linear (low, high) 5 do
                if tick.Label <> "" then
                    text (barLeft + 15.0) (barY tick.Value + 3.8) "start" muted tick.Label
            Markup.textual
                "text"
                [
                    "transform",
                    $"translate({number (total - 6.0)} {number (top + 0.5 * height)}) rotate(-90)"
                    "text-anchor", "middle"
                    "fill", ink
                ]
                bar
        ]
