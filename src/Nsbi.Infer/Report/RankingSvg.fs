namespace Nsbi.Infer

open System

/// <summary>One line of a picture of impacts; NaN stands for what there is not.</summary>
type RankingRow = {
    /// The parameter.
    Name: string
    /// (θ̂ − θ₀)/σ₀.
    Pull: float
    /// Its error over σ₀.
    Constraint: float
    /// What stands in place of a pull where there is none: a value with its error.
    Instead: string
    /// Impacts of the shift upwards and downwards.
    Impacts: (float * float)
    /// The same before the fit, drawn as outlines.
    Before: (float * float)
}

/// <summary>Pictures of rankings: names, pulls with constraints, and impacts, line by line.</summary>
[<RequireQualifiedAccess>]
module RankingSvg =
    let private number = Markup.number
    let private element = Markup.element
    let private ink = "#27313c"
    let private muted = "#5c6773"
    let private grid = "#e3e7eb"
    let private height = 21.0
    let private top = 30.0
    let private width = 880.0
    let private upColour = Colour.Blue.Hex
    let private downColour = Colour.Amber.Hex

    let private text x y anchor colour content =
        Markup.textual
            "text"
            [ "x", number x; "y", number y; "text-anchor", anchor; "fill", colour ]
            content

    let private vertical x y0 y1 colour dash =
        element "line" [
            "x1", number x
            "x2", number x
            "y1", number y0
            "y2", number y1
            "stroke", colour
            if dash then
                "stroke-dasharray", "3 3"
        ] []

    let private box x0 x1 y h (style: (string * string) list) =
        element
            "rect"
            ([
                "x", number (min x0 x1)
                "width", number (max 0.6 (abs (x1 - x0)))
                "y", number y
                "height", number h
             ]
             @ style)
            []

    /// A name cut to a length, with the whole of it where it is pointed at.
    let private name x y most (full: string) =
        let shown =
            if full.Length <= most then
                full
            else
                full.Substring(0, most - 1) + "…"

        element "text" [ "x", number x; "y", number y; "text-anchor", "end"; "fill", ink ] [
            if shown <> full then
                Markup.textual "title" [] full
            Markup.Text shown
        ]

    /// A panel of values around zero between two coordinates.
    type private Panel = {
        Left: float
        Right: float
        Half: float
    }

    let private place (panel: Panel) value =
        let middle = 0.5 * (panel.Left + panel.Right)

        middle
        + 0.5 * (panel.Right - panel.Left) * Math.Clamp(value / panel.Half, -1.0, 1.0)

    let private finite (values: float seq) =
        values |> Seq.filter Double.IsFinite |> Seq.map abs

    let private axis (panel: Panel) bottom (title: string) : Markup list = [
        let wished = int ((panel.Right - panel.Left) / 62.0)

        for tick in Ticks.linear wished -panel.Half panel.Half do
            let x = place panel tick.Value
            vertical x top bottom grid false
            text x (bottom + 15.0) "middle" muted tick.Label

        vertical (place panel 0.0) top bottom "#8a94a0" false
        text (0.5 * (panel.Left + panel.Right)) (bottom + 33.0) "middle" ink title
    ]

    let private pull (panel: Panel) y (row: RankingRow) : Markup list = [
        if Double.IsFinite row.Pull then
            if Double.IsFinite row.Constraint then
                let line dx =
                    place panel (row.Pull + dx * row.Constraint)

                element "line" [
                    "x1", number (line -1.0)
                    "x2", number (line 1.0)
                    "y1", number y
                    "y2", number y
                    "stroke", ink
                    "stroke-width", "1.6"
                ] []

            element "circle" [
                "cx", number (place panel row.Pull)
                "cy", number y
                "r", "3.1"
                "fill", ink
            ] []
        elif row.Instead <> "" then
            text (place panel 0.0) (y + 3.8) "middle" muted row.Instead
    ]

    let private bars (panel: Panel) y (row: RankingRow) : Markup list =
        let zero = place panel 0.0
        let bar colour value = value, colour

        // The longer one lies behind where both are on one side.
        let ordered (up, down) =
            [ bar upColour up; bar downColour down ]
            |> List.filter (fun (value, _) -> Double.IsFinite value)
            |> List.sortBy (fun (value, _) -> -(abs value))

        [
            for value, colour in ordered row.Impacts do
                box zero (place panel value) (y - 6.0) 12.0 [ "fill", colour ]
            for value, colour in ordered row.Before do
                box zero (place panel value) (y - 8.0) 16.0 [
                    "fill", "none"
                    "stroke", colour
                    "stroke-width", "1.2"
                ]
        ]

    let private key (x: float) (rows: RankingRow list) : Markup list =
        let hasBefore =
            rows
            |> List.exists (fun row -> Double.IsFinite(fst row.Before + snd row.Before))

        let entry x colour filled label = [
            box x (x + 16.0) 6.0 11.0 [
                if filled then
                    "fill", colour
                else
                    "fill", "none"
                    "stroke", colour
            ]
            text (x + 21.0) 15.5 "start" ink label
        ]

        [
            yield! entry x upColour true "+1σ"
            yield! entry (x + 62.0) downColour true "−1σ"
            if hasBefore then
                yield! entry (x + 124.0) upColour false "+1σ before the fit"
                yield! entry (x + 264.0) downColour false "−1σ before the fit"
        ]

    let private drawing (description: string) (bottom: float) (content: Markup list) =
        let size = $"0 0 {number width} {number (bottom + 42.0)}"

        element
            "svg"
            [
                "xmlns", "http://www.w3.org/2000/svg"
                "viewBox", size
                "role", "img"
                "font-family", "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
                "font-size", "11"
                "aria-label", description
            ]
            content

    let private stripes (rows: RankingRow list) : Markup list = [
        for i in 0..2 .. rows.Length - 1 do
            box 0.0 width (top + height * float i) height [ "fill", "#f6f8fa" ]
    ]

    let private nameWidth (rows: RankingRow list) =
        rows
        |> List.fold (fun w row -> max w (ChartSvg.textWidth row.Name)) 60.0
        |> min 250.0

    let private pullHalf (rows: RankingRow list) =
        let reach row =
            abs row.Pull
            + (if Double.IsFinite row.Constraint then
                   row.Constraint
               else
                   0.0)

        rows |> Seq.map reach |> finite |> Seq.fold max 1.9 |> (*) 1.08 |> min 6.0

    /// The ±1 band of the constraint behind the pulls.
    let private band (panel: Panel) bottom =
        box (place panel -1.0) (place panel 1.0) top (bottom - top) [
            "fill", Colour.Green.Hex
            "fill-opacity", "0.12"
        ]

    /// <summary>Pulls at the left, impacts at the right.</summary>
    /// <param name="poi">the parameter of interest</param>
    /// <param name="rows">from top to bottom; not empty</param>
    let render (poi: string) (rows: RankingRow list) : Markup =
        let bottom = top + height * float rows.Length
        let left = nameWidth rows + 18.0
        let middle = left + 0.4 * (width - left)

        let pulls = {
            Left = left
            Right = middle - 10.0
            Half = pullHalf rows
        }

        let largest =
            rows
            |> Seq.collect (fun row -> [
                fst row.Impacts
                snd row.Impacts
                fst row.Before
                snd row.Before
            ])
            |> finite
            |> Seq.fold max 0.0

        let impacts = {
            Left = middle + 10.0
            Right = width - 12.0
            Half = if largest > 0.0 then 1.08 * largest else 1.0
        }

        drawing $"Impacts of nuisance parameters on {poi}" bottom [
            yield! stripes rows
            band pulls bottom
            yield! axis pulls bottom "pull: (θ̂ − θ₀)/σ₀ and its error"
            yield! axis impacts bottom $"impact on {poi}"
            yield! key impacts.Left rows
            for i, row in List.indexed rows do
                let y = top + height * (float i + 0.5)
                name (left - 8.0) (y + 3.8) 42 row.Name
                yield! pull pulls y row
                yield! bars impacts y row
        ]

    /// <summary>Pulls alone.</summary>
    /// <param name="rows">from top to bottom; not empty</param>
    let pulls (rows: RankingRow list) : Markup =
        let bottom = top + height * float rows.Length
        let left = nameWidth rows + 18.0

        let panel = {
            Left = left
            Right = width - 12.0
            Half = pullHalf rows
        }

        drawing "Pulls of nuisance parameters" bottom [
            yield! stripes rows
            band panel bottom
            yield! axis panel bottom "pull: (θ̂ − θ₀)/σ₀ and its error"
            for i, row in List.indexed rows do
                let y = top + height * (float i + 0.5)
                name (left - 8.0) (y + 3.8) 42 row.Name
                yield! pull panel y row
        ]
