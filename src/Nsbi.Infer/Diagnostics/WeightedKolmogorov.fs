namespace Nsbi.Infer

open System

/// <summary>A Kolmogorov–Smirnov test.</summary>
type KolmogorovTest = {
    /// <summary>sup |F − G| of the weighted distribution functions.</summary>
    Distance: float
    /// <summary>n m/(n + m) of the effective sizes.</summary>
    Effective: float
    /// <summary>Probability of a larger distance where both are of one distribution.</summary>
    PValue: float
}

/// <summary>The Kolmogorov–Smirnov test of two weighted samples without common events.</summary>
[<RequireQualifiedAccess>]
module WeightedKolmogorov =
    /// <summary>P(K > λ) = 2 Σ_{j≥1} (−1)^{j−1} e^{−2 j² λ²} of the Kolmogorov distribution.</summary>
    let survival (lambda: float) : float =
        if Double.IsNaN lambda then
            nan
        elif lambda < 0.3 then
            // Below, the series converges slowly and the value is one to ten digits: P(K < 0.3) = 9e-6.
            let t = -Math.PI * Math.PI / (8.0 * lambda * lambda)

            if lambda <= 0.0 then
                1.0
            else
                1.0 - sqrt (2.0 * Math.PI) / lambda * (Math.Exp t + Math.Exp(9.0 * t))
        else
            let mutable sum = 0.0

            for j in 1..100 do
                let x = float j * lambda
                let term = Math.Exp(-2.0 * x * x)
                sum <- sum + (if j % 2 = 1 then term else -term)

            Math.Clamp(2.0 * sum, 0.0, 1.0)

    /// <summary>The distance, and its p-value from the Kolmogorov distribution at
    /// (√n + 0.12 + 0.11/√n) D with n the effective size.</summary>
    /// <remarks>Source: Stephens, J. R. Stat. Soc. B 32 (1970) 115; effective sizes for weights.
    /// </remarks>
    /// <param name="first">values of the first sample, finite</param>
    /// <param name="firstWeights">their weights, of a sum above zero</param>
    /// <param name="second">values of the second sample</param>
    /// <param name="secondWeights">their weights</param>
    let test
        (first: float[])
        (firstWeights: float[])
        (second: float[])
        (secondWeights: float[])
        : KolmogorovTest =
        WeightedQuantile.requireSameLength first firstWeights
        WeightedQuantile.requireSameLength second secondWeights
        let totals = Array.sum firstWeights, Array.sum secondWeights

        if not (fst totals > 0.0 && snd totals > 0.0) then
            invalidArg (nameof firstWeights) "The weights of a sample add up to nothing."

        let values = Array.append first second

        let steps =
            Array.append
                (firstWeights |> Array.map (fun w -> w / fst totals))
                (secondWeights |> Array.map (fun w -> -w / snd totals))

        let order = Array.init values.Length id
        Array.Sort(Array.copy values, order)
        let mutable distance, difference = 0.0, 0.0

        for k in 0 .. order.Length - 1 do
            difference <- difference + steps[order[k]]

            if k = order.Length - 1 || values[order[k + 1]] <> values[order[k]] then
                distance <- max distance (abs difference)

        let n, m =
            EffectiveSizes.effective firstWeights, EffectiveSizes.effective secondWeights

        let size = n * m / (n + m)
        let root = sqrt size

        {
            Distance = distance
            Effective = size
            PValue = survival ((root + 0.12 + 0.11 / root) * distance)
        }

    /// <summary>The distance that chance exceeds with probability p.</summary>
    let critical (p: float) (effective: float) : float =
        let rec bisect low high left =
            let middle = 0.5 * (low + high)

            if left = 0 then middle
            elif survival middle > p then bisect middle high (left - 1)
            else bisect low middle (left - 1)

        let root = sqrt effective
        bisect 0.0 20.0 60 / (root + 0.12 + 0.11 / root)
