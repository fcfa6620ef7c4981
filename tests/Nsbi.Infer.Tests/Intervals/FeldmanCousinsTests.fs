module Nsbi.Infer.Tests.FeldmanCousinsTests

open System
open FsCheck
open FsCheck.FSharp
open MathNet.Numerics.Distributions
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Tests

// Intervals at 90 % for a background of 3 counts on a grid of 0.005, from an independent program;
// all agree with table IV of arXiv:physics/9711021 but that of n = 0, which is made monotone there.
[<TestCase(0, 0.0, 0.95)>]
[<TestCase(1, 0.0, 1.88)>]
[<TestCase(2, 0.0, 3.04)>]
[<TestCase(3, 0.0, 4.42)>]
[<TestCase(4, 0.0, 5.60)>]
[<TestCase(5, 0.0, 6.99)>]
[<TestCase(6, 0.16, 8.47)>]
[<TestCase(7, 0.90, 9.53)>]
[<TestCase(8, 1.51, 10.99)>]
[<TestCase(9, 1.88, 12.30)>]
[<TestCase(10, 2.64, 13.50)>]
let ``the table for a background of 3 at 90 percent`` (n: int) (low: float) (high: float) =
    let found = FeldmanCousins.intervals 0.005 0.9 3.0 n
    // The grid of the table and its two decimals.
    Assert.That((List.head found).Lower, near 0.0101 low)
    Assert.That((List.last found).Upper, near 0.0101 high)
    Assert.That((List.head found).LowerAtBound, same (low = 0.0))

[<Test>]
let ``the published end for no counts over a background of 3 is the monotone one`` () =
    Assert.That(FeldmanCousins.monotoneUpper 0.02 0.9 3.0 0, near 0.02 1.08)

[<Test>]
let ``published ends of other backgrounds and levels`` () =
    // Tables II (68.27 %), IV (90 %) and VI (95 %) of arXiv:physics/9711021.
    let interval level b n =
        let found = FeldmanCousins.intervals 0.005 level b n
        (List.head found).Lower, (List.last found).Upper

    for level, b, n, low, high in
        [
            0.9, 0.0, 0, 0.0, 2.44
            0.9, 0.0, 1, 0.11, 4.36
            0.9, 0.0, 10, 5.50, 16.50
            0.9, 0.0, 4, 1.47, 8.60
            0.9, 0.0, 7, 3.56, 12.53
            0.6827, 0.0, 0, 0.0, 1.29
            0.6827, 0.0, 3, 1.10, 5.30
            0.95, 0.0, 0, 0.0, 3.09
            0.95, 0.0, 4, 1.37, 9.76
        ] do
        let l, h = interval level b n
        Assert.That(l, near 0.011 low, $"lower end of {n} over {b} at {level}")
        Assert.That(h, near 0.011 high, $"upper end of {n} over {b} at {level}")

// Table of the bounded Gaussian at 90 %, from an independent program; table X of the paper.
[<TestCase(-3.0, 0.0, 0.26)>]
[<TestCase(-1.0, 0.0, 0.81)>]
[<TestCase(0.0, 0.0, 1.64)>]
[<TestCase(1.0, 0.0, 2.64)>]
[<TestCase(2.0, 0.58, 3.64)>]
[<TestCase(3.0, 1.37, 4.64)>]
let ``the table of the bounded Gaussian at 90 percent`` (x: float) (low: float) (high: float) =
    let found = FeldmanCousins.boundedGaussian 0.9 x
    Assert.That(found.Lower, near 0.0051 low)
    Assert.That(found.Upper, near 0.0051 high)

[<Test>]
let ``far above the bound the Gaussian interval is the central one`` () =
    let found = FeldmanCousins.boundedGaussian 0.95 30.0
    Assert.That(found.Lower, near 1e-9 (30.0 - 1.959963984540054))
    Assert.That(found.Upper, near 1e-9 (30.0 + 1.959963984540054))

