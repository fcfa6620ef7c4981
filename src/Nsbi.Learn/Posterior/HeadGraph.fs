namespace Nsbi.Learn.Posterior

open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>ln q(φ|c) of a density head as an array program of a context c and parameters φ, written
/// forwards only.</summary>
/// <remarks>
/// r: rows (sets of events; the batch or a fixed number), k: width of the context, p: parameters.
/// The density is that of φ in its own units, with every Jacobian, and integrates to one over the prior's
/// support by construction: parameters whose prior has two bounds live on the unit interval
/// and may have any density at a bound; the others are standardised by their prior.
/// The weights of the layers that see the context start at zero, so that the training starts close to the
/// prior for every context.
/// </remarks>
[<RequireQualifiedAccess>]
module HeadGraph =
    let internal layoutOf (head: DensityHead) (prior: Prior) : GaussianLayout =
        let components, covariance =
            match head with
            | DensityHead.Gaussian covariance -> 1, covariance
            | DensityHead.Mixture(components, covariance) -> components, covariance
            | DensityHead.Flow _ -> 1, Covariance.Full

        {
            Components = components
            Covariance = covariance
            Coordinates = Coordinate.all prior
        }

    let private check (head: DensityHead) (contextWidth: int) =
        match DensityHead.faults "density head" head with
        | [] -> ()
        | fault :: _ -> invalidArg "head" (string fault)

        if contextWidth < 1 then
            invalidArg "contextWidth" $"A context of {contextWidth} columns."

    let private named (weights: Node list) (name: string) : Node =
        weights
        |> List.tryFind (fun node -> node.Operation = Operation.Parameter name)
        |> Option.defaultWith (fun () ->
            invalidArg "weights" $"There is no '{name}' among the head's arrays.")

    /// <summary>The trainable arrays of a head, to be given to <c>logDensity</c> and to the training; all
    /// names begin with <c>head.</c></summary>
    /// <param name="head">the family of densities</param>
    /// <param name="prior">of p parameters</param>
    /// <param name="contextWidth">k, at least 1</param>
    /// <exception cref="T:System.ArgumentException">a head with faults, or no context</exception>
    let parameters (head: DensityHead) (prior: Prior) (contextWidth: int) : Node list =
        check head contextWidth
        let layout = layoutOf head prior
        let columns = GaussianLayout.columns layout

        [
            parameter "head.gaussian.w" contextWidth columns
            parameter "head.gaussian.b" 1 columns

            match head with
            | DensityHead.Flow flow ->
                for block in FlowLayout.layers flow prior.Count |> List.concat do
                    let shapes = FlowLayout.shapes flow layout.Coordinates contextWidth block

                    for l, (rows, columns) in List.indexed shapes do
                        parameter (FlowLayout.nameOf block $"w{l}") rows columns
                        parameter (FlowLayout.nameOf block $"b{l}") 1 columns
            | DensityHead.Gaussian _
            | DensityHead.Mixture _ -> ()
        ]

    /// <summary>First values of the trainable arrays: q(φ|c) is close to the prior for every c. Of one
    /// Gaussian it is the prior where that is normal, log-normal or truncated normal (with a
    /// width from 0.02 to 2 of its interval) and within 9 % of a uniform one.</summary>
    /// <param name="seed">of the random numbers</param>
    /// <param name="head">the family of densities</param>
    /// <param name="prior">of p parameters</param>
    /// <param name="contextWidth">k</param>
    let initialValues
        (seed: uint64)
        (head: DensityHead)
        (prior: Prior)
        (contextWidth: int)
        : Values =
        check head contextWidth
        let layout = layoutOf head prior

        let row =
            GaussianLayout.initialRow seed prior layout |> Array.map (float32 >> float)

        let flow =
            match head with
            | DensityHead.Flow flow ->
                FlowLayout.initialValues seed flow layout.Coordinates contextWidth
            | DensityHead.Gaussian _
            | DensityHead.Mixture _ -> Map.empty

        flow
        |> Map.add "head.gaussian.w" (Array2D.zeroCreate contextWidth row.Length)
        |> Map.add "head.gaussian.b" (Array2D.init 1 row.Length (fun _ j -> row[j]))

    /// <summary>ln q(φ|c), r x 1, in units of 1/(units of φ_1 … φ_p).</summary>
    /// <param name="head">the family of densities</param>
    /// <param name="prior">of p parameters, in the order of φ's columns</param>
    /// <param name="weights">the arrays of <c>parameters</c></param>
    /// <param name="context">c, r x k</param>
    /// <param name="phi">φ, r x p, inside the prior's support (a bounded parameter outside it counts as
    /// its bound)</param>
    /// <exception cref="T:System.ArgumentException">shapes that do not fit, or a head with faults</exception>
    /// <remarks>Slow twin: <c>ConditionalDensity.LogDensity</c>, in plain double.</remarks>
    let logDensity
        (head: DensityHead)
        (prior: Prior)
        (weights: Node list)
        (context: Node)
        (phi: Node)
        : Node =
        check head context.Shape.Columns

        if phi.Shape.Columns <> prior.Count || phi.Shape.Rows <> context.Shape.Rows then
            invalidArg
                "phi"
                $"{phi.Shape} for {prior.Count} parameters and a context of {context.Shape}."

        let layout = layoutOf head prior
        let weight = named weights

        let row =
            dense Activation.Identity (weight "head.gaussian.w") (weight "head.gaussian.b") context

        let xs, slope = Coordinate.ofNode layout.Coordinates phi

        match head with
        | DensityHead.Gaussian _
        | DensityHead.Mixture _ -> GaussianGraph.logDensity layout row xs + slope
        | DensityHead.Flow flow ->
            let gaussian = GaussianGraph.ofRow layout row
            FlowGraph.logDensity flow layout weight context gaussian xs + slope
