/// The numbers are those of cls_limits.py.
module Nsbi.Infer.Tests.UpperLimitTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.LimitModels

let private find observation level =
    UpperLimit.find Fit.settings observation TestStatistic.UpperLimitBounded "mu" level

let private check tolerance observed expected (found: UpperLimit) =
    Assert.That(found.Observed.Reason, same None)
    Assert.That(found.Observed.Value.Value, near (tolerance * observed) observed)

    for value, limit in List.zip expected found.Expected do
        Assert.That(limit.Value.Value, near (tolerance * value) value)

let private limits = [
    (fun () -> uncorrelatedBackground -5.0 [ 51.0; 48.0 ]),
    0.95,
    1.01157188,
    [ 0.559884258; 0.757029028; 1.06235501; 1.50118084; 2.05080203 ]

    (fun () -> uncorrelatedBackground 0.0 [ 51.0; 48.0 ]),
    0.90,
    0.839915911,
    [ 0.443823261; 0.612159343; 0.885967622; 1.29967022; 1.83451867 ]

    (fun () -> uncorrelatedBackground -5.0 [ 60.0; 65.0 ]),
    0.95,
    1.93278092,
    [ 0.579653565; 0.783952824; 1.1005031; 1.55566311; 2.12585603 ]

    (fun () -> uncorrelatedBackground -5.0 [ 60.0; 65.0 ]),
    0.90,
    1.71615296,
    [ 0.459422418; 0.633817473; 0.917612631; 1.34663075; 1.90147874 ]

    (fun () -> sharedNuisance [ 195.0; 104.0; 52.0 ]),
    0.95,
    1.63638369,
    [ 0.460350588; 0.639116577; 0.933527032; 1.38269742; 1.98602829 ]

    (fun () -> sharedNuisance [ 195.0; 104.0; 52.0 ]),
    0.90,
    1.41538525,
    [ 0.359594805; 0.506810184; 0.761090023; 1.17335169; 1.7426917 ]
]

[<Test>]
let ``limits are those of an independent program`` () =
    for observation, level, observed, expected in limits do
        find (observation ()) level |> check 1e-6 observed expected

[<Test>]
let ``at a limit CLs is 1 − CL`` () =
    for observation in [ sharedNuisance [ 195.0; 104.0; 52.0 ]; hybrid.Value ] do
        let prepared =
            AsymptoticTest.Prepare(Fit.settings, observation, TestStatistic.UpperLimitBounded, "mu")

        let found = UpperLimit.ofTest null prepared 0.95
        Assert.That(found.Test.Value.Levels.Cls, near 1e-7 0.05)

        for k in 0..4 do
            let at = prepared.At(found.Expected[k].Value.Value, None)
            Assert.That(at.Expected[k], near 1e-7 0.05)

[<Test>]
let ``the limits of unbinned and binned channels are those of fine bins`` () =
    let fine = find (hybridInBins ()) 0.95

    find hybrid.Value 0.95
    |> check 5e-4 fine.Observed.Value.Value [ for limit in fine.Expected -> limit.Value.Value ]

[<Test>]
let ``without events and nearly without background the limit is that of q = 2 s μ`` () =
    // Data and expectation are the same, q = q_A = 20 μ: CLs = 2 (1 − Φ(√q)) = 0.05.
    let found = find (counting 0.0 10.0 1e-9 0.0) 0.95
    Assert.That(found.Observed.Value.Value, near 1e-6 (1.959963984540054 ** 2.0 / 20.0))

[<Test>]
let ``a limit beyond the bound of the parameter is absent, with its reason`` () =
    let found = find (uncorrelatedBackground 0.0 [ 300.0; 300.0 ]) 0.95
    Assert.That(found.Observed.Value, same None)
    Assert.That(found.Observed.Reason.Value, Does.Contain "up to the bound 10 of mu")
    Assert.That(found.Test.IsNone)
    Assert.That(found.Expected |> List.forall (fun limit -> limit.Value.IsSome))

[<Test>]
let ``without an upper bound the search goes as far as it must`` () =
    let mu = poi "mu" 1.0 0.0 infinity

    let compiled =
        compileBins [
            "C",
            [
                Process.create "signal" mu [ 1e-3 ]
                Process.create "background" (Constant 1.0) [ 20.0 ]
            ]
        ]

    let found = find (ok (Observation.observed compiled [ "C", [ 15.0 ] ])) 0.95
    let unit = find (counting 0.0 1.0 20.0 15.0) 0.95

    found
    |> check 1e-6 (1e3 * unit.Observed.Value.Value) [
        for l in unit.Expected -> 1e3 * l.Value.Value
    ]

[<Test>]
let ``without a background hypothesis there are reasons and no limits`` () =
    let found = find (counting 0.0 10.0 0.0 3.0) 0.95
    Assert.That(found.Observed.Reason.Value, Does.Contain "no data expected of mu = 0")
    Assert.That(found.Expected |> List.forall (fun limit -> limit.Value.IsNone))

[<Test>]
let ``with interference the limits are found, with a warning`` () =
    let found = find (asimov 1.0) 0.95
    Assert.That(found.Warnings |> List.exists _.Contains("square root of mu"))

    let test mu =
        HypothesisTest.asymptotic Fit.settings (asimov 1.0) TestStatistic.UpperLimitBounded "mu" mu

    let at = test found.Observed.Value.Value
    Assert.That(at.Levels.Cls, near 1e-6 0.05)
    // Above the limit everything is excluded.
    for factor in [ 1.1; 1.5; 2.0 ] do
        let mu = factor * found.Observed.Value.Value

        if mu < 8.0 then
            Assert.That((test mu).Levels.Cls, Is.LessThan 0.05)

    // PHYSICS: t(2 | 1) = 6.46, so that 2 lies beyond the limit and 1.2 within.
    Assert.That(found.Observed.Value.Value, Is.InRange(1.2, 2.5))

[<Test>]
let ``the curve is the test of each value`` () =
    let observation = sharedNuisance [ 195.0; 104.0; 52.0 ]

    let prepared =
        AsymptoticTest.Prepare(Fit.settings, observation, TestStatistic.UpperLimitBounded, "mu")

    let values = [ 0.0; 0.5; 1.0; 2.0 ]
    let found = UpperLimit.curve prepared values
    Assert.That([ for test in found -> test.Tested ], same values)

    for test in found do
        Assert.That(test.Levels.Cls, near 1e-8 (prepared.At(test.Tested, None)).Levels.Cls)

[<Test>]
let ``levels outside of 0 to 1 are refused`` () =
    for level in [ 0.0; 1.0; -0.5; 1.5; nan ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> find (counting 0.0 10.0 20.0 15.0) level |> ignore)
        )
        |> ignore

[<Property(MaxTest = 25)>]
let ``limits ascend with the deviation, with the level and with the data`` (a: uint8) =
    let n = 10.0 + float (a % 40uy)
    let limit n level = find (counting 0.0 10.0 20.0 n) level
    let found = limit n 0.95
    let values = found.Expected |> List.map (fun l -> l.Value.Value)

    List.sort values = values
    && (limit n 0.90).Observed.Value.Value < found.Observed.Value.Value
    && (limit (n + 1.0) 0.95).Observed.Value.Value > found.Observed.Value.Value
