namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

/// <summary>Log-ratios of one fold's networks on events that trained them and on events that did not,
/// all of one sample.</summary>
type SeenAndUnseen = {
    /// <summary>ln r of training events.</summary>
    Seen: float[]
    /// <summary>Their weights, positive in sum.</summary>
    SeenWeights: float[]
    /// <summary>ln r of held-out events.</summary>
    Unseen: float[]
    /// <summary>Their weights, positive in sum.</summary>
    UnseenWeights: float[]
}

/// <summary>Whether networks treat the events that trained them otherwise.</summary>
type Overtraining = {
    /// <summary>The sample, whose own events and ratio are looked at.</summary>
    Process: string
    /// <summary>The test of each fold.</summary>
    Folds: KolmogorovTest list
    /// <summary>ln r of the training events of all folds, as shares.</summary>
    Seen: WeightedHistogram
    /// <summary>ln r of the held-out events of all folds, as shares.</summary>
    Unseen: WeightedHistogram
}

/// <summary>Judges overtraining.</summary>
[<RequireQualifiedAccess>]
module OvertrainingCheck =
    /// <summary>
    /// The Kolmogorov–Smirnov distance of each fold; the check is of the fold that is farthest beyond
    /// chance, whose limit is the distance that chance exceeds in one of all folds with the limiting
    /// p-value, and the allowed distance.
    /// </summary>
    /// <param name="limits">where the check fails</param>
    /// <param name="name">of the sample</param>
    /// <param name="folds">log-ratios of each fold, one or more</param>
    let run
        (limits: CheckLimits)
        (name: string)
        (folds: SeenAndUnseen list)
        : Check * Overtraining =
        if folds.IsEmpty then
            invalidArg (nameof folds) "There is no fold to look at."

        let tests =
            folds
            |> List.map (fun f ->
                WeightedKolmogorov.test f.Seen f.SeenWeights f.Unseen f.UnseenWeights)

        let trials = float tests.Length

        let limitOf (t: KolmogorovTest) =
            WeightedKolmogorov.critical (limits.PValue / trials) t.Effective
            + limits.Overtraining

        let worst = tests |> List.maxBy (fun t -> t.Distance - limitOf t)

        let seen, seenWeights =
            folds |> Seq.map _.Seen |> Array.concat, folds |> Seq.map _.SeenWeights |> Array.concat

        let unseen = folds |> Seq.map _.Unseen |> Array.concat
        let unseenWeights = folds |> Seq.map _.UnseenWeights |> Array.concat

        let share (w: float[]) =
            let total = Array.sum w
            w |> Array.map (fun v -> v / total)

        let edges =
            let ends =
                WeightedQuantile.compute
                    [| 0.001; 0.999 |]
                    (Array.append seen unseen)
                    (Array.append seenWeights unseenWeights)

            if ends[1] > ends[0] then
                WeightedHistogram.equalWidth 50 ends[0] ends[1]
            else
                WeightedHistogram.equalWidth 1 (ends[0] - 0.5) (ends[0] + 0.5)

        let least = tests |> List.map _.PValue |> List.min

        Check.create
            $"overtraining of {name}"
            CheckRule.AtMost
            (limitOf worst)
            worst.Distance
            nan
            (FormattableString.Invariant
                $"Training and held-out events of {name} differ in ln r by a Kolmogorov–Smirnov distance of {worst.Distance:F4} in the worst of {tests.Length} folds ({worst.Effective:F0} effective events, smallest p = {least:G3}); chance gives {limitOf worst - limits.Overtraining:F4}.")
            "Networks that know their training events by heart are worse on all others; held-out events are used everywhere, so that the result is not biased but less precise: train shorter, smaller or with more weight decay.",
        {
            Process = name
            Folds = tests
            Seen = WeightedHistogram.fill edges seen (share seenWeights)
            Unseen = WeightedHistogram.fill edges unseen (share unseenWeights)
        }

/// <summary>The losses on training and on held-out events.</summary>
type LossGap = {
    /// <summary>Cross-entropy of the classes on training events, in nats.</summary>
    Seen: Measured
    /// <summary>On held-out events.</summary>
    Unseen: Measured
    /// <summary>That of a network without features, −Σ w_c ln w_c.</summary>
    Ignorant: float
}

/// <summary>Judges the gap between losses.</summary>
[<RequireQualifiedAccess>]
module LossGapCheck =
    /// <summary>
    /// (unseen − seen)/(ignorant − unseen): what was learned by heart over what was learned. Allowed are
    /// the given number of standard errors and the limiting share. Networks that learned nothing pass where
    /// neither the held-out events nor the training events tell them from one without features.
    /// </summary>
    let run (limits: CheckLimits) (gap: LossGap) : Check =
        let learned = gap.Ignorant - gap.Unseen.Value
        let byHeart = gap.Unseen.Value - gap.Seen.Value

        let together =
            sqrt (gap.Unseen.Error * gap.Unseen.Error + gap.Seen.Error * gap.Seen.Error)

        let share, error = byHeart / learned, together / abs learned

        let isNothing =
            -learned <= limits.Sigmas * gap.Unseen.Error
            && byHeart <= limits.Sigmas * together

        let value =
            if learned > 0.0 then share
            elif isNothing then 0.0
            else infinity

        let finding =
            if learned > 0.0 then
                FormattableString.Invariant
                    $"{100.0 * share:F1} %% of what was learned was learned by heart."
            else
                "nothing was learned."

        Check.create
            "gap of the losses"
            CheckRule.AtMost
            (limits.Sigmas * error + limits.LossGap)
            value
            error
            (FormattableString.Invariant
                $"Cross-entropy {gap.Seen.Value:F5} on training and {gap.Unseen.Value:F5} on held-out events, {gap.Ignorant:F5} without features: {finding}")
            "A large gap says that the networks have more freedom than the events can fix."