[<Test>]
let ``the Gaussian interval covers exactly at every true value`` () =
    // ∫ dx over a fine grid of x: the fraction whose interval holds the truth.
    for mu in [ 0.0; 0.3; 1.0; 2.5 ] do
        let step = 0.002

        let covered =
            Seq.init 8000 (fun k -> -8.0 + mu + (float k + 0.5) * step)
            |> Seq.filter (fun x ->
                let found = FeldmanCousins.boundedGaussian 0.9 x
                found.Lower <= mu && mu <= found.Upper)
            |> Seq.sumBy (fun x -> step * Normal.PDF(mu, 1.0, x))

        // At μ = 0 every interval that begins at the bound holds it.
        Assert.That(covered, near 2e-3 0.9, $"at {mu}")

let private cases =
    gen {
        let! level = Gen.elements [ 0.5; 0.6827; 0.9; 0.95; 0.99 ]
        let! background = Gen.choose (0, 4000) |> Gen.map (fun k -> 0.01 * float k)
        let! signal = Gen.choose (0, 30000) |> Gen.map (fun k -> 0.01 * float k)
        return level, background, signal
    }
    |> Arb.fromGen

[<Property(MaxTest = 300)>]
let ``the belt covers at least at its level, and no count can be spared`` () =
    Prop.forAll cases (fun (level, background, signal) ->
        let range = FeldmanCousins.acceptance level background signal
        let mean = signal + background

        let probability n =
            if mean = 0.0 then
                (if n = 0 then 1.0 else 0.0)
            else
                Poisson.PMF(mean, n)

        let sum = Seq.sumBy probability (seq { range.First .. range.Last })

        let ratio n =
            let best = max background (float n)
            let power = if n = 0 then 0.0 else float n * log (mean / best)
            power - mean + best

        let accepted = [ range.First .. range.Last ]
        let worst = accepted |> List.map ratio |> List.min
        let without = accepted |> List.filter (fun n -> ratio n > worst + 1e-12)

        abs (sum - range.Probability) < 1e-11
        && sum >= level
        && (range.First = 0 || ratio (range.First - 1) < worst)
        && ratio (range.Last + 1) < worst
        && Seq.sumBy probability without < level)

[<Test>]
let ``the intervals are the belt turned over, for hundreds of counts too`` () =
    for level, background, count in [ 0.9, 3.0, 4; 0.6827, 100.0, 130; 0.95, 250.5, 240 ] do
        let found = FeldmanCousins.intervals 0.01 level background count

        let isIn mu =
            found |> List.exists (fun i -> i.Lower <= mu && mu <= i.Upper)

        for k in 0..1500 do
            let mu = 0.1 * float k + 0.003
            let range = FeldmanCousins.acceptance level background mu
            let isAccepted = range.First <= count && count <= range.Last
            Assert.That(isIn mu, same isAccepted, $"{mu} for {count} over {background}")

[<Test>]
let ``a belt has one acceptance for each signal`` () =
    let belt = FeldmanCousins.belt 0.9 3.0 [ 0.0; 0.5; 1.0 ]
    Assert.That(belt |> List.map _.Signal, same [ 0.0; 0.5; 1.0 ])
    // At μ = 0.5 the paper's table I: n from 0 to 6 with 0.935.
    Assert.That((belt[1].First, belt[1].Last), same (0, 6))
    Assert.That(belt[1].Probability, near 5e-4 0.935)

[<Test>]
let ``arguments outside of their ranges are refused`` () =
    let throws (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    throws (fun () -> FeldmanCousins.acceptance 1.0 3.0 0.0)
    throws (fun () -> FeldmanCousins.acceptance 0.9 -1.0 0.0)
    throws (fun () -> FeldmanCousins.acceptance 0.9 3.0 -0.1)
    throws (fun () -> FeldmanCousins.intervals 0.0 0.9 3.0 1)
    throws (fun () -> FeldmanCousins.intervals 0.1 0.9 3.0 -1)
    throws (fun () -> FeldmanCousins.boundedGaussian 0.9 nan)
