namespace Nsbi.Infer

open System
open MathNet.Numerics
open Nsbi.Kernels

/// <summary>What an event of the bump toy is.</summary>
[<RequireQualifiedAccess>]
type BumpClass =
    /// A resonance at 0.
    | Signal
    /// Uniform on the interval.
    | Background

/// <summary>What the nuisance feature σ of an event of the bump toy is the width of.</summary>
[<RequireQualifiedAccess>]
type BumpWidth =
    /// <summary>Of the sum y itself, s = σ: what the paper's figures show.</summary>
    | OfSum
    /// <summary>Of each of the two features, so that s = √2 σ: what the paper's text says.</summary>
    | OfEach

    /// <summary>s, the width of the sum, over σ: 1 or √2.</summary>
    member this.Factor: float =
        match this with
        | OfSum -> 1.0
        | OfEach -> sqrt 2.0

/// <summary>Events of the bump toy with two features.</summary>
[<NoComparison; ReferenceEquality>]
type BumpPairs = {
    /// Y_0 of each event, in [−½, ½).
    First: float[]
    /// Y_1 of each event, in [−½, ½).
    Second: float[]
}

/// <summary>Events of the bump toy with the nuisance feature.</summary>
[<NoComparison; ReferenceEquality>]
type BumpWithWidth = {
    /// y of each event, in [−½, ½).
    Sum: float[]
    /// σ of each event, in (0, 0.29).
    Width: float[]
}

