module Nsbi.Infer.Tests.NeymanConstructionTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceCounting
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.TaskStoreTests

let private run toys seed threads = {
    ToyRun.ofToys toys with
        Seed = seed
        Threads = threads
}

let private inMemory toys seed threads =
    ToyWork.ofRun Fit.settings (run toys seed threads)

let private settings grid = {
    NeymanSettings.create "mu" grid with
        Refinements = 0
}

/// κ from 0 to √8 in steps.
let private grid steps = [
    for k in 0..steps -> min mostMu ((sqrt mostMu * float k / float steps) ** 2.0)
]

let private standard =
    lazy
        (NeymanConstruction.run (inMemory 1000 3UL 2) (settings (grid 14)) (observation 0.0 60.0)
         |> ok)

[<Test>]
let ``with strong interference the accepted set is two pieces around the two solutions`` () =
    // ν(μ) = 60 at √(40 μ) = √80 ± √40: μ = 0.1716 and 5.828.
    let found = standard.Value
    let low, high = (sqrt 2.0 - 1.0) ** 2.0, (sqrt 2.0 + 1.0) ** 2.0

    for set in found.Accepted do
        Assert.That(set.Intervals.Length, same 2, string set)
        Assert.That(set.Contains low && set.Contains high, same true)
        Assert.That(set.Contains 2.0, same false)

        for i in set.Intervals do
            for e in [ i.Lower; i.Upper ] do
                Assert.That(e.AtEdge, same false)
                Assert.That(e.Error, Is.GreaterThan(0.0).And.LessThan(0.3))

    // 68.27 % lies within 95 %.
    for inner, outer in List.zip found.Accepted[0].Intervals found.Accepted[1].Intervals do
        Assert.That(inner.Lower.Value, Is.GreaterThan outer.Lower.Value)
        Assert.That(inner.Upper.Value, Is.LessThan outer.Upper.Value)

    // The asymptotic sets have two pieces too, near those.
    for set, asymptotic in List.zip found.Accepted found.Asymptotic do
        Assert.That(asymptotic.Intervals.Length, same 2)

        for i, a in List.zip set.Intervals asymptotic.Intervals do
            Assert.That(i.Lower.Value, near 0.25 a.Lower)
            Assert.That(i.Upper.Value, near 0.25 a.Upper)

[<Test>]
let ``the quantiles are those of exact sums over the counts`` () =
    let found = standard.Value

    for point in found.Points do
        Assert.That(point.Observed, near 1e-6 (t point.Value 60))

        for quantile in point.Belt.Quantiles do
            // α lies between the probabilities below and up to the quantile, within four errors.
            let alpha = quantile.Probability
            let error = sqrt (alpha * (1.0 - alpha) / 1000.0)
            let before, upTo = below point.Value quantile.Value
            Assert.That(before, Is.LessThan(alpha + 4.0 * error), $"at {point.Value}")
            Assert.That(upTo, Is.GreaterThan(alpha - 4.0 * error), $"at {point.Value}")

[<Test>]
let ``the accepted values are those that exact quantiles accept, within the errors of the ends``
    ()
    =
    let found = standard.Value

    for set in found.Accepted do
        for mu in [ 0.001; 0.1; 0.17; 1.0; 2.0; 4.0; 5.8; 7.8 ] do
            let observed = t mu 60
            let c = quantile set.Level mu
            // Where neither the step of a count nor the noise decides.
            if abs (observed - c) > 0.4 * (1.0 + c) then
                Assert.That(set.Contains mu, same (observed <= c), $"{set.Level} at {mu}")

[<Test>]
let ``the result does not depend on threads, on the order of the grid or on other values`` () =
    let shuffled = [ 4.0; 0.5; 2.0; 0.5 ]

    let make grid threads =
        NeymanConstruction.run (inMemory 60 9UL threads) (settings grid) (observation 0.1 60.0)
        |> ok

    let one = make [ 0.5; 2.0; 4.0 ] 1
    let other = make shuffled 3
    Assert.That(other.Belt, same one.Belt)
    Assert.That(other.Accepted, same one.Accepted)
    let few = make [ 2.0; 4.0 ] 2
    Assert.That(few.Belt.Points, same one.Belt.Points[1..])

[<Test>]
let ``toys are drawn at the nuisances that are best for the data and the value`` () =
    let data = observation 0.2 60.0

    let found =
        NeymanConstruction.run (inMemory 20 1UL 1) (settings [ 0.0; 0.2; 1.0 ]) data
        |> ok

    for point in found.Points do
        let fit = Fit.runWith (Fit.fix "mu" point.Value Fit.settings) data
        Assert.That(point.Theta[0], same point.Value)
        Assert.That(point.Theta[1], near 1e-6 fit["rate"].Value)

