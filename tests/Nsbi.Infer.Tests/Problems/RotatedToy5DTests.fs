/// The five-dimensional example of arXiv:1506.02169, with exact and with learned ratios.
module Nsbi.Infer.Tests.Problems.RotatedToy5DTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Model

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private ok result =
    match result with
    | Ok value -> value
    | Error(faults: ModelError list) -> invalidOp $"{faults}"

let private events = RotatedToy5D.events
let private sigmaAlpha, sigmaBeta = RotatedToy5D.sigmas events

[<Test>]
let ``rotated there and back again`` () =
    let z = [| 0.3; -2.0; 1.7; 0.4; 5.0 |]
    let back = z |> RotatedToy5D.rotate |> RotatedToy5D.unrotate

    for k in 0..4 do
        near 1e-12 z[k] back[k]

    // First column of R, by hand.
    let first = RotatedToy5D.rotate [| 1.0; 0.0; 0.0; 0.0; 0.0 |]
    let expected = [| 1.31229955; 0.10499961; 0.48310515; -0.3249938; -0.26387927 |]
    Assert.That(first, Is.EqualTo<float[]> expected)

[<Test>]
let ``the ratio is that of the densities of z`` () =
    let normal mean width z =
        exp (-0.5 * ((z - mean) / width) ** 2.0) / width

    for x in RotatedToy5D.sample 1UL 0UL (0.5, 0.5) 20 do
        let z = RotatedToy5D.unrotate x

        let expected =
            normal 1.3 1.0 z[0] * normal -0.7 3.0 z[1]
            / (normal 0.0 1.0 z[0] * normal 0.0 3.0 z[1])

        near 1e-10 (log expected) (RotatedToy5D.logRatio 1.3 -0.7 x)

[<Test>]
let ``events have the moments of their z`` () =
    let n = 100_000

    let z =
        RotatedToy5D.sample 2UL 0UL RotatedToy5D.truth n
        |> Array.map RotatedToy5D.unrotate

    // z₂: ½N(−2, 1) + ½N(2, 0.5²), of mean 0 and variance 4 + (1 + 0.25)/2.
    let moments = [ 1.0, 1.0; -1.0, 9.0; 0.0, 4.625; 1.0 / 3.0, 1.0 / 9.0; 2.0, 4.0 ]

    for k, (mean, variance) in List.indexed moments do
        let values = z |> Array.map (fun z -> z[k])
        let found = Array.average values
        near (4.0 * sqrt (variance / float n)) mean found
        let square = values |> Array.averageBy (fun v -> (v - found) ** 2.0)
        near (0.05 * variance) variance square

let private compile (x: float[][]) =
    let table =
        RatioTable.unweighted x.Length [ "X", RatioSource.ofFormula (fun _ -> 0.0) ]
        |> RatioTable.withFeatures x
        |> RatioTable.withShape "X" "point" RotatedToy5D.shape

    Model.validate (RotatedToy5D.model x.Length)
    |> Result.bind (fun model ->
        RatioTables.empty |> RatioTables.observed "SR" table |> Likelihood.compile model)
    |> ok

[<Test>]
let ``with the exact ratio a fit finds the means of z0 and z1 and their errors`` () =
    for toy in 0UL .. 9UL do
        let x = RotatedToy5D.sample 3UL toy RotatedToy5D.truth events
        let alpha, beta = RotatedToy5D.estimate x

        let fit = Observation.observed (compile x) [] |> ok |> Nsbi.Infer.Fit.run
        near 1e-6 alpha fit["alpha"].Value
        near 1e-6 beta fit["beta"].Value
        near 1e-6 0.0447213595 fit["alpha"].Error.Value
        near 1e-6 0.1341640786 fit["beta"].Error.Value

let private spread (values: float[]) =
    let mean = Array.average values
    sqrt (values |> Array.averageBy (fun v -> (v - mean) ** 2.0))

[<Test>]
let ``exact estimates of 1000 measurements spread as they should`` () =
    let found =
        Array.init 1000 (fun toy ->
            RotatedToy5D.sample 4UL (uint64 toy) RotatedToy5D.truth events
            |> RotatedToy5D.estimate)

    for pick, truth, sigma in [ fst, 1.0, sigmaAlpha; snd, -1.0, sigmaBeta ] do
        let values = found |> Array.map pick
        near (3.0 * sigma / sqrt 1000.0) truth (Array.average values)
        near (3.0 * sigma / sqrt 2000.0) sigma (spread values)

let private flat (x: float[][]) = x |> Array.concat |> Array.map float32

