namespace Nsbi.Learn.Transport

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

// Axes: event i, feature a (n of them), condition (c), unit k of a layer (m).

/// <summary>A convex function of features x whose shape depends on conditions z in any way: an input-convex
/// network (without conditions) or a partially input-convex one.</summary>
/// <remarks>
/// With the layers of the conditions u_{l+1} = silu(u_l W + b), u_0 = z, and u the last of them:
/// <code>
/// h_1     = s(x̃_1 W_1 + u U_1 + b_1),                                   s(t) = sp(t) − t/2
/// h_{l+1} = sp((h_l ∘ sp(u G + g)) sp(P_l)/√m_l + x̃_{l+1} W_{l+1} + u U_{l+1} + b_{l+1})
/// φ̃(x; z) = Σ_k sp(u B + β)_k h_{L,k}/√m_L + ½ Σ_a sp(u D + d)_a (x R)_a² + x·(u C + c) + ½ ε |x|²
/// φ(x; z) = φ̃(x; z) − φ̃(0; z)
/// </code>
/// with x̃_l = x ∘ (1 + u V_l) and sp(t) = ln(1 + e^t). Everything that h passes through is convex and does
/// not fall, and its factors are positive, so φ is convex in x whatever the parameters are; with ε &gt; 0 it is
/// strongly convex, ∇φ is one-to-one and onto, and every slope of the map is at least ε. Without conditions all
/// terms in u are absent and the factor of (x R)_a² is 1.
/// The part of the conditions alone, which no map sees, is taken off: left in, it has almost no slope in a loss
/// that balances two samples, runs away and drowns the rest.
/// The quadratic term holds the whole linear map, so that transport between normal distributions needs no
/// layer. Smooth, hence twice differentiable everywhere. Outside the events it was trained on the first term
/// grows linearly, so that there the map is linear in x with the slopes of the quadratic term.
/// Source: Amos, Xu and Kolter, arXiv:1609.07152, eqs. 2 and 3; the quadratic terms: Huang, Chen, Tsirigotis and
/// Courville, arXiv:2012.05942; in calibration: Algren, Raine and Golling, arXiv:2307.05187.
/// </remarks>
type ConvexPotential = {
    /// <summary>n, at least 1.</summary>
    Features: int
    /// <summary>Number of conditions, 0 for none.</summary>
    Conditions: int
    /// <summary>m of the convex layers; may be empty: then φ is quadratic in x.</summary>
    Hidden: int list
    /// <summary>Widths of the layers of the conditions; not empty where there are conditions.</summary>
    ConditionHidden: int list
    /// <summary>ε > 0.</summary>
    Floor: float
}

