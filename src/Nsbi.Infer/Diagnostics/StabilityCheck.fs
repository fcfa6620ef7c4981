namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

/// <summary>How far the networks of different folds and seeds agree on ln r, in bins of ln r.</summary>
type LogRatioStability = {
    /// <summary>The process whose ratio it is.</summary>
    Process: string
    /// <summary>Mean ln r of each bin.</summary>
    LogRatio: float[]
    /// <summary>Root of the mean variance of ln r between folds; empty with one fold.</summary>
    Folds: float[]
    /// <summary>The same between members of a fold, which differ in their seeds; empty with one member.
    /// </summary>
    Members: float[]
}

/// <summary>How far the networks of different folds and seeds agree on the parameter.</summary>
type ParameterStability = {
    /// <summary>One step from the nominal point on each fold's own held-out events, by its networks,
    /// with the error of the finite simulation; empty with one fold.</summary>
    Folds: Measured list
    /// <summary>One step from the nominal point on all events, by one member of each fold; empty with
    /// one member.</summary>
    Members: float list
    /// <summary>1/√I: the error of the measurement that the shifts are compared with.</summary>
    Expected: float
}

/// <summary>Judges stability.</summary>
[<RequireQualifiedAccess>]
module StabilityCheck =
    /// Mean and variance of a few numbers, the latter with n − 1.
    let internal spread (values: float[]) : float * float =
        let mean = Array.average values
        let n = float values.Length
        mean, (values |> Array.sumBy (fun v -> (v - mean) * (v - mean))) / (n - 1.0)

    /// <summary>The spread of ln r of each event, as the root of its mean in bins of equal content.
    /// </summary>
    /// <param name="name">of the process</param>
    /// <param name="weights">of the events, ≥ 0</param>
    /// <param name="logs">ln r by fold, member and event, [f][m][i], finite</param>
    let logRatios (name: string) (weights: float[]) (logs: float[][][]) : LogRatioStability =
        let folds, members = logs.Length, logs[0].Length

        // The mean over members in ln r stands for the fold.
        let ofFold =
            logs
            |> Array.map (fun byMember ->
                Array.init weights.Length (fun i ->
                    (byMember |> Array.sumBy (fun z -> z[i])) / float members))

        let centre =
            Array.init weights.Length (fun i ->
                (ofFold |> Array.sumBy (fun z -> z[i])) / float folds)

        let edges =
            let steps = Array.init 11 (fun b -> float (b + 1) / 12.0)
            let inner = WeightedQuantile.compute steps centre weights |> Array.distinct
            Array.concat [ [| -infinity |]; inner; [| infinity |] ]

        let sums = WeightedHistogram.fill edges centre weights
        let filled = sums.Contents |> Array.map (fun w -> w > 0.0)

        let mean (values: float[]) =
            let parts = WeightedHistogram.fill edges centre (Array.map2 (*) values weights)

            Array.map3
                (fun ok part w -> if ok then part / w else nan)
                filled
                parts.Contents
                sums.Contents
            |> Array.filter (Double.IsNaN >> not)

        let variances (at: int -> float[]) =
            Array.init weights.Length (fun i -> snd (spread (at i)))

        {
            Process = name
            LogRatio = mean centre
            Folds =
                if folds < 2 then
                    [||]
                else
                    variances (fun i -> ofFold |> Array.map (fun z -> z[i]))
                    |> mean
                    |> Array.map sqrt
            Members =
                if members < 2 then
                    [||]
                else
                    let total = Array.zeroCreate<float> weights.Length

                    for byMember in logs do
                        variances (fun i -> byMember |> Array.map (fun z -> z[i]))
                        |> Array.iteri (fun i v -> total[i] <- total[i] + v / float folds)

                    total |> mean |> Array.map sqrt
        }

    /// <summary>
    /// Two checks: the χ² of the folds' values about their weighted mean, each with the error of its
    /// finite simulation and the allowed share of the expected error; and the standard deviation between
    /// members over the expected error. Either is left out where there is nothing to compare.
    /// </summary>
    /// <param name="limits">where the checks fail</param>
    /// <param name="interest">the parameter of interest</param>
    /// <param name="found">values of folds and members</param>
    let parameter
        (limits: CheckLimits)
        (interest: string)
        (found: ParameterStability)
        : Check list =
        let allowed = limits.Stability * found.Expected

        [
            if found.Folds.Length > 1 then
                let weights =
                    found.Folds |> List.map (fun m -> 1.0 / (m.Error * m.Error + allowed * allowed))

                let mean =
                    List.sum (List.map2 (fun w (m: Measured) -> w * m.Value) weights found.Folds)
                    / List.sum weights

                let value =
                    List.sum (
                        List.map2
                            (fun w (m: Measured) -> w * (m.Value - mean) * (m.Value - mean))
                            weights
                            found.Folds
                    )

                let freedom = found.Folds.Length - 1

                let p =
                    MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(
                        0.5 * float freedom,
                        0.5 * value
                    )

                Check.create
                    $"{interest} between folds"
                    CheckRule.AtLeast
                    limits.PValue
                    p
                    nan
                    (FormattableString.Invariant
                        $"One step from the nominal point gives {interest} between {(found.Folds |> List.map _.Value |> List.min):F3} and {(found.Folds |> List.map _.Value |> List.max):F3} in {found.Folds.Length} folds: χ² = {value:F1} for {freedom} degrees of freedom, p = {p:G3}.")
                    "Where folds disagree, some of their networks were not trained to the end."
            if found.Members.Length > 1 then
                let _, variance = spread (List.toArray found.Members)
                let relative = sqrt variance / found.Expected
                // A standard deviation of n values has the relative error 1/√(2(n − 1)).
                let error = relative / sqrt (2.0 * float (found.Members.Length - 1))

                Check.create
                    $"{interest} between seeds"
                    CheckRule.AtMost
                    limits.Stability
                    relative
                    error
                    (FormattableString.Invariant
                        $"Single members of {found.Members.Length} spread in {interest} by {sqrt variance:F4}, {100.0 * relative:F1} %% of the expected error {found.Expected:F3}.")
                    "Where seeds matter that much, more members must be averaged, or the training be longer or steadier."
        ]