/// <summary>The bump hunt of which every number is known: one observable y on the interval [−½, ½),
/// whose ends are the same point. Background is uniform, p_B = 1; signal is a wrapped normal density
/// p_S(y) = Σ_k N(y + k; 0, s²), so that p_S is the ratio p_S/p_B itself.</summary>
/// <remarks>The observable is the sum of two features: Y_i = X/2 + Z_i with Z_i ~ N(0, σ²), X = 0 for
/// signal and uniform for background; then s = √2 σ, and Y_0 − Y_1 has the density p_S for both. Where
/// σ varies from event to event, uniformly between 0 and 0.29, and is known, it is a nuisance feature.
/// Source: Nachman, arXiv:1909.03081, sections 2 and 3.3.</remarks>
[<RequireQualifiedAccess>]
module BumpToy =

    /// <summary>The upper end of the nuisance feature, σ ~ U(0, 0.29).</summary>
    let greatestWidth: float = 0.29

    /// <summary>y mod 1 in [−½, ½): an integer is added until it is in there.</summary>
    let wrap (y: float) : float = y - Math.Floor(y + 0.5)

    let private checkWidth (name: string) (s: float) =
        if not (Double.IsFinite s && s > 0.0) then
            invalidArg name $"A width is a number above 0; {s} is not."

    let private normal (width: float) (y: float) =
        let z = y / width
        exp (-0.5 * z * z) / (width * sqrt (2.0 * Math.PI))

    /// Images of the interval on either side that matter at this width: beyond, below 1e-40.
    let private images (s: float) = 2 + int (13.0 * s)

    /// <summary>p_S(y) = Σ_k N(y + k; 0, s²), which is also the ratio p_S(y)/p_B(y).</summary>
    /// <param name="s">width of the sum, above 0</param>
    /// <param name="y">the observable; any number, taken mod 1</param>
    /// <exception cref="T:System.ArgumentException">a width that is none</exception>
    let signalDensity (s: float) (y: float) : float =
        checkWidth (nameof s) s
        let y = wrap y
        let far = images s
        let mutable sum = normal s y

        for k in 1..far do
            sum <- sum + normal s (y + float k) + normal s (y - float k)

        sum

    /// <summary>p_c(y), normalised to 1 over the interval.</summary>
    let density (kind: BumpClass) (s: float) (y: float) : float =
        match kind with
        | BumpClass.Signal -> signalDensity s y
        | BumpClass.Background -> 1.0

    /// <summary>p(y) = μ p_S(y) + 1 − μ, the density of events of which the fraction μ is signal.
    /// </summary>
    /// <param name="s">width of the sum</param>
    /// <param name="mu">the fraction; 0 to 1</param>
    /// <param name="y">the observable</param>
    let mixtureDensity (s: float) (mu: float) (y: float) : float = mu * signalDensity s y + 1.0 - mu

    /// <summary>∂ ln p_S/∂s at y, the sensitivity of the signal to its width.</summary>
    /// <remarks>∂N(y; 0, s²)/∂s = N (y²/s³ − 1/s).</remarks>
    let widthScore (s: float) (y: float) : float =
        checkWidth (nameof s) s
        let y = wrap y
        let far = images s
        let mutable sum = 0.0

        for k in -far .. far do
            let x = y + float k
            sum <- sum + normal s x * (x * x / (s * s) - 1.0) / s

        sum / signalDensity s y

    /// <summary>P(a ≤ y &lt; b) of signal for −½ ≤ a ≤ b ≤ ½.</summary>
    let signalProbability (s: float) (a: float) (b: float) : float =
        checkWidth (nameof s) s
        let far = images s

        // Differences of upper tails, on the side where these are small.
        let between (a: float) (b: float) =
            let tail x =
                0.5 * SpecialFunctions.Erfc(x / (s * sqrt 2.0))

            if a >= 0.0 then tail a - tail b
            elif b <= 0.0 then tail -b - tail -a
            else 1.0 - tail -a - tail b

        let mutable sum = 0.0

        for k in -far .. far do
            sum <- sum + between (a + float k) (b + float k)

        sum

    /// E₁(x) for x > 0: the series below 1.5, Lentz's continued fraction above (MathNet's does not
    /// converge near 1.127). Source: Abramowitz, Stegun, 5.1.11 and 5.1.22.
    let private exponentialIntegral (x: float) : float =
        if x < 1.5 then
            let mutable term = -1.0
            let mutable sum = -Constants.EulerMascheroni - log x
            let mutable k = 1

            while abs term > 1e-17 && k < 60 do
                term <- -term * x / float k
                sum <- sum + term / float k
                k <- k + 1

            sum
        else
            let mutable b = x + 1.0
            let mutable c = 1e300
            let mutable d = 1.0 / b
            let mutable h = d
            let mutable change = 0.0
            let mutable k = 1

            while abs (change - 1.0) > 1e-15 && k < 500 do
                let a = -float(k * k)
                b <- b + 2.0
                d <- 1.0 / (a * d + b)
                c <- b + a / c
                change <- c * d
                h <- h * change
                k <- k + 1

            h * exp -x

    /// <summary>The mean of p_S over the nuisance feature σ ~ U(0, 0.29), which is what a classifier
    /// without it can learn: Σ_k E₁((y + k)²/2b²)/(2√(2π) b), b = 0.29 or 0.29 √2.</summary>
    /// <returns>+∞ at y = 0, where it diverges as −ln |y|</returns>
    /// <remarks>∫₀ᵇ N(y; 0, s²) ds = E₁(y²/2b²)/(2√(2π)), by u = y²/2s².</remarks>
    let averagedDensity (width: BumpWidth) (y: float) : float =
        let b = width.Factor * greatestWidth
        let y = wrap y
        let far = images b
        let mutable sum = 0.0

        for k in -far .. far do
            let x = (y + float k) / b
            let u = 0.5 * x * x

            if u = 0.0 then
                sum <- infinity
            elif u < 700.0 then
                sum <- sum + exponentialIntegral u

        sum / (2.0 * sqrt (2.0 * Math.PI) * b)

    // The pair (Y0, Y1) lies on a torus that covers (Y0 + Y1, Y0 − Y1) mod 1 twice: the images
    // (m, n) of the sum and the difference are both even or both odd.
    let private parts (s: float) (centred: float -> float) (odd: bool) (y: float) =
        let far = 2 + 2 * images s
        let mutable sum = 0.0

        for k in -far .. far do
            if (k % 2 <> 0) = odd then
                sum <- sum + centred (y + float k)

        sum

    /// <summary>The density of (Y_0, Y_1) on the square [−½, ½)²,
    /// 2 Σ_{m, n of equal parity} q_c(y_0 + y_1 + m) N(y_0 − y_1 + n; 0, 2σ²), in which q_S is
    /// N(·; 0, 2σ²) and q_B its mean over X ~ U(−½, ½).</summary>
    /// <param name="kind">signal or background</param>
    /// <param name="sigma">σ, the width of each feature, above 0; s = √2 σ</param>
    /// <param name="first">y_0</param>
    /// <param name="second">y_1</param>
    let pairDensity (kind: BumpClass) (sigma: float) (first: float) (second: float) : float =
        checkWidth (nameof sigma) sigma
        let s = BumpWidth.OfEach.Factor * sigma
        let sum, difference = first + second, first - second

        let ofSum =
            match kind with
            | BumpClass.Signal -> normal s
            | BumpClass.Background ->
                fun x ->
                    let tail z =
                        0.5 * SpecialFunctions.Erfc(z / (s * sqrt 2.0))

                    let x = abs x
                    tail (x - 0.5) - tail (x + 0.5)

        let both odd =
            parts s ofSum odd sum * parts s (normal s) odd difference

        2.0 * (both false + both true)

    let private purpose (kind: BumpClass) =
        match kind with
        | BumpClass.Signal -> "bump toy signal"
        | BumpClass.Background -> "bump toy background"

    /// <summary>The next y of a stream.</summary>
    /// <param name="stream">where random numbers come from</param>
    /// <param name="kind">signal or background</param>
    /// <param name="s">width of the sum</param>
    let draw (stream: byref<RandomStream>) (kind: BumpClass) (s: float) : float =
        match kind with
        | BumpClass.Signal -> wrap (s * stream.NextGaussian())
        | BumpClass.Background -> stream.NextDouble() - 0.5

    /// <summary>The next y of a stream for events of which the fraction μ is signal.</summary>
    let drawMixture (stream: byref<RandomStream>) (s: float) (mu: float) : float =
        let kind =
            if stream.NextDouble() < mu then
                BumpClass.Signal
            else
                BumpClass.Background

        draw &stream kind s

    /// <summary>y of events of one class; a function of the arguments alone, and the first n of more
    /// events are the same as n.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="kind">signal or background</param>
    /// <param name="s">width of the sum, above 0</param>
    /// <param name="events">how many</param>
    let sample (seed: uint64) (kind: BumpClass) (s: float) (events: int) : float[] =
        checkWidth (nameof s) s
        let mutable stream = RandomStream(seed, purpose kind)
        let y = Array.zeroCreate events

        for i in 0 .. events - 1 do
            y[i] <- draw &stream kind s

        y

    /// <summary>Y_0 and Y_1 of events of one class, a function of the arguments alone.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="kind">signal or background</param>
    /// <param name="sigma">σ, the width of each feature, above 0</param>
    /// <param name="events">how many</param>
    let samplePairs (seed: uint64) (kind: BumpClass) (sigma: float) (events: int) : BumpPairs =
        checkWidth (nameof sigma) sigma
        let mutable stream = RandomStream(seed, purpose kind + " pairs")
        let first = Array.zeroCreate events
        let second = Array.zeroCreate events

        for i in 0 .. events - 1 do
            let x =
                match kind with
                | BumpClass.Signal -> 0.0
                | BumpClass.Background -> stream.NextDouble() - 0.5

            first[i] <- wrap (0.5 * x + sigma * stream.NextGaussian())
            second[i] <- wrap (0.5 * x + sigma * stream.NextGaussian())

        { First = first; Second = second }

    /// <summary>y and σ of events of one class, σ ~ U(0, 0.29) for each event; a function of the
    /// arguments alone.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="kind">signal or background</param>
    /// <param name="width">what σ is the width of</param>
    /// <param name="events">how many</param>
    let sampleWithWidth
        (seed: uint64)
        (kind: BumpClass)
        (width: BumpWidth)
        (events: int)
        : BumpWithWidth =
        let mutable stream = RandomStream(seed, purpose kind + " with width")
        let y = Array.zeroCreate events
        let sigma = Array.zeroCreate events

        for i in 0 .. events - 1 do
            sigma[i] <- greatestWidth * stream.NextDouble()
            y[i] <- draw &stream kind (width.Factor * sigma[i])

        { Sum = y; Width = sigma }
