namespace Nsbi.Infer

open System.Globalization
open Nsbi.Kernels
open Nsbi.Model

/// <summary>An interpolant g(x|α) that is not positive for some events within the fit range of its
/// parameter.</summary>
type NegativeInterpolant = {
    /// The unbinned channel.
    Channel: string
    /// The table.
    Table: TableKind
    /// The process.
    Process: string
    /// The variation.
    Variation: string
    /// Its parameter.
    Parameter: string
    /// The value of the parameter at which the least g was found.
    Alpha: float
    /// The row of the event with the least g.
    Row: int
    /// That g.
    Value: float
    /// Events with g ≤ 0 at this α.
    Events: int
} with

    /// One sentence with the remedy.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        $"channel '{this.Channel}', {this.Table}, process '{this.Process}', variation \
          '{this.Variation}': at {this.Parameter} = {number this.Alpha} the interpolated factor of \
          {this.Events} events is not positive (row {this.Row}: {number this.Value}); eventSysBy \
          LogPolynomial is positive everywhere"

/// <summary>The search for interpolants that are not positive.</summary>
[<RequireQualifiedAccess>]
module internal EventPositivity =

    /// Where to look: −3 to 3 within the bounds, more closely between the knots, outside of which
    /// interpolations are lines or positive; and bounds within ±3, where lines are lowest.
    let private places (p: Parameter) : float list =
        [ -30; -20 ] @ [ -10 .. 10 ] @ [ 20; 30 ]
        |> List.map (fun k -> 0.1 * float k)
        |> List.append (List.filter (fun bound -> abs bound < 3.0) [ p.Lower; p.Upper ])
        |> List.filter (fun a -> a >= p.Lower && a <= p.Upper)
        |> List.distinct

    /// The least g of a column at one value, with its row and how many are not positive.
    let private least (table: TiledTable) (column: int) (form: ColumnForm) =
        let mutable value = infinity
        let mutable row = -1
        let mutable count = 0

        for i in 0 .. table.Weights.Length - 1 do
            let up = table.Columns.LogUp(column, i)
            let down = table.Columns.LogDown(column, i)
            let mutable g = 0.0
            let mutable g1 = 0.0
            let mutable g2 = 0.0
            form.At(up, down, &g, &g1, &g2)

            if not (g > 0.0) then
                count <- count + 1

            if g < value || row < 0 then
                value <- g
                row <- i

        struct (value, row, count)

    /// <summary>The columns of a channel that are not positive somewhere, each at its worst value.
    /// </summary>
    /// <remarks>Events are looked at only where the range of the column's ratios allows g ≤ 0.
    /// </remarks>
    let find (parameters: Parameter list) (channel: CompiledUnbinned) : NegativeInterpolant list = [
        for KeyValue(kind, table) in channel.Tables do
            for k, column in Array.indexed channel.Columns do
                let parameter = parameters[channel.EventParameters[column.Parameter]]

                let suspects =
                    places parameter
                    |> List.filter (fun alpha ->
                        let form = ColumnForms.at column.Variation.Code alpha

                        table.Columns.Events > 0
                        && not form.IsExponential
                        && not (ColumnScan.LeastPossible(form, table.Columns.Range k) > 0.0))

                let found =
                    suspects
                    |> List.map (fun alpha ->
                        let form = ColumnForms.at column.Variation.Code alpha
                        struct (alpha, least table k form))
                    |> List.filter (fun struct (_, struct (_, _, count)) -> count > 0)

                if not found.IsEmpty then
                    let struct (alpha, struct (value, row, count)) =
                        found |> List.minBy (fun struct (_, struct (value, _, _)) -> value)

                    {
                        Channel = channel.Name
                        Table = kind
                        Process = channel.Processes[column.Process].Name
                        Variation = column.Variation.Variation
                        Parameter = parameter.Name
                        Alpha = alpha
                        Row = row
                        Value = value
                        Events = count
                    }
    ]
