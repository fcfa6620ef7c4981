namespace Nsbi.Learn.Autodiff.Planning

open System
open System.Collections.Generic
open Nsbi.Kernels.Arrays
open Nsbi.Learn.Autodiff

/// The memory of one or several programs: each parameter once, under its name, and what belongs to
/// each program alone.
[<Sealed>]
type internal Store(precision: Precision) =
    let machine = ArrayMachine.Create((precision = Precision.Single))
    let alignment = 64L / int64 machine.ElementSize
    let parameters = Dictionary<string, struct (Shape * ArrayView)>()
    let mutable top = 0L

    /// Owner of the memory.
    member _.Machine: ArrayMachine = machine

    /// A size that keeps what follows aligned.
    member _.Align(size: int64) : int64 =
        (size + alignment - 1L) / alignment * alignment

    /// The offset of so many elements set aside.
    member store.Reserve(size: int64) : int64 =
        let offset = top
        top <- store.Align(top + size)
        offset

    /// A fixed array of this shape set aside.
    member store.Fixed(rows: int, columns: int) : ArrayView =
        let stride = Layout.Stride(columns, machine.PanelWidth, machine.ElementSize)
        let size = int64 (Layout.Rows rows) * int64 stride
        ArrayView(store.Reserve size, stride, columns, 0L, false)

    /// The one place of a parameter.
    member store.Parameter(name: string, shape: Shape) : ArrayView =
        match parameters.TryGetValue name, shape.Rows with
        | (true, struct (known, view)), _ when known = shape -> view
        | (true, struct (known, _)), _ ->
            invalidArg "outputs" $"Parameter '{name}' occurs with the shapes {known} and {shape}."
        | _, Rows.Fixed rows ->
            let view = store.Fixed(rows, shape.Columns)
            parameters[name] <- struct (shape, view)
            view
        | _, Rows.Batch -> invalidOp $"Parameter '{name}' is no fixed array."

    /// Makes the memory, once all programs have their places.
    member _.Allocate() : unit = machine.Allocate top

    interface IDisposable with
        member _.Dispose() : unit = machine.Dispose()