[<Test>]
let ``shifted nuisances make belts of their own, whose spread is reported`` () =
    let data = observation 0.3 60.0

    let settings = {
        settings (grid 5) with
            Shifted = [ "rate" ]
    }

    let found = NeymanConstruction.run (inMemory 150 5UL 2) settings data |> ok

    Assert.That(
        found.Shifted |> List.map (fun s -> s.Nuisance, s.Sigmas),
        same [ "rate", 1.0; "rate", -1.0 ]
    )

    for shifted in found.Shifted do
        Assert.That(shifted.Belt.Points.Length, same found.Belt.Points.Length)
        Assert.That(shifted.Accepted.Length, same 2)
        Assert.That(shifted.Belt, Is.Not.EqualTo found.Belt)

    for level in settings.Levels do
        Assert.That(found.QuantileSpread level, Is.GreaterThan 0.0)
        // A counting experiment with one constraint: t hardly knows the rate.
        Assert.That(found.QuantileSpread level, Is.LessThan 2.0)

[<Test>]
let ``values are added where the belt bends, and nowhere else`` () =
    // The quantile jumps where the boundary at μ = 0 begins to matter.
    let settings = {
        settings [ 0.0; 0.5; 1.0; 2.0; 4.0; 6.0; 8.0 ] with
            Refinements = 2
            Tolerance = 0.1
    }

    let found =
        NeymanConstruction.run (inMemory 1000 5UL 2) settings (observation 0.0 60.0)
        |> ok

    let values = found.Belt.Points |> List.map _.Value
    Assert.That(values.Length, Is.GreaterThan 7)
    Assert.That(values, same (List.distinct (List.sort values)))
    Assert.That(Set.isSubset (Set settings.Grid) (Set values), same true)

[<Test>]
let ``the checks tell of a grid that cuts the set`` () =
    let found =
        NeymanConstruction.run
            (inMemory 60 1UL 1)
            (settings [ 0.05; 0.1; 0.2 ])
            (observation 0.0 60.0)
        |> ok

    let failed = found.Checks |> List.filter (fun c -> not c.Passed) |> List.map _.Name
    Assert.That(failed, Does.Contain "accepted set of 0.95 inside of the grid")
    Assert.That(found.Failed, same 0)
    // To the ends of the parameter's range, nothing is cut.
    let edges =
        standard.Value.Checks |> List.filter (fun c -> c.Name.StartsWith "accepted")

    Assert.That(edges |> List.forall _.Passed, same true)

let private durable folder step =
    use store = TaskStore.openWith step identity folder |> opened

    let work = {
        inMemory 210 4UL 2 with
            Store = Some(store, [ "model", "m"; "data", "d" ])
    }

    NeymanConstruction.run work (settings [ 0.05; 1.0 ]) (observation 0.0 60.0)
    |> ok

[<Test>]
let ``killed at any step and run again the folder ends with the same bytes`` () =
    withFolder (fun reference ->
        let expected = durable reference ignore
        let bytes = tree reference
        Assert.That(bytes.Length, Is.GreaterThan 4)
        // In memory it is the same.
        let plain =
            NeymanConstruction.run
                (inMemory 210 4UL 1)
                (settings [ 0.05; 1.0 ])
                (observation 0.0 60.0)
            |> ok

        Assert.That(plain.Belt, same expected.Belt)

        for step in 1..4..29 do
            withFolder (fun folder ->
                let mutable count = 0

                let hook (_: DurableStep) =
                    count <- count + 1

                    if count = step then
                        raise Killed

                try
                    durable folder hook |> ignore
                with Killed ->
                    ()

                let again = durable folder ignore
                Assert.That(again.Accepted, same expected.Accepted)
                Assert.That(tree folder, same bytes, $"killed at {step}")))

[<Test>]
let ``misuse is refused`` () =
    let throws (settings: NeymanSettings) =
        Assert.Throws<ArgumentException>(
            Action(fun () ->
                NeymanConstruction.run (inMemory 1 1UL 1) settings (observation 0.0 60.0)
                |> ignore)
        )
        |> ignore

    throws (settings [])
    throws (settings [ 9.0 ])
    throws { settings [ 1.0 ] with Levels = [] }

    throws {
        settings [ 1.0 ] with
            Shifted = [ "mu" ]
    }

[<Test>]
let ``progress counts the toys of all values`` () =
    let mutable last = { Done = 0; Total = 0; Failed = 0 }

    let progress = {
        new IProgress<ToyProgress> with
            member _.Report p = last <- p
    }

    let work =
        ToyWork.ofRun Fit.settings {
            run 20 1UL 1 with
                Progress = progress
        }

    NeymanConstruction.run work (settings [ 0.1; 1.0; 2.0 ]) (observation 0.0 60.0)
    |> ok
    |> ignore

    Assert.That(last, same { Done = 60; Total = 60; Failed = 0 })
