namespace Nsbi.Learn.Networks

open System
open System.Text.Json
open MathNet.Numerics.LinearAlgebra

/// <summary>What is done to the ratios r_c of an estimator so that E_ref[r_c] = 1 on the events of the
/// normalisation set.</summary>
[<RequireQualifiedAccess>]
type Normalisation =
    /// <summary>r′_c = r_c / C_c, with C_c = E_ref[r_c].</summary>
    | Divided of constants: float[]
    /// <summary>r′_c = e^{b_c} r_c / Σ_k w_k e^{b_k} r_k: keeps Σ_c w_c r′_c = 1 and r′_c ≤ 1/w_c.
    /// </summary>
    | Joint of offsets: float[]

/// <summary>Normalisation of ratios by events of the reference. i: event, c, k: class; ratios are
/// r[c][i].</summary>
[<RequireQualifiedAccess>]
module Normalisation =
    /// <summary>Weights of events as a sample of the reference: q_i = w_c u_i / Σ_{j of class c} u_j for an
    /// event of class c with weight u_i.</summary>
    /// <param name="mixture">w_c, adding up to 1</param>
    /// <param name="classes">class of each event</param>
    /// <param name="weights">u_i ≥ 0</param>
    /// <returns>Σ_i q_i = 1, if every class of w_c > 0 has an event of positive weight</returns>
    /// <exception cref="T:System.ArgumentException">a class with w_c > 0 without events of positive
    /// weight, or lengths that differ</exception>
    let referenceWeights (mixture: float[]) (classes: int[]) (weights: float[]) : float[] =
        if classes.Length <> weights.Length then
            invalidArg (nameof classes) $"{classes.Length} classes for {weights.Length} weights"

        let sums = Array.zeroCreate<float> mixture.Length

        for i in 0 .. weights.Length - 1 do
            sums[classes[i]] <- sums[classes[i]] + weights[i]

        for c in 0 .. mixture.Length - 1 do
            if mixture[c] > 0.0 && not (sums[c] > 0.0) then
                invalidArg
                    (nameof classes)
                    $"class {c} is part of the reference but has no events of positive weight here"

        let factor =
            Array.map2 (fun w sum -> if sum > 0.0 then w / sum else 0.0) mixture sums

        Array.map2 (fun c weight -> factor[c] * weight) classes weights

    /// <summary>C = E_ref[r] = Σ_c w_c ⟨r⟩_c, ⟨r⟩_c the weighted mean over the events of class c.</summary>
    /// <param name="mixture">w_c, adding up to 1</param>
    /// <param name="classes">class of each event</param>
    /// <param name="weights">u_i ≥ 0</param>
    /// <param name="ratio">r_i of one class's density</param>
    /// <returns>C and its error, √(Σ_c w_c² Σ_{i of c} u_i² (r_i − ⟨r⟩_c)²/(Σ_{i of c} u_i)²), at
    /// least 1e-12 for the rounding of the sums</returns>
    let mean (mixture: float[]) (classes: int[]) (weights: float[]) (ratio: float[]) : Measured =
        let q = referenceWeights mixture classes weights
        let means = Array.zeroCreate<float> mixture.Length

        for i in 0 .. q.Length - 1 do
            means[classes[i]] <- means[classes[i]] + q[i] * ratio[i]

        let value = Array.sum means
        let mutable variance = 0.0

        for i in 0 .. q.Length - 1 do
            let c = classes[i]

            if mixture[c] > 0.0 then
                let deviation = q[i] * (ratio[i] - means[c] / mixture[c])
                variance <- variance + deviation * deviation

        {
            Value = value
            Error = max 1e-12 (sqrt variance)
        }

    /// <summary>The constants of plain division, C_c = Σ_i q_i r_c(x_i).</summary>
    let divide (q: float[]) (ratios: float[][]) : Normalisation =
        ratios
        |> Array.map (fun ratio ->
            let mutable sum = 0.0

            for i in 0 .. q.Length - 1 do
                sum <- sum + q[i] * ratio[i]

            sum)
        |> Normalisation.Divided

    /// The shares s_c = f_c r_c / Σ_k f_k r_k of event i, f_c = w_c e^{b_c}; returns Σ_k f_k r_k.
    let private shares (factors: float[]) (ratios: float[][]) i (s: float[]) : float =
        let mutable total = 0.0

        for c in 0 .. s.Length - 1 do
            s[c] <- factors[c] * ratios[c][i]
            total <- total + s[c]

        for c in 0 .. s.Length - 1 do
            s[c] <- s[c] / total

        total

    let private factorsOf (mixture: float[]) (b: float[]) : float[] =
        Array.map2 (fun w bc -> w * Math.Exp bc) mixture b

    /// F(b) = Σ_i q_i ln Σ_k w_k e^{b_k} r_ki − Σ_c w_c b_c with gradient and Hessian in all b.
    let private objective (mixture: float[]) (q: float[]) (ratios: float[][]) (b: float[]) =
        let k = mixture.Length
        let gradient = Array.map (fun w -> -w) mixture
        let hessian = Array2D.zeroCreate<float> k k
        let s = Array.zeroCreate<float> k
        let factors = factorsOf mixture b
        let mutable value = -(Array.fold2 (fun sum w bc -> sum + w * bc) 0.0 mixture b)

        for i in 0 .. q.Length - 1 do
            if q[i] > 0.0 then
                value <- value + q[i] * Math.Log(shares factors ratios i s)

                for c in 0 .. k - 1 do
                    gradient[c] <- gradient[c] + q[i] * s[c]
                    hessian[c, c] <- hessian[c, c] + q[i] * s[c]

                    for d in 0 .. k - 1 do
                        hessian[c, d] <- hessian[c, d] - q[i] * s[c] * s[d]

        struct (value, gradient, hessian)

    /// <summary>The offsets b of the joint normalisation: E_ref[r′_c] = 1 for every class at once.</summary>
    /// <param name="mixture">w_c > 0, adding up to 1</param>
    /// <param name="q">weights of the events as a sample of the reference, adding up to 1</param>
    /// <param name="ratios">r[c][i] > 0</param>
    /// <returns>b with Σ_c w_c b_c = 0; |E_ref[r′_c] − 1| ≤ 1e-10</returns>
    /// <exception cref="T:System.ArgumentException">a weight w_c that is not positive</exception>
    /// <exception cref="T:System.InvalidOperationException">no convergence, which needs ratios that are
    /// zero, infinite or NaN</exception>
    /// <remarks>The condition is the stationary point of the convex
    /// F(b) = E_ref[ln Σ_k w_k e^{b_k} r_k] − Σ_c w_c b_c, found by Newton steps with backtracking; the
    /// last b is held at 0 meanwhile, F being constant along (1, …, 1).</remarks>
    let joint (mixture: float[]) (q: float[]) (ratios: float[][]) : Normalisation =
        if mixture |> Array.exists (fun w -> not (w > 0.0)) then
            invalidArg (nameof mixture) "the joint normalisation needs every class in the reference"

        let k = mixture.Length
        let free = k - 1

        let excess (gradient: float[]) =
            let largest = Array.map2 (fun g w -> abs g / w) gradient mixture |> Array.max
            if Double.IsNaN largest then infinity else largest

        let newton (gradient: float[]) (hessian: float[,]) =
            let matrix =
                Matrix<float>
                    .Build.Dense(
                        free,
                        free,
                        fun c d -> hessian[c, d] + (if c = d then 1e-14 * mixture[c] else 0.0)
                    )

            let right = Vector<float>.Build.Dense(free, (fun c -> -gradient[c]))
            let step = matrix.Solve right
            Array.init k (fun c -> if c < free then Math.Clamp(step[c], -5.0, 5.0) else 0.0)

        let rec descend iteration (b: float[]) =
            let struct (value, gradient, hessian) = objective mixture q ratios b

            if excess gradient <= 1e-13 || iteration = 100 then
                b, excess gradient
            else
                let step = newton gradient hessian

                let rec backtrack share =
                    let next = Array.map2 (fun bc sc -> bc + share * sc) b step
                    let struct (lower, slope, _) = objective mixture q ratios next

                    if lower < value || excess slope < excess gradient then
                        Some next
                    elif share > 1e-6 then
                        backtrack (share / 2.0)
                    else
                        None

                match backtrack 1.0 with
                | Some next -> descend (iteration + 1) next
                | None -> b, excess gradient

        let b, reached = descend 0 (Array.zeroCreate k)

        if not (reached <= 1e-10) then
            invalidOp
                $"The joint normalisation did not converge (|E[r] − 1| = {JsonFields.text reached}): a ratio is zero, infinite or not a number on almost all events."

        let gauge = Array.fold2 (fun sum w bc -> sum + w * bc) 0.0 mixture b
        Normalisation.Joint(b |> Array.map (fun bc -> bc - gauge))

    /// <summary>The normalised ratios r′; the given ones stay as they are.</summary>
    /// <param name="mixture">w_c, used by the joint normalisation</param>
    /// <param name="normalisation">the constants or offsets, one per class</param>
    /// <param name="ratios">r[c][i]</param>
    let apply (mixture: float[]) (normalisation: Normalisation) (ratios: float[][]) : float[][] =
        match normalisation with
        | Normalisation.Divided constants ->
            Array.map2
                (fun constant ratio -> ratio |> Array.map (fun r -> r / constant))
                constants
                ratios
        | Normalisation.Joint offsets ->
            let result = ratios |> Array.map Array.copy
            let s = Array.zeroCreate<float> mixture.Length
            let factors = factorsOf mixture offsets

            for i in 0 .. ratios[0].Length - 1 do
                shares factors ratios i s |> ignore

                for c in 0 .. s.Length - 1 do
                    result[c][i] <- s[c] / mixture[c]

            result

    /// Into the object that is open.
    let internal writeJson (writer: Utf8JsonWriter) (normalisation: Normalisation) : unit =
        let name, numbers =
            match normalisation with
            | Normalisation.Divided constants -> "constants", constants
            | Normalisation.Joint offsets -> "offsets", offsets

        writer.WriteStartArray name
        numbers |> Array.iter writer.WriteNumberValue
        writer.WriteEndArray()

    /// Of the object that it was written into.
    let internal readJson (element: JsonElement) : Normalisation =
        let numbers (list: JsonElement) = [| for n in list.EnumerateArray() -> n.GetDouble() |]

        match element.TryGetProperty "offsets" with
        | true, offsets -> Normalisation.Joint(numbers offsets)
        | _ -> Normalisation.Divided(numbers (element.GetProperty "constants"))
