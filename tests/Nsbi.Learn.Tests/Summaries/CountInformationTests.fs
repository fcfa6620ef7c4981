module Summaries.CountInformationTests

open System
open NUnit.Framework
open FsCheck
open Nsbi.Kernels
open Nsbi.Learn.Summaries
open Nsbi.Tests

/// Random counts and slopes of some parameters.
let private random (seed: uint64) bins parameters =
    let mutable stream = RandomStream(seed, "counts")
    let counts = Array.init bins (fun _ -> 0.0)

    for b in 0 .. bins - 1 do
        counts[b] <- 5.0 + 100.0 * stream.NextDouble()

    let slopes = Array.init parameters (fun _ -> Array.zeroCreate<float> bins)

    for slope in slopes do
        for b in 0 .. bins - 1 do
            slope[b] <- 10.0 * stream.NextGaussian()

    counts, slopes

[<Test>]
let ``one counting experiment knows its rate to the root of the count`` () =
    let error = CountInformation.error 0 [ None ] [| 49.0 |] [| [| 1.0 |] |]
    Assert.That(error, Is.EqualTo(7.0).Within 1e-12)

[<Test>]
let ``two counts and two parameters have the inverse of a two by two matrix`` () =
    let counts, slopes = random 1UL 5 2
    let m = CountInformation.matrix [ None; Some 0.5 ] counts slopes
    let determinant = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
    Assert.That(CountInformation.variance 0 m, Is.EqualTo(m[1, 1] / determinant).Within 1e-12)
    Assert.That(CountInformation.variance 1 m, Is.EqualTo(m[0, 0] / determinant).Within 1e-12)
    let sum = Array.map2 (fun n (s: float) -> s * s / n) counts slopes[1] |> Array.sum
    Assert.That(m[1, 1], Is.EqualTo(sum + 4.0).Within 1e-12)

[<Test>]
let ``a background known from a sideband costs its error`` () =
    // n1 = b, n2 = s + b: var(s) = n1 + n2.
    let slopes = [| [| 0.0; 1.0 |]; [| 1.0; 1.0 |] |]
    let error = CountInformation.error 0 [ None; None ] [| 50.0; 60.0 |] slopes
    Assert.That(error * error, Is.EqualTo(110.0).Within 1e-10)

[<Test>]
let ``what no count depends on is not determined, and costs the others nothing`` () =
    let slopes = [| [| 1.0 |]; [| 0.0 |] |]
    let m = CountInformation.matrix [ None; None ] [| 4.0 |] slopes
    Assert.That(CountInformation.variance 1 m, Is.EqualTo infinity)
    Assert.That(CountInformation.variance 0 m, Is.EqualTo(4.0).Within 1e-12)

[<Property>]
let ``the order of bins and of nuisance parameters is of no matter`` (seed: uint64) =
    let counts, slopes = random seed 6 3
    let order = [| 3; 0; 5; 1; 4; 2 |]
    let permute (values: float[]) = order |> Array.map (fun b -> values[b])
    let widths = [ None; Some 1.0; None ]
    let error = CountInformation.error 0 widths counts slopes

    let moved =
        CountInformation.error 0 widths (permute counts) (Array.map permute slopes)

    let swapped =
        CountInformation.error 0 [ None; None; Some 1.0 ] counts [|
            slopes[0]
            slopes[2]
            slopes[1]
        |]

    abs (moved / error - 1.0) < 1e-9 && abs (swapped / error - 1.0) < 1e-9

[<Property>]
let ``joining bins never tells more`` (seed: uint64) =
    let counts, slopes = random seed 6 2

    let join (values: float[]) =
        Array.append [| values[0] + values[1] |] values[2..]

    let fine = CountInformation.error 0 [ None; Some 1.0 ] counts slopes

    let coarse =
        CountInformation.error 0 [ None; Some 1.0 ] (join counts) (Array.map join slopes)

    coarse >= fine * (1.0 - 1e-12)

[<Test>]
let ``lengths that do not fit are refused`` () =
    let refused (action: unit -> unit) =
        Assert.Throws<ArgumentException>(Action action) |> ignore

    refused (fun () -> CountInformation.matrix [ None ] [| 1.0 |] [||] |> ignore)
    refused (fun () -> CountInformation.matrix [ None ] [| 1.0 |] [| [| 1.0; 2.0 |] |] |> ignore)
    refused (fun () -> CountInformation.variance 1 (array2D [ [ 1.0 ] ]) |> ignore)
