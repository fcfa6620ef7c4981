module Nsbi.Learn.Tests.FeatureTests

open FsCheck
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private transforms =
    let bounds make =
        gen {
            let! low = Gen.choose (-1000, 1000)
            let! width = Gen.choose (1, 1000)
            return make (float low / 8.0, float (low + width) / 8.0)
        }

    Gen.oneof [
        Gen.elements [
            FeatureTransform.Log
            FeatureTransform.Log1p
            FeatureTransform.Sqrt
            FeatureTransform.Abs
            FeatureTransform.Cos
            FeatureTransform.Sin
            FeatureTransform.Standardise
        ]
        bounds FeatureTransform.Clip
        bounds FeatureTransform.MinMax
    ]

let private expressions =
    Gen.elements [
        Column "Higgs_pt"
        Column "p T"
        Binary(Operator.Divide, Column "a", Negate(Column "b"))
        Call(Function.Log, [ Column "Z1_mass" ])
        Call(Function.Max, [ Number 1e-3; Column "x" ])
    ]

let private features =
    gen {
        let! expression = expressions
        let! name = Gen.elements [ string expression; "pt"; "a name"; "log" ]
        let! count = Gen.choose (0, 4)
        let! transforms = Gen.listOfLength count transforms
        let! missing = Gen.elements [ None; Some -999.0; Some 0.5; Some 1e300 ]

        let feature: Feature = {
            Missing = missing
            Name = name
            Expression = expression
            Transforms = transforms
        }

        return feature
    }

type Generators =
    static member Feature() = Arb.fromGen features

[<Property(Arbitrary = [| typeof<Generators> |], MaxTest = 500)>]
let ``a printed feature is read as the same feature`` (feature: Feature) =
    Feature.parse (Feature.print feature) = Ok feature

[<Test>]
let ``the grammar reads name, expression and transforms`` () =
    let expected: Feature = {
        Missing = None
        Name = "logPt"
        Expression = Binary(Operator.Divide, Column "Higgs_pt", Column "Higgs_mass")
        Transforms = [
            FeatureTransform.Log
            FeatureTransform.Clip(-3.0, 3.5)
            FeatureTransform.MinMax(0.0, 1.0)
            FeatureTransform.Standardise
        ]
    }

    let text =
        "logPt = Higgs_pt / Higgs_mass | log|clip( -3, 3.5 ) | minmax | standardise"

    equal expected (good1 (Feature.parse text))

[<Test>]
let ``a feature without a name is called by its expression`` () =
    equal "log(Higgs_pt)" (good1 (Feature.parse "log( Higgs_pt ) | standardise")).Name

[<TestCase("Higgs_pt | lgo", 12, "there is no transform 'lgo'; did you mean 'log'?")>]
[<TestCase("x | standardize", 5, "did you mean 'standardise'?")>]
[<TestCase("x | clip", 5, "clip takes two numbers: clip(-3, 3)")>]
[<TestCase("x | clip(3, -3)", 5, "clip needs a lower bound below the upper one")>]
[<TestCase("x | log(3)", 5, "log takes no numbers here")>]
[<TestCase("x > 3 | log", 1, "this is a condition; a feature is a number")>]
[<TestCase("x |", 4, "expected a transform")>]
[<TestCase("= x", 1, "expected")>]
let ``what cannot be read is shown where it stands`` (text: string, at: int, reason: string) =
    match Feature.parse text with
    | Ok feature -> Assert.Fail(string feature)
    | Error fault ->
        Assert.That(fault.Character, Is.EqualTo(Some(at, text)), string fault)
        Assert.That(fault.Remedy, Does.Contain reason)

[<Test>]
let ``the faults of all features are reported at once, repeated names among them`` () =
    let faults = Feature.parseAll [ "x | lgo"; "y"; "y"; "z +" ] |> sentences ""
    equal 3 faults.Length

    Assert.That(
        faults,
        Has.Some.EqualTo "feature: two features have one name ('y'); write name = expression."
    )

[<Test>]
let ``the columns of features are listed once`` () =
    let features = good (Feature.parseAll [ "a / b"; "q = b * c" ])
    equal [ "a"; "b"; "c" ] (Feature.columns features)
