namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Matrices of numbers in [−1, 1] as SVG drawings.</summary>
[<RequireQualifiedAccess>]
module HeatMapSvg =
    let private number = Markup.number

    /// From blue at −1 over white to vermillion at +1.
    let private colour (value: float) : string =
        let mix (channel: float) =
            int (Math.Round(255.0 + (channel - 255.0) * min 1.0 (abs value) * 0.85))

        let r, g, b =
            if value >= 0.0 then
                mix 213.0, mix 94.0, mix 0.0
            else
                mix 0.0, mix 114.0, mix 178.0

        String.Format(CultureInfo.InvariantCulture, "#{0:x2}{1:x2}{2:x2}", r, g, b)

    /// <summary>
    /// A square of cells with names at the left and below, and numbers where there is room for them.
    /// Values that are not finite are grey. ArgumentException where the shapes do not fit.
    /// </summary>
    /// <param name="description">what it shows, for those who cannot see it; not drawn</param>
    /// <param name="names">of rows and columns</param>
    /// <param name="values">one row per name, of one value per name</param>
    let render (description: string) (names: string[]) (values: float[][]) : Markup =
        let n = names.Length

        if values.Length <> n || values |> Array.exists (fun row -> row.Length <> n) then
            invalidArg (nameof values) "A heat map needs a square of one row and column per name."

        let cell = Math.Clamp(360.0 / float (max 1 n), 9.0, 40.0)
        let label = 8.0 + (names |> Array.map ChartSvg.textWidth |> Array.fold max 0.0)
        let side = cell * float n


        Markup.element "svg" [
            "xmlns", "http://www.w3.org/2000/svg"
            "viewBox", $"0 0 {number (label + side + 2.0)} {number (side + label + 2.0)}"
            "style", $"max-width:{number (label + side + 2.0)}px"
            "role", "img"
            "font-family", "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
            "font-size", (if cell < 12.0 then "8" else "11")
            "aria-label", description
        ] [
            for i in 0 .. n - 1 do
                let y = cell * float i

                Markup.textual
                    "text"
                    [
                        "x", number (label - 6.0)
                        "y", number (y + 0.5 * cell + 3.8)
                        "text-anchor", "end"
                        "fill", "#27313c"
                    ]
                    names[i]

                Markup.textual
                    "text"
                    [
                        "transform",
                        $"translate({number (label + y + 0.5 * cell + 3.8)} {number (side + 6.0)}) rotate(-90)"
                        "text-anchor", "end"
                        "fill", "#27313c"
                    ]
                    names[i]

                for j in 0 .. n - 1 do
                    let v = values[i][j]
                    let x = label + cell * float j

                    Markup.element "rect" [
                        "x", number x
                        "y", number y
                        "width", number cell
                        "height", number cell
                        "fill", (if Double.IsFinite v then colour v else "#d0d5da")
                        "stroke", "#ffffff"
                    ] []

                    if cell >= 30.0 && Double.IsFinite v then
                        Markup.textual
                            "text"
                            [
                                "x", number (x + 0.5 * cell)
                                "y", number (y + 0.5 * cell + 3.8)
                                "text-anchor", "middle"
                                "fill", (if abs v > 0.7 then "#ffffff" else "#27313c")
                            ]
                            (Quantity.decimals 2 v)
        ]
