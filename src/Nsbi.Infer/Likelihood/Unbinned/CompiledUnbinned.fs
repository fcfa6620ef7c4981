namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Model

// Axes: event i, process c, parameter k of θ, event parameter β.

/// A factor of a yield that depends on one parameter: 1 at 0, Low at −1, High at +1.
type internal RateFactor = {
    /// Where the parameter is in θ.
    Place: int
    Code: Interpolation
    Low: float
    High: float
}

/// One process of an unbinned channel.
[<NoComparison; ReferenceEquality>]
type internal UnbinnedProcess = {
    Name: string
    /// f_c.
    Coefficient: LocalCoefficient
    /// ν_c.
    Yield: float
    /// The factors of G_c.
    Rates: RateFactor[]
    EventRate: EventRate
    /// The event parameters that Π g depends on, as positions in β, ascending; none where g ≡ 1.
    EventParameters: int[]
    /// Whether an event shape is among its factors.
    HasShape: bool
}

/// An event variation of a process.
type internal EventColumn = {
    /// The process, c.
    Process: int
    /// The variation as the model has it.
    Variation: EventVariation
    /// The position of its parameter in β.
    Parameter: int
}

/// One event table of a channel.
[<NoComparison; ReferenceEquality>]
type internal TiledTable = {
    /// The ratios of the processes, in tiles; of a reference table, divided by their mean.
    Tiles: EventTiles
    Weights: float[]
    /// log r± of the channel's event columns.
    Columns: InterpolatedColumns
    /// The event shapes.
    Shapes: IEventTerm[]
    /// Where the columns came from.
    Source: RatioTable
}

[<NoComparison; ReferenceEquality>]
type internal CompiledUnbinned = {
    Name: string
    Processes: UnbinnedProcess[]
    /// The kernel's β, as places in θ.
    EventParameters: int[]
    Columns: EventColumn[]
    /// ln Z of each process as a compiled function; none where Z appears nowhere, or is to be
    /// computed on the reference table.
    Normalisations: ShapeNormalisation option[]
    Tables: Map<TableKind, TiledTable>
    /// How toys hold the event columns.
    ToyPrecision: ColumnPrecision
}

/// <summary>By how much the ratios of a process had to be scaled on the reference table.</summary>
type Rescaling = {
    /// The unbinned channel.
    Channel: string
    /// The process.
    Process: string
    /// <summary>Σ_i w_ref,i r_c,i / Σ_i w_ref,i before scaling; 1 for exact ratios on an infinite
    /// table.</summary>
    MeanRatio: float
}

/// <summary>Functions of a channel that need no observation.</summary>
[<RequireQualifiedAccess>]
module internal CompiledUnbinned =

    /// β of θ.
    let eventParameters (channel: CompiledUnbinned) (theta: float[]) : float[] =
        channel.EventParameters |> Array.map (fun k -> theta[k])

    /// The forms of the event columns at β.
    let forms (channel: CompiledUnbinned) (beta: float[]) : ColumnForm[] =
        channel.Columns
        |> Array.map (fun c -> ColumnForms.at c.Variation.Code beta[c.Parameter])

    /// Whether Z_c appears in the density or in the yield of a process.
    let isNormalised (proc: UnbinnedProcess) : bool =
        proc.EventParameters.Length > 0 && proc.EventRate <> AsGiven
