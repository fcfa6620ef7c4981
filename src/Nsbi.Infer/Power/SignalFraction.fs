namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Kernels

/// <summary>Estimates of the fraction μ of signal in events of a known number, of which the ratio
/// r = p_S/p_B is known: p(x) = p_B(x) (μ r(x) + 1 − μ).</summary>
[<RequireQualifiedAccess>]
module SignalFraction =

    /// <summary>The derivative of Σ ln(μ r_i + 1 − μ) in μ.</summary>
    let private slope (mu: float) (ratios: float[]) : struct (float * float) =
        let mutable first = 0.0
        let mutable second = 0.0

        for r in ratios do
            let t = (r - 1.0) / (mu * r + 1.0 - mu)
            first <- first + t
            second <- second - t * t

        struct (first, second)

    /// <summary>μ̂ where Σ_i ln(μ r_i + 1 − μ) is largest, over all μ at which the density of every event
    /// is positive: it may be negative.</summary>
    /// <param name="ratios">r of the events</param>
    /// <returns>NaN where no ratio is above 1, or none below: the likelihood has no maximum</returns>
    /// <remarks>The logarithm is concave in μ, so that Newton steps inside of a bracket find it.</remarks>
    let bestFit (ratios: float[]) : float =
        let least = if ratios.Length = 0 then nan else Array.min ratios
        let most = if ratios.Length = 0 then nan else Array.max ratios

        if not (least < 1.0 && most > 1.0 && Double.IsFinite most) then
            nan
        else
            let mutable low = -1.0 / (most - 1.0)
            let mutable high = 1.0 / (1.0 - least)
            let mutable mu = max (0.5 * low) (min (0.5 * high) 0.0)
            let mutable steps = 0
            let mutable isDone = false

            while not isDone && steps < 200 do
                let struct (first, second) = slope mu ratios

                if first > 0.0 then low <- mu else high <- mu

                let newton = mu - first / second

                let next =
                    if newton > low && newton < high then
                        newton
                    else
                        0.5 * (low + high)

                isDone <- abs (next - mu) <= 1e-12 * (1.0 + abs mu)
                mu <- next
                steps <- steps + 1

            mu

    let private text (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    /// <summary>μ̂ of each pseudo-experiment.</summary>
    /// <param name="features">F of the events</param>
    /// <param name="ratio">r of events; where it is not exact, μ̂ is biased</param>
    let estimate (features: int) (ratio: IEventRatio) : IEventStatistic = {
        new IEventStatistic with
            member _.Name = "best fit"
            member _.Settings = ratio.Settings

            member _.Evaluate(team, toys) =
                EventRatio.ofToys team features ratio toys |> Array.map bestFit
    }

    /// <summary>t = (r − 1)/(μ r + 1 − μ), the score of μ.</summary>
    let score (mu: float) (r: float) : float = (r - 1.0) / (mu * r + 1.0 - mu)

    /// <summary>What a score is on simulated signal and background, by which the moment estimator is
    /// unbiased whatever ratio the score has.</summary>
    type Calibration = {
        /// <summary>The μ of the score.</summary>
        Fraction: float
        /// <summary>E[t] at that μ.</summary>
        Mean: float
        /// <summary>∂E[t]/∂μ = E_S[t] − E_B[t].</summary>
        Slope: float
        /// <summary>Var t at that μ.</summary>
        Variance: float
    } with

        /// <summary>σ_μ = √(Var t/N)/|slope|.</summary>
        /// <param name="events">N</param>
        member this.Error(events: float) : float =
            sqrt (this.Variance / events) / abs this.Slope

    /// <summary>Calibrates a score.</summary>
    /// <param name="mu">where the score is taken</param>
    /// <param name="ratio">r of events</param>
    /// <param name="simulated">features of signal and background as in the data, n x F, which the ratio
    /// was not trained on</param>
    let calibrate (mu: float) (ratio: IEventRatio) (simulated: float[] * float[]) : Calibration =
        use team = new ThreadTeam(1)

        let scores features =
            ratio.Ratios(team, features) |> Array.map (score mu)

        let signal, background = scores (fst simulated), scores (snd simulated)
        let meanS, meanB = Array.average signal, Array.average background
        let mean = mu * meanS + (1.0 - mu) * meanB
        let square = Array.averageBy (fun t -> (t - mean) ** 2.0)

        {
            Fraction = mu
            Mean = mean
            Slope = meanS - meanB
            Variance = mu * square signal + (1.0 - mu) * square background
        }

    /// <summary>The moment estimate of each pseudo-experiment, μ + (⟨t⟩ − E[t])/slope.</summary>
    /// <param name="features">F of the events</param>
    /// <param name="ratio">r of events, of any width</param>
    /// <param name="calibration">of its score on events as the data are</param>
    let moment (features: int) (ratio: IEventRatio) (calibration: Calibration) : IEventStatistic = {
        new IEventStatistic with
            member _.Name = "moment estimate"

            member _.Settings =
                ratio.Settings
                @ [
                    "fraction", text calibration.Fraction
                    "mean", text calibration.Mean
                    "slope", text calibration.Slope
                ]

            member _.Evaluate(team, toys) =
                EventRatio.ofToys team features ratio toys
                |> Array.map (fun r ->
                    let mean = r |> Array.averageBy (score calibration.Fraction)
                    calibration.Fraction + (mean - calibration.Mean) / calibration.Slope)
    }

    /// <summary>The spread of estimates with its error, σ/√(2(n − 1)) as for a normal distribution.
    /// </summary>
    /// <param name="estimates">two or more that are not NaN</param>
    let spread (estimates: float[]) : Estimated =
        let known = estimates |> Array.filter (fun x -> not (Double.IsNaN x))
        let n = float known.Length

        if n < 2.0 then
            invalidArg (nameof estimates) "A spread needs two estimates or more."

        let mean = Array.average known
        let variance = (known |> Array.sumBy (fun x -> (x - mean) ** 2.0)) / (n - 1.0)

        {
            Value = sqrt variance
            Error = sqrt (variance / (2.0 * (n - 1.0)))
        }

    /// <summary>The mean of estimates with its error.</summary>
    let mean (estimates: float[]) : Estimated =
        let known = estimates |> Array.filter (fun x -> not (Double.IsNaN x))

        {
            Value = Array.average known
            Error = (spread known).Value / sqrt (float known.Length)
        }