/// r(x|α, β) against (0, 0), learned from events with α in [0, 2] and β in [−3, 1].
let private learned (n: int) hidden epochs =
    let draw =
        let mutable stream = RandomStream(9UL, "points of the rotated toy", 0UL)
        Array.init n (fun _ -> 2.0 * stream.NextDouble(), -3.0 + 4.0 * stream.NextDouble())

    let ofClass name first (x: float[][]) : ClassEvents = {
        Name = name
        Features = flat x
        Weights = Array.create n 1.0
        Groups = Array.init n (fun i -> first + uint64 i)
    }

    let sample =
        RotatedToy5D.sampleAt 10UL 1UL (fun i -> draw[i]) n
        |> ofClass "drawn" 0UL
        |> ParameterisedSample.drawn (draw |> Array.collect (fun (a, b) -> [| a; b |]))

    let reference =
        RotatedToy5D.sample 10UL 2UL (0.0, 0.0) n |> ofClass "reference" 1_000_000_000UL

    let events =
        ParameterisedEvents.create NegativeWeights.Refuse 5 [ "alpha"; "beta" ] reference [ sample ]
        |> valueOf

    let settings: ParameterisedSettings = {
        Anchored = true
        Estimator = {
            EstimatorSettings.standard with
                Folds = 2
                Training = {
                    ClassifierSettings.standard with
                        Architecture = {
                            Architecture.standard with
                                Hidden = hidden
                        }
                        LearningRate = 5e-3
                        Epochs = epochs
                }
        }
    }

    use team = new ThreadTeam(1)

    ParameterisedAssembly.train settings events None (TrainingContext.plain team)
    |> valueOf

/// α and β around the truth in units of their σ, for scans.
let private grid = [|
    for i in -2 .. 2 do
        for j in -2 .. 2 -> float i, float j
|]

/// Where a quadratic form through the scanned ln L is largest, and 1/√ of its curvatures, in units of σ.
let private summit (logL: float[]) =
    let row (a: float, b: float) = [| 1.0; a; b; a * a; a * b; b * b |]
    let c = MathNet.Numerics.Fit.MultiDim(Array.map row grid, logL)
    let aa, ab, bb = -2.0 * c[3], -c[4], -2.0 * c[5]
    let determinant = aa * bb - ab * ab

    [|
        (bb * c[1] - ab * c[2]) / determinant
        (aa * c[2] - ab * c[1]) / determinant
        sqrt (bb / determinant)
        sqrt (aa / determinant)
    |]

/// (learned − exact)/σ of α̂ and β̂, and learned errors over exact ones, of scans of the learned ln L. The
/// learned ratio is divided by its mean over simulated events of the reference, at every point.
let private compare (estimator: ParameterisedEstimator) (simulated: int) toys =
    use team = new ThreadTeam(1)
    let reference = RotatedToy5D.sample 21UL 0UL (0.0, 0.0) simulated |> flat

    let measured =
        Array.init toys (fun toy -> RotatedToy5D.sample 4UL (uint64 toy) RotatedToy5D.truth events)

    let all = measured |> Array.concat |> flat

    let scans =
        grid
        |> Array.map (fun (a, b) ->
            let point = [|
                fst RotatedToy5D.truth + a * sigmaAlpha
                snd RotatedToy5D.truth + b * sigmaBeta
            |]

            let logRatios x =
                estimator.MeanOfFolds(team, ReadOnlyMemory x, point)

            let mean = logRatios reference |> Array.averageBy exp

            logRatios all
            |> Array.chunkBySize events
            |> Array.map (fun part -> Array.sum part - float events * log mean))

    let found =
        Array.init toys (fun toy ->
            let alpha, beta = RotatedToy5D.estimate measured[toy]
            let found = scans |> Array.map (fun scan -> scan[toy]) |> summit

            [|
                found[0] - (alpha - fst RotatedToy5D.truth) / sigmaAlpha
                found[1] - (beta - snd RotatedToy5D.truth) / sigmaBeta
                found[2]
                found[3]
            |])

    Array.init 4 (fun k ->
        let values = found |> Array.map (fun row -> row[k])
        TestContext.Out.WriteLine $"{k}: {Array.average values} ± {spread values}"
        Array.average values, spread values)

[<Test>]
let ``a scan of the exact ratio finds the exact estimates`` () =
    let x = RotatedToy5D.sample 4UL 7UL RotatedToy5D.truth events
    let alpha, beta = RotatedToy5D.estimate x

    let found =
        grid
        |> Array.map (fun (a, b) ->
            let alpha, beta = 1.0 + a * sigmaAlpha, -1.0 + b * sigmaBeta
            x |> Array.sumBy (RotatedToy5D.logRatio alpha beta))
        |> summit

    near 1e-8 ((alpha - 1.0) / sigmaAlpha) found[0]
    near 1e-8 ((beta + 1.0) / sigmaBeta) found[1]
    near 1e-8 1.0 found[2]
    near 1e-8 1.0 found[3]

[<Test>]
let ``a small parameterised network measures both means`` () =
    let found = compare (learned 20_000 [ 24; 24 ] 6) 20_000 8

    for k in 0..1 do
        Assert.That(abs (fst found[k]), Is.LessThan 1.5)
        Assert.That(fst found[k + 2], Is.EqualTo(1.0).Within 0.25)

[<Test; Category("Study")>]
let ``with learned ratios estimates agree with the exact ones`` () =
    let found = compare (learned 200_000 [ 32; 32 ] 10) 100_000 100

    for k in 0..1 do
        // Shifts that all measurements share come from the training sample.
        Assert.That(abs (fst found[k]), Is.LessThan 0.3)
        Assert.That(snd found[k], Is.LessThan 0.25)
        Assert.That(fst found[k + 2], Is.EqualTo(1.0).Within 0.15)
