namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Losses
open Nsbi.Model
open Nsbi.Model.Words

/// <summary>A small narrow signal on a broad background in one observable: p(x|γ) = (1 − γ) q(x) + γ s(x)
/// with q = ½N(−2, 0.75²) + ½N(0, 2²) and s = N(1, 0.5²), of which γ is measured.</summary>
/// <remarks>The one-dimensional example of Cranmer, Pavez, Louppe, arXiv:1506.02169, with γ = 0.05 and
/// 5000 events.</remarks>
[<RequireQualifiedAccess>]
module MixtureToy1D =

    /// <summary>γ of the example, 0.05.</summary>
    let share: float = 0.05

    /// <summary>Events of one measurement, 5000.</summary>
    let events: int = 5000

    let private normal (mean: float) (width: float) (x: float) =
        let z = (x - mean) / width
        exp (-0.5 * z * z) / (width * sqrt (2.0 * Math.PI))

    /// <summary>s(x).</summary>
    let signal (x: float) : float = normal 1.0 0.5 x

    /// <summary>q(x).</summary>
    let background (x: float) : float =
        0.5 * normal -2.0 0.75 x + 0.5 * normal 0.0 2.0 x

    /// <summary>ρ(x) = s(x)/q(x).</summary>
    /// <param name="x">the observable, within 50 of 0: further out the densities underflow</param>
    let odds (x: float) : float = signal x / background x

    /// <summary>p(x|γ)/q(x) = γρ(x) + 1 − γ.</summary>
    /// <param name="gamma">γ in [0, 1]</param>
    /// <param name="x">the observable</param>
    let ratio (gamma: float) (x: float) : float =
        SignalOdds.sumToBackground gamma (odds x)

    /// <summary>∫ f(x) dx by the trapezoid rule on [−24, 24], good to 1e-12 for functions as smooth as the
    /// densities.</summary>
    /// <param name="f">what to integrate</param>
    let integral (f: float -> float) : float =
        let step = 0.01
        step * Seq.sum (seq { for i in -2400 .. 2400 -> f (step * float i) })

    /// <summary>The least standard deviation that γ can be measured with, of the Fisher information
    /// n ∫ (s − q)²/p dx.</summary>
    /// <param name="gamma">γ</param>
    /// <param name="events">n</param>
    let sigma (gamma: float) (events: int) : float =
        let information =
            integral (fun x ->
                let difference = signal x - background x
                difference * difference / (background x * ratio gamma x))

        1.0 / sqrt (float events * information)

    /// <summary>The Kullback–Leibler divergence of q from p(x|γ), ∫ p ln(p/q) dx.</summary>
    let divergence (gamma: float) : float =
        integral (fun x -> background x * ratio gamma x * log (ratio gamma x))

    /// <summary>The least cross-entropy of p(x|γ) against q, both with weight ½.</summary>
    let crossEntropy (gamma: float) : float =
        integral (fun x ->
            let r = ratio gamma x
            0.5 * background x * (r * log (1.0 + 1.0 / r) + log (1.0 + r)))

    let private drawBackground (stream: byref<RandomStream>) =
        let isNarrow = stream.NextDouble() < 0.5
        let z = stream.NextGaussian()
        if isNarrow then -2.0 + 0.75 * z else 2.0 * z

    /// <summary>Events of p(x|γ); a function of the arguments alone, of which the first n of more events
    /// are the same as n.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="toy">the number of the sample</param>
    /// <param name="gamma">γ: 0 for the background, 1 for the signal</param>
    /// <param name="events">n</param>
    let sample (seed: uint64) (toy: uint64) (gamma: float) (events: int) : float[] =
        let mutable stream = RandomStream(seed, "mixture toy", toy)
        let x = Array.zeroCreate<float> events

        for i in 0 .. events - 1 do
            x[i] <-
                if stream.NextDouble() < gamma then
                    1.0 + 0.5 * stream.NextGaussian()
                else
                    drawBackground &stream

        x

    /// <summary>The γ in [0, 1] of largest Π_i [γρ_i + 1 − γ].</summary>
    /// <param name="odds">ρ of each event, exact or learned, 0 or above</param>
    /// <returns>to 1e-12; NaN of no events</returns>
    /// <remarks>The slope Σ (ρ − 1)/(γρ + 1 − γ) falls with γ, so halving the interval finds its zero, or
    /// the end that it points to.</remarks>
    let estimate (odds: float[]) : float =
        let slope gamma =
            let mutable sum = 0.0

            for rho in odds do
                sum <- sum + (rho - 1.0) / (gamma * (rho - 1.0) + 1.0)

            sum

        let rec halve low high =
            if high - low < 1e-12 then
                0.5 * (low + high)
            else
                let middle = 0.5 * (low + high)

                if slope middle > 0.0 then
                    halve middle high
                else
                    halve low middle

        if odds.Length = 0 then nan
        elif slope 0.0 <= 0.0 then 0.0
        else halve 0.0 1.0

    /// <summary>γ of the model, from 0 to 1.</summary>
    let gamma: Coefficient = poi "gamma" |> from share |> between 0.0 1.0

    /// <summary>The model of n events on average, with the unbinned channel <c>SR</c>, the processes
    /// <c>S</c> and <c>B</c> and the reference q: its ratios are ρ and 1.</summary>
    /// <param name="events">n</param>
    let model (events: int) : Model =
        model "mixture toy" [
            unbinned "SR" (Words.reference "background") [
                processOf "S" [ scaledBy gamma; yields (float events) ]
                processOf "B" [ scaledBy (1.0 - gamma); yields (float events) ]
            ]
        ]
