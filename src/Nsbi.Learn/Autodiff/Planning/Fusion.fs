namespace Nsbi.Learn.Autodiff.Planning

open System.Collections.Generic
open Nsbi.Learn.Autodiff

/// How a value comes about.
[<RequireQualifiedAccess>]
type internal Making =
    /// By an instruction of its own.
    | Own
    /// By the instruction of another value, beside it.
    | With of value: int
    /// Not at all: its consumers read its argument, or do its work themselves.
    | Absent

/// Which values share an instruction.
type internal Fusion = {
    Making: Making[]
    /// The slope that a dense value's instruction writes beside it.
    SlopeOf: Dictionary<int, int>
    /// The product and the factor of a fused multiplication.
    ProductOf: Dictionary<int, struct (int * int)>
}

[<RequireQualifiedAccess>]
module internal Fusion =
    let private isOutput (program: Program) index = List.contains index program.Outputs

    let private isBroadcast (value: Value) =
        match value.Operation with
        | Operation.BroadcastRows
        | Operation.BroadcastColumns
        | Operation.Fill _ -> true
        | _ -> false

    /// An elementwise operation on two arrays reads through broadcasts.
    let private readsThrough (value: Value) =
        match value.Operation with
        | Operation.Binary _
        | Operation.BroadcastRows
        | Operation.BroadcastColumns -> true
        | _ -> false

    /// f(xW + b) whose slope is wanted too: one product, both results.
    let private fuseSlopes (program: Program) (schedule: Schedule) (fusion: Fusion) =
        let identities = Dictionary<int list, int>(HashIdentity.Structural)

        program.Values
        |> Array.iteri (fun index value ->
            if value.Operation = Operation.Dense Activation.Identity then
                identities[value.Arguments] <- index)

        program.Values
        |> Array.iteri (fun index value ->
            match value.Operation, identities.TryGetValue value.Arguments with
            | Operation.Dense activation, (true, z) when z <> index && not (isOutput program z) ->
                match program.Consumers[z] with
                | [ slope ] when
                    program.Values[slope].Operation = Operation.Unary(Unary.Slope activation)
                    && schedule.PhaseOf[slope] = schedule.PhaseOf[index]
                    ->
                    fusion.Making[z] <- Making.Absent
                    fusion.Making[slope] <- Making.With index
                    fusion.SlopeOf[index] <- slope
                | _ -> ()
            | _ -> ())

    /// (x y) ⊙ z with z of the same shape: the product's own epilogue.
    let private fuseFactors (program: Program) (schedule: Schedule) (fusion: Fusion) =
        let isProduct index other consumer =
            let value = program.Values[index]

            match value.Operation with
            | Operation.MatMul(false, _) ->
                Program.isBatch value
                && not (isOutput program index)
                && List.length program.Consumers[index] = 1
                && schedule.PhaseOf[index] = schedule.PhaseOf[consumer]
                && index <> other
                && not (isBroadcast program.Values[other])
            | _ -> false

        program.Values
        |> Array.iteri (fun index value ->
            match value.Operation, value.Arguments with
            | Operation.Binary Binary.Multiply, [ x; y ] ->
                let fuse product factor =
                    fusion.Making[product] <- Making.Absent
                    fusion.ProductOf[index] <- struct (product, factor)

                if isProduct x y index then
                    fuse x y
                elif isProduct y x index then
                    fuse y x
            | _ -> ())

    let private dropBroadcasts (program: Program) (fusion: Fusion) =
        program.Values
        |> Array.iteri (fun index value ->
            let everyoneReadsThrough =
                program.Consumers[index]
                |> List.forall (fun consumer -> readsThrough program.Values[consumer])

            if isBroadcast value && everyoneReadsThrough && not (isOutput program index) then
                fusion.Making[index] <- Making.Absent)

    /// Decides what shares an instruction.
    let ofProgram (program: Program) (schedule: Schedule) : Fusion =
        let fusion = {
            Making = Array.create program.Values.Length Making.Own
            SlopeOf = Dictionary()
            ProductOf = Dictionary()
        }

        fuseSlopes program schedule fusion
        fuseFactors program schedule fusion
        dropBroadcasts program fusion
        fusion
