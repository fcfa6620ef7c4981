/// The one-dimensional example of arXiv:1506.02169, with exact and with learned ratios.
module Nsbi.Infer.Tests.Problems.MixtureToy1DTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Losses
open Nsbi.Learn.Networks
open Nsbi.Model

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private share = MixtureToy1D.share

[<Test>]
let ``the numbers of the example are the known ones`` () =
    near 5e-8 0.0067617 (MixtureToy1D.sigma share MixtureToy1D.events)
    near 5e-9 0.00634472 (MixtureToy1D.divergence share)
    near 5e-8 0.6916246 (MixtureToy1D.crossEntropy share)

    let at, largest =
        [ for i in -10000 .. 10000 -> 1.07 + 1e-6 * float i ]
        |> List.map (fun x -> x, MixtureToy1D.ratio share x)
        |> List.maxBy snd

    // scipy.optimize.minimize_scalar of the same function: 1.06765653, 1.40672439.
    near 2e-6 1.06765653 at
    near 1e-8 1.40672439 largest

[<Test>]
let ``densities are normalised`` () =
    near 1e-12 1.0 (MixtureToy1D.integral MixtureToy1D.signal)
    near 1e-12 1.0 (MixtureToy1D.integral MixtureToy1D.background)

[<TestCase 0.0; TestCase 0.05; TestCase 1.0>]
let ``events are distributed as the density says`` (gamma: float) =
    let n = 20_000
    let x = MixtureToy1D.sample 3UL 0UL gamma n |> Array.sort

    let below x =
        MixtureToy1D.integral (fun t ->
            let p = MixtureToy1D.background t * MixtureToy1D.ratio gamma t
            // The step of the rule that holds x counts by half.
            if t < x - 0.005 then p
            elif t < x + 0.005 then 0.5 * p
            else 0.0)

    // Kolmogorov's distance is above 1.95/√n once in a thousand samples.
    for k in 200..400..19800 do
        near (1.95 / sqrt (float n) + 0.002) (float k / float n) (below x[k])

let private estimatesWith (odds: float[] -> float[]) (toys: int) =
    Array.init toys (fun toy ->
        MixtureToy1D.sample 5UL (uint64 toy) share MixtureToy1D.events
        |> odds
        |> MixtureToy1D.estimate)

let private exact = lazy (estimatesWith (Array.map MixtureToy1D.odds) 1000)

let private spread (values: float[]) =
    let mean = Array.average values
    sqrt (values |> Array.averageBy (fun v -> (v - mean) ** 2.0))

[<Test>]
let ``with exact ratios 1000 measurements have the published mean and the least spread`` () =
    let estimates = exact.Value
    let sigma = MixtureToy1D.sigma share MixtureToy1D.events
    let error = sigma / sqrt 1000.0
    let mean = Array.average estimates
    TestContext.Out.WriteLine $"mean {mean} ± {error}, spread {spread estimates}"
    near (3.0 * error) share mean
    // The published mean is that of 1000 other measurements.
    near (3.0 * sqrt 2.0 * error) 0.05011 mean
    near (3.0 * sigma / sqrt 2000.0) sigma (spread estimates)

[<Test>]
let ``the fit of the model finds the same share and its error`` () =
    let x = MixtureToy1D.sample 5UL 0UL share MixtureToy1D.events
    let rho = x |> Array.map MixtureToy1D.odds

    let table =
        RatioTable.unweighted x.Length [
            "S", Ratios rho
            "B", RatioSource.ofFormula (fun _ -> 0.0)
        ]
        |> RatioTable.withFeatures (Array.map Array.singleton x)

    let compiled =
        match
            Model.validate (MixtureToy1D.model MixtureToy1D.events)
            |> Result.bind (fun model ->
                RatioTables.empty |> RatioTables.observed "SR" table |> Likelihood.compile model)
        with
        | Ok compiled -> compiled
        | Error faults -> invalidOp $"{faults}"

    let observation =
        match Observation.observed compiled [] with
        | Ok observation -> observation
        | Error faults -> invalidOp $"{faults}"

    let fit = Fit.run observation
    near 1e-6 (MixtureToy1D.estimate rho) fit["gamma"].Value
    near 3e-4 (MixtureToy1D.sigma share MixtureToy1D.events) fit["gamma"].Error.Value

