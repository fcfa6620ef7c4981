namespace Nsbi.Learn.Autodiff

open System.Collections.Generic

/// <summary>What a set of nodes is made of.</summary>
[<RequireQualifiedAccess>]
module internal Reach =
    /// Every node the outputs reach, arguments before what is made of them.
    let ascending (outputs: Node list) : Node list =
        let seen = HashSet<Node>()
        let pending = Stack<Node>(outputs)

        while pending.Count > 0 do
            let node = pending.Pop()

            if seen.Add node then
                for argument in node.Arguments do
                    pending.Push argument

        seen |> Seq.sortBy _.Id |> List.ofSeq

    /// The nodes among these that depend on any of the given ones (themselves included).
    let depending (on: Node list) (nodes: Node list) : HashSet<Node> =
        let found = HashSet<Node>(on)

        for node in nodes do
            if node.Arguments |> List.exists found.Contains then
                found.Add node |> ignore

        found

/// <summary>Derivatives of array programs, graph to graph: each result can be differentiated
/// again.</summary>
[<AutoOpen>]
module Derivative =
    /// <summary>Vector-Jacobian products: Σ_ij cotangent_ij ∂output_ij/∂x for each x.</summary>
    /// <param name="output">any array</param>
    /// <param name="wrt">the arrays x to differentiate with respect to</param>
    /// <param name="cotangent">an array that broadcasts to the output's shape</param>
    /// <returns>one array per x, of its shape; zeros where the output does not depend on it</returns>
    /// <remarks>Reverse accumulation; Griewank and Walther, Evaluating Derivatives, §3.2.</remarks>
    let vjp (output: Node) (wrt: Node list) (cotangent: Node) : Node list =
        let nodes = Reach.ascending [ output ]
        let depends = Reach.depending wrt nodes
        let cotangents = Dictionary<Node, Node>()
        cotangents[output] <- Words.broadcastTo output.Shape cotangent

        let accumulate (node: Node) (term: Node) =
            match cotangents.TryGetValue node with
            | true, sum -> cotangents[node] <- sum + term
            | _ -> cotangents[node] <- term

        for node in List.rev nodes do
            match cotangents.TryGetValue node with
            | true, g when depends.Contains node && not node.Arguments.IsEmpty ->
                for argument, term in List.zip node.Arguments (Rules.pull node g) do
                    if depends.Contains argument then
                        Option.iter (accumulate argument) term
            | _ -> ()

        [
            for x in wrt ->
                match cotangents.TryGetValue x with
                | true, g when depends.Contains output -> g
                | _ -> Words.fill x.Shape 0.0
        ]

    /// <summary>Gradient of one number with respect to each x; of a column, the gradient of its
    /// sum, which for a row-by-row function is each row's own gradient.</summary>
    /// <param name="output">r x 1</param>
    /// <param name="wrt">the arrays x</param>
    /// <returns>one array per x, of its shape</returns>
    let grad (output: Node) (wrt: Node list) : Node list =
        if output.Shape.Columns <> 1 then
            invalidArg "output" $"grad needs one column, but the output is {output.Shape}."

        vjp output wrt (Words.constant 1.0)

    /// <summary>Jacobian-vector product: Σ_x ∂output/∂x · tangent_x.</summary>
    /// <param name="output">any array</param>
    /// <param name="tangents">each x with a tangent that broadcasts to its shape</param>
    /// <returns>an array of the output's shape</returns>
    let jvp (output: Node) (tangents: (Node * Node) list) : Node =
        let found = Dictionary<Node, Node>()

        for node in Reach.ascending [ output ] do
            let fromArguments =
                node.Arguments
                |> List.map (fun argument ->
                    match found.TryGetValue argument with
                    | true, tangent -> Some tangent
                    | _ -> None)

            let through =
                if List.exists Option.isSome fromArguments then
                    Rules.push node fromArguments
                else
                    None

            let given =
                tangents
                |> List.filter (fun (x, _) -> x = node)
                |> List.map (fun (x, t) -> Words.broadcastTo x.Shape t)

            match Option.toList through @ given with
            | [] -> ()
            | terms -> found[node] <- List.reduce (fun (x: Node) y -> x + y) terms

        match found.TryGetValue output with
        | true, tangent -> tangent
        | _ -> Words.fill output.Shape 0.0

    /// <summary>Second derivatives of each row's output in that row of x.</summary>
    /// <param name="output">r x 1, a row-by-row function of x (or 1 x 1 of a 1 x n array)</param>
    /// <param name="x">r x n</param>
    /// <returns>r x n²: column a·n + b holds ∂²output/∂x_a∂x_b</returns>
    let hessian (output: Node) (x: Node) : Node =
        if output.Shape <> { x.Shape with Columns = 1 } then
            invalidArg
                "output"
                $"hessian needs one output per row of x, but they are {output.Shape} and {x.Shape}."

        let slope = List.head (grad output [ x ])

        [ 0 .. x.Shape.Columns - 1 ]
        |> List.map (fun a -> List.head (grad (Words.column a slope) [ x ]))
        |> Words.concat
