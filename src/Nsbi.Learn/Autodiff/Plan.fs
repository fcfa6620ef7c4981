namespace Nsbi.Learn.Autodiff

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff.Planning

/// <summary>A graph made ready to be run many times: buffers planned, nothing allocated per run.
/// </summary>
/// <remarks>
/// One run at a time: a plan's buffers belong to it. Results do not depend on the number of threads.
/// Slow twin: <see cref="T:Nsbi.Learn.Autodiff.Interpreter"/>.
/// </remarks>
[<Sealed>]
type Plan private (team: ThreadTeam, precision: Precision, capacity: int, outputs: Node list) =
    let engine = Engine.Alone(team, precision, capacity, outputs, [])
    let evaluation = { Seed = 0UL; Step = 0L }

    /// <summary>Element type of the plan.</summary>
    member _.Precision: Precision = precision
    /// <summary>Largest number of rows of a run.</summary>
    member _.Capacity: int = capacity

    /// <summary>Gives every parameter of the graph its value; others are ignored.</summary>
    /// <exception cref="T:System.ArgumentException">A parameter is missing or has another shape.
    /// </exception>
    member _.SetParameters(values: Values) : unit = engine.WriteParameters values

    /// <summary>Runs the graph, in evaluation mode, on these rows of a table.</summary>
    /// <param name="table">has a block for each input of the graph, of its name and width</param>
    /// <param name="rows">at most Capacity row numbers, repeats allowed</param>
    /// <exception cref="T:System.ArgumentException">A block is missing, or there are too many rows.
    /// </exception>
    member _.Run(table: Table, rows: ReadOnlySpan<int>) : unit =
        engine.Run(table, rows, false, evaluation, UpdateRule())

    /// <summary>An output of the last run, rows x columns, as a new array.</summary>
    /// <param name="index">position in the list of outputs</param>
    member _.Output(index: int) : float[,] = engine.Output index

    /// <summary>Runs all rows of a table, Capacity rows at a time.</summary>
    /// <returns>for each output, table rows x columns</returns>
    /// <exception cref="T:System.InvalidOperationException">An output has no batch rows.</exception>
    member plan.RunAll(table: Table) : float[,] list =
        for output in outputs do
            if output.Shape.Rows <> Rows.Batch then
                invalidOp $"RunAll needs outputs with batch rows, but one is {output.Shape}."

        let all =
            outputs |> List.map (fun o -> Array2D.zeroCreate table.Rows o.Shape.Columns)

        for first in 0..capacity .. table.Rows - 1 do
            let count = min capacity (table.Rows - first)
            plan.Run(table, ReadOnlySpan(Array.init count (fun i -> first + i)))

            all
            |> List.iteri (fun index target ->
                Array2D.blit (plan.Output index) 0 0 target first 0 count (Array2D.length2 target))

        all

    /// <summary>Plans a graph.</summary>
    /// <param name="team">the threads to run on; may be shared, but not at the same time</param>
    /// <param name="precision">element type</param>
    /// <param name="capacity">largest number of rows of a run</param>
    /// <param name="outputs">what is wanted</param>
    static member Compile
        (team: ThreadTeam, precision: Precision, capacity: int, outputs: Node list)
        : Plan =
        if isNull (box team) then
            nullArg "team"

        if capacity < 1 then
            raise (ArgumentOutOfRangeException("capacity", capacity, "At least one row."))

        new Plan(team, precision, capacity, outputs)

    interface IDisposable with
        member _.Dispose() : unit = (engine :> IDisposable).Dispose()
