namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open Nsbi.Kernels

/// <summary>The Monte Carlo error of learned log ratios, from the networks that are there anyway.
/// i: event, f: fold, k: number of folds, m: member, M: number of members, c: class.</summary>
/// <remarks>
/// The networks of fold f are trained without the events of fold f: θ_f = ln r̂_f(x) are the replicates
/// of a jackknife that leaves out one group at a time, and Σ_f (θ_f − θ̄)² estimates the variance, due to
/// the sample, of an estimate made of k − 1 parts of k. Each θ_f has the noise of its training besides,
/// of variance s², and enters that sum with (k − 1)s² instead of s². With M ≥ 2 the members tell s²
/// (their variance over M), and V = Σ_f (θ_f − θ̄)² − (k − 2)s², not below s². With M = 1 s² is unknown
/// and V is on the large side. With k = 1 there is no replicate of the sample: V = s², which leaves out
/// the sample altogether, or NaN with M = 1. What all networks miss alike, by too short a training or too
/// small a network, is in none of these.
/// <para>Source: Efron and Stein, Ann. Statist. 9 (1981) 586, for the jackknife, whose expectation is not
/// below the variance; groups keep copies of an event together.</para>
/// </remarks>
[<RequireQualifiedAccess>]
module LogRatioSpread =
    /// V of one event out of ln r̂ of each fold and member.
    let internal variance (logs: float[][]) (means: float[]) : float =
        let k = means.Length
        let centre = Array.average means
        let spread = means |> Array.sumBy (fun mean -> (mean - centre) * (mean - centre))

        let training =
            logs
            |> Array.averageBy (fun members ->
                let count = float members.Length
                let centre = Array.average members
                let sum = members |> Array.sumBy (fun z -> (z - centre) * (z - centre))

                if members.Length > 1 then
                    sum / ((count - 1.0) * count)
                else
                    nan)

        match Double.IsNaN training, k with
        | true, 1 -> nan
        | true, _ -> spread
        | false, 1 -> training
        | false, _ -> max training (spread - float (k - 2) * training)

    /// <summary>The standard error of ln r̂_c(x_i), as <c>RatioEstimator.ByFold</c> gives it to an event,
    /// for all classes and events.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="estimator">the estimator; two folds or more for an error that knows the sample</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>σ[c][i] ≥ 0; of one event it has the noise of k − 1 degrees of freedom, so look at means
    /// over events; 0 for a class that is the whole reference; NaN with one fold and one member</returns>
    let errors
        (team: ThreadTeam)
        (estimator: RatioEstimator)
        (features: ReadOnlyMemory<float32>)
        : float[][] =
        let settings = estimator.Settings
        let w = estimator.Mixture.WeightArray

        // log[f][m] is r[c][i] of one member alone, of[f] that of the mean.
        let ofMember (fold: FoldEstimator) m =
            let alone = fold.Networks |> Array.map (fun members -> [| members[m] |])

            RawRatios.ofNetworks team settings.Head w alone features
            |> Normalisation.apply w fold.Normalisation

        let members =
            estimator.Folds
            |> Seq.map (fun fold -> Array.init settings.Members (ofMember fold))
            |> Array.ofSeq

        let means =
            if settings.Members = 1 then
                members |> Array.map Array.head
            else
                Array.init members.Length (fun f -> estimator.OfFold(team, f, features))

        Array.init w.Length (fun c ->
            Array.init means[0].[c].Length (fun i ->
                let logs =
                    members |> Array.map (Array.map (fun (r: float[][]) -> Math.Log r[c].[i]))

                let centres = means |> Array.map (fun r -> Math.Log r[c].[i])

                if w[c] = 1.0 then 0.0 else sqrt (variance logs centres)))
