namespace Nsbi.Learn.Autodiff.Planning

open System
open System.Collections.Generic
open Nsbi.Kernels
open Nsbi.Kernels.Arrays
open Nsbi.Learn.Autodiff

/// A graph with its memory and its instructions: what plans are made of. Several engines on one
/// store share its parameters; each is started once the store has its memory.
[<Sealed>]
type internal Engine
    (store: Store, team: ThreadTeam, capacity: int, outputs: Node list, trained: (string * int) list)
    =
    let program = Program.ofOutputs outputs
    let schedule = Schedule.ofProgram program
    let fusion = Fusion.ofProgram program schedule
    let machine = store.Machine
    let storage = Storage(program, schedule, fusion, store, capacity, team.Threads)

    let named choose = [
        for index in 0 .. program.Values.Length - 1 do
            match choose program.Values[index].Operation with
            | Some name -> name, index
            | None -> ()
    ]

    let parameters =
        named (function
            | Operation.Parameter name -> Some name
            | _ -> None)

    let inputs =
        named (function
            | Operation.Input name -> Some name
            | _ -> None)

    let shapeOf index =
        let shape = program.Values[index].Shape

        match shape.Rows with
        | Rows.Fixed rows -> rows, shape.Columns
        | Rows.Batch -> capacity, shape.Columns

    /// Trained parameters that the loss reaches; the others' gradients are zeros of their own.
    let states = [
        for name, output in trained do
            match List.tryFind (fun (known, _) -> known = name) parameters with
            | Some(_, parameter) ->
                let rows, columns = shapeOf parameter

                name,
                {
                    Parameter = parameter
                    Gradient = program.Outputs[output]
                    Mean = storage.Extra(rows, columns)
                    Variance = storage.Extra(rows, columns)
                }
            | None -> ()
    ]

    let phases =
        Emission.phases
            program
            schedule
            fusion
            storage
            machine
            (List.map fst inputs)
            (List.map snd states)

    let outputViews =
        program.Outputs
        |> List.mapi (fun position index ->
            if List.exists (fun (_, output) -> output = position) trained then
                ArrayView()
            else
                storage.Of index)
        |> Array.ofList

    let mutable bound: Table = Unchecked.defaultof<Table>
    let mutable starts: int[] = [||]
    let mutable lastRows = 0
    let scalar = Array2D.zeroCreate 1 1

    let read (view: ArrayView) (rows, columns) =
        let values = Array2D.zeroCreate rows columns
        machine.Read(view, values)
        values

    let write kind name (view: ArrayView) (rows, columns) (values: Values) =
        match Map.tryFind name values with
        | Some value when Array2D.length1 value = rows && Array2D.length2 value = columns ->
            machine.Write(view, value)
        | Some value ->
            let found = $"{Array2D.length1 value} x {Array2D.length2 value}"
            invalidArg "values" $"{kind} '{name}' is {found}; the graph needs {rows} x {columns}."
        | None -> invalidArg "values" $"{kind} '{name}' ({rows} x {columns}) has no value."

    let bind (table: Table) =
        let start (name, index) =
            let columns = program.Values[index].Shape.Columns

            match table.TryFind(name, columns) with
            | Some start -> start
            | None -> invalidArg "table" $"The table has no block '{name}' of {columns} columns."

        starts <- inputs |> List.map start |> Array.ofList
        bound <- table

    /// Writes the numbers that the graph holds; the store has its memory.
    member _.Start() : unit =
        for number in storage.Numbers do
            machine.Write(number.Value, array2D [ [ number.Key ] ])

        for index in 0 .. program.Values.Length - 1 do
            match program.Values[index].Operation with
            | Operation.Constant values -> machine.Write(storage.Of index, values)
            | _ -> ()

    /// Number of rows of the last run.
    member _.Rows: int = lastRows

    member _.WriteParameters(values: Values) : unit =
        for name, index in parameters do
            write "Parameter" name (storage.Of index) (shapeOf index) values

    member _.ReadParameters() : Values =
        parameters
        |> List.map (fun (name, index) -> name, read (storage.Of index) (shapeOf index))
        |> Map.ofList

    member _.WriteMoments(means: Values, variances: Values) : unit =
        for name, state in states do
            write "First moment of" name state.Mean (shapeOf state.Parameter) means
            write "Second moment of" name state.Variance (shapeOf state.Parameter) variances

    member _.ReadMoments() : Values * Values =
        let moments choose =
            states
            |> List.map (fun (name, s) -> name, read (choose s) (shapeOf s.Parameter))
            |> Map.ofList

        moments _.Mean, moments _.Variance

    /// An output of the last run.
    member _.Output(position: int) : float[,] =
        let rows, columns = shapeOf program.Outputs[position]

        let rows =
            if Program.isBatch program.Values[program.Outputs[position]] then
                lastRows
            else
                rows

        read outputViews[position] (rows, columns)

    /// The number in a 1 x 1 output of the last run.
    member _.Scalar(position: int) : float =
        machine.Read(outputViews[position], scalar)
        scalar[0, 0]

    member _.Run
        (table: Table, rows: ReadOnlySpan<int>, training: bool, key: StepKey, rule: UpdateRule)
        : unit =
        if isNull (box table) then
            nullArg "table"

        if rows.Length > capacity then
            invalidArg "rows" $"{rows.Length} rows exceed the plan's capacity of {capacity}."

        for row in rows do
            if row < 0 || row >= table.Rows then
                invalidArg "rows" $"There is no row {row} in a table of {table.Rows} rows."

        if not (Object.ReferenceEquals(table, bound)) then
            bind table

        machine.Bind(table.Singles, table.Doubles, table.Width, starts)
        let mutable rule = rule
        machine.Run(team, phases, rows, training, key.Seed, key.Step, &rule)
        lastRows <- rows.Length

    /// An engine with a store of its own.
    static member Alone
        (
            team: ThreadTeam,
            precision: Precision,
            capacity: int,
            outputs: Node list,
            trained: (string * int) list
        ) : Engine =
        let store = new Store(precision)
        let engine = new Engine(store, team, capacity, outputs, trained)
        store.Allocate()
        engine.Start()
        engine

    interface IDisposable with
        member _.Dispose() : unit = (store :> IDisposable).Dispose()
