namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

// Axes: event i, parameter k of P, node a of a parameter's range.

/// <summary>ln Z(α) of one process, Z(α) = E_{p_c}[Π_m g_m(x|α_m)], as a function that needs no
/// events: ln Z ≈ Σ_k z_k(α_k) + Σ_{k&lt;l} z_kl(α_k, α_l) with z_k = ln E[g_k] and
/// z_kl = ln E[g_k g_l] − z_k − z_l.</summary>
/// <remarks>What is left out are correlations of three and more parameters at once. Functions are
/// piecewise polynomials that break where the interpolation codes do. Slow twin:
/// <see cref="M:Nsbi.Infer.ShapeNormalisationModule.exact" />.</remarks>
[<Sealed>]
type internal ShapeNormalisation
    private
    (
        parameters: int,
        present: int[],
        single: PiecewiseBasis[],
        singles: float[][],
        pair: PiecewiseBasis[],
        pairs: float[,][][]
    ) =

    let kept =
        pair
        |> Array.map (fun basis ->
            Array.init basis.Pieces (fun piece ->
                [| 0 .. basis.Width - 1 |]
                |> Array.filter (fun a -> abs basis.Nodes[basis.First piece + a] > 1e-15)))

    let tables =
        Array.map2
            (fun (basis: PiecewiseBasis) (values: float[]) ->
                Array.init basis.Pieces (fun piece ->
                    let z = Array.sub values (basis.First piece) basis.Width
                    let slopes = basis.Derivative(piece, z)
                    Array.concat [ z; slopes; basis.Derivative(piece, slopes) ]))
            single
            singles

    let functions =
        PairFunctions(
            kept |> Array.map (Array.map _.Length),
            fun (struct (k, l, p, q, a, b)) ->
                let rows, columns = kept[k][p], kept[l][q]
                let z = pairs[k][l - k - 1]
                z[pair[k].First p + rows[a], pair[l].First q + columns[b]]
        )

    static member internal Make(parameters, present, single, singles, pair, pairs) =
        ShapeNormalisation(parameters, present, single, singles, pair, pairs)

    /// The parameters that it depends on, ascending.
    member _.Present: int[] = present

    /// The pieces in which the terms of one parameter are given.
    member _.Single: PiecewiseBasis[] = single

    /// The pieces in which the terms of two parameters are given.
    member _.Pair: PiecewiseBasis[] = pair

    /// <summary>z_k, z_k′ and z_k″ at the nodes, by parameter and piece.</summary>
    member _.SingleTables: float[][][] = tables

    /// <summary>The nodes of the terms of two parameters but α = 0, where these are 0, by parameter
    /// and piece.</summary>
    member _.Kept: int[][][] = kept

    /// The terms of two parameters at these nodes.
    member _.PairFunctions: PairFunctions = functions

    /// Whether every expectation that it was made from is positive.
    member _.IsFinite: bool =
        Array.forall (Array.forall System.Double.IsFinite) singles
        && pairs
           |> Array.forall (Array.forall (Seq.cast<float> >> Seq.forall System.Double.IsFinite))

    /// <summary>ln Z with its gradient and Hessian in the P parameters.</summary>
    /// <param name="alpha">P values</param>
    /// <remarks>Its fast twin is <see cref="T:Nsbi.Infer.NormalisationSpace" />.</remarks>
    member _.LogZ(alpha: float[]) : Jet =
        let gradient = Array.zeroCreate<float> parameters
        let hessian = Array2D.zeroCreate<float> parameters parameters
        let mutable value = 0.0
        let count = present.Length
        let bases = Array.init count (fun p -> pair[p].At alpha[present[p]])

        for p in 0 .. count - 1 do
            let k = present[p]
            let struct (first, basis, slope, bend) = single[p].At alpha[k]
            let values = singles[p]

            for a in 0 .. basis.Length - 1 do
                let z = values[first + a]
                value <- value + basis[a] * z
                gradient[k] <- gradient[k] + slope[a] * z
                hessian[k, k] <- hessian[k, k] + bend[a] * z

            let struct (firstK, basisK, slopeK, bendK) = bases[p]

            for q in p + 1 .. count - 1 do
                let l = present[q]
                let struct (firstL, basisL, slopeL, bendL) = bases[q]
                let z = pairs[p][q - p - 1]

                for a in 0 .. basisK.Length - 1 do
                    let mutable s0 = 0.0
                    let mutable s1 = 0.0
                    let mutable s2 = 0.0

                    for b in 0 .. basisL.Length - 1 do
                        let zab = z[firstK + a, firstL + b]
                        s0 <- s0 + basisL[b] * zab
                        s1 <- s1 + slopeL[b] * zab
                        s2 <- s2 + bendL[b] * zab

                    value <- value + basisK[a] * s0
                    gradient[k] <- gradient[k] + slopeK[a] * s0
                    gradient[l] <- gradient[l] + basisK[a] * s1
                    hessian[k, k] <- hessian[k, k] + bendK[a] * s0
                    hessian[l, l] <- hessian[l, l] + basisK[a] * s2
                    hessian[k, l] <- hessian[k, l] + slopeK[a] * s1

        for p in 0 .. count - 1 do
            for q in p + 1 .. count - 1 do
                hessian[present[q], present[p]] <- hessian[present[p], present[q]]

        {
            Value = value
            Gradient = gradient
            Hessian = hessian
        }

