namespace Nsbi.Learn.Autodiff.Planning

open System.Collections.Generic
open Nsbi.Kernels.Arrays
open Nsbi.Learn.Autodiff

/// Where the arrays of a program lie: fixed arrays and batch arrays that outlive their chunk have a
/// place of their own; the others share places that each worker has for one chunk of rows.
type internal Storage
    (program: Program, schedule: Schedule, fusion: Fusion, store: Store, capacity: int, workers: int)
    =
    let machine = store.Machine

    let stride columns =
        Layout.Stride(columns, machine.PanelWidth, machine.ElementSize)

    let values = program.Values

    /// The value whose memory is read where this one is an operand; None for a number.
    let rec source index =
        match fusion.Making[index], values[index].Arguments with
        | Making.Absent, [ argument ] when Storage.IsBroadcast values[index] -> source argument
        | Making.Absent, [] -> None
        | _ -> Some index

    /// The values that the instruction of this value reads.
    let sources index =
        match fusion.Making[index], fusion.ProductOf.TryGetValue index with
        | Making.Own, (true, struct (product, factor)) ->
            factor :: values[product].Arguments |> List.choose source
        | Making.Own, _ -> values[index].Arguments |> List.choose source
        | _ -> []

    let readers = Array.init values.Length (fun _ -> List<int>())

    do
        for index in 0 .. values.Length - 1 do
            for read in List.distinct (sources index) do
                readers[read].Add index

    let isElementwise index =
        not (fusion.ProductOf.ContainsKey index)
        && match values[index].Operation with
           | Operation.Unary _
           | Operation.Binary _
           | Operation.Select -> true
           | _ -> false

    let outlivesItsChunk index =
        List.contains index program.Outputs
        || readers[index]
            .Exists(fun reader ->
                schedule.PhaseOf[reader] <> schedule.PhaseOf[index]
                || not (Program.isBatch values[reader]))

    let isStored index =
        match fusion.Making[index] with
        | Making.Absent -> false
        | _ -> true

    let isScratch index =
        isStored index && Program.isBatch values[index] && not (outlivesItsChunk index)

    /// Offsets in the workers' own memory: a place is free again after its last reader.
    let scratch = Dictionary<int, int64>()

    let scratchSize =
        let free = Dictionary<int, Stack<int64>>()
        let mutable size = 0L

        let take index =
            let stride = stride values[index].Shape.Columns

            match free.TryGetValue stride with
            | true, places when places.Count > 0 -> scratch[index] <- places.Pop()
            | _ ->
                scratch[index] <- size
                size <- store.Align(size + int64 stride * int64 Layout.ChunkRows)

        let give index =
            let stride = stride values[index].Shape.Columns

            if not (free.ContainsKey stride) then
                free[stride] <- Stack()

            free[stride].Push scratch[index]

        let release index =
            for read in List.distinct (sources index) do
                if scratch.ContainsKey read && readers[read][readers[read].Count - 1] = index then
                    give read

        for phase in 0 .. schedule.Phases - 1 do
            for index in 0 .. values.Length - 1 do
                if
                    schedule.PhaseOf[index] = phase
                    && Program.isBatch values[index]
                    && fusion.Making[index] = Making.Own
                then
                    let made =
                        match fusion.SlopeOf.TryGetValue index with
                        | true, slope -> [ index; slope ]
                        | _ -> [ index ]

                    if isElementwise index then
                        release index

                    made |> List.filter isScratch |> List.iter take

                    if not (isElementwise index) then
                        release index

        size

    let scratchStart = store.Reserve(scratchSize * int64 workers)

    let place index : ArrayView =
        let shape = values[index].Shape
        let stride = stride shape.Columns

        match scratch.TryGetValue index, shape.Rows, values[index].Operation with
        | _, _, Operation.Parameter name -> store.Parameter(name, shape)
        | (true, offset), _, _ ->
            ArrayView(scratchStart + offset, stride, shape.Columns, scratchSize, false)
        | _, Rows.Batch, _ ->
            let size = int64 (Layout.Rows capacity) * int64 stride
            ArrayView(store.Reserve size, stride, shape.Columns, 0L, true)
        | _, Rows.Fixed rows, _ -> store.Fixed(rows, shape.Columns)

    let places = Dictionary<int, ArrayView>()
    let numbers = Dictionary<float, ArrayView>()

    /// A broadcast array, read through.
    static member private IsBroadcast(value: Value) : bool =
        match value.Operation with
        | Operation.BroadcastRows
        | Operation.BroadcastColumns -> true
        | _ -> false

    /// The array of a value that is stored.
    member _.Of(index: int) : ArrayView =
        match places.TryGetValue index with
        | true, view -> view
        | _ ->
            places[index] <- place index
            places[index]

    /// A value as an operand that may stand for all rows or columns.
    member storage.Operand(index: int) : ArrayView =
        match fusion.Making[index], values[index].Operation, values[index].Arguments with
        | Making.Absent, Operation.BroadcastRows, [ x ] ->
            let row = storage.Operand x
            ArrayView(row.Offset, 0, row.Columns, row.PerWorker, row.WholeBatch)
        | Making.Absent, Operation.BroadcastColumns, [ x ] ->
            let column = storage.Operand x
            ArrayView(column.Offset, column.Stride, 1, column.PerWorker, column.WholeBatch)
        | Making.Absent, Operation.Fill number, _ ->
            if not (numbers.ContainsKey number) then
                numbers[number] <- ArrayView(store.Reserve 1L, 0, 1, 0L, false)

            numbers[number]
        | _ -> storage.Of index

    /// The numbers that operands stand for: to be written once.
    member _.Numbers: seq<KeyValuePair<float, ArrayView>> = numbers

    /// A fixed array that is no value of the program.
    member _.Extra(rows: int, columns: int) : ArrayView = store.Fixed(rows, columns)

    /// Panels of a right factor.
    member _.Panels(depth: int, columns: int) : int64 =
        let panels = (columns + machine.PanelWidth - 1) / machine.PanelWidth
        store.Reserve(int64 panels * int64 machine.PanelWidth * int64 depth)
