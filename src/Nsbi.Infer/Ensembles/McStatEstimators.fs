namespace Nsbi.Infer

open System
open MathNet.Numerics.Statistics
open Nsbi.Kernels
open Nsbi.Learn.Networks

// Axes: network m of M, outer replica j of J, block of events g of G.

/// <summary>A way to find the uncertainty that the finite training sample causes in an average of
/// networks.</summary>
[<RequireQualifiedAccess>]
type McStatMethod =
    /// (a) The variance of bootstrapped networks, without 1/M.
    | EnsembleVariance
    /// (b) The variance of bootstrapped networks, with that of trainings on the same data taken out.
    | TrainingSubtracted
    /// (c) The whole procedure again on each of J resamples of the data, its networks bootstrapped.
    | NestedBootstraps
    /// (d) The same with networks that share the resampled data and differ in their seeds.
    | NestedSeeds
    /// (e) The infinitesimal jackknife in blocks, on bootstrapped networks that exist already.
    | BlockJackknife

    /// The letter under which it goes.
    member this.Letter: string =
        match this with
        | EnsembleVariance -> "a"
        | TrainingSubtracted -> "b"
        | NestedBootstraps -> "c"
        | NestedSeeds -> "d"
        | BlockJackknife -> "e"

    /// What a person calls it.
    member this.Name: string =
        match this with
        | EnsembleVariance -> "ensemble variance"
        | TrainingSubtracted -> "ensemble variance less training noise"
        | NestedBootstraps -> "nested bootstrap, bootstrapped members"
        | NestedSeeds -> "nested bootstrap, members of different seeds"
        | BlockJackknife -> "block infinitesimal jackknife"

    /// When to use it and what it costs, in sentences.
    member this.Guidance: string =
        match this with
        | EnsembleVariance ->
            "No training beyond the ensemble itself, and never too small: it counts the whole noise \
             of one training, of which the average keeps 1/M. Use it where trainings differ little, \
             σ_ε² ≪ σ_X²/N."
        | TrainingSubtracted ->
            "Half as many trainings again, on the same data with new seeds, make the ensemble \
             variance unbiased; it is a difference, so it needs some 50 networks of each kind where \
             the noise of training is as large as what is looked for."
        | NestedBootstraps ->
            "J M trainings, and no assumption but that of any bootstrap: what is repeated is what was \
             done. The relative error is 1/√(2(J − 1)): 16 % for J = 20, 11 % for J = 40. Choose M no \
             larger than the averaging of training noise needs."
        | NestedSeeds ->
            "As the nested bootstrap with bootstrapped members, for an analysis whose final ratio is \
             the average of networks trained on the same data, which is also the better one: its \
             variance has no resampling noise σ_X²/(NM)."
        | BlockJackknife ->
            "No training at all where bootstrapped networks and their counts by block are kept; it \
             needs ten networks per block and ten blocks or more, and takes the result for linear in \
             the weights of the events."

/// <summary>An uncertainty from a finite training sample.</summary>
type McStatEstimate = {
    /// How it was found.
    Method: McStatMethod
    /// <summary>The variance; of a difference it can come out negative.</summary>
    Variance: Measured
    /// How many trained networks went into it.
    Trainings: int
} with

    /// <summary>σ = √variance with the error of the variance over 2σ; 0 where the variance is not
    /// positive, with the square root of its error.</summary>
    member this.Sigma: Measured =
        if this.Variance.Value > 0.0 then
            let sigma = sqrt this.Variance.Value

            {
                Value = sigma
                Error = min (sqrt this.Variance.Error) (0.5 * this.Variance.Error / sigma)
            }
        else
            {
                Value = 0.0
                Error = sqrt this.Variance.Error
            }

    /// <summary>"nested bootstrap, bootstrapped members: 0.53 ± 0.08 (400 trainings)".</summary>
    override this.ToString() : string =
        FormattableString.Invariant $"{this.Method.Name}: {this.Sigma} ({this.Trainings} trainings)"

