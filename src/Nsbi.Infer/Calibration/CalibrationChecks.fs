namespace Nsbi.Infer.Calibration

open System
open Nsbi.Infer
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

/// Verdicts on a calibration.
[<RequireQualifiedAccess>]
module internal CalibrationChecks =
    let private invariant (text: FormattableString) = FormattableString.Invariant text

    /// The area after calibration.
    let area (limits: CalibrationLimits) (before: Measured) (after: Measured) : Check =
        let limit = max limits.Area (0.5 + 3.0 * after.Error)

        Check.create
            "two-sample test"
            CheckRule.AtMost
            limit
            after.Value
            after.Error
            (invariant
                $"A fresh classifier tells held-out calibrated events from the target with an area of {after.Value:F4} ± {after.Error:F4} under its ROC curve; before it was {before.Value:F4} ± {before.Error:F4}.")
            "Some of the features, together, still differ."

    /// One quantity over all events.
    let closure (limits: CalibrationLimits) (found: QuantityClosure) : Check =
        let after, before = found.After, found.Before

        Check.create
            $"closure of {found.Name}"
            CheckRule.AtMost
            after.Limit
            after.Kolmogorov.Distance
            nan
            (invariant
                $"The largest distance of the distribution functions is {after.Kolmogorov.Distance:F4} after calibration (p = {after.Kolmogorov.PValue:G2}) and was {before.Kolmogorov.Distance:F4} (p = {before.Kolmogorov.PValue:G2}); chance exceeds {after.Limit:F4} with p = {limits.PValue:G2}, given held-out and training events.")
            "The distribution differs by more than finite samples explain."

    /// One quantity in the bins of another: the worst.
    let binned (name: string) (found: BinnedClosure) : Check option =
        let ratio (d: ClosureDistance) = d.Kolmogorov.Distance / d.Limit

        match found.Bins |> List.choose (fun bin -> bin.After |> Option.map (fun d -> bin, d)) with
        | [] -> None
        | bins ->
            let bin, worst = bins |> List.maxBy (snd >> ratio)

            let before =
                found.Bins |> List.choose _.Before |> List.map ratio |> List.fold max 0.0

            Check.create
                $"closure of {name} in {found.Of}"
                CheckRule.AtMost
                1.0
                (ratio worst)
                nan
                (invariant
                    $"The worst of {bins.Length} bins is {found.Of} from {bin.Low:G4} to {bin.High:G4}: a distance of {worst.Kolmogorov.Distance:F4}, {ratio worst:F2} of what is allowed there; before calibration the worst was {before:F2}.")
                $"The calibration is not right everywhere in {found.Of}."
            |> Some

    /// Weights after calibration.
    let weights (limits: CalibrationLimits) (effective: float) (largest: float) : Check list = [
        Check.create
            "effective events"
            CheckRule.AtLeast
            limits.EffectiveEvents
            effective
            nan
            (invariant $"The calibrated events are worth {effective:F0} events of equal weight.")
            "Too few events carry the calibrated sample."
        Check.create
            "largest weight"
            CheckRule.AtMost
            limits.LargestShare
            largest
            nan
            (invariant $"The largest weight is {100.0 * largest:G2} %% of their sum.")
            "One event dominates."
    ]

    /// Maps whose training did not diverge, and how well both potentials agree.
    let trainings (map: CalibrationMap) : Check list =
        match map with
        | CalibrationMap.Transport maps -> [
            let diverged =
                maps
                |> List.filter (fun map -> map.History.Ending = TrainingEnding.Diverged)
                |> List.length

            let cycle =
                maps |> List.map (fun map -> (List.last map.History.Epochs).Cycle) |> List.max

            Check.create
                "training of the map"
                CheckRule.AtMost
                0.0
                (float diverged)
                nan
                (invariant
                    $"{diverged} of {maps.Length} maps diverged; forth by one potential and back by the other misses the start by {cycle:G2} of the features' scales at most.")
                "Train with a smaller learning rate."
          ]
        | _ -> []

    /// Where weights cannot help.
    let gap (limits: CalibrationLimits) (gap: SupportGap) : Check =
        Check.create
            "support of the target"
            CheckRule.AtMost
            limits.Gap
            gap.Share
            nan
            (invariant
                $"{100.0 * gap.Share:G2} %% of the target lie where the discriminator is surer of it than at any event of the source.")
            "Weights cannot make events where there are none: move them, or cut there."

    /// Signed and positive weights of the same events give the same distribution.
    let positive (name: string) (values: float[]) (signed: float[]) (positive: float[]) : Check =
        let found = Wasserstein.compute values signed positive
        let limit = Wasserstein.noiseFactor * found.Noise

        Check.create
            $"positive weights of {name}"
            CheckRule.AtMost
            limit
            found.Value
            nan
            (invariant
                $"With positive weights {name} is {found.Value:G3} from its distribution with signed ones (Wasserstein); their statistical error is {found.Noise:G3}.")
            "The positive weights do not have the distribution of the signed ones."

    /// A condition that differs between source and target.
    let spectrum (limits: CalibrationLimits) (name: string) (test: KolmogorovTest) : Check =
        Check.create
            $"spectrum of {name}"
            CheckRule.AtLeast
            limits.PValue
            test.PValue
            nan
            (invariant
                $"{name} is the same in source and target with p = {test.PValue:G2}; the map depends on it and does not change it.")
            "A map at given values cannot make up for a condition that is distributed otherwise: reweight the source in it first."
