module Nsbi.Infer.Tests.Posterior.RankTestTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Kernels

[<Test>]
let ``the rank counts the draws below`` () =
    let mutable stream = RandomStream(1UL, "test")
    Assert.That(RankTest.rank &stream 0.5 [| 0.1; 0.9; 0.4; 0.6 |], Expect.same 2)
    Assert.That(RankTest.rank &stream -1.0 [| 0.1; 0.9 |], Expect.same 0)
    Assert.That(RankTest.rank &stream 1.0 [| 0.1; 0.9 |], Expect.same 2)

[<Test>]
let ``ties get each rank that they can have equally often`` () =
    let mutable stream = RandomStream(1UL, "test")
    let counts = Array.zeroCreate<int> 4

    for _ in 1..4000 do
        let r = RankTest.rank &stream 1.0 [| 1.0; 0.5; 1.0 |]
        counts[r] <- counts[r] + 1

    Assert.That(counts[0], Expect.same 0)

    for r in 1..3 do
        Assert.That(float counts[r], Expect.near 120.0 (4000.0 / 3.0))

[<Test>]
let ``the p-value is that of a chi-square`` () =
    // scipy.stats.chi2.sf(20, 3)
    let ranks =
        [ 0, 10; 1, 20; 2, 30; 3, 40 ]
        |> List.collect (fun (r, n) -> List.replicate n r)
        |> Array.ofList

    let found = RankTest.ofRanks "a" 4 3 ranks
    Assert.That(found.Counts, Expect.same [| 10; 20; 30; 40 |])
    Assert.That(found.ChiSquare, Expect.near 1e-12 20.0)
    Assert.That(found.PValue, Expect.near 1e-14 0.00016974243555282632)

[<Test>]
let ``bins that hold different numbers of ranks expect as much`` () =
    // Eleven ranks in four bins: 3, 3, 3 and 2.
    let found = RankTest.ofRanks "a" 4 10 [| 0..10 |]
    Assert.That(found.Counts |> Array.sum, Expect.same 11)
    Assert.That(found.Counts |> Array.map float, Expect.same found.Expected)
    Assert.That(found.ChiSquare, Expect.near 1e-12 0.0)

[<Test>]
let ``p-values of exact posteriors are uniform`` () =
    let pValues = [|
        for seed in 1UL .. 60UL do
            let trials = ExactTrials.make seed 200 19 1.0 0.0

            for test in RankTest.compute 10 seed ExactTrials.names trials do
                test.PValue
    |]

    Assert.That(ExactTrials.uniformity pValues, Is.GreaterThan 0.01)
    let passed = pValues |> Array.filter (fun p -> p > 0.1) |> Array.length
    Assert.That(float passed / float pValues.Length, Expect.near 0.07 0.9)

[<Test>]
let ``mean and spread of exact posteriors are one half and one within their errors`` () =
    let trials = ExactTrials.make 3UL 4000 19 1.0 0.0

    for test in RankTest.compute RankTest.standardBins 1UL ExactTrials.names trials do
        Assert.That(abs (test.Mean.Pull 0.5), Is.LessThan 3.5)
        Assert.That(abs (test.Spread.Pull 1.0), Is.LessThan 3.5)
        Assert.That((RankTest.check 0.001 test).Passed)

[<Test>]
let ``a posterior that is a fifth too narrow fails and is told to be so`` () =
    let trials = ExactTrials.make 5UL 2000 99 0.8 0.0

    for test in RankTest.compute RankTest.standardBins 1UL ExactTrials.names trials do
        let check = RankTest.check 0.01 test
        Assert.That(check.Passed, Is.False)
        Assert.That(test.PValue, Is.LessThan 1e-8)
        Assert.That(check.Finding, Does.Contain "too narrow")

[<TestCase(1.3, 0.0, "too wide")>]
[<TestCase(1.0, 0.3, "too high")>]
[<TestCase(1.0, -0.3, "too low")>]
let ``other faults fail and are named`` (factor: float, shift: float, name: string) =
    let trials = ExactTrials.make 6UL 2000 99 factor shift

    for test in RankTest.compute RankTest.standardBins 1UL ExactTrials.names trials do
        let check = RankTest.check 0.01 test
        Assert.That(check.Passed, Is.False)
        Assert.That(check.Finding, Does.Contain name)

[<Test>]
let ``trials are the same on any number of threads`` () =
    let prior (stream: RandomStream) =
        let mutable stream = stream
        [| stream.NextDouble() |]

    let simulate threads =
        use team = new ThreadTeam(threads)

        let settings = {
            PosteriorTrial.settings 40 with
                Team = Some team
        }

        PosteriorTrial.simulate settings prior (fun phi _ -> phi[0]) (fun x stream ->
            let mutable stream = stream
            [| for _ in 1..3 -> [| x + stream.NextGaussian() |] |])

    let values trials =
        trials
        |> Array.collect (fun (t: PosteriorTrial) -> Array.append [| t.Truth |] t.Draws)

    Assert.That(values (simulate 3), Expect.same (values (simulate 1)))

[<Test>]
let ``ranks that cannot be are refused`` () =
    let act () =
        RankTest.ofRanks "a" 5 10 [| 11 |] |> ignore

    Assert.Throws<ArgumentException>(Action act) |> ignore