[<Test>]
let ``at the ends of the range the estimate stays there`` () =
    near 0.0 0.0 (MixtureToy1D.estimate [| 0.1; 0.9 |])
    near 1e-11 1.0 (MixtureToy1D.estimate [| 3.0; 1.5 |])
    Assert.That(MixtureToy1D.estimate [||], Is.NaN)

let private ofClass name first gamma n : ClassEvents = {
    Name = name
    Features = MixtureToy1D.sample 11UL first gamma n |> Array.map float32
    Weights = Array.create n 1.0
    Groups = Array.init n (fun i -> first * 100_000_000UL + uint64 i)
}

/// ρ̂ or λ̂ of a class against the background.
let private learned loss gamma events epochs : float[] -> float[] =
    let labelled =
        LabelledEvents.create NegativeWeights.Refuse 1 [
            ofClass "class" 1UL gamma events
            ofClass "background" 2UL 0.0 events
        ]
        |> valueOf

    let mixture = ReferenceMixture.create [ "class", 0.0; "background", 1.0 ] |> valueOf

    let settings = {
        EstimatorSettings.standard with
            Head = Head.Separate
            Folds = 2
            Training =
                {
                    ClassifierSettings.standard with
                        Architecture = {
                            Architecture.standard with
                                Hidden = [ 24; 24 ]
                        }
                        LearningRate = 0.01
                        Epochs = epochs
                }
                |> ClassifierSettings.withLoss loss
    }

    let team = new ThreadTeam(1)

    let estimator =
        EstimatorAssembly.train settings mixture labelled None (TrainingContext.plain team)
        |> valueOf

    fun x ->
        estimator.MeanOfFolds(team, x |> Array.map float32 |> ReadOnlyMemory)
        |> Array.head

/// Learned over exact estimates on the same measurements.
let private compare name (odds: float[] -> float[]) toys =
    let found, exact = estimatesWith odds toys, Array.truncate toys exact.Value
    let sigma = MixtureToy1D.sigma share MixtureToy1D.events
    let shift = Array.map2 (fun a b -> (a - b) / sigma) found exact

    TestContext.Out.WriteLine
        $"{name}: mean {Array.average found}, spread {spread found}, shift/σ {Array.average shift} ± {spread shift}"

    found, shift

[<Test>]
let ``a small network of signal against background measures the share`` () =
    // 2e5 training events, as in the paper: their own noise moves γ̂ by 0.1 to 0.2 σ.
    let _, shift = compare "quick" (learned Loss.BinaryCrossEntropy 1.0 100_000 5) 40
    Assert.That(abs (Array.average shift), Is.LessThan 0.6)
    Assert.That(spread shift, Is.LessThan 0.1)

[<Test; Category("Study")>]
let ``with learned ratios 1000 measurements have the published mean and the least spread`` () =
    let sigma = MixtureToy1D.sigma share MixtureToy1D.events
    let error = sigma / sqrt 1000.0

    for loss in [ Loss.BinaryCrossEntropy; Loss.MaximumLikelihood ] do
        let found, shift = compare (Loss.name loss) (learned loss 1.0 1_000_000 10) 1000
        // 0.05 σ from the noise of 2e6 training events beside the error of the mean.
        near (3.0 * sqrt (error * error + (0.05 * sigma) ** 2.0)) share (Array.average found)
        near (3.0 * sqrt 2.0 * error) 0.05006 (Array.average found)
        near (3.0 * sigma / sqrt 2000.0) sigma (spread found)
        Assert.That(spread shift, Is.LessThan 0.05)

[<Test; Category("Study")>]
let ``a classifier of the sum against background, converted, is as noisy as its share is small``
    ()
    =
    let rho lambda =
        lambda
        |> Array.map (fun lambda -> SignalOdds.signalToBackground share lambda |> max 0.0)

    let ofSum = learned Loss.BinaryCrossEntropy share 100_000 30 >> rho

    let ofSignal = learned Loss.BinaryCrossEntropy 1.0 100_000 30

    // E_q[(ρ̂ − ρ)²] of the two ways.
    let squares (odds: float[] -> float[]) =
        let x = MixtureToy1D.sample 17UL 0UL 0.0 100_000

        Array.map2 (fun a b -> (a - b) ** 2.0) (odds x) (x |> Array.map MixtureToy1D.odds)
        |> Array.average

    let sum, signal = squares ofSum, squares ofSignal
    TestContext.Out.WriteLine $"E_q[(ρ̂ − ρ)²]: {sum} by the sum, {signal} by the signal"
    Assert.That(sum, Is.GreaterThan(10.0 * signal))
