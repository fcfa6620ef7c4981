namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Kernels
open Nsbi.Model

/// <summary>The memory of interpolated columns, worked out before anything is allocated.</summary>
[<RequireQualifiedAccess>]
module internal ColumnMemory =

    let private gibibyte = 1L <<< 30

    /// Bytes of tables of columns x events.
    let private bytes (precision: ColumnPrecision) (tables: (int * int) list) : int64 =
        tables
        |> List.sumBy (fun (columns, events) ->
            InterpolatedColumns.Bytes(columns, events, precision))

    let private available () : int64 =
        let info = GC.GetGCMemoryInfo()
        // Before the first collection nothing is known of the load.
        max
            0L
            (info.TotalAvailableMemoryBytes
             - max info.MemoryLoadBytes (GC.GetTotalMemory false))

    let private size (bytes: int64) : string =
        let unit, name =
            if bytes >= gibibyte then
                float gibibyte, "GiB"
            else
                float (1L <<< 20), "MiB"

        (float bytes / unit).ToString("0.##", CultureInfo.InvariantCulture) + " " + name

    /// <summary>How the columns of these tables (columns x events) are to be stored, or that they do
    /// not fit.</summary>
    let choose
        (options: LikelihoodOptions)
        (tables: (int * int) list)
        : Result<ColumnPrecision, ModelError list> =
        let precision =
            match options.Precision with
            | Precision.Exact -> ColumnPrecision.Double
            | Precision.Single -> ColumnPrecision.Single
            | Precision.Int16 -> ColumnPrecision.Int16
            | Precision.Automatic ->
                if bytes ColumnPrecision.Double tables <= gibibyte then
                    ColumnPrecision.Double
                else
                    ColumnPrecision.Single

        let needed = bytes precision tables
        let limit = options.MemoryLimit |> Option.defaultWith available

        if needed > limit then
            let columns = List.sumBy fst tables
            let smaller = size (bytes ColumnPrecision.Int16 tables)

            Error [
                TableFault.create
                    "event variations"
                    $"their {columns} columns take {size needed}, and {size limit} may be used"
                    $"16-bit storage takes {smaller} (Precision.Int16); else use fewer reference \
                      events, or a machine with more memory"
            ]
        else
            Ok precision

    /// <summary>How toys hold the columns of tables that hold them in this way: never in more.
    /// </summary>
    let ofToys (options: LikelihoodOptions) (stored: ColumnPrecision) : ColumnPrecision =
        match stored, options.ToyPrecision with
        | ColumnPrecision.Double, Precision.Exact -> ColumnPrecision.Double
        | ColumnPrecision.Double, _ -> ColumnPrecision.Single
        | other, _ -> other
