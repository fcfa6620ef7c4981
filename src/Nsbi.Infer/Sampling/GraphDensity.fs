namespace Nsbi.Infer

open System
open System.Collections.Concurrent
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>An array of parameters of a graph that are sampled.</summary>
[<NoComparison; ReferenceEquality>]
type GraphParameter = {
    /// <summary>A <c>parameter</c> of one row.</summary>
    Node: Node
    /// <summary>One name per column.</summary>
    Names: string list
    /// <summary>Lower bounds by column, −∞ for none.</summary>
    Lower: float[]
    /// <summary>Upper bounds by column, +∞ for none.</summary>
    Upper: float[]
}

/// <summary>Making parameters.</summary>
[<RequireQualifiedAccess>]
module GraphParameter =
    /// <summary>Within bounds.</summary>
    /// <param name="names">one per column</param>
    /// <param name="lower">of all columns, −∞ for none</param>
    /// <param name="upper">of all columns, +∞ for none</param>
    /// <param name="node">a <c>parameter</c> of one row</param>
    let bounded (names: string list) (lower: float) (upper: float) (node: Node) : GraphParameter = {
        Node = node
        Names = names
        Lower = Array.create names.Length lower
        Upper = Array.create names.Length upper
    }

    /// <summary>Without bounds.</summary>
    /// <param name="names">one per column</param>
    /// <param name="node">a <c>parameter</c> of one row</param>
    let free (names: string list) (node: Node) : GraphParameter =
        bounded names -infinity infinity node

/// <summary>ln of a density that is written in the words of the differentiable backend, with its gradient by
/// differentiating the graph; evaluated in double precision. May be used from several threads: each evaluation
/// takes a plan of its own, and plans are kept until <c>Dispose</c>.</summary>
/// <param name="parameters">what is sampled</param>
/// <param name="logDensity">ln p, 1 x 1, priors included</param>
/// <param name="others">values of the graph's other parameters, such as weights of a network</param>
/// <param name="data">rows of the graph's inputs; none for a graph without inputs</param>
[<Sealed>]
type GraphDensity
    (parameters: GraphParameter list, logDensity: Node, others: Values, data: Table option) =
    let nameOf (node: Node) =
        match node.Operation with
        | Operation.Parameter name when node.Shape.Rows = Rows.Fixed 1 -> name
        | _ -> invalidArg (nameof parameters) "What is sampled is a `parameter` of one row."

    let nodeNames = parameters |> List.map (fun p -> nameOf p.Node)

    do
        if parameters.IsEmpty then
            invalidArg (nameof parameters) "A density needs at least one parameter."

        if logDensity.Shape <> Shape.scalar then
            invalidArg
                (nameof logDensity)
                $"The logarithm of a density is 1 x 1, not {logDensity.Shape}."

        for p in parameters do
            let columns = p.Node.Shape.Columns

            if [ p.Names.Length; p.Lower.Length; p.Upper.Length ] |> List.exists ((<>) columns) then
                invalidArg
                    (nameof parameters)
                    $"'{nameOf p.Node}' has {columns} columns: give as many names and bounds."

    let outputs = logDensity :: grad logDensity (parameters |> List.map _.Node)

    let table =
        data
        |> Option.defaultWith (fun () -> Table.OfDoubles([ "no input", 1 ], [| 0.0 |]))

    let rows = Array.init table.Rows id
    let idle = ConcurrentBag<ThreadTeam * Plan>()

    let rent () =
        match idle.TryTake() with
        | true, kept -> kept
        | false, _ ->
            let team = new ThreadTeam(1)
            team, Plan.Compile(team, Precision.Double, rows.Length, outputs)

    let lower = parameters |> List.map _.Lower |> Array.concat
    let upper = parameters |> List.map _.Upper |> Array.concat

    let evaluate (point: float[]) (gradient: float[]) =
        let mutable values = others
        let mutable first = 0

        for name, p in List.zip nodeNames parameters do
            let start = first
            let row = Array2D.init 1 p.Names.Length (fun _ k -> point[start + k])
            values <- values.Add(name, row)
            first <- first + p.Names.Length

        let _, plan as kept = rent ()

        try
            plan.SetParameters values
            plan.Run(table, ReadOnlySpan rows)
            first <- 0

            for index in 1 .. parameters.Length do
                let row = plan.Output index

                for k in 0 .. Array2D.length2 row - 1 do
                    gradient[first + k] <- row[0, k]

                first <- first + Array2D.length2 row

            (plan.Output 0)[0, 0]
        finally
            idle.Add kept

    let density =
        LogDensity.bounded (parameters |> List.collect _.Names) lower upper evaluate

    interface ILogDensity with
        member _.Names = density.Names
        member _.Lower = density.Lower
        member _.Upper = density.Upper
        member _.Evaluate(point, gradient) = density.Evaluate(point, gradient)

    interface IDisposable with
        member _.Dispose() =
            for team, plan in idle do
                (plan :> IDisposable).Dispose()
                team.Dispose()
