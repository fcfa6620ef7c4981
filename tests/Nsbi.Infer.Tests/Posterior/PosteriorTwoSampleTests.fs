module Nsbi.Infer.Tests.Posterior.PosteriorTwoSampleTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Kernels

let private normal (seed: uint64) (n: int) (shift: float) (width: float) : float[][] =
    let mutable stream = RandomStream(seed, "two-sample test")
    let draws = Array.init n (fun _ -> Array.zeroCreate 2)

    for draw in draws do
        draw[0] <- shift + width * stream.NextGaussian()
        draw[1] <- stream.NextGaussian()

    draws

let private quick = {
    PosteriorTwoSample.settings with
        Epochs = 8
        Folds = 2
}

let private test reference tested =
    use team = new ThreadTeam(1)
    PosteriorTwoSample.compute team quick reference tested

[<Test>]
let ``draws of one density are not told apart`` () =
    let found = test (normal 1UL 2000 0.0 1.0) (normal 2UL 2000 0.0 1.0)
    Assert.That((PosteriorTwoSample.check 0.0 found).Passed)
    Assert.That(abs (found.Auc.Pull 0.5), Is.LessThan 3.0)
    Assert.That(abs (found.Accuracy.Pull 0.5), Is.LessThan 3.0)

[<Test>]
let ``shifted draws are told apart as well as is possible`` () =
    // Area Φ(δ/√2), accuracy Φ(δ/2) of two unit normals δ = 0.5 apart.
    let found = test (normal 1UL 4000 0.0 1.0) (normal 2UL 4000 0.5 1.0)
    Assert.That(found.Auc.Value, Expect.near (4.0 * found.Auc.Error) 0.638163)
    Assert.That(found.Accuracy.Value, Expect.near (4.0 * found.Accuracy.Error) 0.598706)
    Assert.That(found.PValue, Is.LessThan 1e-10)
    Assert.That((PosteriorTwoSample.check 0.0 found).Passed, Is.False)
    Assert.That((PosteriorTwoSample.check 0.2 found).Passed)

[<Test>]
let ``draws that are a fifth too narrow are told apart`` () =
    let found = test (normal 1UL 4000 0.0 1.0) (normal 2UL 4000 0.0 0.8)
    Assert.That((PosteriorTwoSample.check 0.0 found).Passed, Is.False)

[<Test>]
let ``areas of scores without information are one half`` () =
    let fold = Array.init 40 (fun i -> i % 2)
    let tested = Array.init 40 (fun i -> i % 4 < 2)
    let found = PosteriorTwoSample.ofScores fold (Array.zeroCreate 40) tested
    Assert.That(found.Auc.Value, Expect.near 1e-12 0.5)
    Assert.That(found.Accuracy.Value, Expect.near 1e-12 0.5)

[<Test>]
let ``too few draws are refused`` () =
    let act () =
        test (normal 1UL 10 0.0 1.0) (normal 2UL 10 0.0 1.0) |> ignore

    Assert.Throws<ArgumentException>(Action act) |> ignore