/// <summary>Programs and first values of convex potentials.</summary>
[<RequireQualifiedAccess>]
module ConvexPotential =
    // sp(t) = 1
    let private one = 0.5413248546129181

    let private conditional (potential: ConvexPotential) = potential.Conditions > 0

    /// Names, rows and columns of the parameters.
    let private shapes (potential: ConvexPotential) : (string * int * int) list = [
        let n = potential.Features
        let context = potential.Conditions :: potential.ConditionHidden
        let u = List.last context

        if conditional potential then
            for l, (rows, columns) in List.indexed (List.pairwise context) do
                $"contextWeight{l}", rows, columns
                $"contextBias{l}", 1, columns

        for l, width in List.indexed potential.Hidden do
            $"weight{l}", n, width
            $"bias{l}", 1, width

            if l > 0 then
                $"positive{l}", potential.Hidden[l - 1], width

            if conditional potential then
                $"shift{l}", u, width
                $"scale{l}", u, n

                if l > 0 then
                    $"gate{l}", u, potential.Hidden[l - 1]
                    $"gateBias{l}", 1, potential.Hidden[l - 1]

        if not potential.Hidden.IsEmpty then
            let width = List.last potential.Hidden

            if conditional potential then
                "outGate", u, width

            "out", 1, width

        "root", n, n
        "linear", 1, n

        if conditional potential then
            "rootGate", u, n
            "rootBias", 1, n
            "linearGate", u, n
    ]

    /// <summary>The trainable parameters by their names in the formula's order of layers.</summary>
    /// <param name="prefix">what their names in a plan begin with: tells the potentials of one plan apart</param>
    /// <param name="potential">the layers</param>
    let parameters (prefix: string) (potential: ConvexPotential) : Map<string, Node> =
        shapes potential
        |> List.map (fun (name, rows, columns) -> name, parameter (prefix + name) rows columns)
        |> Map.ofList

    /// φ̃(x; z), batch x 1.
    let private uncentred
        (potential: ConvexPotential)
        (parameters: Map<string, Node>)
        (x: Node)
        (z: Node)
        : Node =
        let get name = Map.find name parameters

        let context =
            if conditional potential then
                let layer (u: Node) l =
                    dense Activation.Silu (get $"contextWeight{l}") (get $"contextBias{l}") u

                Some(List.fold layer z [ 0 .. potential.ConditionHidden.Length - 1 ])
            else
                None

        /// f applied to the context where there is one.
        let withContext (f: Node -> Node -> Node) (node: Node) =
            match context with
            | Some u -> f u node
            | None -> node

        let layer (h: Node option) (l: int, _) =
            let x = x |> withContext (fun u x -> x + x * matmul u (get $"scale{l}"))

            let straight =
                dense Activation.Identity (get $"weight{l}") (get $"bias{l}") x
                |> withContext (fun u t -> t + matmul u (get $"shift{l}"))

            match h with
            | None -> Some(softplus straight - 0.5 * straight)
            | Some h ->
                let h =
                    h
                    |> withContext (fun u h ->
                        h * dense Activation.Softplus (get $"gate{l}") (get $"gateBias{l}") u)

                let width = float potential.Hidden[l - 1]
                let positive = (1.0 / Math.Sqrt width) * softplus (get $"positive{l}")
                Some(softplus (matmul h positive + straight))

        let layers =
            match List.fold layer None (List.indexed potential.Hidden) with
            | None -> None
            | Some h ->
                let width = float h.Shape.Columns

                let factors =
                    match context with
                    | Some u -> dense Activation.Softplus (get "outGate") (get "out") u
                    | None -> softplus (get "out")

                Some((1.0 / Math.Sqrt width) * sumColumns (h * factors))

        let squares =
            square (matmul x (get "root"))
            |> withContext (fun u q ->
                q * dense Activation.Softplus (get "rootGate") (get "rootBias") u)

        let line =
            match context with
            | Some u -> x * dense Activation.Identity (get "linearGate") (get "linear") u
            | None -> x * get "linear"

        let quadratic =
            sumColumns (0.5 * squares + line + (0.5 * potential.Floor) * square x)

        match layers with
        | Some layers -> layers + quadratic
        | None -> quadratic

    /// <summary>φ(x; z), batch x 1.</summary>
    /// <param name="potential">the layers</param>
    /// <param name="parameters">as <c>parameters</c> gives them: the same nodes wherever the function is
    /// applied, so that a derivative with respect to them sees all of these</param>
    /// <param name="x">r x n</param>
    /// <param name="z">r x conditions; not looked at where there are none</param>
    let value
        (potential: ConvexPotential)
        (parameters: Map<string, Node>)
        (x: Node)
        (z: Node)
        : Node =
        let at x = uncentred potential parameters x z

        if conditional potential then
            at x - at (fill x.Shape 0.0)
        else
            at x

    /// <summary>First values with which ∇φ(x; z) ≈ M x + v for every z: the layers begin with small factors.
    /// </summary>
    /// <param name="prefix">what the names of the parameters begin with</param>
    /// <param name="potential">the layers</param>
    /// <param name="seed">of the random weights</param>
    /// <param name="matrix">M, n x n, symmetric; eigenvalues below ε are raised to it</param>
    /// <returns>float32 values of all parameters</returns>
    let initialValues
        (prefix: string)
        (potential: ConvexPotential)
        (seed: uint64)
        (matrix: float[,])
        : Values =
        let n = potential.Features

        if Array2D.length1 matrix <> n || Array2D.length2 matrix <> n then
            invalidArg (nameof matrix) $"A potential of {n} features needs a matrix of {n} x {n}."

        let root =
            matrix
            |> SymmetricRoot.apply (fun x -> Math.Sqrt(max 0.0 (x - potential.Floor)))

        let normal index deviation rows columns =
            let mutable stream = RandomStream(seed, prefix + "convex weights", uint64 index)
            let values = Array2D.zeroCreate<float> rows columns

            for i in 0 .. rows - 1 do
                for k in 0 .. columns - 1 do
                    values[i, k] <- deviation * stream.NextGaussian()

            values

        let initial index (name: string, rows: int, columns: int) =
            let draw deviation = normal index deviation rows columns
            let all value = Array2D.create rows columns value

            let is (start: string) =
                name.StartsWith(start, StringComparison.Ordinal)

            if name = "root" then
                root
            elif name = "out" then
                all -3.0
            elif name = "rootBias" || is "gateBias" then
                all one
            elif is "contextWeight" then
                draw (Math.Sqrt(2.0 / float rows))
            elif is "weight" then
                draw (2.0 / Math.Sqrt(float rows))
            elif is "bias" then
                draw 1.5
            elif is "positive" then
                Array2D.map (fun x -> x - 1.5) (draw 1.0)
            elif is "shift" then
                draw (1.0 / Math.Sqrt(float rows))
            else
                Array2D.zeroCreate rows columns

        shapes potential
        |> List.mapi (fun index (name, rows, columns) ->
            let single (x: float) = float (float32 x)
            prefix + name, Array2D.map single (initial index (name, rows, columns)))
        |> Map.ofList
