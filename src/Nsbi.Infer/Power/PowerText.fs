namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Power studies as text for people.</summary>
[<RequireQualifiedAccess>]
module PowerText =

    let private number (digits: int) (x: float) : string =
        x.ToString("G" + string digits, CultureInfo.InvariantCulture)

    let private estimated (it: Estimated) : string =
        FormattableString.Invariant $"{it.Value:F4} ± {it.Error:F4}"

    /// Columns side by side, the first to the left.
    let private columns (rows: string list list) : string =
        let widths = rows |> List.transpose |> List.map (List.map String.length >> List.max)

        rows
        |> List.map (fun row ->
            List.zip widths row
            |> List.mapi (fun k (width, cell) ->
                if k = 0 then cell.PadRight width else cell.PadLeft width)
            |> String.concat "  ")
        |> String.concat "\n"

    /// <summary>A heading and a table: strategy, power at each size with its Monte Carlo error, expected CLs,
    /// error of the parameter.</summary>
    let ofResult (result: PowerResult) : string =
        let sizes = result.Rows.Head.Points |> List.map _.Size
        let hasExact = result.Rows |> List.exists _.Exact.IsSome
        let hasCls = result.Rows |> List.exists _.Cls.IsSome

        let heading =
            let h0, h1 = result.Expected

            $"{result.Subject}: H0 is {result.Parameter} = {number 6 result.Null} \
              ({number 6 h0} events expected), H1 is {result.Parameter} = \
              {number 6 result.Value} ({number 6 h1}); {result.Toys} pseudo-experiments of each"

        let table =
            columns [
                [
                    "strategy"
                    for alpha in sizes do
                        $"power at {number 4 alpha}"

                        if hasExact then
                            "exact"
                    if hasCls then
                        "expected CLs"
                    $"error of {result.Parameter}"
                ]
                for row in result.Rows do
                    [
                        row.Name
                        for k, point in List.indexed row.Points do
                            estimated point.Power

                            if hasExact then
                                match row.Exact with
                                | Some exact ->
                                    exact[k].ToString("F4", CultureInfo.InvariantCulture)
                                | None -> ""
                        if hasCls then
                            row.Cls
                            |> Option.map (fun cls -> estimated cls.Expected[2])
                            |> Option.defaultValue ""
                        row.Error |> Option.map (number 4) |> Option.defaultValue "none"
                    ]
            ]

        let grid =
            if result.Grid.IsEmpty then
                []
            else
                [
                    columns [
                        yield
                            $"power at {number 4 sizes.Head} by {result.Parameter}"
                            :: (result.Rows |> List.map _.Name)
                        for point in result.Grid do
                            yield
                                number 6 point.Value
                                :: (point.Rows
                                    |> List.map (fun row -> estimated row.Points.Head.Power))
                    ]
                    columns [
                        yield [ "expected limit at 95 %"; result.Parameter ]
                        for limit in PowerResult.limits result do
                            yield [
                                limit.Name
                                if Double.IsFinite limit.Limit.Value then
                                    estimated limit.Limit
                                else
                                    "not on the grid"
                            ]
                    ]
                ]

        String.Join("\n\n", heading :: table :: grid)