/// <summary>Estimators of the variance that a finite training sample causes in an average of M networks,
/// from the results of networks: a ratio at a point, μ̂, the end of an interval.</summary>
/// <remarks>What has to be found is Var(θ̂_avg) = σ_X²/N + (N − 1)/N σ_X²/(NM) + σ_ε²/M for bootstrapped
/// members; of members that differ in their seeds only, σ_X²/N + σ_ε²/M. Errors are those of normal
/// results, Var(s²) = 2s⁴/(n − 1); a bootstrap is known to be too large by some 10 % where the networks
/// are far from linear in the data. Source: Shyamsundar, comment on arXiv:2412.01600 (2025), and for (e)
/// Efron, J. R. Stat. Soc. B 54, 83 (1992), and Wager, Hastie, Efron, JMLR 15, 1625 (2014).</remarks>
[<RequireQualifiedAccess>]
module McStatEstimators =

    let private require (name: string) (least: int) (values: float[]) =
        if isNull values then
            nullArg name

        if values.Length < least then
            invalidArg name $"There are {values.Length} networks: give {least} or more."

        match values |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some m -> invalidArg name $"The result of network {m} is {values[m]}: leave it out."
        | None -> ()

    /// SVar with its error.
    let private variance (values: float[]) : Measured =
        let s2 = ArrayStatistics.Variance values

        {
            Value = s2
            Error = s2 * sqrt (2.0 / float (values.Length - 1))
        }

    /// <summary>(a) V = SVar(θ̂_boot,1 … θ̂_boot,M), which expects (N − 1)/N σ_X²/N + σ_ε²: too large by
    /// (1 − 1/M) σ_ε², less σ_X²/(NM).</summary>
    /// <param name="bootstraps">results of M ≥ 2 networks, each trained on a resample of the data</param>
    /// <exception cref="T:System.ArgumentException">fewer than two, or one that is not finite</exception>
    let ensembleVariance (bootstraps: float[]) : McStatEstimate =
        require (nameof bootstraps) 2 bootstraps

        {
            Method = McStatMethod.EnsembleVariance
            Variance = variance bootstraps
            Trainings = bootstraps.Length
        }

    /// <summary>(b) V = (SVar_boot − SVar_seed) + SVar_boot/M, unbiased up to 1/N for the average of the M
    /// bootstrapped networks.</summary>
    /// <param name="bootstraps">results of M ≥ 2 networks, each trained on a resample of the data</param>
    /// <param name="seeds">results of 2 or more networks trained on the same data</param>
    /// <exception cref="T:System.ArgumentException">fewer than two, or one that is not finite</exception>
    let trainingSubtracted (bootstraps: float[]) (seeds: float[]) : McStatEstimate =
        require (nameof bootstraps) 2 bootstraps
        require (nameof seeds) 2 seeds
        let boot, seed = variance bootstraps, variance seeds
        let scale = 1.0 + 1.0 / float bootstraps.Length
        let first, second = scale * boot.Error, seed.Error

        {
            Method = McStatMethod.TrainingSubtracted
            Variance = {
                Value = scale * boot.Value - seed.Value
                Error = sqrt (first * first + second * second)
            }
            Trainings = bootstraps.Length + seeds.Length
        }

    let private nested method (members: int) (averages: float[]) =
        require (nameof averages) 2 averages

        if members < 1 then
            invalidArg
                (nameof members)
                $"There are {members} networks in an average: give 1 or more."

        {
            Method = method
            Variance = variance averages
            Trainings = members * averages.Length
        }

    /// <summary>(c) V = SVar_j of the J averages of the nested bootstrap: the data resampled, and on each
    /// resample the ensemble of M bootstraps trained and averaged as on the data themselves. It expects
    /// (N − 1)/N σ_X²/N + ((N − 1)/N)² σ_X²/(NM) + σ_ε²/M.</summary>
    /// <param name="members">M, the networks in each average</param>
    /// <param name="averages">the J ≥ 2 results, each from an averaged network</param>
    /// <exception cref="T:System.ArgumentException">fewer than two, or one that is not finite</exception>
    let nestedBootstraps (members: int) (averages: float[]) : McStatEstimate =
        nested McStatMethod.NestedBootstraps members averages

    /// <summary>(d) V = SVar_j of J averages, each of M networks with different seeds on one resample of
    /// the data: for an analysis that averages trainings on the same data. It expects (N − 1)/N σ_X²/N +
    /// σ_ε²/M.</summary>
    /// <param name="members">M, the networks in each average</param>
    /// <param name="averages">the J ≥ 2 results, each from an averaged network</param>
    /// <exception cref="T:System.ArgumentException">fewer than two, or one that is not finite</exception>
    let nestedSeeds (members: int) (averages: float[]) : McStatEstimate =
        nested McStatMethod.NestedSeeds members averages

    /// <summary>(e) V = Σ_g C_g² − (G/M) SVar(θ̂) with C_g = cov_m(n_mg, θ̂_m): the variance of the average
    /// in the limit of many members, from the counts with which blocks of events entered each of the
    /// bootstraps.</summary>
    /// <param name="counts">n_mg, by network and block: one Poisson(1) number with which all events of a
    /// block were weighted</param>
    /// <param name="bootstraps">the results θ̂_m of the same networks, in the same order</param>
    /// <remarks>Each C_g has the variance SVar(θ̂)/M from the finite ensemble, which the second term takes
    /// out: it must stay small, so M of ten times G or more. The error contains it and the √(2/G) of a sum of
    /// G squares.</remarks>
    /// <exception cref="T:System.ArgumentException">numbers of networks or blocks that differ, fewer than
    /// two, more blocks than half the networks, counts that are not Poisson(1) numbers by their mean</exception>
    let blockJackknife (counts: int[][]) (bootstraps: float[]) : McStatEstimate =
        require (nameof bootstraps) 2 bootstraps
        let networks = bootstraps.Length

        if isNull counts then
            nullArg (nameof counts)

        if counts.Length <> networks then
            invalidArg
                (nameof counts)
                $"There are counts of {counts.Length} networks and results of {networks}."

        let blocks = counts[0].Length

        match counts |> Array.tryFindIndex (fun c -> c.Length <> blocks) with
        | Some m ->
            invalidArg
                (nameof counts)
                $"Network {m} has counts of {counts[m].Length} blocks and network 0 of {blocks}."
        | None -> ()

        if blocks < 2 || 2 * blocks > networks then
            invalidArg
                (nameof counts)
                $"There are {blocks} blocks for {networks} networks: two blocks at least, and no more \
                  than half the networks; a tenth is better."

        let mean = counts |> Array.averageBy (fun c -> Array.averageBy float c)

        if abs (mean - 1.0) > 6.0 / sqrt (float (networks * blocks)) then
            invalidArg
                (nameof counts)
                (FormattableString.Invariant
                    $"The mean of the counts is {mean:G4} and not 1: give one Poisson(1) number for each \
                      network and block, not a sum over the events of a block.")

        let total = ArrayStatistics.Variance bootstraps
        let perCount = total / float networks

        let squares =
            Array.init blocks (fun g ->
                let column = counts |> Array.map (fun c -> float c[g])
                let c = ArrayStatistics.Covariance(column, bootstraps)
                c * c)

        let value = Array.sum squares - float blocks * perCount
        let g = float blocks

        let variance =
            2.0 * value * value / g
            + 4.0 * max 0.0 value * perCount
            + 2.0 * g * perCount * perCount

        {
            Method = McStatMethod.BlockJackknife
            Variance = { Value = value; Error = sqrt variance }
            Trainings = networks
        }

    /// <summary>√(SVar(θ̂_boot)/M), equation (16). Warning: it is no uncertainty of the average. Bootstraps of
    /// one data set are not independent, and this falls as 1/√M while the uncertainty from the finite sample
    /// stays: it misses σ_X²/N altogether. Here to be compared with, and for the spread of the average under
    /// repeated training on the same data, which it is.</summary>
    /// <param name="bootstraps">results of M ≥ 2 networks</param>
    /// <exception cref="T:System.ArgumentException">fewer than two, or one that is not finite</exception>
    let standardErrorOfTheMean (bootstraps: float[]) : Measured =
        require (nameof bootstraps) 2 bootstraps
        let m = float bootstraps.Length
        let sigma = sqrt (ArrayStatistics.Variance bootstraps / m)

        {
            Value = sigma
            Error = sigma / sqrt (2.0 * (m - 1.0))
        }

    /// <summary>The standard deviation of K averages over members drawn with replacement from the ensemble,
    /// equation (15), which is that of the double bootstrap of arXiv:2412.01600. Warning: it is no
    /// uncertainty of the average. It expects (M − 1)/M SVar(θ̂_boot)/M, falls as 1/√M at any fixed data, and
    /// misses the finite sample altogether; <c>EnsembleSelfCheck</c> shows it.</summary>
    /// <param name="resamples">K ≥ 2</param>
    /// <param name="seed">of the random numbers</param>
    /// <param name="bootstraps">results of M ≥ 2 networks</param>
    /// <returns>the standard deviation; its error is that from M networks and K resamples</returns>
    /// <exception cref="T:System.ArgumentException">fewer than two, or one that is not finite</exception>
    let doubleBootstrap (resamples: int) (seed: uint64) (bootstraps: float[]) : Measured =
        require (nameof bootstraps) 2 bootstraps

        if resamples < 2 then
            invalidArg (nameof resamples) $"There are {resamples} resamples: give 2 or more."

        let mutable random = RandomStream(seed, "double bootstrap")
        let averages = Array.zeroCreate<float> resamples

        for k in 0 .. resamples - 1 do
            let mutable sum = 0.0

            for _ in 1 .. bootstraps.Length do
                sum <- sum + bootstraps[random.NextInt32 bootstraps.Length]

            averages[k] <- sum / float bootstraps.Length

        let sigma = ArrayStatistics.StandardDeviation averages
        let degrees = 1.0 / float (bootstraps.Length - 1) + 1.0 / float (resamples - 1)

        {
            Value = sigma
            Error = sigma * sqrt (0.5 * degrees)
        }
