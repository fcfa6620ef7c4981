module Ensembles.PoissonBootstrapTests

open System
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private groups (n: int) = Array.init n uint64

let private countsOf (bootstrap: PoissonBootstrap) (groups: uint64[]) =
    PoissonBootstrap.counts bootstrap (ReadOnlyMemory groups)

/// e^−λ λ^n/n!.
let private poisson (mean: float) (n: int) =
    exp (-mean) * (mean ** float n)
    / Seq.fold (*) 1.0 (Seq.init n (fun k -> float (k + 1)))

let private frequencies (mean: float) (counts: int[]) =
    for n in 0..4 do
        let p = poisson mean n
        let error = sqrt (p * (1.0 - p) / float counts.Length)

        let share =
            float (counts |> Array.filter ((=) n) |> Array.length) / float counts.Length

        Assert.That(share, Is.EqualTo(p).Within(4.0 * error), $"P({n})")

[<Test>]
let ``counts are Poisson numbers of mean 1`` () =
    countsOf (PoissonBootstrap(5UL, "test", 3UL)) (groups 300000) |> frequencies 1.0

[<TestCase(1)>]
[<TestCase(2)>]
[<TestCase(5)>]
let ``counts of a bootstrapped table are Poisson numbers of its counts`` (count: int) =
    let n = 200000

    PoissonBootstrap.recounts
        (PoissonBootstrap(5UL, "inner", 3UL))
        (ReadOnlyMemory(groups n))
        (Array.create n count)
    |> frequencies (float count)

[<Test>]
let ``a bootstrap of a bootstrap has mean 1 and variance 2`` () =
    let n = 400000
    let groups = groups n
    let outer = countsOf (PoissonBootstrap(9UL, "outer", 0UL)) groups

    let inner =
        PoissonBootstrap.recounts
            (PoissonBootstrap(9UL, "inner", 0UL))
            (ReadOnlyMemory groups)
            outer

    let mean = inner |> Array.averageBy float
    let variance = inner |> Array.averageBy (fun c -> (float c - mean) ** 2.0)
    // The fourth central moment of this compound number is 27: Var(s²) = (27 − 4)/n.
    Assert.That(mean, Is.EqualTo(1.0).Within(4.0 * sqrt (2.0 / float n)))
    Assert.That(variance, Is.EqualTo(2.0).Within(4.0 * sqrt (23.0 / float n)))

[<Test>]
let ``an event of count 0 stays at 0 and a count below 0 is refused`` () =
    let bootstrap = PoissonBootstrap(1UL, "test", 0UL)

    for group in 0UL .. 99UL do
        Assert.That(bootstrap.Recount(group, 0), Is.Zero)

    Assert.Throws<ArgumentException>(Action(fun () -> bootstrap.Recount(0UL, -1) |> ignore))
    |> ignore

[<Test>]
let ``groups, replicas, purposes and seeds are independent`` () =
    let n = 100000
    let groups = groups (n + 1)

    let of' seed purpose replica =
        countsOf (PoissonBootstrap(seed, purpose, replica)) groups

    let first = of' 1UL "test" 0UL

    let correlation (a: int[]) (b: int[]) =
        Array.fold2 (fun sum x y -> sum + (float x - 1.0) * (float y - 1.0)) 0.0 a b
        / float n

    for other in
        [
            of' 1UL "test" 1UL
            of' 1UL "test" (1UL <<< 32)
            of' 2UL "test" 0UL
            of' 1UL "other" 0UL
            Array.append (Array.tail first) [| 1 |]
        ] do
        Assert.That(abs (correlation first other), Is.LessThan(4.5 / sqrt (float n)))

[<Property>]
let ``a count depends on the group alone, not on the order or the number of events``
    (seed: uint64)
    (replica: uint64)
    (wanted: uint64 list)
    =
    let bootstrap = PoissonBootstrap(seed, "test", replica)
    let wanted = Array.ofList wanted
    let counts = countsOf bootstrap wanted
    let turned = countsOf bootstrap (Array.rev wanted)
    let again = PoissonBootstrap(seed, "test", replica)

    counts = Array.rev turned
    && counts = (wanted |> Array.map again.Count)
    && counts |> Array.forall (fun count -> count >= 0 && count < 30)

[<Test>]
let ``copies of an event in nominal and varied classes count equally often`` () =
    let n = 500

    let events =
        LabelledEvents.create NegativeWeights.Refuse 1 [
            gaussian "nominal" 0UL 0.0 1.0 n
            {
                gaussian "up" 0UL 0.1 1.0 n with
                    Weights = Array.create n 2.0
            }
        ]
        |> valueOf

    let counts =
        PoissonBootstrap.counts (PoissonBootstrap(3UL, "test", 2UL)) events.Groups

    let weights = (PoissonBootstrap.apply counts events).Weights.ToArray()
    Assert.That(counts |> Array.distinct |> Array.length, Is.GreaterThan 3)

    for i in 0 .. n - 1 do
        Assert.That(weights[i], Is.EqualTo(float counts[i]))
        Assert.That(weights[n + i], Is.EqualTo(2.0 * weights[i]))

