module Transport.TransportSettingsTests

open System.Text.Json
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private ofText (text: string) =
    use document = JsonDocument.Parse text
    TransportSettings.ofJson "file.json" "$.transport" document.RootElement

[<Test>]
let ``settings are the same after JSON`` () =
    let settings = {
        quick with
            Schedule = Schedule.Exponential 0.1
            Floor = 0.02
            Seed = 18446744073709551615UL
    }

    Assert.That(ofText (TransportSettings.toJson settings) |> valueOf, Is.EqualTo settings)
    Assert.That(ofText "{}" |> valueOf, Is.EqualTo TransportSettings.standard)

[<Test>]
let ``every fault of a text is told with its place`` () =
    let text =
        """{ "hiden": [3], "floor": 2, "cost": "cheap", "epochs": 0, "batchSize": "x",
             "conditionHidden": [], "schedule": { "kind": "reduceOnPlateau" } }"""

    match ofText text with
    | Ok _ -> Assert.Fail "faults were expected"
    | Error faults ->
        let told = Fault.render faults

        for part in
            [
                "hiden"
                "floor"
                "perFeature, euclidean"
                "number of epochs"
                "$.transport.batchSize"
                "the conditions have no layer"
                "no validation loss"
            ] do
            Assert.That(told, Does.Contain part)

[<Test>]
let ``numbers out of range are refused one by one`` () =
    let bad: (TransportSettings -> TransportSettings) list = [
        fun s -> { s with Hidden = [ 0 ] }
        fun s -> { s with Floor = 0.0 }
        fun s -> { s with LearningRate = nan }
        fun s -> { s with BatchSize = 0 }
        fun s -> { s with Rounds = 0 }
        fun s -> { s with MapSteps = 0 }
        fun s -> { s with PotentialSteps = 0 }
        fun s -> {
            s with
                Optimiser = { s.Optimiser with Beta2 = 1.0 }
        }
    ]

    for change in bad do
        match TransportSettings.validate (change TransportSettings.standard) with
        | Ok _ -> Assert.Fail "a fault was expected"
        | Error faults -> Assert.That(faults.Length, Is.EqualTo 1)

    Assert.That(Result.isOk (TransportSettings.validate TransportSettings.standard), Is.True)
