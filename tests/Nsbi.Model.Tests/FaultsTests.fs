module Nsbi.Model.Tests.FaultsTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private mu = poi "mu" |> between 0.0 8.0

let private good =
    model "good" [
        unbinned "SR" (reference "ref") [
            processOf "S" [ scaledBy (mu - sqrt mu); yields 40.0 ]
            processOf "B" [ scaledBy (1.0 + 0.1 * nuisance "lumi"); yields 80.0 ]
        ]
        binned "CR" [ processOf "B" [ binYields [ 10.0; 0.0; 3.0 ] ] ]
    ]

let private faults (written: Model) : ModelError list =
    match Model.validate written with
    | Ok _ -> []
    | Error faults -> faults

[<Test>]
let ``a good model is valid and has its points of interest first`` () =
    let swapped = {
        good with
            Channels = List.rev good.Channels
    }

    for written in [ good; swapped ] do
        match Model.validate written with
        | Error faults -> Assert.Fail(string faults)
        | Ok valid ->
            Check.equal [ "mu"; "lumi" ] valid.Index.Names
            Check.equal [ "mu"; "lumi" ] (valid.Parameters |> List.map _.Name)
            Check.equal [| 1.0; 0.0 |] valid.Initial
            Check.equal written valid.Model
            Check.equal [ "mu" ] valid.InnerCoordinates.Squared

/// One process scaled by a parameter that is declared like this.
let private withParameter (p: Coefficient) =
    model "m" [ counting "c" [ processOf "s" [ scaledBy (p * mu); yields 1.0 ] ] ]

let private withProcess (p: Process) =
    model "m" [
        unbinned "c" (reference "ref") [ p; processOf "ok" [ scaledBy mu; yields 1.0 ] ]
    ]

let private twoChannels a b =
    model "m" [
        counting "a" [ processOf "s" [ scaledBy a; yields 1.0 ] ]
        counting "b" [ processOf "s" [ scaledBy b; yields 1.0 ] ]
    ]

let private broken = [
    TestCaseData(model "empty" [], [ "'empty'"; "no channels" ])
    TestCaseData(model "m" [ unbinned "c" (reference "r") [] ], [ "channel 'c'"; "no processes" ])
    TestCaseData(
        {
            good with
                Channels = good.Channels @ good.Channels
        },
        [ "'SR'"; "'CR'" ]
    )
    TestCaseData(withProcess (processOf "ok" [ yields 1.0 ]), [ "2 of its processes"; "'ok'" ])
    TestCaseData(withProcess (processOf "" [ yields 1.0 ]), [ "the process has no name" ])
    TestCaseData(withProcess (processOf "a\"" [ yields 1.0 ]), [ "the name of the process" ])
    TestCaseData(withProcess (processOf " a" [ yields 1.0 ]), [ "begins or ends with a space" ])
    TestCaseData(withProcess (processOf "b" [ yields 0.0 ]), [ "process 'b'"; "all 0" ])
    TestCaseData(withProcess (processOf "b" [ yields -3.0 ]), [ "process 'b'"; "-3" ])
    TestCaseData(withProcess (processOf "b" [ yields nan ]), [ "process 'b'"; "NaN" ])
    TestCaseData(withProcess (processOf "b" []), [ "process 'b'"; "no yield" ])
    TestCaseData(withProcess (processOf "b" [ binYields [ 1.0; 2.0 ] ]), [ "2 yields" ])
    TestCaseData(
        withProcess (processOf "b" [ yields 1.0; scaledBy (Constant infinity) ]),
        [ "process 'b'"; "Infinity" ]
    )
    TestCaseData(
        model "m" [
            binned "c" [
                processOf "s" [ scaledBy mu; binYields [ 1.0; 2.0 ] ]
                processOf "b" [ binYields [ 1.0; 2.0; 3.0 ] ]
            ]
        ],
        [ "different numbers of bins"; "'s' 2"; "'b' 3" ]
    )
    TestCaseData(twoChannels mu (poi "mu"), [ "'mu'"; "channel 'a'"; "channel 'b'" ])
    TestCaseData(withParameter (poi "p" |> between 2.0 1.0), [ "'p'"; "not below" ])
    TestCaseData(withParameter (poi "p" |> between 2.0 3.0), [ "initial value 1 "; "[2, 3]" ])
    TestCaseData(withParameter (poi "p" |> from nan), [ "'p'"; "NaN" ])
    TestCaseData(withParameter (poi "p" |> above nan), [ "lower bound is NaN" ])
    TestCaseData(withParameter (poi "p" |> below nan), [ "upper bound is NaN" ])
    TestCaseData(withParameter (poi "p`"), [ "the name of the parameter" ])
    TestCaseData(
        withParameter (nuisance "p" |> constrainedBy (Gaussian(0.0, 0.0))),
        [ "'p'"; "σ"; "0" ]
    )
    TestCaseData(
        withParameter (nuisance "p" |> constrainedBy (Gaussian(nan, 1.0))),
        [ "global observable"; "NaN" ]
    )
    TestCaseData(
        withParameter (nuisance "p" |> constrainedBy (Poisson(-1.0, -2.0))),
        [ "τ"; "lower bound"; "a count" ]
    )
    TestCaseData(
        withParameter (nuisance "p" |> from 1.0 |> constrainedBy (LogNormal(1.0, 0.1))),
        [ "log-normal"; "lower bound" ]
    )
    TestCaseData(withParameter (sqrt (poi "p")), [ "square root of 'p'"; "-Infinity" ])
    TestCaseData(withParameter (poi "p" ** 1.5), [ "'p' to the power 1.5" ])
]

[<TestCaseSource(nameof broken)>]
let ``a fault is named with its place`` (written: Model, parts: string list) =
    let found = faults written
    Assert.That(found, Is.Not.Empty)
    found |> List.map string |> String.concat "\n" |> Check.contains parts

[<Test>]
let ``all faults are reported at once`` () =
    let written =
        model "m" [
            unbinned "c" (reference "") [
                processOf "s" [ scaledBy (sqrt (poi "mu" |> from infinity)); yields -1.0 ]
                processOf "s" []
            ]
        ]

    Check.equal 6 (faults written).Length

[<Test>]
let ``a model of backgrounds only has no parameter of interest and is valid`` () =
    let written =
        model "m" [ counting "c" [ processOf "b" [ scaledBy (nuisance "n"); yields 1.0 ] ] ]

    match Model.validate written with
    | Ok valid -> Check.equal [ "n" ] (valid.Parameters |> List.map _.Name)
    | Error faults -> Assert.Fail(faults |> List.map string |> String.concat "\n")
