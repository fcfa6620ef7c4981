namespace Nsbi.Learn.Posterior

open System
open System.Numerics
open System.Runtime.InteropServices
open MathNet.Numerics.Distributions
open Nsbi.Learn.Autodiff

/// A network of a flow at one context, in double: what the context gives to the first layer is summed
/// once.
[<Sealed>]
type internal ConditionerNetwork
    (activation: Activation, layers: (float[,] * float[,]) list, context: float[]) =
    let rows (w: float[,]) (first: int) =
        Array.init (Array2D.length1 w - first) (fun i -> w[first + i, *])

    // out += x w, element by element: the same sums for any width of the vectors.
    let add (out: float[]) (x: float) (w: float[]) =
        let wide = MemoryMarshal.Cast<float, Vector<float>>(Span out)
        let weights = MemoryMarshal.Cast<float, Vector<float>>(ReadOnlySpan w)
        let factor = Vector x

        for j in 0 .. wide.Length - 1 do
            wide[j] <- wide[j] + factor * weights[j]

        for j in wide.Length * Vector<float>.Count .. out.Length - 1 do
            out[j] <- out[j] + x * w[j]

    let weights =
        layers
        |> List.mapi (fun l (w, _) -> rows w (if l = 0 then context.Length else 0))
        |> Array.ofList

    let biases =
        layers
        |> List.mapi (fun l (w, b) ->
            let bias = b[0, *]

            if l = 0 then
                for i in 0 .. context.Length - 1 do
                    add bias (context[i]) (w[i, *])

            bias)
        |> Array.ofList

    /// The outputs for these further inputs.
    member _.Run(inputs: float[]) : float[] =
        let mutable x = inputs

        for l in 0 .. weights.Length - 1 do
            let out = Array.copy biases[l]

            for i in 0 .. x.Length - 1 do
                add out (x[i]) (weights[l][i])

            if l < weights.Length - 1 then
                for j in 0 .. out.Length - 1 do
                    out[j] <- Interpreter.activate activation out[j]

            x <- out

        x