[<Test>]
let ``rows that share an event share its count`` () =
    let n = 200

    let events =
        ReweightedEvents.label NegativeWeights.Refuse 1 {
            Name = "nominal"
            Features = Array.init n (fun i -> float32 i)
            Weights = Array.create n 1.0
            Groups = groups n
            Varied = [ "up", Array.create n 3.0; "down", Array.create n 0.5 ]
        }
        |> valueOf

    let counts =
        PoissonBootstrap.counts (PoissonBootstrap(3UL, "test", 2UL)) events.Groups

    let counted = PoissonBootstrap.apply counts events
    let weights = counted.Weights.ToArray()
    Assert.That(counted.Origins = events.Origins)
    Assert.That(counted.Groups.ToArray(), Is.EqualTo<uint64[]>(events.Groups.ToArray()))

    for i in 0 .. n - 1 do
        Assert.That(weights[n + i], Is.EqualTo(3.0 * weights[i]))
        Assert.That(weights[2 * n + i], Is.EqualTo(0.5 * weights[i]))

[<Test>]
let ``the data a table is counted from stay as they are, and other lengths are refused`` () =
    let events = pair 1.0 20
    let before = events.Weights.ToArray()
    PoissonBootstrap.apply (Array.create 40 3) events |> ignore
    Assert.That(events.Weights.ToArray(), Is.EqualTo<float[]> before)

    for counts in [ Array.create 39 1; Array.create 40 -1 ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> PoissonBootstrap.apply counts events |> ignore)
        )
        |> ignore

[<Test>]
let ``events with parameters keep them`` () =
    let events =
        ParameterisedEvents.create
            NegativeWeights.Refuse
            1
            [ "alpha" ]
            (gaussian "ref" 0UL 0.0 1.0 30)
            [
                ParameterisedSample.at [ 1.0 ] (gaussian "up" 0UL 0.3 1.0 30)
                ParameterisedSample.at [ 2.0 ] (gaussian "upper" 0UL 0.6 1.0 30)
            ]
        |> valueOf

    let counted = PoissonBootstrap.applyParameterised (Array.init 90 id) events
    Assert.That(counted.Parameters.ToArray(), Is.EqualTo<float[]>(events.Parameters.ToArray()))
    Assert.That(counted.Labelled.Weights.Span[7], Is.EqualTo(7.0 * events.Labelled.Weights.Span[7]))

/// Weights and values of events in groups of one to three.
let private samples =
    gen {
        let! size = Gen.choose (5, 60)
        let! values = Gen.listOfLength (2 * size) (Gen.choose (-300, 300))
        let! sizes = Gen.listOfLength size (Gen.choose (1, 3))
        let groups = sizes |> Seq.mapi (fun g n -> Seq.replicate n (uint64 g)) |> Seq.concat
        let values = values |> Seq.map (fun v -> 0.01 * float v) |> Array.ofSeq
        let groups = groups |> Seq.truncate size |> Array.ofSeq
        return groups, Array.sub values 0 size, Array.sub values size size
    }

[<Property>]
let ``a bootstrapped sum has the variance of its formula, group by group`` () =
    Prop.forAll (Arb.fromGen samples) (fun (groups, weights, values) ->
        let replicas = 1500

        let terms =
            Array.zip3 groups weights values
            |> Array.groupBy (fun (g, _, _) -> g)
            |> Array.map (fun (_, rows) -> rows |> Array.sumBy (fun (_, w, f) -> w * f))

        let sums =
            Array.init replicas (fun replica ->
                let counts = countsOf (PoissonBootstrap(11UL, "sum", uint64 replica)) groups

                Array.zip3 counts weights values
                |> Array.sumBy (fun (n, w, f) -> float n * w * f))

        let square = terms |> Array.sumBy (fun a -> a * a)
        let fourth = terms |> Array.sumBy (fun a -> a ** 4.0)
        let total = Array.sum terms
        let mean = Array.average sums
        let variance = sums |> Array.sumBy (fun s -> (s - mean) ** 2.0)
        let variance = variance / float (replicas - 1)
        // κ₄ of Σ a n is Σ a⁴: the error of a sample variance.
        let error = sqrt ((fourth + 2.0 * square * square) / float replicas)

        abs (mean - total) <= 5.5 * sqrt (square / float replicas) + 1e-9
        && abs (variance - square) <= 5.5 * error + 1e-9)

[<Test>]
let ``a bootstrapped mean has the variance of the toy's formula`` () =
    let n, replicas = 200, 6000
    let mutable stream = RandomStream(17UL, "sample", 0UL)
    let xs = Array.init n (fun _ -> 10.0 * stream.NextGaussian())
    let centre = Array.average xs
    let spread = xs |> Array.sumBy (fun x -> (x - centre) ** 2.0)

    let means =
        Array.init replicas (fun replica ->
            let counts = countsOf (PoissonBootstrap(1UL, "mean", uint64 replica)) (groups n)
            let total = Array.fold2 (fun sum c x -> sum + float c * x) 0.0 counts xs
            total / float (Array.sum counts))

    let mean = Array.average means

    let variance =
        (means |> Array.sumBy (fun m -> (m - mean) ** 2.0)) / float (replicas - 1)

    // (N−1)/N σ_X²/N with σ_X² = spread/(N−1), the first order in 1/N of a ratio of sums.
    let expected = spread / float (n * n)
    Assert.That(variance / expected, Is.EqualTo(1.0).Within 0.08)
