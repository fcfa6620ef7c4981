module Nsbi.Model.Tests.ModifierTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private jes = nuisance "jes"
let private mu = poi "mu" |> between 0.0 5.0

let private validated channels =
    match Model.validate (model "m" channels) with
    | Ok valid -> valid
    | Error faults -> invalidOp (faults |> List.map string |> String.concat "\n")

let private faultsOf channels =
    match Model.validate (model "m" channels) with
    | Ok _ -> ""
    | Error faults -> faults |> List.map string |> String.concat "\n"

[<Test>]
let ``factors of the yield stand beside the coefficient`` () =
    let proc =
        processOf "S" [ yields 10.0; scaledBy (mu - sqrt mu); normFactor (nuisance "k" |> freely) ]

    Check.equal "(mu - sqrt(mu)) * k" (Process.factor proc).Text

[<Test>]
let ``parameters of modifiers are parameters of the model`` () =
    let valid =
        validated [
            unbinned "SR" (reference "ref") [
                processOf "S" [ yields 10.0; scaledBy mu; eventSys jes ]
                processOf "B" [ yields 90.0; normSys (nuisance "lumi") (0.98, 1.02) ]
            ]
        ]

    Check.equal [ "mu"; "jes"; "lumi" ] (valid.Parameters |> List.map _.Name)

[<Test>]
let ``renaming and fixing reach the modifiers`` () =
    let written =
        model "m" [
            unbinned "SR" (reference "ref") [
                processOf "S" [ yields 10.0; scaledBy mu; eventSys jes ]
            ]
        ]

    let changed = written |> Model.rename "jes" "jer" |> Model.fix "jer" 0.5
    let p = Model.parameters changed |> List.find (fun p -> p.Name = "jer")
    Check.equal (0.5, true) (p.Initial, p.Fixed)

    // The tables keep the name of the variation.
    match (Channel.processes changed.Channels.Head).Head.Modifiers with
    | [ EventSys v ] -> Check.equal "jes" v.Variation
    | other -> Assert.Fail $"{other}"

[<TestCase(1.2, 1.0 / 1.2, 0.8, 1.0)>]
let ``the missing side follows as stated``
    (high: float, ratio: float, difference: float, none: float)
    =
    let low s = Symmetrisation.low s 1.0 high
    Check.close 1e-15 ratio (low MirroredRatio)
    Check.close 1e-15 difference (low MirroredDifference)
    Check.close 1e-15 none (low OneSided)

[<Test>]
let ``modifiers in the wrong kind of channel and of the wrong length are named`` () =
    faultsOf [
        unbinned "SR" (reference "ref") [
            processOf "S" [ yields 1.0; scaledBy mu; histoSys jes ([ 1.0 ], [ 2.0 ]) ]
        ]
        binned "CR" [
            processOf "B" [
                binYields [ 1.0; 2.0 ]
                eventSys jes
                histoSys jes ([ 1.0 ], [ 2.0; infinity ])
                normSys jes (0.0, 1.1)
                shapeSys "u" [ 1.0; -1.0 ]
            ]
        ]
    ]
    |> Check.contains [
        "channel 'SR', process 'S', histosys of 'jes': histosys stands in an unbinned channel"
        "eventsys stands in a binned channel"
        "1 bins at −1 in a channel of 2 bins"
        "one of its bins is Infinity"
        "one of its factors is 0, and interpolation code 4 takes its logarithm"
        "one of its uncertainties is -1"
    ]

[<Test>]
let ``one process has each event variation once`` () =
    faultsOf [
        unbinned "SR" (reference "ref") [
            processOf "S" [ yields 1.0; scaledBy mu; eventSys jes; eventSys jes ]
        ]
    ]
    |> Check.contains [ "2 of its event variations are named 'jes'" ]

[<Test>]
let ``a table of the model shows the modifiers`` () =
    let text =
        model "m" [
            unbinned "SR" (reference "ref") [
                processOf "S" [ yields 1.0; scaledBy mu; eventSys jes; normSys jes (0.9, 1.1) ]
            ]
        ]
        |> Model.describe

    Check.contains [ "modifiers"; "eventsys jes; normsys jes" ] text
