namespace Nsbi.Infer

open System
open MathNet.Numerics.LinearAlgebra
open Nsbi.Kernels
open Nsbi.Learn.Events

/// <summary>The flavour of a jet.</summary>
[<RequireQualifiedAccess>]
type JetFlavour =
    | Bottom
    | Charm
    | Light

/// <summary>Who made the jets of the toy.</summary>
[<RequireQualifiedAccess>]
type JetSample =
    /// <summary>The simulation, which is wrong.</summary>
    | Simulation
    /// <summary>The data: other jets of the same kind, moved by the exact map.</summary>
    | Data

/// <summary>A flavour tagger of three one-against-rest outputs p_b, p_c, p_u of jets of a p_T. The data
/// have the logits q_i = ln p_i/(1 − p_i) of the simulation moved by T(q; p_T) = ∇φ(q; p_T), φ convex in q
/// at each p_T: the optimal map of simulation onto data is known.</summary>
/// <remarks>
/// φ = ½ qᵀS(t)q + v(t)·q + κ(t) Σ_k ln(1 + e^{a_k·q}), t = ln(p_T/70 GeV), with S symmetric and positive and
/// κ > 0. The outputs need not add up to one, so that the three logits are free, as they are treated in
/// Pollard (2025) and in Algren et al., arXiv:2505.13063.
/// </remarks>
[<RequireQualifiedAccess>]
module FlavourTaggingToy =

    /// <summary>What a study calls the toy.</summary>
    [<Literal>]
    let Name = "flavourTagging"

    /// <summary>f_c of the discriminant, 0.018.</summary>
    let charmFraction: float = 0.018

    /// <summary>Shares of the flavours among the jets: b 0.3, c 0.2, light 0.5.</summary>
    let fractions: (JetFlavour * float) list = [
        JetFlavour.Bottom, 0.3
        JetFlavour.Charm, 0.2
        JetFlavour.Light, 0.5
    ]

    let private lowest, private highest, private scale = 20.0, 250.0, 60.0

    let private reduced (pt: float) = log (pt / 70.0)

    let private directions: float[][] =
        let h = sqrt 0.5
        [| [| h; -h; 0.0 |]; [| 0.0; h; -h |] |]

    let private stretch (t: float) : float[,] =
        array2D [
            [ 1.10 + 0.08 * t; 0.06; -0.05 ]
            [ 0.06; 0.92; 0.04 ]
            [ -0.05; 0.04; 1.05 - 0.06 * t ]
        ]

    let private shift (t: float) : float[] = [|
        -0.35 - 0.15 * t
        0.10 + 0.10 * t
        0.25 - 0.10 * t
    |]

    let private strength (t: float) = 0.5 + 0.2 * t

    let private dot (a: float[]) (q: float[]) = a[0] * q[0] + a[1] * q[1] + a[2] * q[2]

    let private sigmoid (x: float) = 1.0 / (1.0 + exp -x)

    let private requireLogits (q: float[]) =
        if isNull q || q.Length <> 3 then
            invalidArg (nameof q) "A jet has three logits."

    let private requirePt (pt: float) =
        if not (pt >= lowest && pt <= highest) then
            invalidArg (nameof pt) $"p_T lies between {lowest} and {highest} GeV."

    /// <summary>φ(q; p_T).</summary>
    /// <param name="pt">p_T in GeV, from 20 to 250</param>
    /// <param name="q">three logits</param>
    let potential (pt: float) (q: float[]) : float =
        requirePt pt
        requireLogits q
        let t = reduced pt
        let s, v = stretch t, shift t
        let mutable sum = dot v q

        for i in 0..2 do
            for j in 0..2 do
                sum <- sum + 0.5 * s[i, j] * q[i] * q[j]

        for a in directions do
            let x = dot a q
            sum <- sum + strength t * (max x 0.0 + log (1.0 + exp -(abs x)))

        sum

    /// <summary>T(q; p_T) = ∇φ: the logits of the data for a jet of the simulation.</summary>
    /// <param name="pt">p_T in GeV, from 20 to 250</param>
    /// <param name="q">three logits</param>
    let map (pt: float) (q: float[]) : float[] =
        requirePt pt
        requireLogits q
        let t = reduced pt
        let s = stretch t
        let moved = shift t

        for i in 0..2 do
            for j in 0..2 do
                moved[i] <- moved[i] + s[i, j] * q[j]

        for a in directions do
            let pull = strength t * sigmoid (dot a q)

            for i in 0..2 do
                moved[i] <- moved[i] + pull * a[i]

        moved

    /// <summary>∂T_i/∂q_j: symmetric and positive.</summary>
    /// <param name="pt">p_T in GeV, from 20 to 250</param>
    /// <param name="q">three logits</param>
    let jacobian (pt: float) (q: float[]) : float[,] =
        requirePt pt
        requireLogits q
        let t = reduced pt
        let found = stretch t

        for a in directions do
            let p = sigmoid (dot a q)
            let curve = strength t * p * (1.0 - p)

            for i in 0..2 do
                for j in 0..2 do
                    found[i, j] <- found[i, j] + curve * a[i] * a[j]

        found

    /// <summary>T⁻¹, by Newton's method: the logits of the simulation for a jet of the data.</summary>
    /// <param name="pt">p_T in GeV, from 20 to 250</param>
    /// <param name="q">three logits, moved</param>
    let inverse (pt: float) (q: float[]) : float[] =
        requireLogits q
        let wanted = q
        let mutable found = Array.copy q
        let mutable left = 50

        while left > 0 do
            let miss = Array.map2 (-) wanted (map pt found)

            let step =
                (Matrix<float>.Build.DenseOfArray(jacobian pt found))
                    .Solve(Vector<float>.Build.DenseOfArray miss)

            found <- Array.init 3 (fun i -> found[i] + step[i])
            left <- if step.L2Norm() < 1e-13 then 0 else left - 1

        found

    /// <summary>D_b = ln p_b/(f_c p_c + (1 − f_c) p_u).</summary>
    /// <param name="p">p_b, p_c, p_u</param>
    let discriminant (p: float[]) : float =
        requireLogits p
        log (p[0] / (charmFraction * p[1] + (1.0 - charmFraction) * p[2]))

    /// Mean logits of a flavour, and the widths around them.
    let private centre (flavour: JetFlavour) (t: float) : float[] * float[] =
        match flavour with
        | JetFlavour.Bottom -> [| 2.0 + 0.5 * t; -0.6; -2.4 |], [| 1.4; 0.9; 1.2 |]
        | JetFlavour.Charm -> [| -0.9; 0.9 + 0.3 * t; -0.7 |], [| 1.1; 1.0; 1.0 |]
        | JetFlavour.Light -> [| -2.8; -1.2; 1.9 + 0.4 * t |], [| 1.1; 0.9; 1.2 |]

    /// The code of the Monte Carlo particle numbering, 0 for light.
    let private code (flavour: JetFlavour) =
        match flavour with
        | JetFlavour.Bottom -> 5.0
        | JetFlavour.Charm -> 4.0
        | JetFlavour.Light -> 0.0

    let private purpose (sample: JetSample) =
        match sample with
        | JetSample.Simulation -> "simulated jets"
        | JetSample.Data -> "jets of the data"

    /// p_T of 20 GeV plus an exponential of mean 60 GeV, cut at 250 GeV, by its quantiles.
    let private momentum (u: float) =
        let kept = 1.0 - exp (-(highest - lowest) / scale)
        min highest (lowest - scale * log (1.0 - u * kept))

    let private pick (u: float) : JetFlavour =
        let rec among sum list =
            match list with
            | [ flavour, _ ] -> flavour
            | (flavour, share) :: rest ->
                if u < sum + share then
                    flavour
                else
                    among (sum + share) rest
            | [] -> invalidOp "there is no flavour"

        among 0.0 fractions

    /// <summary>Jets, each of weight 1.</summary>
    /// <param name="seed">of the random numbers; jet i is the same for any number of jets</param>
    /// <param name="sample">simulation or data, which have no jets in common</param>
    /// <param name="jets">how many</param>
    /// <returns>columns <c>pt</c> [GeV], <c>flavour</c> (5, 4, 0), <c>pb</c>, <c>pc</c>, <c>pu</c></returns>
    let jets (seed: uint64) (sample: JetSample) (jets: int) : EventTable =
        let columns = Array.init 5 (fun _ -> Array.zeroCreate<float> jets)

        for i in 0 .. jets - 1 do
            let mutable stream = RandomStream(seed, purpose sample, uint64 i)
            let pt = momentum (stream.NextDouble())
            let flavour = pick (stream.NextDouble())
            let mean, width = centre flavour (reduced pt)
            let g = [| stream.NextGaussian(); stream.NextGaussian(); stream.NextGaussian() |]

            // What looks less like a b looks more like light.
            let raw = [|
                mean[0] + width[0] * g[0]
                mean[1] + width[1] * g[1]
                mean[2] + width[2] * (0.8 * g[2] - 0.6 * g[0])
            |]

            let q =
                match sample with
                | JetSample.Simulation -> raw
                | JetSample.Data -> map pt raw

            columns[0][i] <- pt
            columns[1][i] <- code flavour

            for k in 0..2 do
                columns[2 + k][i] <- sigmoid q[k]

        EventTable.ofColumns
            (List.zip [ "pt"; "flavour"; "pb"; "pc"; "pu" ] (List.ofArray columns))
            None
