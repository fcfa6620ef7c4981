namespace Nsbi.Infer

open System
open MathNet.Numerics
open MathNet.Numerics.Distributions

/// <summary>How many independent draws correlated ones are worth, and the Monte Carlo errors that follow.
/// </summary>
/// <remarks>S/(1 + 2 Σ_t ρ_t) of all S draws, with the autocorrelations of all chains and the spread of their means,
/// cut by Geyer's initial monotone sequence. Source: Vehtari, Gelman, Simpson, Carpenter, Bürkner,
/// arXiv:1903.08008, section 3; Geyer, Stat. Sci. 7 (1992) 473. Independent implementation:
/// tests/peers/effective_sample_size.py.</remarks>
[<RequireQualifiedAccess>]
module EffectiveSampleSize =

    let private size (chains: float[][]) : float =
        if not (ChainValues.vary chains) then
            nan
        else
            let n = chains[0].Length
            let means = chains |> Array.map ChainValues.mean
            let centred = Array.map2 (fun c m -> c |> Array.map (fun v -> v - m)) chains means

            // Mean over chains of Σ_i x_i x_{i+t}/n.
            let autocovariance lag =
                let mutable sum = 0.0

                for chain in centred do
                    for i in 0 .. n - 1 - lag do
                        sum <- sum + chain[i] * chain[i + lag]

                sum / (float n * float chains.Length)

            let length = float n
            let within = autocovariance 0 * length / (length - 1.0)

            let total =
                within * (length - 1.0) / length
                + (if chains.Length > 1 then
                       ChainValues.variance means
                   else
                       0.0)

            let rho lag =
                1.0 - (within - autocovariance lag) / total

            // Pairs ρ_{2k} + ρ_{2k+1} as long as they are positive, each no greater than the one before.
            let even, odd = ResizeArray [ 1.0 ], ResizeArray [ rho 1 ]
            let mutable lastEven, lastOdd = 1.0, odd[0]
            let mutable lag = 0

            while lag < n - 5 && lastEven + lastOdd > 0.0 do
                lag <- lag + 2
                lastEven <- rho lag
                lastOdd <- rho (lag + 1)

                if lastEven + lastOdd >= 0.0 then
                    even.Add lastEven
                    odd.Add lastOdd

            let pairs = min even.Count (lag / 2)
            let mutable before = even[0] + odd[0]
            let mutable sum = 0.0

            for k in 0 .. pairs - 1 do
                let pair = min before (even[k] + odd[k])
                sum <- sum + pair
                before <- pair

            let rest =
                if lastEven > 0.0 then lastEven
                elif even.Count > pairs then even[pairs]
                else 0.0

            let draws = length * float chains.Length
            let tau = -1.0 + 2.0 * sum + rest
            draws / max tau (1.0 / log10 draws)

    /// <summary>Of the mean of chains as they are, neither split nor ranked.</summary>
    /// <param name="chains">values of each chain, of equal length, at least 4</param>
    /// <returns>NaN where values are not finite or all the same; at most S log₁₀ S</returns>
    let ofChains (chains: float[][]) : float =
        ChainValues.validate chains
        size chains

    /// <summary>Of the centre: of the ranks, on halves of chains.</summary>
    /// <param name="chains">values of each chain, of equal length</param>
    let bulk (chains: float[][]) : float =
        ChainValues.validate chains

        if ChainValues.vary chains then
            chains |> ChainValues.split |> ChainValues.normalScores |> size
        else
            nan

    /// <summary>Of the mean, on halves of chains.</summary>
    let ofMean (chains: float[][]) : float =
        ChainValues.validate chains
        chains |> ChainValues.split |> size

    let private sorted (chains: float[][]) = chains |> Array.concat |> Array.sort

    /// <summary>Of a quantile: of the indicator of values up to it.</summary>
    /// <param name="p">probability of the quantile</param>
    /// <param name="chains">values of each chain, of equal length</param>
    let ofQuantile (p: float) (chains: float[][]) : float =
        ChainValues.validate chains
        let at = ChainValues.quantile p (sorted chains)

        chains
        |> Array.map (Array.map (fun v -> if v <= at then 1.0 else 0.0))
        |> ChainValues.split
        |> size

    /// <summary>Of the tails: the lesser of those of the 5 % and 95 % quantiles.</summary>
    let tail (chains: float[][]) : float =
        min (ofQuantile 0.05 chains) (ofQuantile 0.95 chains)

    /// <summary>Monte Carlo error of the mean, sd/√ESS.</summary>
    let errorOfMean (chains: float[][]) : float =
        sqrt (ChainValues.variance (Array.concat chains) / ofMean chains)

    /// <summary>Monte Carlo error of the standard deviation.</summary>
    /// <remarks>√(Var x²/ESS/(4 E x²)) of the centred values, with the ESS of their distances from the mean;
    /// Kenney and Keeping, Mathematics of Statistics II (1951) 141.</remarks>
    let errorOfSd (chains: float[][]) : float =
        ChainValues.validate chains
        let mean = chains |> Array.concat |> ChainValues.mean
        let distances = chains |> Array.map (Array.map (fun v -> abs (v - mean)))
        let squares = distances |> Array.concat |> Array.map (fun d -> d * d)
        let second = ChainValues.mean squares
        let fourth = squares |> Array.averageBy (fun s -> s * s)
        sqrt ((fourth - second * second) / ofMean distances / second / 4.0)

    /// <summary>Monte Carlo error of a quantile: half the distance of the values between which it lies
    /// with 68 %, by the beta distribution of its rank.</summary>
    /// <param name="p">probability of the quantile</param>
    /// <param name="chains">values of each chain, of equal length</param>
    let errorOfQuantile (p: float) (chains: float[][]) : float =
        let size = ofQuantile p chains

        if Double.IsNaN size then
            nan
        else
            let values = sorted chains
            let s = float values.Length

            let at probability =
                Beta.InvCDF(size * p + 1.0, size * (1.0 - p) + 1.0, probability) * s

            let low = int (Math.Floor(at 0.15865525393145707)) |> max 1
            let high = int (Math.Ceiling(at 0.8413447460685429)) |> min values.Length
            0.5 * (values[high - 1] - values[low - 1])
