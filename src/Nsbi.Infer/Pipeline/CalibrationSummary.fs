namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Calibration
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

// Axes: event i, sample k.

/// <summary>What a calibration did to the ratio of a sample, on events that neither trained the networks
/// nor fitted the calibration.</summary>
type CalibrationSummary = {
    /// The sample whose ratio it is.
    Sample: string
    /// The method.
    Method: string
    /// The calibration curve before.
    Before: CalibrationPoint[]
    /// Its test, which no result depends on: it passes whatever it finds.
    BeforeCheck: Check
    /// The calibration curve after.
    After: CalibrationPoint[]
    /// <summary>E_ref[|ln r′ − ln r|]: the mean size of the correction.</summary>
    Size: float
    /// <summary>√E_ref[σ²(ln r′)] with the standard error σ from the finite number of events of the
    /// calibration.</summary>
    Error: float
}

/// <summary>Makes them.</summary>
[<RequireQualifiedAccess>]
module CalibrationSummary =

    let private pick (rows: int[]) (values: 'a[]) = rows |> Array.map (fun i -> values[i])

    /// A test of what nobody uses any more.
    let private informative (name: string) (check: Check) : Check = {
        check with
            Name = $"calibration of {name} before calibrating"
            Passed = true
            Limit = 0.0
            Meaning = "It is what the calibration is for; the check of the calibrated ratio counts."
    }

    let private curve (learned: LearnedModel) held (reference: float[]) name k ratios =
        let weights = EventTable.weights learned.Simulated.Events

        let target =
            held
            |> Array.map (fun i -> if learned.Simulated.Sample[i] = k then weights[i] else 0.0)

        let check, points, _ =
            RatioSample.create reference target ratios
            |> CalibrationCheck.run learned.Analysis.Limits 20 name

        check, points

    /// <summary>The comparison of the ratios before and after the calibration.</summary>
    /// <param name="team">threads to share the work</param>
    /// <param name="features">of the networks</param>
    /// <param name="estimator">the trained networks</param>
    /// <param name="learned">with their calibrated ratios</param>
    /// <returns>one for each sample; none without calibration</returns>
    let make
        team
        (features: FittedFeatures)
        (estimator: RatioEstimator)
        (learned: LearnedModel)
        : CalibrationSummary list =
        match estimator.Calibration with
        | None -> []
        | Some calibration ->
            let held =
                [| 0 .. learned.Roles.Length - 1 |]
                |> Array.filter (fun i -> learned.Roles[i] = Role.Check)

            let reference = LearnedModel.referenceWeights learned |> pick held
            let total = Array.sum reference
            let groups = pick held learned.Simulated.Groups

            let before =
                match
                    EventTable.take held learned.Simulated.Events |> FittedFeatures.apply features
                with
                | Ok matrix ->
                    estimator.Uncalibrated.ByFold(
                        team,
                        ReadOnlyMemory matrix.Values,
                        ReadOnlyMemory groups
                    )
                // The same events were evaluated before.
                | Error faults -> invalidOp (Fault.render faults)

            let settings = estimator.Settings
            let folds = groups |> Array.map (DataSplit.fold settings.Seed settings.Folds)

            let mean (values: float[]) =
                Array.fold2 (fun sum w v -> sum + w * v) 0.0 reference values / total

            [
                for k in 0 .. learned.Simulated.Samples.Length - 1 do
                    let name = learned.Simulated.Samples[k]
                    let after = pick held learned.Ratios[k]
                    let check, points = curve learned held reference name k before[k]
                    let _, pointsAfter = curve learned held reference name k after

                    let errors =
                        Array.map2
                            (fun fold r ->
                                RatioCalibration.logErrors calibration.Folds[fold].Classes[k] [|
                                    r
                                |]
                                |> Array.head)
                            folds
                            before[k]

                    {
                        Sample = name
                        Method = CalibrationSettings.name calibration.Settings
                        Before = points
                        BeforeCheck = informative name check
                        After = pointsAfter
                        Size =
                            Array.map2 (fun (a: float) b -> abs (log (a / b))) after before[k]
                            |> mean
                        Error = errors |> Array.map (fun e -> e * e) |> mean |> sqrt
                    }
            ]
