module Nsbi.Infer.Tests.RatioColumnsTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private faults (result: Result<'a, ModelError list>) =
    match result with
    | Ok _ -> []
    | Error faults -> faults |> List.map string

let private alpha = nuisance "alpha"

let private modelOf parts =
    valid (model "m" [ unbinned "SR" (reference "ref") [ processOf "B" (yields 10.0 :: parts) ] ])

let private good = Ratios [| 1.1; 0.9; 1.0 |]
let private table = RatioTable.unweighted 3 [ "B", Ratios [| 1.0; 2.0; 0.5 |] ]

let private compile parts (table: RatioTable) =
    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> Likelihood.compile (modelOf parts)
    |> faults

let private both = VariationRatios.between (good, good)

[<Test>]
let ``good variations have no fault`` () =
    Assert.That(
        table |> RatioTable.withVariation "B" "alpha" both |> compile [ eventSys alpha ],
        same List.empty<string>
    )

[<Test>]
let ``each kind of bad variation is named with its place, value and remedy`` () =
    for ratios, part in
        [
            VariationRatios.between (Ratios [| 1.0 |], good), "1 ratios r₋ for 3 events"
            VariationRatios.between (good, Ratios [| 1.0; 0.0; 1.0 |]), "r₊ of row 1 is 0"
            VariationRatios.between (good, Ratios [| 1.0; 1.0; -2.0 |]), "r₊ of row 2 is -2"
            VariationRatios.between (LogRatios [| 0.0; nan; 0.0 |], good), "log r₋ of row 1 is NaN"
            VariationRatios.up good, "r₊ alone"
            VariationRatios.between (good, RatioSource.ofFormula (fun x -> x[0])), "features"
        ] do
        match
            table
            |> RatioTable.withVariation "B" "alpha" ratios
            |> compile [ eventSys alpha ]
        with
        | [ fault ] ->
            for expected in [ part; "'SR'"; "reference table"; "'B'"; "'alpha'" ] do
                Assert.That(fault, Does.Contain expected)
        | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``where the process has no density its variations may be anything`` () =
    let empty =
        RatioTable.unweighted 3 [ "B", Ratios [| 1.0; 0.0; 0.5 |] ]
        |> RatioTable.withVariation
            "B"
            "alpha"
            (VariationRatios.between (good, Ratios [| 1.0; nan; 1.2 |]))

    Assert.That(compile [ eventSys alpha ] empty, same List.empty<string>)

[<Test>]
let ``what the model makes must not be given, and what it needs must`` () =
    let mirrored = [ eventSysUp MirroredRatio alpha ]

    let oneSided =
        table |> RatioTable.withVariation "B" "alpha" (VariationRatios.up good)

    Assert.That(compile mirrored oneSided, same List.empty<string>)

    let twoSided = table |> RatioTable.withVariation "B" "alpha" both
    Assert.That((compile mirrored twoSided).Head, Does.Contain "an r₋ that the model makes")

    let large =
        table
        |> RatioTable.withVariation "B" "alpha" (VariationRatios.up (Ratios [| 1.0; 2.5; 1.0 |]))

    Assert.That(
        (compile [ eventSysUp MirroredDifference alpha ] large).Head,
        Does.Contain "r₊ of row 1 is 2.5"
    )

[<Test>]
let ``missing and unused variations and shapes are faults, all at once`` () =
    let given =
        table
        |> RatioTable.withVariation "B" "beta" both
        |> RatioTable.withShape "B" "extra" VariationModels.shape

    let found = compile [ eventSys alpha; eventShape "net" [ nuisance "nu" ] ] given
    Assert.That(found.Length, same 4)

    for part in
        [
            "'alpha': the table has no such variation"
            "no such shape"
            "no event variation 'beta'"
            "no event shape 'extra'"
        ] do
        Assert.That(found |> List.exists _.Contains(part), Is.True, part)

[<Test>]
let ``a shape with another number of parameters is a fault`` () =
    let found =
        table
        |> RatioTable.withShape "B" "net" VariationModels.shape
        |> compile [ eventShape "net" [ alpha ] ]

    Assert.That(found.Head, Does.Contain "2 parameters, and the model names 1")

[<Test>]
let ``variations that are normalised need the reference table`` () =
    let compileObserved rate =
        RatioTables.empty
        |> RatioTables.observed "SR" (table |> RatioTable.withVariation "B" "alpha" both)
        |> Likelihood.compile (modelOf [ eventSys alpha; eventRate rate ])
        |> faults

    Assert.That((compileObserved Renormalised).Head, Does.Contain "reference table")
    Assert.That((compileObserved FromEvents).Length, same 1)
    Assert.That(compileObserved AsGiven, same List.empty<string>)
