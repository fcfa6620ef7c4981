module Summaries.ResponseEventsTests

open NUnit.Framework
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Networks.TrainingExamples
open Summaries.SummaryExamples

let private faults samples parameters =
    ResponseEvents.create 1 samples parameters |> faultsOf

let private contains (text: string) (faults: string) = Assert.That(faults, Does.Contain text)

[<Test>]
let ``a scaling parameter has slopes in its samples alone`` () =
    let samples = samples 4
    let parameter = ResponseParameter.scaling "s" 10.0 [ "S" ] samples
    let expected = Array.append (Array.create 4 0.25) (Array.zeroCreate 4)
    Assert.That(parameter.WeightSlopes, Is.EqualTo<float[]> expected)
    Assert.That((ResponseParameter.constrainedBy 2.0 parameter).Width, Is.EqualTo(Some 2.0))

[<Test>]
let ``every fault of the events and the parameters is told`` () =
    let samples = samples 4

    let broken = {
        samples.Head with
            Weights = [| 1.0; nan; 1.0; 1.0 |]
    }

    let found =
        faults [ broken; samples[1]; samples[1] ] [
            ResponseParameter.weighting "a" [| 1.0 |]
            ResponseParameter.weighting "a" [||]
            ResponseParameter.moving "b" (Array.zeroCreate 3)
            |> ResponseParameter.constrainedBy 0.0
            ResponseParameter.varied "c" {
                UpFeatures = Array.create 12 infinityf
                UpWeights = Array.zeroCreate 12
                DownFeatures = Array.zeroCreate 12
                DownWeights = Array.zeroCreate 11
                Distance = 0.0
            }
        ]

    for text in
        [
            "not a finite number"
            "more than one"
            "no event depends on it"
            "width of the constraint"
            "tangents"
            "features of the copies"
            "weights of the copies"
            "distance of the copies"
        ] do
        contains text found

[<Test>]
let ``nothing at all is a fault`` () =
    contains "there is none" (faults [] [])

    let empty = {
        (samples 1).Head with
            Features = [||]
            Weights = [||]
            Groups = [||]
    }

    contains "there is no event" (faults [ empty ] [ ResponseParameter.weighting "a" [||] ])

[<Test>]
let ``copies and slopes of weights exclude one another`` () =
    let samples = samples 2
    let features = samples |> List.map _.Features |> Array.concat

    let both = {
        ResponseParameter.varied "c" {
            UpFeatures = features
            UpWeights = Array.create 4 1.0
            DownFeatures = features
            DownWeights = Array.create 4 1.0
            Distance = 2.0
        } with
            WeightSlopes = Array.create 4 1.0
    }

    contains "leave out the slopes" (faults samples [ both ])
