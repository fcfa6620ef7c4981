module Nsbi.Infer.Tests.CompilationTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private compileObserved table =
    RatioTables.empty
    |> RatioTables.observed "SR" table
    |> Likelihood.compile (valid InterferenceToy.model)

let private faults (result: Result<'a, ModelError list>) =
    match result with
    | Ok _ -> []
    | Error faults -> faults |> List.map string

let private good = [
    "S", Ratios [| 1.0; 2.0 |]
    "SBI", LogRatios [| 0.0; -infinity |]
    "B", Ratios [| 0.0; 1.0 |]
    "NI", RatioSource.ofFormula (fun x -> x[0])
]

let private withSource name source =
    good |> List.map (fun (n, s) -> n, (if n = name then source else s))

let private observed ratios =
    RatioTable.unweighted 2 ratios
    |> RatioTable.withFeatures [| [| 0.1 |]; [| 0.2 |] |]

[<Test>]
let ``ratios of zero and log ratios of −∞ are fine`` () =
    Assert.That(faults (compileObserved (observed good)), same List.empty<string>)

[<Test>]
let ``each kind of bad ratio is named with its channel, table, process and row`` () =
    for source, part in
        [
            Ratios [| 1.0; nan |], "row 1 is NaN"
            Ratios [| -0.5; 1.0 |], "row 0 is -0.5"
            LogRatios [| infinity; 0.0 |], "row 0 is Infinity"
            Ratios [| 1.0 |], "1 ratios for 2 events"
            Ratios [| 0.0; 0.0 |], "all 0"
        ] do
        match faults (compileObserved (observed (withSource "B" source))) with
        | [ fault ] ->
            for expected in [ part; "'SR'"; "observed table"; "'B'" ] do
                Assert.That(fault, Does.Contain expected)
        | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``all faults of all tables are reported at once`` () =
    let bad =
        observed (withSource "B" (Ratios [| 1.0; nan |]) |> List.filter (fun (n, _) -> n <> "S"))

    let tables =
        RatioTables.empty
        |> RatioTables.observed "SR" bad
        |> RatioTables.reference "SR" { bad with Weights = [| 1.0; -1.0 |] }

    let found = faults (Likelihood.compile (valid InterferenceToy.model) tables)
    Assert.That(found.Length, same 5)

[<Test>]
let ``a channel without a table and functions without features are faults`` () =
    let none =
        faults (Likelihood.compile (valid InterferenceToy.model) RatioTables.empty)

    Assert.That(none.Head, Does.Contain "no event table")

    let bare = RatioTable.unweighted 2 good
    Assert.That((faults (compileObserved bare)).Head, Does.Contain "features")

[<Test>]
let ``a reference without weight is a fault`` () =
    for weights, part in
        [ [| 0.0; 0.0 |], "all 0"; [| 1.0; infinity |], "Infinity"; [||], "no events" ] do
        let table = { observed good with Weights = weights }

        let found =
            RatioTables.empty
            |> RatioTables.reference "SR" table
            |> Likelihood.compile (valid InterferenceToy.model)
            |> faults

        Assert.That(found |> List.exists _.Contains(part), same true)

[<Test>]
let ``tables and ratios that the model does not name are left alone`` () =
    let table = observed (("extra", Ratios [| nan; nan |]) :: good)

    let result =
        RatioTables.empty
        |> RatioTables.observed "SR" table
        |> RatioTables.observed "other" table
        |> Likelihood.compile (valid InterferenceToy.model)

    Assert.That(faults result, same List.empty<string>)
