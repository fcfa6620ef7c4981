module Calibration.CrossFittedCalibrationTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Calibration
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private settings head folds = {
    EstimatorSettings.standard with
        Head = head
        Folds = folds
        Training = {
            smallSettings with
                Epochs = 1
                LearningRate = 0.002
                Architecture = {
                    Hidden = [ 6 ]
                    Activation = Activation.Tanh
                    Dropout = 0.0
                }
        }
}

let private events =
    lazy
        (labelled [
            gaussian "S" 0UL 0.8 0.7 6000
            gaussian "B" 1_000_000UL 0.0 1.0 6000
            gaussian "N" 2_000_000UL -0.6 1.2 6000
        ])

let private mixture =
    ReferenceMixture.create [ "S", 1.0; "B", 2.0; "N", 2.0 ] |> valueOf

/// Trained too little, so that there is something to mend.
let private trained head folds =
    lazy
        (use team = new ThreadTeam(1)

         EstimatorAssembly.train
             (settings head folds)
             mixture
             events.Value
             None
             (TrainingContext.plain team)
         |> valueOf)

let private softmax, private separate =
    trained Head.Softmax 2, trained Head.Separate 2

let private calibrate method renormalise (estimator: RatioEstimator) =
    use team = new ThreadTeam(1)

    CrossFittedCalibration.fitEstimator
        team
        {
            Method = method
            Renormalise = renormalise
        }
        estimator
        events.Value
    |> valueOf

let private methods = [
    CalibrationMethod.Histogram(20, false)
    CalibrationMethod.Isotonic
    CalibrationMethod.Platt
]

let private ofFold (estimator: RatioEstimator) fold (xs: float[]) =
    use team = new ThreadTeam(1)
    estimator.OfFold(team, fold, ReadOnlyMemory(xs |> Array.map float32))

let private rowsOf (estimator: RatioEstimator) fold role =
    let events = events.Value

    [| 0 .. events.Count - 1 |]
    |> Array.filter (fun i -> DataSplit.role estimator.Settings fold (events.Groups.Span[i]) = role)

/// E_ref[r_c] of the events of a role.
let private mean (estimator: RatioEstimator) fold role c =
    let rows = rowsOf estimator fold role
    let events = events.Value
    let xs = rows |> Array.map (fun i -> float (events.Features.Span[i]))
    let r = ofFold estimator fold xs

    (Normalisation.mean
        (Seq.toArray mixture.Weights)
        (rows |> Array.map (fun i -> events.Classes.Span[i]))
        (rows |> Array.map (fun i -> events.Weights.Span[i]))
        r[c])
        .Value

[<Test>]
let ``calibrated ratios have mean one on the events of the fit`` () =
    for estimator in [ softmax.Value; separate.Value ] do
        for method in methods do
            let calibrated = calibrate method false estimator
            Assert.That(calibrated.Calibration.Value.Pooled, Is.False)

            for fold in 0..1 do
                for c in 0..2 do
                    let found = mean calibrated fold Role.Normalisation c
                    Assert.That(found, Is.EqualTo(1.0).Within 1e-9)

[<Test>]
let ``calibration brings ratios of a poor training nearer to the truth`` () =
    let w = Seq.toArray mixture.Weights
    let densities = [ density 0.8 0.7; density 0.0 1.0; density -0.6 1.2 ]
    let xs = [| for i in -20 .. 20 -> 0.1 * float i |]

    let reference x =
        List.mapi (fun c p -> w[c] * p x) densities |> List.sum

    let distance (estimator: RatioEstimator) =
        let r = ofFold estimator 0 xs

        densities
        |> List.mapi (fun c p ->
            Array.mapi (fun i x -> abs (log (r[c][i] / (p x / reference x)))) xs
            |> Array.average)
        |> List.head

    for method in methods do
        let before, after =
            distance softmax.Value, distance (calibrate method false softmax.Value)

        Assert.That(after, Is.LessThan before)

[<Test>]
let ``a calibration renormalised keeps the identity and the mean`` () =
    let w = Seq.toArray mixture.Weights

    for method in methods do
        let plain, calibrated =
            calibrate method false softmax.Value, calibrate method true softmax.Value

        let violation (estimator: RatioEstimator) =
            let r = ofFold estimator 1 grid

            Array.init grid.Length (fun i ->
                abs (Array.sum (Array.mapi (fun c w -> w * r[c][i]) w) - 1.0))
            |> Array.max

        Assert.That(violation plain, Is.GreaterThan 1e-4)
        Assert.That(violation calibrated, Is.LessThan 1e-13)

        for c in 0..2 do
            let found = mean calibrated 1 Role.Normalisation c
            Assert.That(found, Is.EqualTo(1.0).Within 1e-9)

