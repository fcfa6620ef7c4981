namespace Nsbi.Infer

open System
open MathNet.Numerics.Integration
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Posterior

/// <summary>Signal on a background of unknown rate, with one number x an event: μ s events of
/// N(−7, 2²) and ν b(1 + τ) events of N(m, 3²), whose part 1/(1 + τ) lies below 0, in the region
/// where the signal is. μ is wanted, ν is a nuisance parameter of the whole set.</summary>
type OnOffToy = {
    /// <summary>s, signal events at μ = 1.</summary>
    Signal: float
    /// <summary>b, background events below 0 at ν = 1.</summary>
    Background: float
    /// <summary>τ, background events above 0 for one below.</summary>
    Tau: float
}

/// <summary>A maximum of the likelihood.</summary>
[<Struct>]
type OnOffFit = {
    /// <summary>μ</summary>
    Mu: float
    /// <summary>ν</summary>
    Nu: float
    /// <summary>−2 ln L there, relative to the density of the background alone.</summary>
    TwiceNll: float
}

/// <summary>The on/off problem, unbinned, with its exact likelihood ratios: ln L is the logarithm of
/// a sum that is linear in μ and ν, so that it is concave and its maxima are found to rounding.
/// </summary>
/// <remarks>Source: Heinrich, Mishra-Sharma, Pollard, Windischhofer, arXiv:2306.12584, section 5.
/// </remarks>
[<RequireQualifiedAccess>]
module OnOffToy =

    /// <summary>s = 10, b = 50, τ = 1.</summary>
    let standard: OnOffToy = {
        Signal = 10.0
        Background = 50.0
        Tau = 1.0
    }

    let private signalMean = -7.0
    let private signalWidth = 2.0
    let private backgroundWidth = 3.0

    /// <summary>m = −3 Φ⁻¹(1/(1 + τ)), the mean of the background: 0 for τ = 1.</summary>
    let backgroundMean (toy: OnOffToy) : float =
        -backgroundWidth
        * MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, 1.0 / (1.0 + toy.Tau))

    /// <summary>b(1 + τ), all background events at ν = 1.</summary>
    let backgroundEvents (toy: OnOffToy) : float = toy.Background * (1.0 + toy.Tau)

    /// <summary>Expected number of events, μ s + ν b(1 + τ).</summary>
    let expected (toy: OnOffToy) (mu: float) (nu: float) : float =
        mu * toy.Signal + nu * backgroundEvents toy

    let private check (name: string) (rate: float) =
        if not (rate >= 0.0 && Double.IsFinite rate) then
            invalidArg name $"A rate is a number from 0 on; {rate} is not."

    let private normal mean width x =
        let z = (x - mean) / width
        exp (-0.5 * z * z) / (width * sqrt (2.0 * Math.PI))

    /// <summary>The density of signal, N(x; −7, 2²).</summary>
    let signalDensity (x: float) : float = normal signalMean signalWidth x

    /// <summary>The density of background, N(x; m, 3²).</summary>
    let backgroundDensity (toy: OnOffToy) (x: float) : float =
        normal (backgroundMean toy) backgroundWidth x

    /// Events of which each is signal with a probability.
    let private drawOf toy fraction count (stream: byref<RandomStream>) : float[] =
        let mean = backgroundMean toy
        let x = Array.zeroCreate count

        for i in 0 .. count - 1 do
            x[i] <-
                if stream.NextDouble() < fraction then
                    signalMean + signalWidth * stream.NextGaussian()
                else
                    mean + backgroundWidth * stream.NextGaussian()

        x

    /// <summary>The events of one set.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="mu">μ ≥ 0</param>
    /// <param name="nu">ν ≥ 0</param>
    /// <param name="stream">where random numbers come from</param>
    /// <returns>x of each event; their number is Poisson's</returns>
    let draw (toy: OnOffToy) (mu: float) (nu: float) (stream: byref<RandomStream>) : float[] =
        check (nameof mu) mu
        check (nameof nu) nu
        let mean = expected toy mu nu
        let count = int (stream.NextPoisson mean)
        drawOf toy (mu * toy.Signal / mean) count &stream

    /// <summary>r_i = p_S(x_i)/p_B(x_i) of each event.</summary>
    let ratios (toy: OnOffToy) (events: float[]) : float[] =
        let mean = backgroundMean toy

        events
        |> Array.map (fun x ->
            let s = (x - signalMean) / signalWidth
            let b = (x - mean) / backgroundWidth
            exp (0.5 * (b * b - s * s)) * backgroundWidth / signalWidth)

    /// 2(S + B) − 2 Σ ln(S r_i + B) for yields S and B.
    let private ofYields (ratios: float[]) (signal: float) (background: float) : float =
        let mutable sum = 0.0

        for r in ratios do
            sum <- sum + log (signal * r + background)

        2.0 * (signal + background - sum)

    /// <summary>−2 ln L(μ, ν) = 2(μ s + ν b(1 + τ)) − 2 Σ ln(μ s r_i + ν b(1 + τ)), relative to the density
    /// of the background alone; +∞ where an event is impossible.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="ratios">r_i of the events</param>
    /// <param name="mu">μ ≥ 0</param>
    /// <param name="nu">ν ≥ 0</param>
    let twiceNll (toy: OnOffToy) (ratios: float[]) (mu: float) (nu: float) : float =
        check (nameof mu) mu
        check (nameof nu) nu
        ofYields ratios (mu * toy.Signal) (nu * backgroundEvents toy)

    /// The root of a falling function in [low, high], by Newton's steps kept inside of the bracket.
    let private fallingRoot
        (low: float)
        (high: float)
        (f: float -> struct (float * float))
        : float =
        let rec search low high x left =
            let struct (value, slope) = f x
            let low, high = if value > 0.0 then x, high else low, x
            let newton = x - value / slope

            let next =
                if newton > low && newton < high then
                    newton
                else
                    0.5 * (low + high)

            if left = 0 || abs (next - x) <= 1e-15 * (abs x + abs next) then
                next
            else
                search low high next (left - 1)

        search low high (0.5 * (low + high)) 200

    /// <summary>The best ν ≥ 0 at a value of μ, exactly: the root of Σ 1/(S r_i + B) = 1 in B.
    /// </summary>
    /// <param name="toy">which problem</param>
    /// <param name="ratios">r_i of the events; without events ν = 0</param>
    /// <param name="mu">μ ≥ 0</param>
    let profile (toy: OnOffToy) (ratios: float[]) (mu: float) : OnOffFit =
        check (nameof mu) mu
        let signal = mu * toy.Signal

        // 1/Σ is almost a line in B, and rises: 1/Σ(0) > 1 where ν = 0 is best.
        let f b =
            let mutable sum = 0.0
            let mutable squares = 0.0

            for r in ratios do
                let inverse = 1.0 / (signal * r + b)
                sum <- sum + inverse
                squares <- squares + inverse * inverse

            struct (1.0 - 1.0 / sum, -squares / (sum * sum))

        let background =
            if ratios.Length = 0 then
                0.0
            elif signal = 0.0 then
                float ratios.Length
            else
                let struct (atZero, _) = f 0.0

                if atZero <= 0.0 then
                    0.0
                else
                    fallingRoot 0.0 (float ratios.Length) f

        {
            Mu = mu
            Nu = background / backgroundEvents toy
            TwiceNll = ofYields ratios signal background
        }

    /// <summary>The best μ ≥ 0 and ν ≥ 0, exactly: S + B is the number of events, and the fraction of
    /// signal is the root of Σ (r_i − 1)/(f r_i + 1 − f) = 0.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="ratios">r_i of the events; without events both are 0</param>
    let best (toy: OnOffToy) (ratios: float[]) : OnOffFit =
        let f fraction =
            let mutable sum = 0.0
            let mutable squares = 0.0

            for r in ratios do
                let term = (r - 1.0) / (fraction * r + 1.0 - fraction)
                sum <- sum + term
                squares <- squares + term * term

            struct (sum, -squares)

        let fraction =
            let struct (first, _) = f 0.0
            let struct (last, _) = f 1.0

            if ratios.Length = 0 || first <= 0.0 then 0.0
            elif last >= 0.0 then 1.0
            else fallingRoot 0.0 1.0 f

        let n = float ratios.Length
        let signal, background = n * fraction, n * (1.0 - fraction)

        {
            Mu = signal / toy.Signal
            Nu = background / backgroundEvents toy
            TwiceNll = ofYields ratios signal background
        }

    /// <summary>t_μ = −2 ln L(μ, ν̂(μ))/L(μ̂, ν̂) ≥ 0, exactly; χ² with one degree of freedom for many events
    /// and μ away from 0.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="ratios">r_i of the events</param>
    /// <param name="mu">μ ≥ 0</param>
    let profileRatio (toy: OnOffToy) (ratios: float[]) (mu: float) : float =
        max 0.0 ((profile toy ratios mu).TwiceNll - (best toy ratios).TwiceNll)

    /// <summary>Errors of μ and ν for many events, and their correlation: the inverse of Fisher's
    /// information ∫ ∂_aD ∂_bD/D dx with D = μ s p_S + ν b(1 + τ) p_B.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="mu">μ ≥ 0</param>
    /// <param name="nu">ν > 0</param>
    /// <returns>σ_μ, σ_ν and their correlation</returns>
    let errors (toy: OnOffToy) (mu: float) (nu: float) : struct (float * float * float) =
        let signal, background = toy.Signal, backgroundEvents toy

        let information (a: float -> float) (b: float -> float) =
            let f x =
                let d = mu * signal * signalDensity x + nu * background * backgroundDensity toy x

                a x * b x / d

            let mean = backgroundMean toy
            let low = min (signalMean - 10.0 * signalWidth) (mean - 10.0 * backgroundWidth)
            let high = mean + 10.0 * backgroundWidth

            Seq.init 40 (fun k -> low + (high - low) * float k / 40.0)
            |> Seq.sumBy (fun start ->
                let stop = start + (high - low) / 40.0
                GaussLegendreRule.Integrate(Func<_, _> f, start, stop, 32))

        let perMu x = signal * signalDensity x
        let perNu x = background * backgroundDensity toy x

        let mm, mn, nn =
            information perMu perMu, information perMu perNu, information perNu perNu

        let determinant = mm * nn - mn * mn
        struct (sqrt (nn / determinant), sqrt (mm / determinant), -mn / sqrt (mm * nn))

    /// <summary>Simulates sets of one feature x with φ = (μ, ν), each uniform in a range.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="mu">range of μ</param>
    /// <param name="nu">range of ν</param>
    /// <returns>a simulator whose sets have at most 10 standard deviations more events than the most that are
    /// expected in twice the range; or why the ranges are none</returns>
    let simulator
        (toy: OnOffToy)
        (mu: struct (float * float))
        (nu: struct (float * float))
        : Result<SetSimulator, Fault list> =
        let struct (lowMu, highMu) = mu
        let struct (lowNu, highNu) = nu

        Prior.create [
            "mu", PriorDensity.Uniform(lowMu, highMu)
            "nu", PriorDensity.Uniform(lowNu, highNu)
        ]
        |> Result.map (fun prior ->
            let largest = expected toy (2.0 * highMu) highNu
            let most = int (largest + 10.0 * sqrt largest) + 10

            let size =
                DrawSize(fun phi stream ->
                    min most (int (stream.NextPoisson(expected toy phi[0] phi[1]))))

            let events =
                DrawEvents(fun phi count stream ->
                    let fraction = phi[0] * toy.Signal / expected toy phi[0] phi[1]
                    drawOf toy fraction count &stream)

            SetSimulator.create "on/off" prior [ "x" ] (SetSize.Drawn(most, size)) events)
