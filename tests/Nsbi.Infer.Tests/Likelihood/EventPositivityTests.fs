module Nsbi.Infer.Tests.EventPositivityTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private compiledBetween (low: float, high: float) code up down =
    let alpha = nuisance "jes" |> between low high

    RatioTables.empty
    |> RatioTables.reference
        "SR"
        (RatioTable.unweighted 4 [ "B", Ratios [| 1.0; 1.0; 1.0; 1.0 |] ]
         |> RatioTable.withVariation "B" "jes" (VariationRatios.between (Ratios down, Ratios up)))
    |> Likelihood.compile (
        valid (
            model "m" [
                unbinned "SR" (reference "ref") [
                    processOf "B" [ yields 10.0; eventSysBy code alpha ]
                ]
            ]
        )
    )
    |> ok

let private compiled code up down =
    compiledBetween (-4.0, 4.0) code up down

let private up = [| 1.1; 0.1; 30.0; 1.0 |]
let private down = [| 0.9; 100.0; 0.05; 1.0 |]

[<Test>]
let ``code 4 between extreme anchors is negative, and said where`` () =
    match (compiled PolynomialExponential up down).NegativeInterpolants with
    | [ found ] ->
        // The least of the polynomial over the places looked at, by its definition.
        let values = [
            for a in -9 .. 9 do
                for i in 0..3 do
                    let alpha = 0.1 * float a

                    let struct (g, _, _) =
                        Interpolation.evaluate PolynomialExponential 1.0 down[i] up[i] alpha

                    g, alpha, i
        ]

        let g, alpha, row = List.min values
        Assert.That(g, Is.LessThan 0.0)
        Assert.That(found.Value, near 1e-9 g)
        Assert.That(found.Alpha, near 1e-12 alpha)
        Assert.That(found.Row, same row)
        Assert.That(found.Events, same 1)

        for part in [ "'SR'"; "reference table"; "'B'"; "'jes'"; "row"; "LogPolynomial" ] do
            Assert.That(string found, Does.Contain part)
    | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``the positive interpolations of the same anchors have nothing to say`` () =
    for code in [ PiecewiseExponential; LogPolynomial ] do
        Assert.That((compiled code up down).NegativeInterpolants.IsEmpty, Is.True)

[<Test>]
let ``lines that cross zero within ±3 are found, gentle ones are not`` () =
    let linear up down =
        (compiled PiecewiseLinear up down).NegativeInterpolants

    let gentle = [| 1.1; 1.2; 1.0; 0.9 |]
    Assert.That((linear gentle gentle).IsEmpty, Is.True)
    let found = linear [| 0.5; 1.0; 1.0; 0.6 |] gentle
    Assert.That(found.Head.Events, same 2)
    Assert.That(found.Head.Alpha, near 1e-12 3.0)
    Assert.That(found.Head.Value, near 1e-12 -0.5)

[<Test>]
let ``bounds between the places looked at are looked at`` () =
    // 1 − 0.42 α, 0 at α = 2.381.
    let found =
        (compiledBetween (-2.5, 2.5) PiecewiseLinear [| 0.58; 1.0; 1.0; 1.0 |] [|
            1.0
            1.0
            1.0
            1.0
        |])
            .NegativeInterpolants

    Assert.That(found.Length, same 1)
    Assert.That(found.Head.Alpha, near 1e-12 2.5)
    Assert.That(found.Head.Value, near 1e-12 -0.05)

[<Test>]
let ``sizes within bounds narrower than ±1 are those at the bounds`` () =
    let ratios = [| 1.2; 0.9; 1.1; 1.4 |]
    let compiled = compiledBetween (-0.5, 0.8) PiecewiseLinear ratios ratios

    match compiled.ShapeSizes with
    | [ size ] ->
        // The mean of 1 + |α|(r − 1) over four events is 1 + 0.15 |α|.
        Assert.That(size.Sizes |> List.map fst, same [ -0.5; 0.8 ])
        Assert.That(snd size.Sizes[0], near 1e-9 0.075)
        Assert.That(snd size.Sizes[1], near 1e-9 0.12)
    | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``an event of negative density is +∞ with the process named`` () =
    let compiled =
        compiled PiecewiseLinear [| 0.5; 1.0; 1.0; 1.0 |] [| 1.0; 1.0; 1.0; 1.0 |]

    let observation =
        Observation.nothing
        |> Observation.withWeights "SR" TableKind.Reference [| 1.0; 1.0; 1.0; 1.0 |]
        |> Observation.create compiled
        |> ok

    match Likelihood.evaluate observation [| 3.0 |] with
    | Infinite reason -> Assert.That(reason, same (EventDensity("SR", TableKind.Reference, 0, "B")))
    | Finite jet -> Assert.Fail $"{jet.Value}"

[<Test>]
let ``a mean that is not positive is +∞ with the process named`` () =
    let all = Array.create 4 0.5
    let compiled = compiled PiecewiseLinear all (Array.create 4 1.0)

    let observation =
        Observation.nothing
        |> Observation.withWeights "SR" TableKind.Reference [| 1.0; 1.0; 1.0; 1.0 |]
        |> Observation.create compiled
        |> ok

    match Likelihood.evaluate observation [| 3.0 |] with
    | Infinite(EventNormalisation("SR", "B")) -> ()
    | other -> Assert.Fail $"%A{other}"

    match Likelihood.evaluateExact None observation [| 3.0 |] with
    | Infinite(EventNormalisation("SR", "B")) -> ()
    | other -> Assert.Fail $"%A{other}"
