namespace Nsbi.Learn.Autodiff.Planning

open System.Collections.Generic
open Nsbi.Kernels
open Nsbi.Kernels.Arrays
open Nsbi.Learn.Autodiff

/// A parameter to be trained, by the numbers of its value and of its gradient.
type internal Trained = {
    Parameter: int
    Gradient: int
    Mean: ArrayView
    Variance: ArrayView
}

/// The instructions of a program.
[<RequireQualifiedAccess>]
module internal Emission =
    let private unaryKind (f: Unary) : UnaryKind =
        match f with
        | Unary.Affine _ -> UnaryKind.Identity
        | Unary.Exp -> UnaryKind.Exp
        | Unary.Log -> UnaryKind.Log
        | Unary.Sqrt -> UnaryKind.Sqrt
        | Unary.Square -> UnaryKind.Square
        | Unary.Reciprocal -> UnaryKind.Reciprocal
        | Unary.Sin -> UnaryKind.Sin
        | Unary.Cos -> UnaryKind.Cos
        | Unary.Abs -> UnaryKind.Abs
        | Unary.Step -> UnaryKind.Step
        | Unary.Activate activation ->
            match activation with
            | Activation.Identity -> UnaryKind.Identity
            | Activation.Relu -> UnaryKind.Relu
            | Activation.Silu -> UnaryKind.Silu
            | Activation.Tanh -> UnaryKind.Tanh
            | Activation.Sigmoid -> UnaryKind.Sigmoid
            | Activation.Elu -> UnaryKind.Elu
            | Activation.Softplus -> UnaryKind.Softplus
        | Unary.Slope activation ->
            match activation with
            | Activation.Identity -> UnaryKind.IdentitySlope
            | Activation.Relu -> UnaryKind.ReluSlope
            | Activation.Silu -> UnaryKind.SiluSlope
            | Activation.Tanh -> UnaryKind.TanhSlope
            | Activation.Sigmoid -> UnaryKind.SigmoidSlope
            | Activation.Elu -> UnaryKind.EluSlope
            | Activation.Softplus -> UnaryKind.SoftplusSlope

    let private binaryKind (f: Binary) : BinaryKind =
        match f with
        | Binary.Add -> BinaryKind.Add
        | Binary.Subtract -> BinaryKind.Subtract
        | Binary.Multiply -> BinaryKind.Multiply
        | Binary.Divide -> BinaryKind.Divide
        | Binary.Maximum -> BinaryKind.Maximum
        | Binary.Minimum -> BinaryKind.Minimum

    let private rowsOf (value: Value) =
        match value.Shape.Rows with
        | Rows.Fixed rows -> rows
        | Rows.Batch -> invalidOp "A fixed array was expected."

    /// The phases of a program.
    /// <param name="inputs">names of the inputs in the order of the bound table's starts</param>
    let phases
        (program: Program)
        (schedule: Schedule)
        (fusion: Fusion)
        (storage: Storage)
        (machine: ArrayMachine)
        (inputs: string list)
        (trained: Trained list)
        : Phase[] =
        let values = program.Values

        let fixedOnes =
            Array.init schedule.Phases (fun _ -> List<struct (Instruction * int)>())

        let batchOnes = Array.init schedule.Phases (fun _ -> List<Instruction>())
        let reductions = Array.init schedule.Phases (fun _ -> List<Reduction>())
        let updates = List<Reduction>()
        let packed = Dictionary<struct (int * bool * bool), ArrayView>()

        let emitFixed phase instruction rows =
            fixedOnes[phase].Add(struct (instruction, rows))

        /// The factor of a narrow product, a row for each column of the result.
        let narrow phase w transposed =
            let value = values[w]

            if transposed || value.Shape.Columns = 1 then
                let view = storage.Of w

                if transposed then
                    view
                else
                    ArrayView(view.Offset, rowsOf value, rowsOf value, 0L, false)
            else
                let key = struct (w, transposed, true)

                if not (packed.ContainsKey key) then
                    packed[key] <- storage.Extra(value.Shape.Columns, rowsOf value)
                    let instruction = machine.Transpose(storage.Of w, packed[key])
                    emitFixed phase instruction (rowsOf value)

                packed[key]

        /// The packed factor of a wide product.
        let panels phase w transposed =
            let value = values[w]
            let key = struct (w, transposed, false)

            if not (packed.ContainsKey key) then
                let rows, columns = rowsOf value, value.Shape.Columns

                let offset =
                    if transposed then
                        storage.Panels(columns, rows)
                    else
                        storage.Panels(rows, columns)

                packed[key] <- ArrayView(offset, 0, 0, 0L, false)
                emitFixed phase (machine.Pack(storage.Of w, transposed, offset)) rows

            packed[key].Offset

        let product phase x w transposed bias (z: ArrayView) epilogue =
            let bias = bias |> Option.map storage.Of |> Option.toNullable

            if z.Columns <= Layout.Narrow then
                let factor = narrow phase w transposed
                machine.NarrowProduct(storage.Of x, factor, bias, z, epilogue)
            else
                let offset = panels phase w transposed
                machine.Product(storage.Of x, offset, bias, z, epilogue)

        /// Where a finished gradient goes: straight into the optimiser where it is a sum over the batch and
        /// nothing that is computed later reads the gradient or the parameter.
        let target index =
            let readLater consumer =
                schedule.PhaseOf[consumer] > schedule.PhaseOf[index]

            match trained |> List.filter (fun t -> t.Gradient = index) with
            | [ t ] when
                values[index].Operation <> Operation.SumGroups
                && Program.isReduction program values[index]
                && List.isEmpty program.Consumers[index]
                && not (List.exists readLater program.Consumers[t.Parameter])
                && List.length (List.filter ((=) index) program.Outputs) = 1
                && not (List.contains t.Parameter program.Outputs)
                ->
                System.Nullable(
                    UpdateTarget((storage.Of t.Parameter).Offset, t.Mean.Offset, t.Variance.Offset)
                )
            | _ -> System.Nullable()

        let reduction index =
            let value = values[index]
            let goal = target index

            let place =
                match List.tryFind (fun t -> t.Gradient = index) trained with
                | Some t when goal.HasValue -> storage.Of t.Parameter
                | _ -> storage.Of index

            match value.Operation, value.Arguments with
            | Operation.SumRows, [ x ] -> machine.SumRows(storage.Of x, place, goal)
            | Operation.MatMul(true, false), [ x; y ] ->
                machine.TransposedProduct(storage.Of x, storage.Of y, place, goal)
            | Operation.SumGroups, [ n; x ] ->
                machine.SumGroups(storage.Of n, storage.Of x, rowsOf value, place)
            | operation, _ -> invalidOp $"{operation} is no sum over the batch."

        let instructions index : Instruction list =
            let value = values[index]
            let phase = schedule.PhaseOf[index]
            let z = storage.Of index

            match value.Operation, value.Arguments with
            | Operation.Input name, _ -> [ machine.Gather(List.findIndex ((=) name) inputs, z) ]
            | Operation.Fill number, _ -> [ machine.Fill(number, z) ]
            | Operation.RowCount, _ -> [ machine.RowCount z ]
            | Operation.Unary(Unary.Affine(scale, shift)), [ x ] -> [
                machine.Affine(scale, shift, storage.Of x, z)
              ]
            | Operation.Unary f, [ x ] -> [ machine.Unary(unaryKind f, storage.Of x, z) ]
            | Operation.Binary f, [ x; y ] ->
                match fusion.ProductOf.TryGetValue index with
                | true, struct (inner, factor) ->
                    match values[inner].Operation, values[inner].Arguments with
                    | Operation.MatMul(_, transposed), [ x; w ] ->
                        let factor = System.Nullable(storage.Of factor)
                        let epilogue = Epilogue(UnaryKind.Identity, System.Nullable(), factor)
                        [ product phase x w transposed None z epilogue ]
                    | operation, _ -> invalidOp $"{operation} is no product."
                | _ -> [ machine.Binary(binaryKind f, storage.Operand x, storage.Operand y, z) ]
            | Operation.Select, [ c; x; y ] -> [
                machine.Select(storage.Of c, storage.Of x, storage.Of y, z)
              ]
            | Operation.MatMul(false, transposed), [ x; w ] -> [
                product phase x w transposed None z Epilogue.None
              ]
            | Operation.Dense activation, [ x; w; b ] ->
                let slope =
                    match fusion.SlopeOf.TryGetValue index with
                    | true, slope -> System.Nullable(storage.Of slope)
                    | _ -> System.Nullable()

                let kind = unaryKind (Unary.Activate activation)

                [
                    product phase x w false (Some b) z (Epilogue(kind, slope, System.Nullable()))
                ]
            | Operation.TakeRows, [ n; x ] -> [
                machine.TakeRows(storage.Of n, storage.Of x, rowsOf values[x], z)
              ]
            | Operation.SumColumns, [ x ] -> [ machine.SumColumns(storage.Of x, z) ]
            | Operation.MaxColumns, [ x ] -> [ machine.MaxColumns(storage.Of x, z) ]
            | (Operation.BroadcastRows | Operation.BroadcastColumns), [ x ] ->
                let operand = storage.Operand x

                let stretched =
                    match value.Operation with
                    | Operation.BroadcastRows ->
                        ArrayView(operand.Offset, 0, operand.Columns, 0L, operand.WholeBatch)
                    | _ -> operand

                [ machine.Copy(stretched, 0, z, 0, value.Shape.Columns) ]
            | Operation.Slice start, [ x ] -> [
                machine.Copy(storage.Of x, start, z, 0, value.Shape.Columns)
              ]
            | Operation.Concat, parts ->
                parts
                |> List.mapFold
                    (fun start part ->
                        let columns = values[part].Shape.Columns
                        machine.Copy(storage.Of part, 0, z, start, columns), start + columns)
                    0
                |> fst
            | Operation.DropoutMask(name, rate), _ -> [ machine.DropoutMask(name, rate, z) ]
            | operation, _ -> invalidOp $"{operation} has no instruction."

        for index in 0 .. values.Length - 1 do
            let value = values[index]
            let phase = schedule.PhaseOf[index]

            if fusion.Making[index] = Making.Own then
                match value.Operation, value.Arguments with
                | Operation.Parameter _, _
                | Operation.Constant _, _ -> storage.Of index |> ignore
                | _ when Program.isReduction program value -> reductions[phase].Add(reduction index)
                | (Operation.SumRows | Operation.SumGroups | Operation.MatMul(true, false)), x :: _ ->
                    emitFixed phase (machine.OnFixed(reduction index)) (rowsOf values[x])
                | Operation.Transpose, [ x ] ->
                    let instruction = machine.Transpose(storage.Of x, storage.Of index)
                    emitFixed phase instruction (rowsOf values[x])
                | _ when Program.isBatch value -> batchOnes[phase].AddRange(instructions index)
                | _ ->
                    for instruction in instructions index do
                        emitFixed phase instruction (rowsOf value)

        for t in trained do
            let fused =
                Program.isReduction program values[t.Gradient] && (target t.Gradient).HasValue

            if not fused then
                let rows = rowsOf values[t.Parameter]
                let theta = (storage.Of t.Parameter).Offset
                let goal = UpdateTarget(theta, t.Mean.Offset, t.Variance.Offset)
                updates.Add(machine.Update(storage.Of t.Gradient, rows, goal))

        let plain (items: List<struct (Instruction * int)>) = items.ToArray()

        [|
            for phase in 0 .. schedule.Phases - 1 do
                Phase(
                    plain fixedOnes[phase],
                    batchOnes[phase].ToArray(),
                    reductions[phase].ToArray()
                )

            if updates.Count > 0 then
                Phase([||], [||], updates.ToArray())
        |]
