namespace Nsbi.Learn.Events

open System
open System.Collections.Generic
open System.Globalization
open Nsbi.Learn

// i: event, row of the table.

/// <summary>
/// Events as columns by name, each with a weight. Immutable; safe to use from several threads.
/// Every event remembers the source and the row it came from, so that later faults can name it.
/// </summary>
[<Sealed>]
type EventTable
    private
    (
        names: string[],
        columns: float[][],
        weights: float[],
        sources: string[],
        origins: struct (int * int)[],
        firstRow: int
    ) =
    // origins is empty where row i is simply row firstRow + i of sources[0].
    let index =
        let index = Dictionary<string, int>(StringComparer.Ordinal)
        names |> Array.iteri (fun c name -> index[name] <- c)
        index

    let struct (sum, sumOfSquares) =
        let mutable sum = 0.0
        let mutable squares = 0.0

        for w in weights do
            sum <- sum + w
            squares <- squares + w * w

        struct (sum, squares)

    /// Takes the arrays over without a copy or a check.
    static member internal Own
        (names: string[], columns: float[][], weights: float[], source: string, firstRow: int)
        : EventTable =
        EventTable(names, columns, weights, [| source |], [||], firstRow)

    static member internal OwnWithOrigins
        (
            names: string[],
            columns: float[][],
            weights: float[],
            sources: string[],
            origins: struct (int * int)[]
        ) : EventTable =
        EventTable(names, columns, weights, sources, origins, 0)

    /// Names of the columns, in the order of the file.
    member _.Names: IReadOnlyList<string> = Array.AsReadOnly names

    /// Number of events.
    member _.Count: int = weights.Length

    /// Weight w_i of each event; length Count.
    member _.Weights: ReadOnlyMemory<float> = ReadOnlyMemory weights

    /// Σ_i w_i, added in the order of the events.
    member _.SumOfWeights: float = sum

    /// Σ_i w_i², added in the order of the events: the variance of SumOfWeights.
    member _.SumOfSquaredWeights: float = sumOfSquares

    /// Effective number of events (Σ w)² / Σ w²; 0 where every weight is 0.
    member _.EffectiveSize: float =
        if sumOfSquares > 0.0 then sum * sum / sumOfSquares else 0.0

    /// True if the table has a column of this name.
    member _.Has(name: string) : bool = index.ContainsKey name

    /// <summary>Values of one column; length Count.</summary>
    /// <exception cref="T:System.ArgumentException">no column of this name</exception>
    member this.Column(name: string) : ReadOnlyMemory<float> = ReadOnlyMemory(this.ColumnArray name)

    member internal _.ColumnArray(name: string) : float[] =
        match index.TryGetValue name with
        | true, c -> columns[c]
        | _ ->
            let fault = Fault.unknown "event table" "no such column" name names
            invalidArg (nameof name) (string fault)

    member internal _.ColumnArrays: float[][] = columns
    member internal _.WeightArray: float[] = weights
    member internal _.NameArray: string[] = names
    member internal _.Sources: string[] = sources

    member internal _.OriginPair(i: int) : struct (int * int) =
        if origins.Length = 0 then
            struct (0, firstRow + i)
        else
            origins[i]

    /// The same events (and their origins) with other columns and weights, taken over without a
    /// copy.
    member internal _.With(names: string[], columns: float[][], weights: float[]) : EventTable =
        EventTable(names, columns, weights, sources, origins, firstRow)

    /// The source of event i and its row there, counted from 1.
    member this.Origin(i: int) : struct (string * int) =
        let struct (s, row) = this.OriginPair i
        struct (sources[s], row + 1)

    /// A line for people: events, weights, columns.
    override this.ToString() =
        String.Format(
            CultureInfo.InvariantCulture,
            "{0:N0} events (effective {1:N1}), sum of weights {2:G6}, columns {3}",
            this.Count,
            this.EffectiveSize,
            sum,
            String.Join(", ", names)
        )