/// A density head at one context, in double and in coordinates: the slow twin of <c>HeadGraph</c>, and its
/// inverse. Immutable, for any number of threads.
[<Sealed>]
type internal HeadEvaluation(head: DensityHead, prior: Prior, values: Values, context: float[]) =
    let layout = HeadGraph.layoutOf head prior
    let coordinates = layout.Coordinates
    let p = coordinates.Length
    let count = layout.Components

    let find name rows columns =
        match Map.tryFind name values with
        | Some value when Array2D.length1 value = rows && Array2D.length2 value = columns -> value
        | _ -> invalidArg "values" $"'{name}' is missing or is not {rows} x {columns}."

    let row =
        let columns = GaussianLayout.columns layout
        let w = find "head.gaussian.w" context.Length columns
        let b = find "head.gaussian.b" 1 columns

        Array.init columns (fun j ->
            let mutable sum = b[0, j]

            for i in 0 .. context.Length - 1 do
                sum <- sum + context[i] * w[i, j]

            sum)

    let at block k = row[block * count + k]

    let locations =
        Array.init count (fun k -> Array.init p (fun i -> at (GaussianLayout.location layout i) k))

    let logScales =
        Array.init count (fun k ->
            Array.init p (fun i ->
                GaussianLayout.logScale coordinates[i] (at (GaussianLayout.scale layout i) k)))

    let slopes =
        Array.init count (fun k ->
            Array.init p (fun i -> [|
                for j in GaussianLayout.before layout i -> at (GaussianLayout.slope layout i j) k
            |]))

    let logSumExp (terms: float[]) =
        let top = Array.max terms

        if Double.IsFinite top then
            top + log (terms |> Array.sumBy (fun t -> exp (t - top)))
        else
            top

    let logWeights =
        if count = 1 then
            [| 0.0 |]
        else
            let logits = Array.init count (at 0)
            let total = logSumExp logits
            logits |> Array.map (fun z -> z - total)

    let shift k i (residuals: float[]) =
        let mutable sum = 0.0
        let a = slopes[k][i]

        for j in 0 .. a.Length - 1 do
            sum <- sum + a[j] * residuals[j]

        sum

    /// Residuals, and what each coordinate adds to ln q_k; of a bounded coordinate the share below it.
    let standardise k (xs: float[]) (residuals: float[]) (shares: float[]) =
        let mutable total = 0.0

        for i in 0 .. p - 1 do
            let scale = exp (-logScales[k][i])
            let e = (xs[i] - locations[k][i]) * scale - shift k i residuals
            residuals[i] <- e
            total <- total + NormalIntegral.logNormal e - logScales[k][i]

            if coordinates[i].IsUnit then
                let low, high = e - xs[i] * scale, e + (1.0 - xs[i]) * scale
                let inside = NormalIntegral.logInterval low high
                total <- total - inside

                shares[i] <-
                    if e <= low then
                        0.0
                    else
                        min 1.0 (exp (NormalIntegral.logInterval low e - inside))

        total

    /// The coordinates of component k with these shares (bounded) or residuals (others).
    let place k (given: float[]) =
        let residuals = Array.zeroCreate<float> p
        let xs = Array.zeroCreate<float> p

        for i in 0 .. p - 1 do
            let scale = exp (logScales[k][i])
            let centre = locations[k][i] + scale * shift k i residuals

            if coordinates[i].IsUnit then
                let low, high = -centre / scale, (1.0 - centre) / scale
                residuals[i] <- NormalIntegral.quantile low high given[i]
                xs[i] <- min 1.0 (max 0.0 (centre + scale * residuals[i]))
            else
                residuals[i] <- given[i]
                xs[i] <- centre + scale * given[i]

        xs

    let flow =
        match head with
        | DensityHead.Flow flow ->
            let network (block: FlowBlock) =
                let layers =
                    FlowLayout.shapes flow coordinates context.Length block
                    |> List.mapi (fun l (rows, columns) ->
                        find (FlowLayout.nameOf block $"w{l}") rows columns,
                        find (FlowLayout.nameOf block $"b{l}") 1 columns)

                block, ConditionerNetwork(flow.Conditioner.Activation, layers, context)

            let layers = FlowLayout.layers flow p |> List.map (List.map network)
            Some(flow, layers, List.rev layers)
        | DensityHead.Gaussian _
        | DensityHead.Mixture _ -> None

    let seen i (value: float) =
        if coordinates[i].IsUnit then 2.0 * value - 1.0 else value

    /// The knots of the splines of a block, one per coordinate it changes.
    let knots (flow: FlowSettings) (block: FlowBlock, network: ConditionerNetwork) (xs: float[]) =
        let outputs = network.Run [| for i in block.Given -> seen i xs[i] |]

        let columns i =
            RationalQuadratic.columns (FlowLayout.freeEnds coordinates[i]) flow.Bins

        let starts = block.Changed |> List.scan (fun start i -> start + columns i) 0

        block.Changed
        |> List.mapi (fun n i ->
            RationalQuadratic.knots
                (FlowLayout.freeEnds coordinates[i])
                flow.Bins
                (ReadOnlySpan(outputs, starts[n], columns i)))
        |> Array.ofList

    let spline (flow: FlowSettings) i knots (value: float) : struct (float * float) =
        if coordinates[i].IsUnit then
            RationalQuadratic.forward knots (min 1.0 (max 0.0 value))
        elif abs value < flow.Bound then
            let width = 2.0 * flow.Bound

            let struct (y, slope) =
                RationalQuadratic.forward knots ((value + flow.Bound) / width)

            struct (width * y - flow.Bound, slope)
        else
            struct (value, 0.0)

    let inverseSpline (flow: FlowSettings) i knots (value: float) =
        if coordinates[i].IsUnit then
            min 1.0 (max 0.0 (RationalQuadratic.inverse knots value))
        elif abs value < flow.Bound then
            let width = 2.0 * flow.Bound

            width * RationalQuadratic.inverse knots ((value + flow.Bound) / width)
            - flow.Bound
        else
            value

    /// The layout of the Gaussians.
    member _.Layout: GaussianLayout = layout
    /// ln π_k
    member _.LogWeights: float[] = logWeights
    /// m_i of component k, [k][i].
    member _.Locations: float[][] = locations
    /// ln s_i of component k, [k][i].
    member _.LogScales: float[][] = logScales
    /// a_ij of component k, [k][i][j].
    member _.Slopes: float[][][] = slopes

    /// The base variables of a point of a flow (uniform of bounded coordinates, normal of the others) and
    /// ln q(x); of a mixture with one component the same without splines.
    member _.Forward(xs: float[]) : struct (float[] * float) =
        let residuals, values = Array.zeroCreate<float> p, Array.zeroCreate<float> p
        let mutable total = standardise 0 xs residuals values

        for i in 0 .. p - 1 do
            if not coordinates[i].IsUnit then
                values[i] <- residuals[i]

        match flow with
        | None -> ()
        | Some(flow, layers, _) ->
            for layer in layers do
                let incoming = Array.copy values

                for block, network in layer do
                    let knots = knots flow (block, network) incoming

                    for n, i in List.indexed block.Changed do
                        let struct (y, slope) = spline flow i knots[n] incoming[i]
                        values[i] <- y
                        total <- total + slope

            for i in 0 .. p - 1 do
                if not coordinates[i].IsUnit then
                    total <- total + 0.5 * (residuals[i] * residuals[i] - values[i] * values[i])

        struct (values, total)

    /// The point with these base variables, of a component.
    member _.Inverse(k: int, given: float[]) : float[] =
        match flow with
        | None -> place k given
        | Some(flow, _, backwards) ->
            let values = Array.copy given

            for layer in backwards do
                for block, network in layer do
                    let knots = knots flow (block, network) values

                    block.Changed
                    |> List.iteri (fun n i -> values[i] <- inverseSpline flow i knots[n] values[i])

            place 0 values

    /// ln q(x) in coordinates.
    member this.LogDensity(xs: float[]) : float =
        if count = 1 then
            let struct (_, density) = this.Forward xs
            density
        else
            let residuals, shares = Array.zeroCreate<float> p, Array.zeroCreate<float> p

            Array.init count (fun k -> logWeights[k] + standardise k xs residuals shares)
            |> logSumExp

    /// The coordinates of p + 1 uniform numbers: the first chooses the component of a mixture.
    member this.OfUniform(uniforms: float[]) : float[] =
        let mutable k = 0
        let mutable sum = exp logWeights[0]

        while k < count - 1 && uniforms[0] > sum do
            k <- k + 1
            sum <- sum + exp logWeights[k]

        let given =
            Array.init p (fun i ->
                let u = uniforms[i + 1]

                if coordinates[i].IsUnit then
                    u
                else
                    Normal.InvCDF(0.0, 1.0, u))

        this.Inverse(k, given)
