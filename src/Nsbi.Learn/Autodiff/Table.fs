namespace Nsbi.Learn.Autodiff

open System

/// <summary>Element type of a plan.</summary>
[<RequireQualifiedAccess>]
type Precision =
    /// <summary>float32: training.</summary>
    | Single
    /// <summary>float64: tests, likelihood terms, samplers.</summary>
    | Double

/// <summary>Events as rows of one row-major matrix whose columns are named blocks: the inputs of a
/// plan by name. A training batch is a list of its rows.</summary>
/// <remarks>Labels and weights are blocks like any other. The data are not copied.</remarks>
[<Sealed>]
type Table private (blocks: (string * int) list, width: int, singles: float32[], doubles: float[]) =
    let length = if isNull doubles then singles.Length else doubles.Length

    static let widthOf (blocks: (string * int) list) (length: int) =
        for name, columns in blocks do
            if columns < 1 then
                invalidArg "blocks" $"Block '{name}' has {columns} columns."

        match blocks |> List.countBy fst |> List.filter (fun (_, n) -> n > 1) with
        | (name, _) :: _ -> invalidArg "blocks" $"Two blocks are called '{name}'."
        | [] -> ()

        let width = List.sumBy snd blocks

        if width = 0 || length % width <> 0 then
            invalidArg "data" $"{length} numbers are not whole rows of {width} columns."

        width

    /// <summary>Names and widths of the blocks of columns, from the left.</summary>
    member _.Blocks: (string * int) list = blocks
    /// <summary>Number of columns of all blocks together.</summary>
    member _.Width: int = width
    /// <summary>Number of events.</summary>
    member _.Rows: int = length / width
    /// The float32 numbers, or null.
    member internal _.Singles: float32[] = singles
    /// The float64 numbers, or null.
    member internal _.Doubles: float[] = doubles

    /// <summary>A table over row-major float32 data.</summary>
    /// <exception cref="T:System.ArgumentException">The data are not whole rows, or a name occurs
    /// twice.</exception>
    static member OfSingles(blocks: (string * int) list, data: float32[]) : Table =
        if isNull data then
            nullArg "data"

        Table(blocks, widthOf blocks data.Length, data, null)

    /// <summary>A table over row-major float64 data.</summary>
    /// <exception cref="T:System.ArgumentException">The data are not whole rows, or a name occurs
    /// twice.</exception>
    static member OfDoubles(blocks: (string * int) list, data: float[]) : Table =
        if isNull data then
            nullArg "data"

        Table(blocks, widthOf blocks data.Length, null, data)

    /// <summary>The first column of a block.</summary>
    /// <returns>None where there is no such block of this width.</returns>
    member internal _.TryFind(name: string, columns: int) : int option =
        let starts = blocks |> List.scan (fun start (_, width) -> start + width) 0

        List.zip (List.truncate blocks.Length starts) blocks
        |> List.tryPick (fun (start, block) -> if block = (name, columns) then Some start else None)
