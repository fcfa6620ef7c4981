namespace Nsbi.Learn.Autodiff.Planning

open System
open Nsbi.Learn.Autodiff

/// A loss going down along its gradient: an engine with an optimiser's count of its own.
[<Sealed>]
type internal Descent(store: Store, team, capacity: int, loss: Node, trained: Node list, optimiser)
    =
    do
        if loss.Shape <> Shape.scalar then
            invalidArg "loss" $"A loss is 1 x 1, but this is {loss.Shape}."

        Optimiser.check optimiser

    let names =
        trained
        |> List.map (fun node ->
            match node.Operation with
            | Operation.Parameter name -> name
            | operation -> invalidArg "trained" $"{operation} is not a parameter.")

    let clipped (gradients: Node list) =
        match optimiser.ClipNorm, gradients with
        | None, _
        | _, [] -> gradients
        | Some limit, _ ->
            let squares = gradients |> List.map (fun g -> Words.sum (Words.square g))
            let norm = sqrt (List.reduce (fun (x: Node) y -> x + y) squares)
            let factor = Words.minimum (Words.constant 1.0) (limit / norm)
            gradients |> List.map (fun g -> g * factor)

    let engine =
        let outputs = loss :: clipped (grad loss trained)
        let updates = names |> List.mapi (fun i name -> name, i + 1)
        new Engine(store, team, capacity, outputs, updates)

    let mutable steps = 0L
    // Π μ_i of NAdam up to the last step.
    let mutable momentum = 1.0

    /// The graph and the places of its parameters.
    member _.Engine: Engine = engine
    /// Number of steps done.
    member _.Steps: int64 = steps

    /// One step of the optimiser; the loss before it.
    member _.Step(table: Table, rows: ReadOnlySpan<int>, key: StepKey, rate: float) : float =
        if rows.Length = 0 then
            invalidArg "rows" "A training step needs at least one row."

        let rule, product = Optimiser.rule optimiser rate (steps + 1L) momentum
        engine.Run(table, rows, true, key, rule)
        steps <- steps + 1L
        momentum <- product
        engine.Scalar 0

    /// Goes on after so many steps, with these moments.
    member _.Restore(saved: int64, means: Values, variances: Values) : unit =
        engine.WriteMoments(means, variances)
        steps <- saved
        momentum <- Optimiser.momentumProduct optimiser saved
