module Transport.PositiveWeightsTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Nsbi.Tests
open Networks.TrainingExamples

let private density mean sigma x =
    exp (-0.5 * ((x - mean) / sigma) ** 2.0) / (sigma * sqrt (2.0 * Math.PI))

/// n events of N(0, 1) with weight 2 and a fifth as many of N(½, ½²) with weight −2.
let private signed (n: int) : ClassEvents =
    let plus = gaussian "plus" 0UL 0.0 1.0 n
    let minus = gaussian "minus" 1_000_000UL 0.5 0.5 (n / 5)

    {
        Name = "signed"
        Features = Array.append plus.Features minus.Features
        Weights = Array.append (Array.create n 2.0) (Array.create (n / 5) -2.0)
        Groups = Array.append plus.Groups minus.Groups
    }

let private exact (x: float) =
    let p, m = 5.0 * density 0.0 1.0 x, density 0.5 0.5 x
    (p - m) / (p + m)

let private binOf (x: float32) =
    Math.Clamp(int (floor (float x * 2.0)) + 5, 0, 9)

let private sums (features: float32[]) (weights: float[]) =
    let found = Array.zeroCreate<float> 10
    Array.iter2 (fun x w -> found[binOf x] <- found[binOf x] + w) features weights
    found

[<Test>]
let ``in the bins that were used the sums of weights are kept exactly`` () =
    let events = signed 2000
    let x = events.Features |> Array.map float
    let expected = PositiveWeights.binned 25 x events.Weights

    let found =
        PositiveWeights.create WeightReplacement.Reweight 1UL events.Groups expected events.Weights
        |> valueOf

    Assert.That(found.Factor, Is.EqualTo(1.0).Within 1e-12)
    Assert.That(found.Cut, Is.EqualTo 0)
    Assert.That(found.Weights |> Array.forall (fun w -> w > 0.0))
    // The events of one bin are those of one estimate.
    let before = Array.zip expected events.Weights |> Array.groupBy fst
    let after = Array.zip expected found.Weights |> Array.groupBy fst |> Map.ofArray
    Assert.That(before.Length, Is.GreaterThan 10)

    for e, rows in before do
        let sum = Array.sumBy snd
        Assert.That(sum after[e], Is.EqualTo(sum rows).Within 1e-9)

    Assert.That(found.ErrorFactor, Is.GreaterThan 1.2)

[<Test>]
let ``resampling keeps the sums of weights and of their squares`` () =
    let events = signed 20000
    let expected = events.Features |> Array.map (float >> exact)

    let found =
        PositiveWeights.create WeightReplacement.Resample 5UL events.Groups expected events.Weights
        |> valueOf

    Assert.That(found.ErrorFactor, Is.EqualTo(1.0).Within 0.03)
    Assert.That(Array.sum found.Weights, Is.EqualTo(Array.sum events.Weights).Within 1e-6)

    let before, after =
        sums events.Features events.Weights, sums events.Features found.Weights

    let squares = sums events.Features (events.Weights |> Array.map (fun w -> w * w))
    let kept = sums events.Features (found.Weights |> Array.map (fun w -> w * w))

    for b in 0..9 do
        let error = sqrt (squares[b] + kept[b])
        Assert.That(after[b], Is.EqualTo(before[b]).Within(3.0 * error))
        Assert.That(kept[b] / squares[b], Is.EqualTo(1.0).Within 0.15)

[<Test>]
let ``a classifier of the sign finds the exact expectation`` () =
    let events = signed 6000
    let labelled, mixture = PositiveWeights.classes 1 events |> valueOf
    Assert.That(mixture.Weights[0], Is.EqualTo(5.0 / 6.0).Within 1e-12)

    let settings = {
        EstimatorSettings.standard with
            Folds = 2
            Training = {
                smallSettings with
                    Epochs = 12
                    Schedule = Schedule.Cosine 0.01
                    Architecture = {
                        Hidden = [ 12; 12 ]
                        Activation = Activation.Silu
                        Dropout = 0.0
                    }
            }
    }

    use team = new ThreadTeam(1)

    let estimator =
        EstimatorAssembly.train settings mixture labelled None (TrainingContext.plain team)
        |> valueOf

    let expected =
        PositiveWeights.expected
            team
            estimator
            (ReadOnlyMemory events.Features)
            (ReadOnlyMemory events.Groups)

    let misses =
        Array.map2 (fun x e -> abs (e - exact (float x))) events.Features expected

    Assert.That(Array.average misses, Is.LessThan 0.05)

    let found =
        PositiveWeights.create WeightReplacement.Reweight 1UL events.Groups expected events.Weights
        |> valueOf

    Assert.That(found.Factor, Is.EqualTo(1.0).Within 0.02)

    let before, after =
        sums events.Features events.Weights, sums events.Features found.Weights

    let squares = sums events.Features (events.Weights |> Array.map (fun w -> w * w))

    for b in 0..9 do
        Assert.That(after[b], Is.EqualTo(before[b]).Within(3.5 * sqrt squares[b]))

[<Test>]
let ``where negative weights outweigh the others events are cut, counted and made up for`` () =
    let weights = [| 3.0; 1.0; -1.0; -1.0 |]
    let expected = [| 1.0; 0.5; -0.4; 0.01 |]

    let found =
        PositiveWeights.create WeightReplacement.Reweight 1UL [| 1UL .. 4UL |] expected weights
        |> valueOf

    Assert.That(found.Cut, Is.EqualTo 2)
    Assert.That(found.CutShare, Is.EqualTo(2.0 / 6.0).Within 1e-15)
    Assert.That(found.Factor, Is.EqualTo(2.0 / 3.5).Within 1e-15)
    Assert.That(found.Weights[2..], Is.EqualTo<float[]> [| 0.0; 0.0 |])
    Assert.That(Array.sum found.Weights, Is.EqualTo(2.0).Within 1e-14)
    Assert.That(found.SignedSize, Is.EqualTo(4.0 / 12.0).Within 1e-14)

[<Test>]
let ``what cannot become positive is refused with a sentence`` () =
    let create expected weights =
        PositiveWeights.create
            WeightReplacement.Reweight
            1UL
            (Array.map (fun _ -> 1UL) weights)
            expected
            weights
        |> faultsOf

    Assert.That(create [| nan; 1.0 |] [| 1.0; 1.0 |], Does.Contain "not a finite number")
    Assert.That(create [| 1.0; 1.0 |] [| 1.0; -2.0 |], Does.Contain "do not add up to a positive")
    Assert.That(create [| 0.0; -1.0 |] [| 2.0; -1.0 |], Does.Contain "no event is left")

    let positive = gaussian "only" 0UL 0.0 1.0 10
    Assert.That(faultsOf (PositiveWeights.classes 1 positive), Does.Contain "there is no event")

[<Property>]
let ``weights that are positive everywhere stay as they are`` (sizes: FsCheck.PositiveInt[]) =
    sizes.Length = 0
    || (let weights = sizes |> Array.map (fun s -> float s.Get)
        let x = Array.init weights.Length float
        let expected = PositiveWeights.binned 4 x weights
        let groups = Array.init weights.Length uint64

        [ WeightReplacement.Reweight; WeightReplacement.Resample ]
        |> List.forall (fun replacement ->
            let found =
                PositiveWeights.create replacement 3UL groups expected weights |> valueOf

            Array.forall2 (fun a b -> abs (a - b) < 1e-9 * b) found.Weights weights))
