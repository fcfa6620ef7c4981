module Nsbi.Learn.Tests.FittedFeaturesTests

open System
open NUnit.Framework
open FsCheck
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private features texts = good (Feature.parseAll texts)

let private table =
    EventTable.ofColumns
        [ "x", [| 1.0; 2.0; 4.0; 100.0 |]; "y", [| 0.0; 0.5; -0.5; 7.0 |] ]
        (Some [| 1.0; -2.0; 1.0; 0.0 |])

let private applied texts =
    let fitted = good (FittedFeatures.fit (features texts) table)
    good (FittedFeatures.apply fitted table)

[<Test>]
let ``every fixed transform is its function`` () =
    let matrix =
        applied [
            "a = x | log"
            "b = y | log1p | cos"
            "c = x | sqrt"
            "d = y | abs"
            "e = y | sin"
            "f = x | clip(1.5, 50)"
            "g = x * 2 + y"
        ]

    let row (x: float) (y: float) = [|
        log x
        cos (log (1.0 + y))
        sqrt x
        abs y
        sin y
        min 50.0 (max 1.5 x)
        x * 2.0 + y
    |]

    let expected =
        Array.map2 row (EventTable.values "x" table) (EventTable.values "y" table)
        |> Array.concat
        |> Array.map float32

    equal 7 matrix.Columns
    equal 4 matrix.Rows
    Assert.That(matrix.Values, Is.EqualTo(box expected).Within 1e-6f)

[<Test>]
let ``log1p keeps the digits of small numbers`` () =
    // Series x − x²/2.
    let y = FittedTransform.step (FittedTransform.Fixed FeatureTransform.Log1p) 1e-10
    Assert.That(y, Is.EqualTo(1e-10 - 5e-21).Within 1e-25)

[<Test>]
let ``standardise learns with the magnitudes of the weights`` () =
    // |w| = 1, 2, 1, 0: mean (1 + 4 + 4) / 4, variance Σ|w|(x − 9/4)²/4 = 1.1875.
    let fitted = good (FittedFeatures.fit (features [ "x | standardise" ]) table)
    equal [ FittedTransform.Standardised(2.25, sqrt 1.1875) ] fitted.Features[0].Transforms

[<Test>]
let ``minmax goes over events that have a weight`` () =
    let fitted = good (FittedFeatures.fit (features [ "x | minmax(-1, 1)" ]) table)
    equal [ FittedTransform.MinMaxed(1.0, 4.0, -1.0, 1.0) ] fitted.Features[0].Transforms

    let matrix =
        good (FittedFeatures.apply fitted (EventTable.take [| 0; 2; 1 |] table))

    Assert.That(matrix.Values, Is.EqualTo(box [| -1.0f; 1.0f; -1.0f / 3.0f |]).Within 1e-6f)

[<Test>]
let ``what was learned does not change with the table it is applied to`` () =
    let fitted = good (FittedFeatures.fit (features [ "x | standardise"; "y" ]) table)
    let whole = good (FittedFeatures.apply fitted table)
    let part = good (FittedFeatures.apply fitted (EventTable.take [| 3; 1 |] table))
    equal (Array.append whole.Values[6..7] whole.Values[2..3]) part.Values

[<Property>]
let ``standardised features have weighted mean 0 and deviation 1``
    (rows: (NormalFloat * NormalFloat)[])
    =
    let bounded x = Math.Sin(x: float)

    let x =
        rows
        |> Array.map (fun (NormalFloat x, _) -> bounded x)
        |> Array.append [| 0.0; 1.0 |]

    let w =
        rows
        |> Array.map (fun (_, NormalFloat w) -> bounded w)
        |> Array.append [| 1.0; 1.0 |]

    let table = EventTable.ofColumns [ "x", x ] (Some w)
    let fitted = good (FittedFeatures.fit (features [ "x | standardise" ]) table)
    let step = FittedTransform.step fitted.Features[0].Transforms[0]
    let struct (mean, deviation) = FittedTransform.moments w (Array.map step x)
    abs mean < 1e-9 && abs (deviation - 1.0) < 1e-9