/// <summary>How normalisations are made.</summary>
[<RequireQualifiedAccess>]
module internal ShapeNormalisation =

    let private singleDegree = 16
    let private pairDegree = 8
    let private tile = 64

    /// The ends of the range and the places where the codes in play change their formula.
    let private breaks (low: float, high: float) (interpolants: EventInterpolant list) =
        let kink =
            interpolants
            |> List.exists (fun g -> g.Code = PiecewiseLinear || g.Code = PiecewiseExponential)

        [|
            low
            for knot in [ -1.0; 0.0; 1.0 ] do
                if knot > low && knot < high && (knot <> 0.0 || kink) then
                    knot
            high
        |]

    // Σ_i w_i Π g at the nodes of one parameter, over Σ_i w_i.
    let private means
        (weights: float[])
        (events: int[])
        (interpolants: EventInterpolant list)
        (nodes: float[])
        : float[] =
        let sums = Array.zeroCreate<float> nodes.Length
        let g = Array.zeroCreate<float> nodes.Length
        let mutable total = 0.0

        for i in events do
            if weights[i] <> 0.0 then
                Array.fill g 0 g.Length 1.0

                for interpolant in interpolants do
                    EventInterpolant.multiplyInto interpolant i nodes (Span g)

                total <- total + weights[i]

                for a in 0 .. nodes.Length - 1 do
                    sums[a] <- sums[a] + weights[i] * g[a]

        sums |> Array.map (fun s -> s / total)

    // Σ_i w_i g_a g_b / Σ_i w_i between the nodes of all parameters, columns one after the other.
    let private secondMoments
        (weights: float[])
        (events: int[])
        (groups: EventInterpolant list[])
        (nodes: float[][])
        : float[,] * float[] =
        let starts = Array.scan (+) 0 (nodes |> Array.map _.Length)
        let used = starts[starts.Length - 1]
        // One more column of ones, which gives the first moments and the sum of weights.
        let columns =
            (used + 1 + ProductMoments.Padding - 1) / ProductMoments.Padding
            * ProductMoments.Padding

        let sums = Array.zeroCreate<float>(columns * columns)
        let block = Array.zeroCreate<float>(tile * columns)

        for start in 0..tile .. events.Length - 1 do
            let rows = min tile (events.Length - start)
            Array.Clear block

            for j in 0 .. rows - 1 do
                let i = events[start + j]
                let row = Span(block, j * columns, columns)
                row.Slice(0, used + 1).Fill 1.0

                for p in 0 .. groups.Length - 1 do
                    let own = row.Slice(starts[p], nodes[p].Length)

                    for interpolant in groups[p] do
                        EventInterpolant.multiplyInto interpolant i nodes[p] own

            ProductMoments.Add(
                ReadOnlySpan(block, 0, rows * columns),
                ReadOnlySpan(Array.init rows (fun j -> weights[events[start + j]])),
                columns,
                Span sums
            )

        let total = sums[used * columns + used]

        Array2D.init used used (fun a b ->
            let low, high = min a b, max a b
            sums[low * columns + high] / total),
        Array.init used (fun a -> sums[a * columns + used] / total)

    /// <summary>Compiles ln Z.</summary>
    /// <param name="pairEvents">events, drawn from these, for the terms of two parameters</param>
    /// <param name="team">threads to share the work; the result does not depend on them</param>
    /// <param name="weights">w_i r_c,i of each event: the events as a sample of p_c</param>
    /// <param name="ranges">lowest and highest value of each of the P parameters, around 0; beyond
    /// them ln Z goes on as a Taylor polynomial</param>
    /// <param name="interpolants">the variations; several may have one parameter</param>
    /// <param name="whole">where the events were drawn from a table: the whole of it with the variations of
    /// a parameter, for which the terms of one parameter stand</param>
    /// <returns>NaN in ln Z where an expectation is not positive</returns>
    let compile
        (pairEvents: int)
        (team: ThreadTeam option)
        (weights: float[])
        (ranges: (float * float)[])
        (interpolants: EventInterpolant list)
        (whole: (int -> EventBlock seq) option)
        : ShapeNormalisation =
        let groups =
            interpolants |> List.groupBy _.Parameter |> List.sortBy fst |> List.toArray

        let present = groups |> Array.map fst
        let groups = groups |> Array.map snd

        let basis degree p =
            PiecewiseBasis(breaks ranges[present[p]] groups[p], degree)

        let single = Array.init present.Length (basis singleDegree)
        let pair = Array.init present.Length (basis pairDegree)
        let all = Array.init weights.Length id
        let singles = Array.create present.Length [||]

        let one p =
            let weights =
                match whole with
                | None -> weights
                | Some whole ->
                    CalibratedWeights.fit (whole present[p]) {
                        Weights = weights
                        Interpolants = groups[p]
                    }

            singles[p] <- means weights all groups[p] single[p].Nodes |> Array.map log

        match team with
        | Some team -> team.For(present.Length, Action<int, int>(fun p _ -> one p))
        | None -> Seq.iter one (seq { 0 .. present.Length - 1 })

        let pairs =
            if present.Length < 2 then
                Array.map (fun _ -> [||]) present
            else
                let nodes = pair |> Array.map _.Nodes
                let starts = Array.scan (+) 0 (nodes |> Array.map _.Length)
                let events = EventSample.rows weights.Length pairEvents
                let second, first = secondMoments weights events groups nodes

                Array.init present.Length (fun p ->
                    Array.init (present.Length - p - 1) (fun step ->
                        let q = p + 1 + step

                        Array2D.init nodes[p].Length nodes[q].Length (fun a b ->
                            let a, b = starts[p] + a, starts[q] + b
                            log (second[a, b] / (first[a] * first[b])))))

        ShapeNormalisation.Make(ranges.Length, present, single, singles, pair, pairs)

    /// <summary>ln Z with gradient and Hessian from its definition, over all events.</summary>
    /// <param name="weights">w_i r_c,i of each event</param>
    /// <param name="interpolants">the variations</param>
    /// <param name="alpha">the P parameters</param>
    let exact (weights: float[]) (interpolants: EventInterpolant list) (alpha: float[]) : Jet =
        let n = alpha.Length
        let first = Array.zeroCreate<float> n
        let second = Array2D.zeroCreate<float> n n
        let mutable value = 0.0
        let mutable total = 0.0

        for i in 0 .. weights.Length - 1 do
            if weights[i] <> 0.0 then
                let factors =
                    interpolants
                    |> List.map (fun g ->
                        let struct (v, f, s) = EventInterpolant.evaluate g i alpha[g.Parameter]
                        // g as a jet over the P parameters.
                        let jet = Jet.variable n g.Parameter alpha[g.Parameter]
                        Jet.chain v f s jet)

                let product = (Jet.constant n 1.0, factors) ||> List.fold Jet.multiply
                total <- total + weights[i]
                value <- value + weights[i] * product.Value

                for k in 0 .. n - 1 do
                    first[k] <- first[k] + weights[i] * product.Gradient[k]

                    for l in 0 .. n - 1 do
                        second[k, l] <- second[k, l] + weights[i] * product.Hessian[k, l]

        Jet.log {
            Value = value / total
            Gradient = first |> Array.map (fun x -> x / total)
            Hessian = second |> Array2D.map (fun x -> x / total)
        }
