module Nsbi.Infer.Tests.LearnedGoodnessTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.DecayModel

let private run toys = { ToyRun.ofToys toys with Threads = 2 }

[<Test>]
let ``with nothing but a factor to learn the statistic is that of the count`` () =
    let nu, n = 120.0, 150

    let settings = {
        LearnedGoodnessSettings.standard with
            Family =
                GoodnessFamily.Kernels {
                    LearnedGoodnessSettings.kernels with
                        Prior = 1e4
                }
    }

    let found =
        LearnedGoodness.ofArrays
            (run 0)
            settings
            [ ("x", Array.create 200 1.0) ]
            (Array.create 200 (nu / 200.0))
            [ ("x", Array.create n 1.0) ]
        |> ok

    let count = float n
    Assert.That(found.Value, near 1e-5 (2.0 * (count * log (count / nu) - count + nu)))

/// The loss at the minimum, by definition.
[<TestCase(false)>]
[<TestCase(true)>]
let ``the statistic is the definition at f, and no other f or point is better`` (isFree: bool) =
    let reference = times "reference" 1 400 1.0
    let data = times "data" 1 230 1.1
    let observation, features = observe isFree reference data
    let fit = Fit.run observation
    let compiled = observation.Owner
    let prepared = GoodnessChannel.create quick 1UL compiled fit.Values features |> ok
    let free = FitPoints.freePlaces Fit.settings compiled

    let channels =
        prepared
        |> Array.map (fun c -> {
            Space = GoodnessChannel.dataSpace observation free.Length c
            Weights = GoodnessChannel.reference compiled c
        })

    let found = RatioFit.run Fit.settings observation fit.Values channels
    let shape = prepared[0].Shape

    let phi =
        RatioShape.inputs shape (Array.append reference data |> Array.map Array.singleton)

    let m = shape.Inputs

    let loss (theta: float[]) (a: float[]) =
        let f j =
            let mutable sum = 0.0

            for k in 0 .. m - 1 do
                sum <- sum + a[k] * phi[j * m + k]

            sum

        let w, _ = channels[0].Weights.At(theta, [||]).Value
        let over = Seq.sumBy (fun j -> w[j] * (exp (f j) - 1.0)) (seq { 0..399 })
        let under = Seq.sumBy (fun i -> f (400 + i)) (seq { 0 .. data.Length - 1 })
        let ridge = 0.5 * shape.Ridge * Array.sumBy (fun x -> x * x) a
        Likelihood.twiceNll observation theta + 2.0 * (over - under + ridge)

    let a = found.Parameters[0]
    Assert.That(found.Minimum, near 1e-8 (loss found.Theta a))
    Assert.That(loss fit.Values (Array.zeroCreate m), near 1e-8 fit.TwiceNll)
    let mutable stream = RandomStream(2UL, "other functions", 0UL)

    for _ in 1..30 do
        let other = a |> Array.map (fun x -> x + 0.01 * stream.NextGaussian())

        let theta =
            if isFree then
                found.Theta |> Array.map (fun x -> x + 0.02 * stream.NextGaussian())
            else
                found.Theta

        Assert.That(loss theta other, Is.GreaterThan found.Minimum)

    let whole = test (run 0) quick (observation, features)
    Assert.That(whole.Value, near 1e-7 (fit.TwiceNll - found.Minimum))

[<Test>]
let ``toys are the same on any number of threads`` () =
    let observed = observe true (times "reference" 2 400 1.0) (times "data" 2 200 1.0)

    let values threads =
        (test
            {
                ToyRun.ofToys 12 with
                    Threads = threads
            }
            quick
            observed)
            .Toys
        |> Array.map (fun t -> BitConverter.DoubleToInt64Bits t.Value)

    Assert.That((values 1 = values 3))

[<Test>]
let ``toys follow the asymptotic form`` () =
    let observed = observe true (times "reference" 3 4000 1.0) (times "data" 3 200 1.0)

    let found = test (run 200) quick observed
    let form = found.Asymptotic.Value
    let values = found.Toys |> Array.map _.Value
    Assert.That(found.Failed, same 0)
    let error = sqrt (2.0 * form.Scale * form.Scale * form.Degrees / 200.0)
    Assert.That(Array.average values, near (4.0 * error) (form.Scale * form.Degrees))

/// p-values of experiments of the model, each with a reference of its own.
let private sizes isFree settings experiments toys events : float[] =
    Array.init experiments (fun k ->
        let count = poisson "experiment" k expected
        let data = times "experiment" k count 1.0
        let reference = times "reference of an experiment" k events 1.0
        (test (run toys) settings (observe isFree reference data)).PValue.Value.Value)

/// Uniform on 1/(n+1), …, 1: the distance of the mean in standard errors.
let private pull (toys: int) (p: float[]) =
    let n = float (toys + 1)
    let mean, variance = 0.5 + 0.5 / n, (n * n - 1.0) / (12.0 * n * n)
    (Array.average p - mean) / sqrt (variance / float p.Length)

[<TestCase(false)>]
[<TestCase(true)>]
let ``p is uniform under the model, with a finite reference`` (isFree: bool) =
    let p = sizes isFree quick 40 9 800
    Assert.That(abs (pull 9 p), Is.LessThan 3.5)

[<TestCase(false); TestCase(true); Category("Study")>]
let ``p is uniform under the model in many experiments`` (isFree: bool) =
    let p = sizes isFree quick 400 19 800
    TestContext.Out.WriteLine $"pull of the mean {pull 19 p}"
    Assert.That(abs (pull 19 p), Is.LessThan 3.5)
    // Deciles.
    let counts =
        Array.init 10 (fun d -> p |> Array.filter (fun x -> int (ceil (x * 10.0 - 1e-9)) = d + 1))

    let chi = counts |> Array.sumBy (fun c -> (float c.Length - 40.0) ** 2.0 / 40.0)
    Assert.That(SaturatedTest.survival 9 chi, Is.GreaterThan 0.001)