/// Making tables, and tables out of tables. The values are copied once, never shared with the
/// caller.
[<RequireQualifiedAccess>]
module EventTable =
    let private checkFinite (log: FaultLog) source column (values: float[]) =
        values
        |> Array.iteri (fun i value ->
            if not (Double.IsFinite value) then
                Fault.create source "the value is not a finite number" "remove or repair the event"
                |> Fault.atEvent (i + 1)
                |> Fault.inColumn column
                |> Fault.withValue (value.ToString CultureInfo.InvariantCulture)
                |> log.Add)

    /// <summary>A table from columns and weights; both are copied.</summary>
    /// <param name="source">what to call the table in faults</param>
    /// <param name="columns">name and values; all of one length; names without repetition</param>
    /// <param name="weights">one per event; may be negative</param>
    /// <returns>all faults: repeated names, lengths that differ, values or weights not
    /// finite</returns>
    let create
        (source: string)
        (columns: (string * float[]) list)
        (weights: float[])
        : Result<EventTable, Fault list> =
        let log = FaultLog()

        for name, copies in columns |> List.countBy fst do
            if copies > 1 then
                Fault.create
                    source
                    "the column is there more than once"
                    "give each a name of its own"
                |> Fault.inColumn name
                |> log.Add

        for name, values in columns do
            if values.Length <> weights.Length then
                Fault.create
                    source
                    "the column and the weights differ in length"
                    $"there are {weights.Length} weights"
                |> Fault.inColumn name
                |> Fault.withValue $"{values.Length} values"
                |> log.Add

            checkFinite log source name values

        checkFinite log source "weight" weights

        if log.IsEmpty then
            let names = columns |> List.map fst |> List.toArray
            let values = columns |> List.map (snd >> Array.copy) |> List.toArray
            Ok(EventTable.Own(names, values, Array.copy weights, source, 0))
        else
            Error(log.ToList())

    /// <summary>As <c>create</c>, for columns a program made (weights 1 where none are
    /// given).</summary>
    /// <exception cref="T:System.ArgumentException">any of the faults of <c>create</c></exception>
    let ofColumns (columns: (string * float[]) list) (weights: float[] option) : EventTable =
        let count =
            match columns with
            | [] -> 0
            | (_, values) :: _ -> values.Length

        let weights = weights |> Option.defaultWith (fun () -> Array.create count 1.0)

        match create "event table" columns weights with
        | Ok table -> table
        | Error faults -> invalidArg (nameof columns) (Fault.render faults)

    /// <summary>The events at the given rows, in the given order; a row may be taken more than
    /// once.</summary>
    /// <exception cref="T:System.ArgumentException">a row below 0 or not below Count</exception>
    let take (rows: int[]) (table: EventTable) : EventTable =
        for row in rows do
            if row < 0 || row >= table.Count then
                invalidArg (nameof rows) $"row {row} of a table of {table.Count} events"

        let pick (values: float[]) =
            rows |> Array.map (fun row -> values[row])

        EventTable.OwnWithOrigins(
            table.NameArray,
            table.ColumnArrays |> Array.map pick,
            pick table.WeightArray,
            table.Sources,
            rows |> Array.map table.OriginPair
        )

    /// <summary>The events whose entry in the mask is true; the mask has the table's
    /// length.</summary>
    let filter (mask: bool[]) (table: EventTable) : EventTable =
        if mask.Length <> table.Count then
            invalidArg (nameof mask) $"{mask.Length} entries for {table.Count} events"

        let rows = ResizeArray()

        mask
        |> Array.iteri (fun i keep ->
            if keep then
                rows.Add i)

        take (rows.ToArray()) table

    /// <summary>The events of all tables one after the other; they have the same columns, in any
    /// order.</summary>
    /// <exception cref="T:System.ArgumentException">no table, or columns that differ</exception>
    let concat (tables: EventTable list) : EventTable =
        match tables with
        | [] -> invalidArg (nameof tables) "there is no table to join"
        | first :: _ ->
            let wanted = Set.ofArray first.NameArray

            for table in tables do
                if Set.ofArray table.NameArray <> wanted then
                    let names (t: EventTable) = String.Join(", ", t.NameArray)
                    invalidArg (nameof tables) $"columns differ: {names first} / {names table}"

            let join (values: EventTable -> float[]) =
                tables |> List.map values |> Array.concat

            let sources =
                tables |> List.collect (fun t -> List.ofArray t.Sources) |> List.distinct

            let origins =
                tables
                |> List.map (fun table ->
                    let place =
                        table.Sources |> Array.map (fun s -> List.findIndex ((=) s) sources)

                    Array.init table.Count (fun i ->
                        let struct (s, row) = table.OriginPair i
                        struct (place[s], row)))
                |> Array.concat

            EventTable.OwnWithOrigins(
                first.NameArray,
                first.NameArray |> Array.map (fun name -> join _.ColumnArray(name)),
                join _.WeightArray,
                List.toArray sources,
                origins
            )

    let private checkLength parameter (values: float[]) (table: EventTable) =
        if values.Length <> table.Count then
            invalidArg parameter $"{values.Length} values for {table.Count} events"

    /// <summary>The table with one more column, or with that column replaced; the values are
    /// copied.</summary>
    /// <exception cref="T:System.ArgumentException">the length is not that of the table</exception>
    let withColumn (name: string) (values: float[]) (table: EventTable) : EventTable =
        checkLength (nameof values) values table
        let values = Array.copy values

        match Array.tryFindIndex ((=) name) table.NameArray with
        | Some c ->
            let columns = table.ColumnArrays |> Array.updateAt c values
            table.With(table.NameArray, columns, table.WeightArray)
        | None ->
            let names = Array.append table.NameArray [| name |]
            let columns = Array.append table.ColumnArrays [| values |]
            table.With(names, columns, table.WeightArray)

    /// <summary>The table with these columns only, in this order.</summary>
    /// <exception cref="T:System.ArgumentException">a column that is not there</exception>
    let select (names: string list) (table: EventTable) : EventTable =
        let columns = names |> List.map table.ColumnArray |> List.toArray
        table.With(List.toArray names, columns, table.WeightArray)

    /// The table without a column; the table itself if it has none of that name.
    let withoutColumn (name: string) (table: EventTable) : EventTable =
        select (table.NameArray |> Array.filter ((<>) name) |> List.ofArray) table

    /// <summary>The same events with other weights; the values are copied.</summary>
    /// <exception cref="T:System.ArgumentException">the length is not that of the table</exception>
    let withWeights (weights: float[]) (table: EventTable) : EventTable =
        checkLength (nameof weights) weights table
        table.With(table.NameArray, table.ColumnArrays, Array.copy weights)

    /// The same events, every weight multiplied by a factor.
    let scale (factor: float) (table: EventTable) : EventTable =
        let weights = table.WeightArray |> Array.map ((*) factor)
        table.With(table.NameArray, table.ColumnArrays, weights)

    /// A copy of the values of one column.
    let values (name: string) (table: EventTable) : float[] = Array.copy (table.ColumnArray name)

    /// A copy of the weights.
    let weights (table: EventTable) : float[] = Array.copy table.WeightArray
