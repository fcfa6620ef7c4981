namespace Nsbi.Infer.Calibration

open System
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Networks

/// <summary>How far one quantity of the source is from that of the target, on held-out events.</summary>
type ClosureDistance = {
    /// <summary>sup |F − G|, with the probability of a larger one by chance.</summary>
    Kolmogorov: KolmogorovTest
    /// <summary>The distance that chance exceeds with the probability that was asked for.</summary>
    Limit: float
    /// <summary>W₁ = ∫ |F − G| in units of the quantity, with the error of bootstraps of the held-out
    /// events.</summary>
    Wasserstein: Measured
    /// <summary>W₁ that chance alone gives on average.</summary>
    Noise: float
}

/// <summary>Some held-out values of one side.</summary>
[<NoComparison; ReferenceEquality>]
type internal ClosureValues = {
    Values: float[]
    Weights: float[]
    /// How often each event is in each bootstrap: [replica][event].
    Counts: byte[][]
}

/// <summary>Distances between calibrated and observed events.</summary>
/// <remarks>A calibrated source can be no closer to held-out target events than the training events were:
/// both have the errors of finite samples. Of the perfect one-dimensional map T = F_t⁻¹∘F_s of the
/// training events, F_moved − F_target of held-out events has the variance F(1 − F)(1/n_s + 1/n_t + 1/m_s +
/// 1/m_t), n the effective sizes of held-out and m those of training events; chance means this.</remarks>
[<RequireQualifiedAccess>]
module ClosureDistance =
    /// Bootstraps: Poisson counts of mean 1 of each event.
    let internal counts (seed: uint64) (purpose: string) (replicas: int) (events: int) : byte[][] =
        Array.init replicas (fun replica ->
            let mutable stream = RandomStream(seed, purpose, uint64 replica)
            let found = Array.zeroCreate<byte> events

            for i in 0 .. events - 1 do
                found[i] <- byte (min 255L (stream.NextPoisson 1.0))

            found)

    let internal take (rows: int[]) (values: float[]) (weights: float[]) (counts: byte[][]) = {
        Values = rows |> Array.map (fun i -> values[i])
        Weights = rows |> Array.map (fun i -> weights[i])
        Counts = counts |> Array.map (fun c -> rows |> Array.map (fun i -> c[i]))
    }

    /// W₁ of weights in the order of increasing values.
    let private ordered (values: float[]) (first: float[]) (second: float[]) : float =
        let total1, total2 = Array.sum first, Array.sum second
        let mutable f, g, distance = 0.0, 0.0, 0.0

        for k in 0 .. values.Length - 2 do
            f <- f + first[k]
            g <- g + second[k]
            distance <- distance + (values[k + 1] - values[k]) * abs (f / total1 - g / total2)

        if total1 > 0.0 && total2 > 0.0 then distance else nan

    let private bootstraps (source: ClosureValues) (target: ClosureValues) : float[] =
        let values = Array.append source.Values target.Values
        let order = Array.init values.Length id
        Array.Sort(Array.copy values, order)
        let sorted = order |> Array.map (fun i -> values[i])
        let n = source.Values.Length

        Array.map2
            (fun (own: byte[]) (other: byte[]) ->
                let first =
                    order
                    |> Array.map (fun i -> if i < n then source.Weights[i] * float own[i] else 0.0)

                let second =
                    order
                    |> Array.map (fun i ->
                        if i < n then
                            0.0
                        else
                            target.Weights[i - n] * float other[i - n])

                ordered sorted first second)
            source.Counts
            target.Counts
        |> Array.filter Double.IsFinite

    let private deviation (values: float[]) : float =
        if values.Length < 2 then
            nan
        else
            let mean = Array.average values

            sqrt (
                (values |> Array.sumBy (fun v -> (v - mean) * (v - mean)))
                / float (values.Length - 1)
            )

    /// <summary>The distances of one quantity.</summary>
    /// <param name="pValue">probability by chance below which it is too far</param>
    /// <param name="training">1/m_s + 1/m_t of the events that the map was learned from; 0 before
    /// calibration</param>
    /// <param name="source">held-out events of the source, with weights of a positive sum</param>
    /// <param name="target">held-out events of the target, likewise</param>
    let internal compute
        (pValue: float)
        (training: float)
        (source: ClosureValues)
        (target: ClosureValues)
        : ClosureDistance =
        let plain =
            WeightedKolmogorov.test source.Values source.Weights target.Values target.Weights

        let effective = 1.0 / (1.0 / plain.Effective + training)
        let root = sqrt effective

        let wasserstein =
            Wasserstein.compute
                (Array.append source.Values target.Values)
                (Array.append source.Weights (Array.zeroCreate target.Weights.Length))
                (Array.append (Array.zeroCreate source.Weights.Length) target.Weights)

        {
            Kolmogorov = {
                plain with
                    Effective = effective
                    PValue =
                        WeightedKolmogorov.survival ((root + 0.12 + 0.11 / root) * plain.Distance)
            }
            Limit = WeightedKolmogorov.critical pValue effective
            Wasserstein = {
                Value = wasserstein.Value
                Error = deviation (bootstraps source target)
            }
            Noise = wasserstein.Noise * sqrt (plain.Effective / effective)
        }
