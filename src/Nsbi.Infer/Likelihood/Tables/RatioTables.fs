namespace Nsbi.Infer

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
    /// r± by process and name of the variation.
    Variations: Map<string * string, VariationRatios>
    /// Event shapes by process and name of the shape.
    Shapes: Map<string * string, IEventShape>
}

/// <summary>How to make event tables.</summary>
[<RequireQualifiedAccess>]
module RatioTable =

    /// <summary>A table of weighted events.</summary>
    let weighted (weights: float[]) (ratios: (string * RatioSource) list) : RatioTable = {
        Weights = weights
        Features = [||]
        Ratios = Map.ofList ratios
        Variations = Map.empty
        Shapes = Map.empty
    }

    /// <summary>A table of a number of events of weight 1.</summary>
    let unweighted (events: int) (ratios: (string * RatioSource) list) : RatioTable =
        weighted (Array.create events 1.0) ratios

    /// <summary>The same table with the features that its functions need, events x features.</summary>
    let withFeatures (features: float[][]) (table: RatioTable) : RatioTable = {
        table with
            Features = features
    }

    /// <summary>The same table with the ratios r± of a variation of a process.</summary>
    /// <param name="proc">the process</param>
    /// <param name="variation">the name that the model gives to the variation</param>
    /// <param name="ratios">r₊ and r₋</param>
    /// <param name="table">the table</param>
    let withVariation
        (proc: string)
        (variation: string)
        (ratios: VariationRatios)
        (table: RatioTable)
        : RatioTable = {
        table with
            Variations = table.Variations.Add((proc, variation), ratios)
    }

    /// The table of the events at these rows.
    let internal select (rows: int[]) (table: RatioTable) : RatioTable =
        let of' (values: 'a[]) = rows |> Array.map (fun i -> values[i])

        let source ratios =
            match ratios with
            | Ratios values -> Ratios(of' values)
            | LogRatios values -> LogRatios(of' values)
            | Function f -> Function f

        {
            table with
                Weights = of' table.Weights
                Features =
                    if table.Features.Length = 0 then
                        [||]
                    else
                        of' table.Features
                Ratios = table.Ratios |> Map.map (fun _ -> source)
                Variations =
                    table.Variations
                    |> Map.map (fun _ v -> {
                        Up = source v.Up
                        Down = Option.map source v.Down
                    })
        }

    /// <summary>The same table with an event shape of a process.</summary>
    /// <param name="proc">the process</param>
    /// <param name="name">the name that the model gives to the shape</param>
    /// <param name="shape">the shape; it needs the features of the table</param>
    /// <param name="table">the table</param>
    let withShape (proc: string) (name: string) (shape: IEventShape) (table: RatioTable) = {
        table with
            Shapes = table.Shapes.Add((proc, name), shape)
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
