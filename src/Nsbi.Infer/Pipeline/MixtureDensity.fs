namespace Nsbi.Infer

open Nsbi.Learn.Networks
open Nsbi.Model

// Axes: event i, sample k.

/// The density of the mixture with all nuisance parameters at their nominal values, for any ratios:
/// D(x; μ) = Σ_k a_k(μ) r_k(x), a_k = Σ_{terms of k} f(μ) ν_k.
[<RequireQualifiedAccess>]
module internal MixtureDensity =

    /// Σ f(μ) of each sample, and its slope in μ.
    let factors (learned: LearnedModel) (value: float) : float[] * float[] =
        let index = learned.Model.Index
        let place = index[learned.Analysis.Interest]
        let theta = LearnedModel.pointAt learned value
        let samples = learned.Simulated.Samples
        let sums, slopes = Array.zeroCreate samples.Length, Array.zeroCreate samples.Length

        for term in learned.Analysis.Terms do
            let k = System.Array.IndexOf(samples, term.Sample)
            let f = Coefficient.evaluate index theta term.Scale
            sums[k] <- sums[k] + f.Value
            slopes[k] <- slopes[k] + f.Gradient[place]

        // Rounding of 1 − √1 and the like is no negative weight.
        sums |> Array.map (fun f -> if abs f < 1e-12 then 0.0 else f), slopes

    /// a_k(μ), and its slope in μ.
    let rates (learned: LearnedModel) (value: float) : float[] * float[] =
        let f, slopes = factors learned value
        Array.map2 (*) f learned.Simulated.Yields, Array.map2 (*) slopes learned.Simulated.Yields

    /// Σ_k a_k r_k(x_i), for ratios [k][i].
    let sum (rates: float[]) (ratios: float[][]) : float[] =
        Array.init ratios[0].Length (fun i ->
            let mutable total = 0.0

            for k in 0 .. rates.Length - 1 do
                total <- total + rates[k] * ratios[k].[i]

            total)

    /// f_k(μ) times the expected events that each simulated event stands for: signed where f is.
    let truth (learned: LearnedModel) (simulated: SimulatedEvents) (value: float) : float[] =
        let f, _ = factors learned value

        Array.map2 (fun k w -> f[k] * w) simulated.Sample (SimulatedEvents.expected simulated)

    /// ∂_μ ln D of each event at the nominal point.
    let score (learned: LearnedModel) (ratios: float[][]) : float[] =
        let nominal = LearnedModel.nominal learned
        let a, slopes = rates learned nominal
        Array.map2 (/) (sum slopes ratios) (sum a ratios)

    /// One step of μ from the nominal point with weights v of events, whose sample totals are known,
    /// and ratios [k][i]: μ₀ + (Σ v s − ∂_μ ν)/Σ v s². And the error of the finite simulation, and
    /// 1/√I.
    let oneStep
        (learned: LearnedModel)
        (simulated: SimulatedEvents)
        (v: float[])
        (ratios: float[][])
        : Measured * float =
        let nominal = LearnedModel.nominal learned
        let _, slopes = rates learned nominal
        let s = score learned ratios
        let first = Array.fold2 (fun t v s -> t + v * s) 0.0 v s - Array.sum slopes
        let information = Array.fold2 (fun t v s -> t + v * s * s) 0.0 v s

        {
            Value = nominal + first / information
            Error = sqrt (SimulatedEvents.covariance v s s simulated) / information
        },
        1.0 / sqrt information
