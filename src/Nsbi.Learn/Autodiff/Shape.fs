namespace Nsbi.Learn.Autodiff

/// <summary>Extent of the rows of an array in a program.</summary>
[<RequireQualifiedAccess>]
type Rows =
    /// <summary>One row per event of the batch; known only when a plan is run.</summary>
    | Batch
    /// <summary>A number known when the graph is built; at least one.</summary>
    | Fixed of count: int

    /// <summary>"batch" or the number of rows.</summary>
    override rows.ToString() : string =
        match rows with
        | Batch -> "batch"
        | Fixed count -> string count

/// <summary>Shape of an array: rows x columns. There is no element type and no layout.</summary>
[<Struct>]
type Shape = {
    /// <summary>The batch or a fixed number of rows.</summary>
    Rows: Rows
    /// <summary>Number of columns, at least one.</summary>
    Columns: int
} with

    /// <summary>For example "batch x 16" or "1 x 64".</summary>
    override shape.ToString() : string = $"{shape.Rows} x {shape.Columns}"

/// <summary>Shapes and the one rule by which two of them meet.</summary>
[<RequireQualifiedAccess>]
module Shape =
    /// <summary>The shape of one number, 1 x 1.</summary>
    let scalar: Shape = { Rows = Rows.Fixed 1; Columns = 1 }

    /// <summary>batch x columns.</summary>
    let batch (columns: int) : Shape = { Rows = Rows.Batch; Columns = columns }

    /// <summary>rows x columns, both known.</summary>
    let fixedAt (rows: int) (columns: int) : Shape = {
        Rows = Rows.Fixed rows
        Columns = columns
    }

    /// <summary>The shape both broadcast to: equal extents stay, an extent of one stretches.</summary>
    /// <returns>None where neither rule applies.</returns>
    let meet (left: Shape) (right: Shape) : Shape option =
        let one = Rows.Fixed 1

        let rows =
            if left.Rows = right.Rows || right.Rows = one then
                Some left.Rows
            elif left.Rows = one then
                Some right.Rows
            else
                None

        let columns =
            if left.Columns = right.Columns || right.Columns = 1 then
                Some left.Columns
            elif left.Columns = 1 then
                Some right.Columns
            else
                None

        match rows, columns with
        | Some rows, Some columns -> Some { Rows = rows; Columns = columns }
        | _ -> None
