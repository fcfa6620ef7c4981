namespace Nsbi.Infer

open System
open MathNet.Numerics.Integration

/// <summary>The points on which the posterior of the unknown-bump toy is summed.</summary>
type UnknownBumpGrid = {
    /// <summary>Range of f, within [0, 1].</summary>
    Fraction: float * float
    /// <summary>Number of Gauss–Legendre points in f.</summary>
    FractionPoints: int
    /// <summary>Range of m.</summary>
    Position: float * float
    /// <summary>Distance of the points in m; a third of the width of the posterior in m, or less,
    /// suffices.</summary>
    PositionStep: float
}

/// <summary>Making grids.</summary>
[<RequireQualifiedAccess>]
module UnknownBumpGrid =
    /// <summary>48 points of f in [0, 1], and m from −9 to 11 (five prior widths) in steps of 0.01: for
    /// sets of about 100 events.</summary>
    let standard: UnknownBumpGrid = {
        Fraction = 0.0, 1.0
        FractionPoints = 48
        Position = -9.0, 11.0
        PositionStep = 0.01
    }

    /// <summary>A grid around a point, for large sets whose posterior is narrow.</summary>
    /// <param name="f">centre of f, and half of the range (cut at 0 and 1)</param>
    /// <param name="m">centre of m, and half of the range, of 200 steps</param>
    let around (f: float * float) (m: float * float) : UnknownBumpGrid =
        let centre, half = f
        let position, reach = m

        {
            Fraction = max 0.0 (centre - half), min 1.0 (centre + half)
            FractionPoints = 48
            Position = position - reach, position + reach
            PositionStep = reach / 100.0
        }

/// <summary>Moments of the exact posterior of the unknown-bump toy.</summary>
type UnknownBumpPosterior = {
    /// <summary>Posterior mean of f.</summary>
    FractionMean: float
    /// <summary>Posterior standard deviation of f.</summary>
    FractionSd: float
    /// <summary>Posterior mean of m.</summary>
    PositionMean: float
    /// <summary>Posterior standard deviation of m.</summary>
    PositionSd: float
    /// <summary>Posterior correlation of f and m.</summary>
    Correlation: float
    /// <summary>ln ∫∫ π(f, m) Π_j p(x_j|f, m) df dm; for discriminants up to the Jacobian of D.
    /// </summary>
    LogEvidence: float
}

/// <summary>The exact posterior of the unknown-bump toy by quadrature.</summary>
[<RequireQualifiedAccess>]
module UnknownBumpPosterior =

    /// ln Π_j p(x_j|f_k, m) at all points of f, in two halves: each factor is divided by the greater of the
    /// two densities, so that it lies between min(f, 1 − f) and 1 or 2, and the logarithm is taken of
    /// products of 16.
    let private logLikelihoods
        (images: float[][])
        (fractions: float[])
        (m: float)
        (products: float[])
        (sums: float[])
        =
        let n = fractions.Length
        Array.fill products 0 n 1.0
        Array.fill sums 0 n 0.0
        let mutable offset = 0.0
        let mutable pending = 0
        let mutable far = 0

        let flush () =
            for k in 0 .. n - 1 do
                sums[k] <- sums[k] + log products[k]
                products[k] <- 1.0

        for image in images do
            let struct (s, b, _) = UnknownBumpToy.logTerms image m

            if s - b < -60.0 then
                // The bump adds less than the last digit: the factor is 1 − f.
                far <- far + 1
                offset <- offset + b
            else
                let top = max s b
                offset <- offset + top
                let background = exp (b - top)
                let difference = exp (s - top) - background

                for k in 0 .. n - 1 do
                    products[k] <- products[k] * (background + fractions[k] * difference)

                pending <- pending + 1

                if pending = 16 then
                    flush ()
                    pending <- 0

        flush ()

        for k in 0 .. n - 1 do
            sums[k] <- sums[k] + float far * log (1.0 - fractions[k]) + offset

    /// <summary>The posterior of a set of events, summed over a grid.</summary>
    /// <param name="grid">where; the posterior must be 0 outside</param>
    /// <param name="view">what is kept of the events</param>
    /// <param name="x">the events; also for discriminants x itself</param>
    /// <returns>moments; exact to the digits printed in papers where the grid is fine enough</returns>
    /// <remarks>Gauss–Legendre in f, the trapezoid rule in m: for a normal posterior of width σ the
    /// latter errs by exp(−2π²σ²/h²).</remarks>
    let computeOn
        (grid: UnknownBumpGrid)
        (view: UnknownBumpView)
        (x: float[])
        : UnknownBumpPosterior =
        let low, high = grid.Position

        if not (grid.PositionStep > 0.0 && high > low && grid.FractionPoints > 0) then
            invalidArg (nameof grid) "The grid has no points."

        let rule =
            GaussLegendreRule(fst grid.Fraction, snd grid.Fraction, grid.FractionPoints)

        let fractions = rule.Abscissas
        let weights = rule.Weights
        let images = x |> Array.map (UnknownBumpToy.preimages view)
        let steps = int (Math.Ceiling((high - low) / grid.PositionStep))
        let step = (high - low) / float steps
        let n = fractions.Length
        let products, sums = Array.zeroCreate n, Array.zeroCreate n

        // Σ w, Σ w f, Σ w f², Σ w m, Σ w m², Σ w f m relative to e^top; the origin of m is in the middle.
        let moments = Array.zeroCreate 6
        let mutable top = -infinity
        let middle = 0.5 * (low + high)
        let cell = log step

        for i in 0..steps do
            let m = low + step * float i
            logLikelihoods images fractions m products sums
            let edge = if i = 0 || i = steps then log 0.5 else 0.0

            for k in 0 .. n - 1 do
                let logWeight =
                    sums[k] + log weights[k] + UnknownBumpToy.logPrior fractions[k] m + cell + edge

                if logWeight > top then
                    let shrink = exp (top - logWeight)

                    for j in 0..5 do
                        moments[j] <- moments[j] * shrink

                    top <- logWeight

                if logWeight > top - 50.0 then
                    let w = exp (logWeight - top)
                    let f, d = fractions[k], m - middle
                    moments[0] <- moments[0] + w
                    moments[1] <- moments[1] + w * f
                    moments[2] <- moments[2] + w * f * f
                    moments[3] <- moments[3] + w * d
                    moments[4] <- moments[4] + w * d * d
                    moments[5] <- moments[5] + w * f * d

        let mean j = moments[j] / moments[0]
        let sd first second = sqrt (max 0.0 (second - first * first))
        let fractionSd = sd (mean 1) (mean 2)
        let positionSd = sd (mean 3) (mean 4)

        {
            FractionMean = mean 1
            FractionSd = fractionSd
            PositionMean = middle + mean 3
            PositionSd = positionSd
            Correlation = (mean 5 - mean 1 * mean 3) / (fractionSd * positionSd)
            LogEvidence = top + log moments[0]
        }

    /// <summary>The posterior of a set of about 100 events, on the standard grid.</summary>
    /// <param name="view">what is kept of the events</param>
    /// <param name="x">the events; also for discriminants x itself</param>
    let compute (view: UnknownBumpView) (x: float[]) : UnknownBumpPosterior =
        computeOn UnknownBumpGrid.standard view x
