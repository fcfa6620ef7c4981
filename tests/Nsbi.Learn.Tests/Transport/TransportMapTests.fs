module Transport.TransportMapTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private short = { quick with Epochs = 2; Rounds = 20 }

let private skewed (seed: uint64) n =
    let mutable stream = RandomStream(seed, "skewed", 0UL)
    let x = Array.zeroCreate<float>(2 * n)

    for i in 0 .. n - 1 do
        x[2 * i] <- 10.0 * Math.Exp(0.4 * stream.NextGaussian())
        x[2 * i + 1] <- stream.NextGaussian() + 0.03 * x[2 * i]

    x

let private normal (seed: uint64) n =
    draw
        seed
        {
            Mean = [| 10.0; 0.0 |]
            Covariance = array2D [ [ 9.0; 0.3 ]; [ 0.3; 1.0 ] ]
        }
        n

let private create x y =
    TransportEvents.create 2 0 (sample 2 x) (sample 2 y) |> valueOf

let private skewedMap =
    lazy
        (trainWith
            2
            {
                short with
                    Cost = TransportCost.PerFeature
                    Epochs = 4
            }
            (create (normal 1UL 5000) (skewed 2UL 5000)))

[<Property(MaxTest = 20)>]
let ``the Jacobian is symmetric and positive in scaled units, and is that of finite differences``
    (seed: uint64)
    =
    let map = skewedMap.Value
    let x = normal seed 5
    use team = new ThreadTeam(1)
    let jacobian = map.Jacobian(team, ReadOnlyMemory x, noConditions)
    let s = map.Frame.Scale
    let h = 1e-4

    Seq.forall
        (fun i ->
            let scaled = Array2D.init 2 2 (fun a b -> jacobian[4 * i + 2 * a + b] * s[b] / s[a])

            let struct (eigenvalues, _) = SymmetricRoot.eigen scaled

            let matches b =
                let moved sign =
                    apply map [|
                        for a in 0..1 -> x[2 * i + a] + (if a = b then sign * h else 0.0)
                    |] [||]

                Array.map2 (fun up down -> (up - down) / (2.0 * h)) (moved 1.0) (moved -1.0)
                |> Array.indexed
                |> Array.forall (fun (a, slope) ->
                    abs (slope - jacobian[4 * i + 2 * a + b]) < 1e-5 * (1.0 + abs slope))

            abs (scaled[0, 1] - scaled[1, 0]) < 1e-12
            && Array.min eigenvalues >= map.Settings.Floor
            && matches 0
            && matches 1)
        [ 0..4 ]

[<Property(MaxTest = 20)>]
let ``the inverse leads back wherever the point lies`` (seed: uint64) =
    let map = skewedMap.Value
    let y = normal seed 20 |> Array.map (fun v -> 3.0 * v)
    use team = new ThreadTeam(1)
    let x = map.Inverse(team, ReadOnlyMemory y, noConditions)
    Array.forall2 (fun a b -> abs (a - b) < 1e-6) y (apply map x [||])

[<Test>]
let ``equal samples are left where they are`` () =
    let x = normal 3UL 5000
    let map = trainWith 2 { short with Epochs = 6 } (create x x)
    let test = normal 4UL 2000
    Assert.That(meanDistance 2 test (apply map test [||]), Is.LessThan 0.15)

[<Test>]
let ``a shift or a scale of both samples is one of the map`` () =
    let x, y = normal 5UL 2000, skewed 6UL 2000
    let moved = Array.mapi (fun k v -> v + (if k % 2 = 0 then 64.0 else -32.0))
    let plain = trainWith 1 short (create x y)
    let shifted = trainWith 1 short (create x (moved y))
    let test = normal 7UL 100
    let expected = moved (apply plain test [||])
    Assert.That(meanDistance 2 expected (apply shifted test [||]), Is.LessThan 0.01)
    let eight = Array.map (fun v -> 8.0 * v)
    let scaled = trainWith 1 short (create (eight x) (eight y))
    let expected = eight (apply plain test [||])
    Assert.That(meanDistance 2 expected (apply scaled (eight test) [||]), Is.LessThan 1e-9)

[<Test>]
let ``the scale of the weights has no meaning, and weights mean events`` () =
    let x, y = normal 8UL 2000, skewed 9UL 2000
    let weights = Array.init 2000 (fun i -> float (i % 3))

    let weighted factor =
        TransportEvents.create
            2
            0
            {
                sample 2 x with
                    Weights = weights |> Array.map (fun w -> factor * w)
            }
            (sample 2 y)
        |> valueOf
        |> trainWith 1 short
        |> TransportMap.toBytes

    Assert.That(weighted 4.0, Is.EqualTo<byte[]>(weighted 1.0))

    Assert.That(
        weighted 1.0,
        Is.Not.EqualTo<byte[]>(TransportMap.toBytes (trainWith 1 short (create x y)))
    )

