module Calibration.ClosureDistanceTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Calibration
open Nsbi.Kernels

let private gaussians (purpose: string) (index: int) (mean: float) (n: int) : float[] =
    let mutable stream = RandomStream(11UL, purpose, uint64 index)
    Array.init n (fun _ -> mean + stream.NextGaussian())

let private values (x: float[]) (weights: float[]) purpose replicas : ClosureValues =
    ClosureDistance.counts 1UL purpose replicas x.Length
    |> ClosureDistance.take [| 0 .. x.Length - 1 |] x weights

let private ones (x: float[]) = Array.map (fun _ -> 1.0) x

let private plain (x: float[]) purpose = values x (ones x) purpose 100

[<Test>]
let ``without training events the distances are those of the two tests`` () =
    let x, y = gaussians "x" 0 0.0 400, gaussians "y" 0 0.2 300
    let w = Array.init 400 (fun i -> 1.0 + float (i % 3))
    let found = ClosureDistance.compute 0.01 0.0 (values x w "s" 100) (plain y "t")
    let test = WeightedKolmogorov.test x w y (ones y)
    Assert.That(found.Kolmogorov, Is.EqualTo test)

    let distance =
        Wasserstein.compute
            (Array.append x y)
            (Array.append w (Array.zeroCreate 300))
            (Array.append (Array.zeroCreate 400) (ones y))

    Assert.That(found.Wasserstein.Value, Is.EqualTo(distance.Value).Within 1e-12)
    Assert.That(found.Noise, Is.EqualTo(distance.Noise).Within 1e-12)
    Assert.That(WeightedKolmogorov.critical 0.01 test.Effective, Is.EqualTo found.Limit)

[<Test>]
let ``the bootstrap error of a shift is the error of the difference of means`` () =
    // W1 of ordered distributions is the difference of their means.
    let x, y = gaussians "x" 1 0.0 2000, gaussians "y" 1 4.0 1000
    let found = ClosureDistance.compute 0.01 0.0 (plain x "s") (plain y "t")
    let expected = sqrt (1.0 / 2000.0 + 1.0 / 1000.0)
    Assert.That(found.Wasserstein.Error, Is.EqualTo(expected).Within(0.25 * expected))

/// The exact map of training events: the target's quantile at the source's distribution function.
let private quantileMap (source: float[]) (target: float[]) (x: float) : float =
    let s, t = Array.sort source, Array.sort target
    let found = Array.BinarySearch(s, x)

    let place =
        float (if found >= 0 then found else ~~~found) / float s.Length * float t.Length

    let k = Math.Clamp(int (floor place), 0, t.Length - 2)
    t[k] + (place - float k) * (t[k + 1] - t[k])

[<Test>]
let ``the probability of a distance knows of the events that the map was learned from`` () =
    let n, m, trials = 300, 200, 300

    let p = [|
        for trial in 1..trials do
            let map =
                quantileMap (gaussians "train s" trial 0.0 m) (gaussians "train t" trial 2.0 m)

            let moved = gaussians "held s" trial 0.0 n |> Array.map map
            let target = gaussians "held t" trial 2.0 n
            let training = 2.0 / float m

            let found =
                ClosureDistance.compute
                    0.01
                    training
                    (values moved (ones moved) "s" 2)
                    (values target (ones target) "t" 2)

            let naive = WeightedKolmogorov.test moved (ones moved) target (ones target)
            found.Kolmogorov.PValue, naive.PValue
    |]

    let below limit pick =
        float (p |> Array.filter (fun it -> pick it < limit) |> Array.length)
        / float trials

    // Three standard errors of a share of 300.
    Assert.That(below 0.1 fst, Is.EqualTo(0.1).Within 0.055)
    Assert.That(below 0.5 fst, Is.EqualTo(0.5).Within 0.1)
    Assert.That(below 0.1 snd, Is.GreaterThan 0.3)
