module Nsbi.Infer.Tests.ObservationTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

[<Property(MaxTest = 20)>]
let ``the weights of an Asimov set add up to ν`` (seed: int) =
    let value = float (abs (seed % 600)) / 100.0
    let set = ok (Observation.asimov compiled [| value |])
    Assert.That(set.Observation.TotalWeight "SR", near 1e-10 (InterferenceToy.rate value))
    Assert.That(snd set.Rescaling.Head, near 1e-13 1.0)

[<Test>]
let ``ratios that are off by a constant factor are put right on the reference table`` () =
    let ratios = RatioSource.ratios table.Features

    let distorted = {
        table with
            Ratios =
                table.Ratios
                |> Map.map (fun name source ->
                    let factor = if name = "S" then 1.2 else 1.0
                    Ratios(ratios source |> Array.map (fun r -> factor * r)))
    }

    let other = compileInterference InterferenceToy.model distorted
    let mean = other.Rescalings |> List.find (fun r -> r.Process = "S")
    Assert.That(mean.MeanRatio, near 1e-9 1.2)

    let set = ok (Observation.asimov other [| 2.0 |])

    Assert.That(
        Likelihood.twiceNll set.Observation [| 1.5 |],
        near 1e-8 (Likelihood.twiceNll (asimov 2.0) [| 1.5 |])
    )

[<Property(MaxTest = 20)>]
let ``an Asimov set is stationary at the values it was made with`` (seed: int) =
    let value = 0.2 + float (abs (seed % 500)) / 100.0

    match Likelihood.evaluate (asimov value) [| value |] with
    | Finite jet -> Assert.That(jet.Gradient[0], near 1e-7 0.0)
    | Infinite reason -> Assert.Fail(string reason)

let private theta = parameter Nuisance "theta" 1.0 0.0 5.0 (Poisson(9.0, 10.0))
let private alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.3, 1.0))
let private s = poi "s" 1.0 0.0 5.0

let private binned =
    RatioTables.empty
    |> Likelihood.compile (
        valid {
            Name = "bins"
            Channels = [
                Binned {
                    Name = "C"
                    Processes = [
                        Process.create "a" (s) [ 1.0; 2.0 ]
                        Process.create "b" (theta * (1.0 + 0.1 * alpha)) [ 4.0; 3.0 ]
                    ]
                }
            ]
        }
    )
    |> ok

[<Test>]
let ``an Asimov set holds expected counts and global observables`` () =
    let at = [| 2.0; 1.1; 0.5 |]
    let set = (ok (Observation.asimov binned at)).Observation
    let counts = snd set.Counts.Head
    Assert.That(counts[0], near 1e-12 (2.0 + 4.0 * 1.1 * 1.05))
    Assert.That(counts[1], near 1e-12 (4.0 + 3.0 * 1.1 * 1.05))
    Assert.That(dict(set.Globals)["theta"], near 1e-12 11.0)
    Assert.That(dict(set.Globals)["alpha"], near 1e-12 0.5)

[<Test>]
let ``global observables that are not given are the model's`` () =
    let set = ok (Observation.observed binned [ "C", [ 3.0; 4.0 ] ])
    Assert.That(set.Globals, same [ "theta", 9.0; "alpha", 0.3 ])

let private faults (result: Result<'a, ModelError list>) =
    match result with
    | Ok _ -> []
    | Error faults -> faults |> List.map string

[<Test>]
let ``every fault of the data is reported at once`` () =
    let data = {
        Weights = Map.ofList [ "X", (TableKind.Observed, [| 1.0 |]) ]
        Counts = Map.ofList [ "C", [ 1.0; nan ]; "Y", [] ]
        Globals = Map.ofList [ "theta", -1.0; "s", 0.0; "z", 1.0 ]
    }

    let found = faults (Observation.create binned data)
    Assert.That(found.Length, same 6)

    for part in [ "'X'"; "'Y'"; "'z'"; "bin 1"; "'theta'"; "'s'" ] do
        Assert.That(found |> List.exists _.Contains(part), same true, part)

[<Test>]
let ``missing counts, wrong lengths and missing tables are faults`` () =
    let one result part =
        match faults result with
        | [ fault ] -> Assert.That(fault, Does.Contain(part: string))
        | other -> Assert.Fail $"%A{other}"

    one (Observation.observed binned []) "no counts"
    one (Observation.observed binned [ "C", [ 1.0 ] ]) "1 counts for 2 bins"
    one (Observation.observed compiled []) "no observed table"

    let weights values =
        Observation.nothing
        |> Observation.withWeights "SR" TableKind.Reference values
        |> Observation.create compiled

    one (weights [| 1.0 |]) "1 weights for the 3001 rows"
    one (weights (Array.create 3001 nan)) "NaN"

[<Test>]
let ``negative weights are found`` () =
    let weights = Array.init 3001 (fun i -> if i = 1500 then -1.0 else 1.0)

    let observation =
        Observation.nothing
        |> Observation.withWeights "SR" TableKind.Reference weights
        |> Observation.create compiled
        |> ok

    Assert.That(observation.NegativeWeights, same (Some "SR"))
    Assert.That((asimov 1.0).NegativeWeights, same None)

[<Test>]
let ``an Asimov set with a negative density names the row`` () =
    let steep = poi "k" 1.0 -5.0 1.0

    let other =
        RatioTables.empty
        |> RatioTables.reference
            "U"
            (RatioTable.unweighted 2 [ "a", Ratios [| 1.0; 1.0 |]; "b", Ratios [| 0.5; 1.5 |] ])
        |> Likelihood.compile (
            valid {
                Name = "m"
                Channels = [
                    Unbinned {
                        Name = "U"
                        Reference = "r"
                        Processes = [
                            Process.create "a" (Constant 1.0) [ 1.0 ]
                            Process.create "b" (steep) [ 1.0 ]
                        ]
                    }
                ]
            }
        )
        |> ok

    match faults (Observation.asimov other [| -0.8 |]) with
    | [ fault ] -> Assert.That(fault, Does.Contain "row 1")
    | other -> Assert.Fail $"%A{other}"