[<Test; Category("Study")>]
let ``a reference that does not fluctuate makes p too small`` () =
    let p = sizes false { quick with Fluctuating = false } 400 19 400
    TestContext.Out.WriteLine $"pull of the mean {pull 19 p}"
    Assert.That(pull 19 p, Is.LessThan -4.0)

[<Test>]
let ``a shift that a nuisance parameter allows is not alarming, and is without it`` () =
    let reference = times "reference" 4 4000 1.0
    // Two standard deviations of the scale.
    let data = times "data" 4 200 (exp (2.0 * sigma))
    let free = test (run 60) quick (observe true reference data)
    let held = test (run 60) quick (observe false reference data)
    Assert.That(free.PValue.Value.Value, Is.GreaterThan 0.1)
    Assert.That(held.PValue.Value.Value, Is.LessThan 0.06)
    Assert.That(held.Value, Is.GreaterThan(free.Value + 3.0))

/// Pairs of unit normal numbers with a correlation.
let private pairs purpose count (rho: float) =
    let mutable stream = RandomStream(9UL, purpose, 0UL)
    let x = Array.init count (fun _ -> stream.NextGaussian())

    let y =
        x
        |> Array.map (fun x -> rho * x + sqrt (1.0 - rho * rho) * stream.NextGaussian())

    x, y

[<Test>]
let ``a wrong correlation alarms where both features look right`` () =
    let n, m = 400, 4000
    let rx, ry = pairs "reference" m 0.0
    let x, y = pairs "data" n 0.4

    let table count =
        RatioTable.unweighted count [ "B", Ratios(Array.create count 1.0) ]

    let model =
        Nsbi.Model.Words.model "two features" [
            Nsbi.Model.Words.unbinned "SR" (Nsbi.Model.Words.reference "ref") [
                Nsbi.Model.Words.processOf "B" [ Nsbi.Model.Words.yields (float n) ]
            ]
        ]

    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" (table m)
        |> RatioTables.observed "SR" (table n)
        |> Likelihood.compile (valid model)
        |> ok

    let observation = Observation.observed compiled [] |> ok
    let features = [ FitFeature.create "x" "SR" rx x; FitFeature.create "y" "SR" ry y ]
    let fit = Fit.run observation
    let binned = GoodnessOfFit.run (run 100) Fit.settings observation fit features |> ok

    for t in binned.Tests |> List.filter (fun t -> not (t.Name.StartsWith "least")) do
        Assert.That(t.PValue.Value.Value, Is.GreaterThan 0.02, t.Name)

    let found = test (run 50) quick (observation, features)
    Assert.That(found.PValue.Value.Value, Is.LessThan 0.03)
    Assert.That(found.Asymptotic.Value.PValue, Is.LessThan 1e-3)
    // The largest ratio is where both are large with one sign.
    let row, _ = (List.exactlyOne found.Events).Ranked.Head
    Assert.That(x[row] * y[row], Is.GreaterThan 0.0)

    let profile = GoodnessProfile.make 10 features.Head (List.exactlyOne found.Events)
    Assert.That(Array.sum profile.Data, same (float n))
    Assert.That(Array.sum profile.Model, near 1e-8 (float n))

/// The demonstration of arXiv:1806.02350: 2000 expected events of density e^{−x}, and ten at 6.4.
let private demonstration seed signal =
    let mutable stream = RandomStream(seed, "demonstration", 0UL)
    let background = int (stream.NextPoisson 2000.0)
    let b = Array.init background (fun _ -> -log(1.0 - stream.NextDouble()))

    let s =
        Array.init (int (stream.NextPoisson signal)) (fun _ -> 6.4 + 0.16 * stream.NextGaussian())

    Array.append b s

/// Quantiles at equal steps: an exact reference.
let private exact count =
    Array.init count (fun i -> -log(1.0 - (float i + 0.5) / float count)),
    Array.create count (2000.0 / float count)

let private demonstrate settings toys data =
    let xs, weights = exact 5000

    LearnedGoodness.ofArrays (run toys) settings [ ("x", xs) ] weights [ ("x", data) ]
    |> ok

[<Test>]
let ``a narrow peak in the tail is found`` () =
    let settings = {
        LearnedGoodnessSettings.standard with
            Fluctuating = false
    }

    let found = demonstrate settings 30 (demonstration 3UL 10.0)
    Assert.That(found.PValue.Value.Value, Is.LessThan 0.05)
    Assert.That(found.Asymptotic.Value.PValue, Is.LessThan 0.003)
    let events = List.exactlyOne found.Events
    let data = demonstration 3UL 10.0
    let row, _ = events.Ranked.Head
    Assert.That(data[row], Is.InRange(5.5, 7.5))

[<Test>]
let ``misuse is refused`` () =
    let xs = [| 1.0; 2.0; 3.0 |]
    let settings = LearnedGoodnessSettings.standard

    let call reference data () =
        LearnedGoodness.ofArrays (run 0) settings reference [| 1.0; 1.0; 1.0 |] data
        |> ignore

    let refused reference data =
        Assert.Throws<ArgumentException>(Action(call reference data)) |> ignore

    refused [ ("x", xs) ] [ ("y", xs) ]
    refused [ ("x", [| 1.0 |]) ] [ ("x", xs) ]
    refused [ ("x", [| 1.0; nan; 2.0 |]) ] [ ("x", xs) ]
    refused [] []
