namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// <summary>A function of an event's features whose values are log density ratios: an analytic
/// formula or a network.</summary>
type ILogRatio =
    /// <summary>log p_c(x)/p_ref(x) of each event.</summary>
    /// <param name="features">events x features; not to be changed</param>
    /// <returns>one finite number per event, or −∞ for a ratio of zero</returns>
    abstract LogRatios: features: float[][] -> float[]

/// <summary>Where the density ratios r_c(x_i) = p_c(x_i)/p_ref(x_i) of a process come from.</summary>
[<NoComparison; ReferenceEquality>]
type RatioSource =
    /// r itself, one non-negative number per event.
    | Ratios of values: float[]
    /// log r, one number per event; −∞ for a ratio of zero.
    | LogRatios of values: float[]
    /// A function of the features of the table.
    | Function of logRatio: ILogRatio

/// <summary>How to make and read ratio sources.</summary>
[<RequireQualifiedAccess>]
module RatioSource =

    /// <summary>A formula of one event's features, giving log r.</summary>
    let ofFormula (logRatio: float[] -> float) : RatioSource =
        Function
            {
                new ILogRatio with
                    member _.LogRatios features = Array.map logRatio features
            }

    /// <summary>The ratios r of a table's events.</summary>
    let ratios (features: float[][]) (source: RatioSource) : float[] =
        match source with
        | Ratios values -> values
        | LogRatios values -> Array.map exp values
        | Function f -> f.LogRatios features |> Array.map exp

/// <summary>A table of weighted events with the density ratios of the processes.</summary>
[<NoComparison; ReferenceEquality>]
type RatioTable = {
    /// <summary>One weight per event: w_ref of a reference table, the events' weights (1 for data)
    /// of an observed one.</summary>
    Weights: float[]
    /// Events x features, for sources that are functions; empty if there are none.
    Features: float[][]
    /// The source of each process, by name.
    Ratios: Map<string, RatioSource>
}

/// <summary>How to make event tables.</summary>
[<RequireQualifiedAccess>]
module RatioTable =

    /// <summary>A table of weighted events.</summary>
    let weighted (weights: float[]) (ratios: (string * RatioSource) list) : RatioTable = {
        Weights = weights
        Features = [||]
        Ratios = Map.ofList ratios
    }

    /// <summary>A table of a number of events of weight 1.</summary>
    let unweighted (events: int) (ratios: (string * RatioSource) list) : RatioTable =
        weighted (Array.create events 1.0) ratios

    /// <summary>The same table with the features that its functions need, events x features.</summary>
    let withFeatures (features: float[][]) (table: RatioTable) : RatioTable = {
        table with
            Features = features
    }

/// Which of the two event tables of an unbinned channel.
[<RequireQualifiedAccess>]
type TableKind =
    /// Simulated events that represent p_ref: Asimov sets and toys are weights over it.
    | Reference
    /// The events that were measured.
    | Observed

    override this.ToString() : string =
        match this with
        | Reference -> "reference table"
        | Observed -> "observed table"

/// <summary>The event tables of all unbinned channels, by channel and kind; either kind may be
/// missing.</summary>
[<NoComparison; ReferenceEquality>]
type RatioTables = {
    /// The tables that were given.
    Tables: Map<string * TableKind, RatioTable>
}

/// <summary>Tables are added one by one: <c>RatioTables.empty |> RatioTables.reference "SR" table
/// </c>.</summary>
[<RequireQualifiedAccess>]
module RatioTables =

    /// No tables: enough for a model of binned channels.
    let empty: RatioTables = { Tables = Map.empty }

    /// <summary>With this table as one of a channel's.</summary>
    let add (kind: TableKind) (channel: string) (table: RatioTable) (tables: RatioTables) = {
        Tables = tables.Tables.Add((channel, kind), table)
    }

    /// <summary>With this reference table of a channel.</summary>
    let reference (channel: string) (table: RatioTable) (tables: RatioTables) : RatioTables =
        add TableKind.Reference channel table tables

    /// <summary>With this observed table of a channel.</summary>
    let observed (channel: string) (table: RatioTable) (tables: RatioTables) : RatioTables =
        add TableKind.Observed channel table tables

/// <summary>A factor g(x|β) on the density of one process: the one door by which per-event shapes
/// enter a likelihood.</summary>
type IEventShape =
    /// The unbinned channel.
    abstract Channel: string
    /// The process whose density is multiplied.
    abstract Process: string
    /// The parameters β of the model that g depends on.
    abstract Parameters: string list
    /// <summary>The shape for the events of one table; called once per table.</summary>
    /// <param name="table">the events</param>
    /// <param name="place">what the term must give as <c>Process</c></param>
    /// <param name="parameters">what it must give as <c>Parameters</c>, in the order of the names
    /// above</param>
    abstract Bind: table: RatioTable * place: int * parameters: int[] -> IEventTerm
