module Transport.MonotoneMapTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private map (x: float[]) (w: float[]) (y: float[]) (v: float[]) =
    let side values weights = {
        Features = values
        Conditions = [||]
        Weights = weights
    }

    TransportEvents.create 1 0 (side x w) (side y v)
    |> valueOf
    |> MonotoneMap.create 1
    |> valueOf

let private values (seed: uint64) n =
    let mutable stream = RandomStream(seed, "monotone", 0UL)
    Array.init n (fun _ -> 0.0) |> Array.map (fun _ -> 0.0) |> ignore
    let x = Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        // Some values twice.
        x[i] <- Math.Round(stream.NextGaussian(), 2)

    x

let private positive (seed: uint64) n =
    let mutable stream = RandomStream(seed, "weights", 0UL)
    let w = Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        w[i] <- stream.NextDouble()

    w

let private applied (map: MonotoneMap) (x: float[]) =
    map.Apply(ReadOnlySpan x, ReadOnlySpan.Empty)

let private inverse (map: MonotoneMap) (x: float[]) =
    map.Inverse(ReadOnlySpan x, ReadOnlySpan.Empty)

let private random (seed: uint64) =
    let n, m = 5 + int (seed % 60UL), 5 + int (seed / 7UL % 60UL)

    let y = values (seed + 1UL) m |> Array.map (fun v -> 2.0 * v + v * v * v)
    map (values seed n) (positive seed n) y (positive (seed + 9UL) m)

[<Property>]
let ``the map rises strictly and its inverse leads back, inside and outside of the events``
    (seed: uint64)
    =
    let map = random seed
    let x = Array.init 201 (fun k -> -5.0 + 0.05 * float k)
    let y = applied map x
    let back = inverse map y

    Array.pairwise y |> Array.forall (fun (a, b) -> b > a)
    && Array.forall2 (fun a b -> abs (a - b) < 1e-7) x back

[<Property>]
let ``a sample is moved onto itself by the identity`` (seed: uint64) =
    let x, w = values seed 40, positive seed 40
    let y = Array.init 41 (fun k -> -4.0 + 0.2 * float k)
    Array.forall2 (fun a b -> abs (a - b) < 1e-12) y (applied (map x w x w) y)

[<Property>]
let ``weights have no scale and the target's shift is the map's`` (seed: uint64) (shift: int) =
    let shift = float (shift % 1000)

    let x, w, y, v =
        values seed 30, positive seed 30, values (seed + 1UL) 50, positive (seed + 1UL) 50

    let plain = applied (map x w y v) x

    let scaled =
        applied (map x (w |> Array.map (fun w -> 4.0 * w)) y (v |> Array.map (fun v -> 0.25 * v))) x

    let moved = applied (map x w (y |> Array.map (fun y -> y + shift)) v) x

    plain = scaled
    && Array.forall2 (fun a b -> abs (a + shift - b) < 1e-9) plain moved

[<Test>]
let ``equal numbers of unweighted events are paired in their order`` () =
    let x, y = [| 3.0; 1.0; 2.0; 7.0 |], [| 10.0; 40.0; 30.0; 25.0 |]
    let one = Array.create 4 1.0
    Assert.That(applied (map x one y one) x, Is.EqualTo<float[]> [| 30.0; 10.0; 25.0; 40.0 |])

[<Test>]
let ``a weight of two is two events`` () =
    // F of {1, 1, 2} by hand: 1 has the levels 0 … 2/3, so 1/3; 2 has 5/6. Of {10, 20}: 1/4 and 3/4.
    let map = map [| 1.0; 2.0 |] [| 2.0; 1.0 |] [| 10.0; 20.0 |] [| 1.0; 1.0 |]

    Assert.That(
        (applied map [| 1.0 |])[0],
        Is.EqualTo(10.0 + 10.0 * (1.0 / 3.0 - 0.25) / 0.5).Within 1e-12
    )

[<Test>]
let ``bins of a condition have maps of their own`` () =
    let mutable stream = RandomStream(3UL, "bins", 0UL)
    let n = 20_000

    let z, x, y =
        Array.zeroCreate<float> n, Array.zeroCreate<float> n, Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        z[i] <- stream.NextDouble()
        x[i] <- stream.NextGaussian()
        y[i] <- (if z[i] < 0.5 then 1.0 else -2.0) + 3.0 * stream.NextGaussian()

    let side values = {
        Features = values
        Conditions = z
        Weights = Array.create n 1.0
    }

    let map =
        TransportEvents.create 1 1 (side x) (side y)
        |> valueOf
        |> MonotoneMap.create 2
        |> valueOf

    let at z =
        (map.Apply(ReadOnlySpan [| 1.0 |], ReadOnlySpan [| z |]))[0]

    Assert.That(at 0.2, Is.EqualTo(4.0).Within 0.12)
    Assert.That(at 0.8, Is.EqualTo(1.0).Within 0.12)
    let copy = MonotoneMap.toBytes map |> MonotoneMap.ofBytes "map" |> valueOf
    Assert.That(MonotoneMap.toBytes copy, Is.EqualTo<byte[]>(MonotoneMap.toBytes map))

    Assert.That(
        copy.Apply(ReadOnlySpan x, ReadOnlySpan z),
        Is.EqualTo<float[]>(map.Apply(ReadOnlySpan x, ReadOnlySpan z))
    )

[<Test>]
let ``more than one feature, bins without a condition and damaged files are faults`` () =
    let two =
        TransportEvents.create 2 0 (sample 2 (values 1UL 40)) (sample 2 (values 2UL 40))
        |> valueOf

    let one =
        TransportEvents.create 1 0 (sample 1 (values 1UL 40)) (sample 1 (values 2UL 40))
        |> valueOf

    Assert.That(Result.isError (MonotoneMap.create 1 two), Is.True)
    Assert.That(Result.isError (MonotoneMap.create 3 one), Is.True)
    Assert.That(Result.isError (MonotoneMap.ofBytes "map" "{}"B), Is.True)