[<Test>]
let ``a logarithm outside its domain names event, feature and value`` () =
    let texts = [ "pt = y | log | standardise" ]
    let faults = FittedFeatures.fit (features texts) table |> sentences ""

    equal
        [
            for event, value in [ 1, "0"; 3, "-0.5" ] ->
                $"event table, event {event}, column 'pt': the feature is not defined for "
                + $"this value ('{value}'); log takes numbers above 0."
        ]
        faults

[<Test>]
let ``a constant feature cannot be scaled`` () =
    let table = EventTable.ofColumns [ "x", [| 0.1; 0.1; 0.1 |] ] None

    for transform in [ "standardise"; "minmax(0, 1)" ] do
        let faults =
            FittedFeatures.fit (features [ "x | " + transform ]) table |> sentences ""

        equal 1 faults.Length

        let start =
            "event table, column 'x': the feature has one value for all events and cannot be"

        Assert.That(faults[0], Does.StartWith start)
        Assert.That(faults[0], Does.EndWith $"; leave it out, or drop '{transform}'.")

[<Test>]
let ``all faults of all features are reported at once`` () =
    let faults =
        FittedFeatures.fit (features [ "xx"; "a = 1 / y"; "b = 0 * x | standardise" ]) table
        |> sentences ""

    equal 3 faults.Length
    Assert.That(faults, Has.Some.Contains "column 'xx': no such column")

    let infinite =
        "event table, event 1, column 'a': the expression of the feature is not a finite"

    Assert.That(faults, Has.Some.StartsWith infinite)
    Assert.That(faults, Has.Some.Contains "column 'b': the feature has one value for all events")

[<Test>]
let ``nothing is learned from a table without weight`` () =
    let empty = EventTable.take [||] table

    let faults =
        FittedFeatures.fit (features [ "x | standardise" ]) empty |> sentences ""

    equal
        [
            "event table: there is no event with a weight to learn from; check the selection."
        ]
        faults

[<Test>]
let ``a number beyond float32 is a fault, not an infinity`` () =
    let table = EventTable.ofColumns [ "x", [| 1e300 |] ] None
    let fitted = good (FittedFeatures.fit (features [ "x" ]) table)
    let faults = FittedFeatures.apply fitted table |> sentences ""

    Assert.That(
        faults[0],
        Does.Contain "column 'x': the feature is too large for a network ('1E+300')"
    )

[<Test>]
let ``fitted features come back from JSON bit for bit`` () =
    let texts = [
        "x | log | standardise"
        "q = x / 3 | clip(-0.1, 1e300) | minmax(0.1, 0.3)"
        "y | log1p | sqrt | abs | cos | sin"
    ]

    let positive =
        EventTable.ofColumns [ "x", [| 0.1; 0.7 |]; "y", [| 0.3; 0.2 |] ] None

    let fitted = good (FittedFeatures.fit (features texts) positive)
    let text = FittedFeaturesJson.toText fitted
    equal fitted (good (FittedFeaturesJson.ofText "net.json" text))

[<Property>]
let ``every pair of doubles survives JSON`` (NormalFloat mean) (NormalFloat deviation) =
    let fitted = {
        Features = [
            {
                Name = "x"
                Expression = Column "x"
                Missing = Some(FittedMissing.Filled(deviation, mean, 0))
                Transforms = [ FittedTransform.Standardised(mean, deviation) ]
            }
        ]
    }

    FittedFeaturesJson.ofText "f" (FittedFeaturesJson.toText fitted) = Ok fitted

[<Test>]
let ``broken JSON is named by path, all faults at once`` () =
    let text =
        """[{ "name": 3, "expression": "x +",
              "transforms": [{ "kind": "lgo" }, { "kind": "clip" }] }, 7]"""

    let faults = FittedFeaturesJson.ofText "net.json" text |> sentences ""

    let starts (start: string) =
        Assert.That(faults, Has.Some.StartsWith("net.json, " + start))

    starts "$[0].name: a text is missing ('3')"
    starts "$[0].expression, character 4: cannot be read"
    starts "$[0].transforms[0].kind: there is no such transform ('lgo')"
    starts "$[0].transforms[1].low: a number is missing"
    starts "$[1].transforms: a list is missing"
    let faults = FittedFeaturesJson.ofText "net.json" "[\n{," |> sentences ""
    equal [ "net.json, line 2: this is not JSON; check commas, quotes and brackets." ] faults