[<Test>]
let ``one feature is moved monotonically and nearly as the exact map does`` () =
    let n = 20_000
    let column (x: float[]) = Array.init n (fun i -> x[2 * i])
    let x, y = column (normal 10UL n), column (skewed 11UL n)
    let events = TransportEvents.create 1 0 (sample 1 x) (sample 1 y) |> valueOf

    let map =
        trainWith
            2
            {
                quick with
                    Start = TransportStart.Gaussian
            }
            events

    let exact = MonotoneMap.create 1 events |> valueOf
    let grid = Array.init 101 (fun k -> 3.0 + 0.14 * float k)
    let moved = apply map grid [||]
    Assert.That(Array.pairwise moved |> Array.forall (fun (a, b) -> b > a), Is.True)
    let expected = exact.Apply(ReadOnlySpan x, ReadOnlySpan.Empty)
    let found = apply map x [||]
    let error = meanDistance 1 expected found
    Assert.That(error / meanDistance 1 x expected, Is.LessThan 0.1)

[<Test>]
let ``events outside of the source's range are counted by weight`` () =
    let map = skewedMap.Value
    let inside = [| 10.0; 0.0 |]
    let outside = [| 1e4; 0.0 |]

    let share =
        map.OutsideShare(
            ReadOnlyMemory(Array.append inside outside),
            noConditions,
            ReadOnlyMemory [| 3.0; 1.0 |]
        )

    Assert.That(share, Is.EqualTo 0.25)
    Assert.That(apply map [| nan; 0.0 |] [||] |> Array.forall Double.IsNaN, Is.True)

[<Test>]
let ``rows of other lengths and damaged files are refused`` () =
    let map = skewedMap.Value

    Assert.Throws<ArgumentException>(Action(fun () -> apply map [| 1.0 |] [||] |> ignore))
    |> ignore

    Assert.Throws<ArgumentException>(Action(fun () -> apply map [| 1.0; 2.0 |] [| 1.0 |] |> ignore))
    |> ignore

    Assert.That(Result.isError (TransportMap.ofBytes "map" "{}"B), Is.True)
    let bytes = TransportMap.toBytes map
    Assert.That(Result.isError (TransportMap.ofBytes "map" bytes[.. bytes.Length / 2]), Is.True)

[<Test>]
let ``a conditional map shifts and stretches as its condition says`` () =
    let n = 30_000
    let truth z x = (1.0 + 0.5 * z) * x + 2.0 * z

    let side seed moved =
        let mutable stream = RandomStream(seed, "conditional", 0UL)
        let x, z = Array.zeroCreate<float> n, Array.zeroCreate<float> n

        for i in 0 .. n - 1 do
            z[i] <- 2.0 * stream.NextDouble() - 1.0
            let value = stream.NextGaussian()
            x[i] <- if moved then truth z[i] value else value

        {
            Features = x
            Conditions = z
            Weights = Array.create n 1.0
        }

    let events = TransportEvents.create 1 1 (side 1UL false) (side 2UL true) |> valueOf
    let map = trainWith 2 { quick with Epochs = 12 } events
    let test = side 3UL false
    let expected = Array.map2 truth test.Conditions test.Features
    let found = apply map test.Features test.Conditions
    let error = meanDistance 1 expected found / meanDistance 1 expected test.Features
    TestContext.Out.WriteLine $"error {error:F4} of the mean displacement"
    Assert.That(error, Is.LessThan 0.08)
    use team = new ThreadTeam(2)
    let some = found[..99]

    let back =
        map.Inverse(team, ReadOnlyMemory some, ReadOnlyMemory test.Conditions[..99])

    Assert.That(
        Array.map2 (fun a b -> abs (a - b)) back test.Features[..99] |> Array.max,
        Is.LessThan 1e-6
    )

    let copy = TransportMap.toBytes map |> TransportMap.ofBytes "map" |> valueOf
    Assert.That(apply copy test.Features test.Conditions, Is.EqualTo<float[]> found)

[<Test>]
let ``a classifier no longer tells moved events from the target's`` () =
    let n = 10_000

    let map =
        trainWith
            2
            {
                quick with
                    Epochs = 8
                    BatchSize = 512
            }
            (create (normal 20UL n) (skewed 21UL n))

    let fresh, target = normal 22UL n, skewed 23UL n
    Assert.That(twoSampleAuc 2 fresh target, Is.GreaterThan 0.55)
    let after = twoSampleAuc 2 (apply map fresh [||]) target
    TestContext.Out.WriteLine $"area after {after:F4}"
    Assert.That(after, Is.LessThan 0.52)
