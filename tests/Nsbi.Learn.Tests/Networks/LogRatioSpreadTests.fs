module Networks.LogRatioSpreadTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks

/// V averaged over many estimates whose replicates are means of unit Gaussians over all blocks of
/// data but one, with training noise of a given spread on each member.
let private meanVariance (folds: int) (members: int) (noise: float) =
    let trials = 20_000
    let mutable stream = RandomStream(5UL, "jackknife", uint64 (10 * folds + members))
    let values = Array.zeroCreate<float> trials

    for trial in 0 .. trials - 1 do
        let blocks = Array.init folds (fun _ -> stream.NextGaussian())

        let logs =
            Array.init folds (fun fold ->
                let mean = (Array.sum blocks - blocks[fold]) / float (max 1 (folds - 1))
                let mean = if folds = 1 then blocks[0] else mean
                Array.init members (fun _ -> mean + noise * stream.NextGaussian()))

        values[trial] <- LogRatioSpread.variance logs (logs |> Array.map Array.average)

    Array.average values

[<Test>]
let ``with members the error of the sample and of the training are both found`` () =
    // Variance of one replicate: 1/(k − 1) of the sample, noise²/M of the training.
    for folds, members, noise in [ 4, 6, 0.3; 3, 4, 0.5; 2, 5, 0.5 ] do
        let expected = 1.0 / float (folds - 1) + noise * noise / float members
        let found = meanVariance folds members noise
        Assert.That(found / expected, Is.InRange(0.97, 1.05), $"{folds} folds, {members} members")

[<Test>]
let ``with one member the noise of the training counts k − 1 times`` () =
    let expected = 1.0 / 3.0 + 3.0 * 0.09
    Assert.That(meanVariance 4 1 0.3 / expected, Is.EqualTo(1.0).Within 0.03)

[<Test>]
let ``with one fold only the training is seen, and with one member nothing`` () =
    Assert.That(meanVariance 1 5 0.3, Is.EqualTo(0.09 / 5.0).Within 0.001)
    Assert.That(meanVariance 1 1 0.3, Is.NaN)