[<Test>]
let ``events that are checked have no say in the calibration`` () =
    let check = rowsOf softmax.Value 0 Role.Check |> Set.ofArray
    let source = events.Value

    // The check events of both folds with other features.
    let other =
        let check = Set.union check (rowsOf softmax.Value 1 Role.Check |> Set.ofArray)

        [ "S"; "B"; "N" ]
        |> List.mapi (fun c name ->
            let rows =
                [| 0 .. source.Count - 1 |]
                |> Array.filter (fun i -> source.Classes.Span[i] = c)

            {
                Name = name
                Features =
                    rows
                    |> Array.map (fun i ->
                        let x = source.Features.Span[i]
                        if check.Contains i then x + 1.0f else x)
                Weights = rows |> Array.map (fun i -> source.Weights.Span[i])
                Groups = rows |> Array.map (fun i -> source.Groups.Span[i])
            })
        |> labelled

    use team = new ThreadTeam(1)
    let plan = CalibrationSettings.create CalibrationMethod.Isotonic

    let calibrated events =
        CrossFittedCalibration.fitEstimator team plan softmax.Value events |> valueOf

    let a, b = calibrated source, calibrated other
    Assert.That((a.Calibration.Value = b.Calibration.Value), Is.True)
    Assert.That((a.Normalisation = b.Normalisation), Is.False)

[<Test>]
let ``the record of the closure is that of the calibrated ratios`` () =
    let calibrated = calibrate CalibrationMethod.Isotonic false softmax.Value

    for record in calibrated.Normalisation do
        let c = Seq.findIndex ((=) record.Class) calibrated.ClassNames

        Assert.That(
            record.Check.Value,
            Is.EqualTo(mean calibrated record.Fold Role.Check c).Within 1e-12
        )

        Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 4.0)

[<Test>]
let ``a calibrated estimator written and read again is the same`` () =
    for method in methods do
        let calibrated = calibrate method true softmax.Value
        let bytes = EstimatorFile.toBytes calibrated
        let again = EstimatorFile.ofBytes "networks.json" bytes |> valueOf
        Assert.That((EstimatorFile.toBytes again = bytes), Is.True)
        Assert.That((ofFold again 1 grid = ofFold calibrated 1 grid), Is.True)

        let plain = EstimatorFile.toBytes again.Uncalibrated
        Assert.That((plain = EstimatorFile.toBytes softmax.Value), Is.True)

[<Test>]
let ``folds of few events share one calibration`` () =
    let few =
        labelled [
            gaussian "S" 0UL 0.8 0.7 600
            gaussian "B" 1_000_000UL 0.0 1.0 600
            gaussian "N" 2_000_000UL -0.6 1.2 600
        ]

    use team = new ThreadTeam(1)

    let estimator =
        EstimatorAssembly.train
            (settings Head.Softmax 2)
            mixture
            few
            None
            (TrainingContext.plain team)
        |> valueOf

    let plan = CalibrationSettings.create (CalibrationMethod.Histogram(10, true))

    let calibration =
        (CrossFittedCalibration.fitEstimator team plan estimator few |> valueOf).Calibration.Value

    Assert.That(calibration.Pooled, Is.True)
    Assert.That((calibration.Folds[0] = calibration.Folds[1]), Is.True)

[<Test>]
let ``a renormalisation without every class in the reference is a fault`` () =
    use team = new ThreadTeam(1)
    let lacking = ReferenceMixture.create [ "S", 0.0; "B", 1.0; "N", 1.0 ] |> valueOf

    let estimator =
        EstimatorAssembly.train
            (settings Head.Separate 2)
            lacking
            events.Value
            None
            (TrainingContext.plain team)
        |> valueOf

    let plan renormalise = {
        Method = CalibrationMethod.Isotonic
        Renormalise = renormalise
    }

    let sentence =
        CrossFittedCalibration.fitEstimator team (plan true) estimator events.Value
        |> faultsOf

    Assert.That(sentence, Does.Contain "lacks a class")

    let calibrated =
        CrossFittedCalibration.fitEstimator team (plan false) estimator events.Value
        |> valueOf

    let r = ofFold calibrated 0 grid
    Assert.That(r[0] |> Array.forall (fun r -> r > 0.0 && Double.IsFinite r), Is.True)
