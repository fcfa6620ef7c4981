namespace Nsbi.Infer

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>A classifier two-sample test of a target against its reweighted reference.</summary>
type TwoSampleTest = {
    /// <summary>The process whose ratio was examined.</summary>
    Process: string
    /// <summary>Area under the ROC curve of the fresh classifier on events that it did not see, mean
    /// over its folds.</summary>
    Auc: Measured
    /// <summary>The relative distortion ε of the ratio whose area is quoted.</summary>
    Distortion: float
    /// <summary>What the best classifier would find if r were off by ε per standard deviation of
    /// ln r.</summary>
    DistortedAuc: float
    /// <summary>The distortion that the best classifier would find with as many standard errors as the
    /// limit has.</summary>
    Sensitivity: float
    /// <summary>Score of the target.</summary>
    Target: WeightedHistogram
    /// <summary>Score of the reweighted reference.</summary>
    Reweighted: WeightedHistogram
}

/// <summary>Judges two-sample tests.</summary>
[<RequireQualifiedAccess>]
module TwoSampleTest =
    /// <summary>Mean of areas of disjoint events.</summary>
    let combine (areas: Measured list) : Measured =
        let n = float areas.Length

        {
            Value = (areas |> List.sumBy _.Value) / n
            Error = sqrt (areas |> List.sumBy (fun a -> a.Error * a.Error)) / n
        }

    /// The networks of such tests: small, with SiLU, one member and all epochs.
    let internal networks
        (hidden: int list)
        (epochs: int)
        (folds: int)
        (seed: uint64)
        : EstimatorSettings = {
        EstimatorSettings.standard with
            Training = {
                ClassifierSettings.standard with
                    Architecture = {
                        Hidden = hidden
                        Activation = Activation.Silu
                        Dropout = 0.0
                    }
                    LearningRate = 5e-3
                    Schedule = Schedule.Cosine 0.01
                    BatchSize = 256
                    Epochs = epochs
                    Patience = None
                    ValidationFraction = 0.1
            }
            Head = Head.Separate
            Folds = folds
            Members = 1
            Seed = seed
    }

    /// ln r in standard deviations of the reweighted reference, cut at 3.
    let private standardised (events: StratifiedSample) : float[] =
        let logs = events.Ratio |> Array.map (fun r -> if r > 0.0 then log r else 0.0)
        let weights = events.Predicted
        let mean = (WeightedMean.compute logs weights).Value
        let width = WeightedMean.standardDeviation logs weights

        logs
        |> Array.map (fun v ->
            if width > 0.0 then
                Math.Clamp((v - mean) / width, -3.0, 3.0)
            else
                0.0)

    /// <summary>The area that the best classifier finds between the reference reweighted by r and by
    /// r (1 + ε z), z = ln r in standard deviations.</summary>
    let distortedAuc (epsilon: float) (events: StratifiedSample) : float =
        let z = standardised events
        let weights = events.Predicted
        let distorted = Array.map2 (fun w z -> w * (1.0 + epsilon * z)) weights z
        (WeightedAuc.compute z events.Sample events.Reference distorted weights).Value

    /// Weights of some rows, those of each sample scaled to its sum over all rows.
    let private share (rows: int[]) (sample: int[]) (weights: float[]) : float[] =
        let samples = 1 + Array.fold max 0 sample
        let all, here = Array.zeroCreate<float> samples, Array.zeroCreate<float> samples
        Array.iter2 (fun k w -> all[k] <- all[k] + w) sample weights

        for i in rows do
            here[sample[i]] <- here[sample[i]] + weights[i]

        rows
        |> Array.map (fun i ->
            let k = sample[i]

            if here[k] <> 0.0 then
                weights[i] * all[k] / here[k]
            else
                weights[i])

    let private histograms (scores: float[]) (events: StratifiedSample) =
        let share (w: float[]) =
            let total = Array.sum w
            w |> Array.map (fun v -> v / total)

        let t, p = share events.Target, share events.Predicted
        let both = Array.map2 (fun a b -> abs a + abs b) t p
        let ends = WeightedQuantile.compute [| 0.002; 0.998 |] scores both

        let edges =
            if ends[1] > ends[0] then
                WeightedHistogram.equalWidth 30 ends[0] ends[1]
            else
                WeightedHistogram.equalWidth 1 (ends[0] - 0.5) (ends[0] + 0.5)

        let inside = scores |> Array.map (fun s -> Math.Clamp(s, ends[0], ends[1]))
        WeightedHistogram.fill edges inside t, WeightedHistogram.fill edges inside p

    /// <summary>
    /// Passed where the area is at most ½ + the allowed standard errors + what the best classifier finds
    /// where r is off by the relative tolerance: with enough events every learned ratio is found
    /// imperfect.
    /// </summary>
    /// <remarks>Source: Lopez-Paz and Oquab, arXiv:1610.06545, with weights and cross-fitting.</remarks>
    /// <param name="limits">where the check fails</param>
    /// <param name="distortion">ε whose area is quoted</param>
    /// <param name="name">of the ratio's process</param>
    /// <param name="fold">the fold of each event: its score comes from a classifier that did not see
    /// that fold</param>
    /// <param name="scores">of the fresh classifier, larger for the target</param>
    /// <param name="events">the events with the ratio that is examined</param>
    let judge
        (limits: CheckLimits)
        (distortion: float)
        (name: string)
        (fold: int[])
        (scores: float[])
        (events: StratifiedSample)
        : Check * TwoSampleTest =
        let areas = [
            for f in fold |> Array.distinct |> Array.sort do
                let rows = [| 0 .. fold.Length - 1 |] |> Array.filter (fun i -> fold[i] = f)
                let pick (values: 'a[]) = rows |> Array.map (fun i -> values[i])
                let reference = share rows events.Sample events.Reference
                let target = share rows events.Sample events.Target

                WeightedAuc.compute
                    (pick scores)
                    (pick events.Sample)
                    reference
                    target
                    (Array.map2 (*) reference (pick events.Ratio))
        ]

        let auc = combine areas
        let distorted = distortedAuc distortion events
        let slope = (distorted - 0.5) / distortion
        let noise = limits.Sigmas * auc.Error
        let limit = 0.5 + noise + slope * limits.RatioTolerance
        let sensitivity = if slope > 0.0 then noise / slope else infinity
        let target, reweighted = histograms scores events

        Check.create
            $"two-sample test of {name}"
            CheckRule.AtMost
            limit
            auc.Value
            auc.Error
            (FormattableString.Invariant
                $"A fresh classifier tells {name} from the reference reweighted by r with an area of {auc.Value:F4} ± {auc.Error:F4} under its ROC curve, on events that it did not see. If r were off by {100.0 * distortion:G3} %% per standard deviation of ln r, the best classifier would find {distorted:F4}; it sees {100.0 * sensitivity:F1} %% with {limits.Sigmas:G2} standard errors.")
            "An area above one half means that the ratio misses something that a small network finds in minutes.",
        {
            Process = name
            Auc = auc
            Distortion = distortion
            DistortedAuc = distorted
            Sensitivity = sensitivity
            Target = target
            Reweighted = reweighted
        }
