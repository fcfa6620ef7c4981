module Nsbi.Learn.Tests.Posterior.PosteriorFileTests

open System
open System.Text
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

[<Test>]
let ``an estimator comes back from its bytes with the same results`` () =
    let trained = estimator.Value
    let bytes = PosteriorFile.toBytes trained
    let read = PosteriorFile.ofBytes "posterior.json" bytes |> valueOf
    Assert.That((PosteriorFile.toBytes read = bytes), Is.True)
    Assert.That(read.Identity, Is.EqualTo trained.Identity)
    use team = new ThreadTeam(1)
    let events = ReadOnlyMemory(events 9 6UL)

    let context (estimator: PosteriorEstimator) =
        PosteriorState.contexts team estimator [| PosteriorState.ofEvents team estimator events |]

    Assert.That((context read = context trained), Is.True)

[<Test>]
let ``another file or a damaged one is told`` () =
    let fault (text: string) =
        PosteriorFile.ofBytes "posterior.json" (Encoding.UTF8.GetBytes text) |> faultsOf

    Assert.That(fault "{}", Does.Contain "no file of the format")
    let whole = Encoding.UTF8.GetString(PosteriorFile.toBytes estimator.Value)
    Assert.That(fault (whole.Replace("\"encoder.w0\"", "\"other\"")), Does.Contain "damaged")
    Assert.That(fault (whole.Substring(0, whole.Length / 2)), Does.Contain "damaged")
