module Nsbi.Infer.Tests.ColumnMemoryTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private choose precision limit tables =
    ColumnMemory.choose
        {
            LikelihoodOptions.standard with
                Precision = precision
                MemoryLimit = Some limit
        }
        tables

[<Test>]
let ``columns are exact up to 1 GiB and in single precision above`` () =
    let much = 1L <<< 40
    // 16 bytes for each event and column: 2^26 of both are 1 GiB.
    for events, expected in
        [ 1 <<< 20, ColumnPrecision.Double; (1 <<< 20) + 64, ColumnPrecision.Single ] do
        match choose Precision.Automatic much [ 64, events ] with
        | Ok found -> Assert.That(found, same expected)
        | Error faults -> Assert.Fail $"%A{faults}"

[<Test>]
let ``what does not fit is refused in a sentence before anything is allocated`` () =
    // 400 columns of 10⁷ events: 64 GB, 32 GB and 16 GB.
    let tables = [ 400, 10_000_000 ]

    for precision, takes in [ Precision.Exact, "59.6"; Precision.Single, "29.8" ] do
        match choose precision (1L <<< 33) tables with
        | Ok _ -> Assert.Fail "it fits"
        | Error [ fault ] ->
            for part in [ takes; "8 GiB may be used"; "14.9 GiB"; "Int16" ] do
                Assert.That(string fault, Does.Contain part)
        | Error faults -> Assert.Fail $"%A{faults}"

[<Test>]
let ``a compile over the limit is a fault`` () =
    let case = VariationModels.random 4 200

    let options = {
        LikelihoodOptions.standard with
            MemoryLimit = Some 100L
    }

    match Likelihood.compileWith options case.Model case.Tables with
    | Ok _ -> Assert.Fail "it fits"
    | Error faults -> Assert.That(string faults.Head, Does.Contain "MiB may be used")
