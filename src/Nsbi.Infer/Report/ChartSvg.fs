namespace Nsbi.Infer

/// <summary>Charts as SVG drawings. The same chart gives the same bytes everywhere.</summary>
[<RequireQualifiedAccess>]
module ChartSvg =
    let private number = Markup.number
    let private fontSize = 11.0
    let private ink = "#27313c"
    let private muted = "#5c6773"
    let private grid = "#e9ecef"
    let private frame = "#b9c0c8"

    /// Fonts differ; this is a little more than sans-serif letters need on average.
    let internal textWidth (text: string) : float = 0.56 * fontSize * float text.Length

    let private line (x0: float) (y0: float) (x1: float) (y1: float) (colour: string) =
        Markup.element "line" [
            "x1", number x0
            "y1", number y0
            "x2", number x1
            "y2", number y1
            "stroke", colour
            "stroke-width", "1"
        ] []

    let private text (x: float) (y: float) (anchor: string) (colour: string) (content: string) =
        Markup.textual
            "text"
            [ "x", number x; "y", number y; "text-anchor", anchor; "fill", colour ]
            content

    /// Keys in rows from the left, as many in a row as there is room for; and the rows' height.
    let private legend (chart: Chart) (left: float) : Markup list * float =
        let keys = chart.Panels |> List.collect _.Marks |> List.choose MarkSvg.key
        let keys = keys |> List.distinctBy fst
        let row = 16.0

        let place (placed, x, y) (label: string, key) =
            let width = 23.0 + textWidth label + 12.0

            let x, y =
                if x > left && x + width > chart.Width then
                    left, y + row
                else
                    x, y

            let node =
                Markup.element
                    "g"
                    [ "transform", $"translate({number x} {number y})" ]
                    (key @ [ text 23.0 3.8 "start" ink label ])

            node :: placed, x + width, y

        match keys with
        | [] -> [], 8.0
        | _ ->
            let placed, _, y = keys |> List.fold place ([], left, 9.0)
            List.rev placed, y + 13.0

    /// What the panels of a chart share.
    type private Shared = {
        XTitle: string
        XTicks: Tick list
        ToX: float -> float
        Left: float
        Width: float
    }

    /// One panel and its place.
    type private Placed = {
        Panel: Panel
        Ticks: Tick list
        Top: float
        Height: float
        IsLowest: bool
    }

    let private drawPanel (shared: Shared) (placed: Placed) : Markup list =
        let left, width = shared.Left, shared.Width
        let top, height = placed.Top, placed.Height
        let scale = placed.Panel.Y.Scale
        let toY = ChartScale.place scale (ChartScale.yEnds placed.Panel) height 0.0
        let toX = shared.ToX

        let inner: MarkSvg.Frame = {
            X = toX
            Y = toY
            Width = width
            Height = height
        }

        [
            for tick in shared.XTicks do
                line (left + toX tick.Value) top (left + toX tick.Value) (top + height) grid
            for tick in placed.Ticks do
                line left (top + toY tick.Value) (left + width) (top + toY tick.Value) grid

                if tick.Label <> "" then
                    text (left - 7.0) (top + toY tick.Value + 3.8) "end" muted tick.Label
            // A nested drawing cuts what leaves the panel.
            Markup.element
                "svg"
                [
                    "x", number left
                    "y", number top
                    "width", number width
                    "height", number height
                ]
                (placed.Panel.Marks |> List.collect (MarkSvg.draw inner))
            line left top left (top + height) frame
            line left (top + height) (left + width) (top + height) frame
            Markup.textual
                "text"
                [
                    "transform", $"translate(12 {number (top + 0.5 * height)}) rotate(-90)"
                    "text-anchor", "middle"
                    "fill", ink
                ]
                placed.Panel.Y.Title
            if placed.IsLowest then
                for tick in shared.XTicks do
                    if tick.Label <> "" then
                        text (left + toX tick.Value) (top + height + 15.0) "middle" muted tick.Label

                text (left + 0.5 * width) (top + height + 32.0) "middle" ink shared.XTitle
        ]

    /// <summary>
    /// The drawing as one svg element without outer references or identifiers, so that any number
    /// of them can stand in one page. ArgumentException for a chart without panels.
    /// </summary>
    let render (chart: Chart) : Markup =
        if chart.Panels.IsEmpty then
            invalidArg (nameof chart) "A chart needs a panel."

        let gap, bottom, right = 10.0, 40.0, 14.0
        let weights = chart.Panels |> List.sumBy _.Weight
        let xEnds = ChartScale.xEnds chart

        let yTicks (panel: Panel) =
            let share = panel.Weight / weights

            ChartScale.ticks
                panel.Y.Scale
                (ChartScale.yEnds panel)
                (int (chart.Height * share / 45.0))

        let allTicks = chart.Panels |> List.map yTicks

        let left =
            24.0
            + (allTicks
               |> List.concat
               |> List.map (fun tick -> textWidth tick.Label)
               |> List.fold max 12.0)

        let keys, top = legend chart left
        let width = chart.Width - left - right

        let free = chart.Height - top - bottom - gap * float (chart.Panels.Length - 1)
        let heights = chart.Panels |> List.map (fun panel -> free * panel.Weight / weights)
        let tops = heights |> List.scan (fun y height -> y + height + gap) top

        let shared = {
            XTitle = chart.X.Title
            XTicks = ChartScale.ticks chart.X.Scale xEnds (int (width / 60.0))
            ToX = ChartScale.place chart.X.Scale xEnds 0.0 width
            Left = left
            Width = width
        }

        let placed = [
            for i in 0 .. heights.Length - 1 ->
                {
                    Panel = chart.Panels[i]
                    Ticks = allTicks[i]
                    Top = tops[i]
                    Height = heights[i]
                    IsLowest = i = heights.Length - 1
                }
        ]

        Markup.element
            "svg"
            [
                "xmlns", "http://www.w3.org/2000/svg"
                "viewBox", $"0 0 {number chart.Width} {number chart.Height}"
                "role", "img"
                "font-family", "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
                "font-size", number fontSize
                "aria-label", chart.Description
            ]
            (keys @ (placed |> List.collect (drawPanel shared)))
