module Nsbi.Learn.Tests.Posterior.PosteriorSettingsTests

open System.Text.Json
open NUnit.Framework
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private parse (text: string) =
    use document = JsonDocument.Parse text
    PosteriorSettings.ofJson "analysis.json" "$.posterior" document.RootElement

[<Test>]
let ``settings come back from their JSON`` () =
    let other = {
        small with
            Head = DensityHead.Mixture(3, Covariance.Diagonal)
            Optimiser = Optimiser.adamW 0.02
            Patience = Some 4
            KeepBest = false
            SubSets = true
            ValidationFraction = 0.25
            Embedding = {
                small.Embedding with
                    Waves = 3
                    Skip = false
                    Pooling = Pooling.Sum
            }
    }

    for settings in [ PosteriorSettings.standard; small; other ] do
        Assert.That((parse (PosteriorSettings.toJson settings) |> valueOf) = settings, Is.True)

    Assert.That((parse "{}" |> valueOf) = PosteriorSettings.standard, Is.True)

[<Test>]
let ``every fault of settings is told with its path`` () =
    let text =
        """{ "embedding": { "width": 0, "pooling": "max", "waves": 99, "decoder": { "dropout": 0.1 } },
             "training": { "learningRate": -1, "batch": 3 }, "setsPerEpoch": 0, "subSets": 1 }"""
        |> parse
        |> faultsOf

    for words in
        [
            "$.posterior.embedding.pooling"
            "the width of the embedding is out of range ('0')"
            "the number of waves is out of range ('99')"
            "the decoder has no dropout"
            "the learning rate is out of range ('-1')"
            "$.posterior.training.batch"
            "the number of sets per epoch is out of range"
            "$.posterior.subSets"
        ] do
        Assert.That(text, Does.Contain words)
