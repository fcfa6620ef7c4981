module Nsbi.Infer.Tests.Ensembles.EnsembleSelfCheckTests

open System
open MathNet.Numerics.Statistics
open NUnit.Framework
open Nsbi.Infer

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private toy: AverageToy = {
    Theta = 5.0
    EventSpread = 10.0
    TrainingSpread = 0.3
    Events = 200
    Members = 16
    Resamples = 400
}

let private bootstraps (seed: uint64) (data: float[]) =
    Array.init toy.Members (fun m ->
        AverageToy.resample seed 0 m data |> AverageToy.train toy seed 0 m)

let private nested replicas data =
    Array.init replicas (fun j ->
        AverageToy.resample 17UL 0 j data |> bootstraps (100UL + uint64 j))

[<Test>]
let ``the check fires on the double bootstrap and is silent on the nested one`` () =
    for run in 0..9 do
        let data = AverageToy.data toy 21UL run

        let twice =
            EnsembleSelfCheck.scalingOfDoubleBootstrap (bootstraps 1UL data)
            |> EnsembleSelfCheck.run "σ by the double bootstrap"

        let whole =
            EnsembleSelfCheck.scalingOfNested (nested 30 data)
            |> EnsembleSelfCheck.run "σ by the nested bootstrap"

        Assert.That(twice.Passed, Is.False, twice.Finding)
        Assert.That(whole.Passed, Is.True, whole.Finding)

[<Test>]
let ``the exponent is what the parts of the variance make of it`` () =
    for share in [ 0.0; 0.5; 0.8; 1.0 ] do
        let found =
            EnsembleSelfCheck.scaling 1 1 16 (fun subset ->
                sqrt (share + (1.0 - share) * 16.0 / float subset.Length))

        Assert.That(found.Points |> List.map fst, Is.EqualTo<int list> [ 4; 8; 16 ])
        // Three points of a curve: the slope between the outer two is that of least squares.
        near 1e-12 (log (4.0 - 3.0 * share) / (4.0 * log 2.0)) found.Exponent

[<Test>]
let ``the double bootstrap has the exponent one half of large ensembles`` () =
    let results = Array.init 64 (fun m -> sin (float (m * m)))
    let found = EnsembleSelfCheck.scalingOfDoubleBootstrap results
    near 0.01 0.5 found.Exponent

[<Test>]
let ``the curve uses every network of the disjoint subsets once`` () =
    let seen = ResizeArray<int[]>()

    EnsembleSelfCheck.scaling 2 1 8 (fun subset ->
        seen.Add subset
        1.0)
    |> ignore

    let expected = [
        [| 0; 1 |]
        [| 2; 3 |]
        [| 4; 5 |]
        [| 6; 7 |]
        [| 0; 1; 2; 3 |]
        [| 4; 5; 6; 7 |]
        [| 0..7 |]
    ]

    Assert.That(List.ofSeq seen, Is.EqualTo<int[] list> expected)

[<Test>]
let ``the error of the nested exponent is its spread over data sets`` () =
    let found =
        Array.init 60 (fun run ->
            EnsembleSelfCheck.scalingOfNested (nested 30 (AverageToy.data toy 23UL run)))

    // The resamples are the same numbers for each data set, the events and their values are not.
    let spread = found |> Array.map _.Exponent |> ArrayStatistics.StandardDeviation
    let claimed = found |> Array.averageBy _.Error
    near 0.4 1.0 (claimed / spread)

[<Test>]
let ``the finding says what was seen and the meaning what to do`` () =
    let check =
        EnsembleSelfCheck.run "σ of mu" {
            Points = [ 4, 0.2; 8, 0.14; 16, 0.1 ]
            Exponent = 0.5
            Error = nan
        }

    Assert.That(check.Passed, Is.False)
    Assert.That(check.Finding, Does.Contain "0.2 from 4, 0.14 from 8, 0.1 from 16 networks")
    Assert.That(check.Finding, Does.Contain "shrinks")
    Assert.That(check.Meaning, Does.Contain "nested")

[<Test>]
let ``too few networks are refused`` () =
    let refused (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refused (fun () -> EnsembleSelfCheck.scaling 1 0 8 (fun _ -> 1.0))
    refused (fun () -> EnsembleSelfCheck.scalingOfDoubleBootstrap [| 1.0; 2.0; 3.0 |])
    refused (fun () -> EnsembleSelfCheck.scalingOfNested (Array.create 5 [| 1.0 |]))
    refused (fun () -> EnsembleSelfCheck.scalingOfNested (Array.create 2 [| 1.0; 2.0 |]))

    refused (fun () ->
        EnsembleSelfCheck.scalingOfNested [| [| 1.0; 2.0 |]; [| 1.0 |]; [| 1.0; 2.0 |] |])
