namespace Nsbi.Learn.Calibration

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

// Axes: class c, event i, fold f; ratios are r[c][i].

/// <summary>Calibrates estimators by cross-fitting: the calibration of fold f is fitted on the events of
/// <c>Role.Normalisation</c>, which trained none of the networks that evaluate them; closure is measured
/// on those of <c>Role.Check</c>, which did neither.</summary>
[<RequireQualifiedAccess>]
module CrossFittedCalibration =

    /// <summary>Effective events of every class in the normalisation set of every fold below which one
    /// calibration, fitted on those of all folds, serves them all. The networks of the folds differ, so
    /// that each has a calibration of its own as long as its events fill some bins.</summary>
    [<Literal>]
    let PooledBelow = 1000.0

    type private FoldEvents = {
        Classes: int[]
        Weights: float[]
        Ratios: float[][]
    }

    let private eventsOf
        team
        (estimator: RatioEstimator)
        (events: LabelledEvents)
        fold
        role
        : FoldEvents =
        let rows =
            TrainingTask.rowsOf (TrainingTask.roles estimator.Settings events fold) role

        {
            Classes = rows |> Array.map (fun i -> events.ClassArray[i])
            Weights = rows |> Array.map (fun i -> events.WeightArray[i])
            Ratios =
                estimator.OfFold(
                    team,
                    fold,
                    RawRatios.gather events.FeatureCount events.Features rows
                )
        }

    let private concat (folds: FoldEvents list) : FoldEvents = {
        Classes = folds |> Seq.map _.Classes |> Array.concat
        Weights = folds |> Seq.map _.Weights |> Array.concat
        Ratios =
            Array.init folds.Head.Ratios.Length (fun c ->
                folds |> Seq.map (fun fold -> fold.Ratios[c]) |> Array.concat)
    }

    let private ofClass (events: FoldEvents) (c: int) : float[] =
        Array.map2 (fun k w -> if k = c then w else 0.0) events.Classes events.Weights

    let private effective (weights: float[]) : float =
        let sum = Array.sum weights
        let squares = weights |> Array.sumBy (fun w -> w * w)
        if squares > 0.0 then sum * sum / squares else 0.0

    let private broken (estimator: RatioEstimator) (events: FoldEvents) : Fault list = [
        for c in 0 .. events.Ratios.Length - 1 do
            let wrong =
                events.Ratios[c] |> Array.filter (fun r -> not (r >= 0.0 && Double.IsFinite r))

            if wrong.Length > 0 then
                Fault.create
                    $"calibration of {estimator.ClassNames[c]}"
                    "ratios of the network are negative or not finite"
                    "look at the training: such a network cannot be calibrated"
                |> Fault.withValue $"{wrong.Length} of {events.Ratios[c].Length}"
    ]

    let private faultsOf result =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    /// The calibration of ratios on events of the normalisation.
    let private fit
        (settings: CalibrationSettings)
        (estimator: RatioEstimator)
        (events: FoldEvents)
        : Result<FoldCalibration, Fault list> =
        let w = estimator.Mixture.WeightArray
        let q = Normalisation.referenceWeights w events.Classes events.Weights

        let fitted =
            List.init w.Length (fun c ->
                CalibrationSample.Create(ofClass events c, q, events.Ratios[c])
                |> RatioCalibration.fit settings.Method
                |> Result.mapError (
                    List.map (fun fault -> {
                        fault with
                            Source = $"calibration of {estimator.ClassNames[c]}"
                    })
                ))

        match List.collect faultsOf fitted with
        | [] ->
            let classes = fitted |> List.choose Result.toOption |> List.toArray
            let ratios = Array.map2 RatioCalibration.apply classes events.Ratios

            Ok {
                Classes = classes
                After =
                    if settings.Renormalise then
                        Normalisation.joint w q ratios
                    else
                        Normalisation.divide q ratios
            }
        | faults -> Error faults

    /// The closure after the calibration, with the error of the events that fixed E_ref[r] = 1.
    let private record
        (estimator: RatioEstimator)
        (calibrations: FoldCalibration[])
        (fitted: FoldEvents[])
        (check: FoldEvents[])
        (before: NormalisationRecord)
        : NormalisationRecord =
        let w = estimator.Mixture.WeightArray
        let c = Seq.findIndex ((=) before.Class) estimator.ClassNames

        let mean (events: FoldEvents) =
            let after = EstimatorCalibration.apply w calibrations[before.Fold] events.Ratios

            Normalisation.mean w events.Classes events.Weights after[c]

        let closure, own = mean check[before.Fold], mean fitted[before.Fold]

        {
            before with
                Check = {
                    closure with
                        Error = sqrt (closure.Error * closure.Error + own.Error * own.Error)
                }
        }

    /// <summary>The estimator with calibrated ratios.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">the method</param>
    /// <param name="estimator">not calibrated yet, or its old calibration is replaced</param>
    /// <param name="events">the events it was trained on</param>
    /// <returns>every fault: ratios that are negative or not finite, classes that a ratio separates
    /// completely (Platt), a renormalisation without every class in the reference</returns>
    let fitEstimator
        (team: ThreadTeam)
        (settings: CalibrationSettings)
        (estimator: RatioEstimator)
        (events: LabelledEvents)
        : Result<RatioEstimator, Fault list> =
        let estimator = estimator.Uncalibrated
        let w = estimator.Mixture.WeightArray

        let all role =
            List.init estimator.Folds.Count (fun f -> eventsOf team estimator events f role)

        let normalise = all Role.Normalisation

        let renormalisation = [
            if settings.Renormalise && w |> Array.exists (fun w -> not (w > 0.0)) then
                Fault.create
                    "calibration"
                    "ratios to a reference that lacks a class cannot be renormalised together"
                    "give every class a weight in the reference, or leave out \"renormalise\""
        ]

        match (concat normalise |> broken estimator) @ renormalisation with
        | [] ->
            let least =
                normalise
                |> Seq.collect (fun fold -> Seq.init w.Length (ofClass fold >> effective))
                |> Seq.min

            let pooled = estimator.Folds.Count > 1 && least < PooledBelow

            let fits =
                if pooled then
                    let one = fit settings estimator (concat normalise)
                    normalise |> List.map (fun _ -> one)
                else
                    normalise |> List.map (fit settings estimator)

            match List.collect faultsOf fits |> List.distinct with
            | [] ->
                let folds = fits |> List.choose Result.toOption |> List.toArray
                let check = all Role.Check |> List.toArray

                let records =
                    estimator.Normalisation
                    |> List.map (record estimator folds (List.toArray normalise) check)

                estimator.WithCalibration(
                    {
                        Settings = settings
                        Pooled = pooled
                        Folds = folds
                    },
                    records
                )
                |> Ok
            | faults -> Error faults
        | faults -> Error faults
