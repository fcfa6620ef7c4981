module Nsbi.Infer.Tests.ProfileTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect

let private report (told: float -> unit) : IProgress<float> = {
    new IProgress<float> with
        member _.Report share = told share
}

[<Test>]
let ``t of one bin is the Poisson likelihood ratio`` () =
    let observation = counting 0.0 10.0 20.0 35.0
    let best = Fit.run observation
    let values = [ 0.5; 1.5; 3.0 ]
    let shares = ResizeArray<float>()

    let found =
        Profile.scanWith (report shares.Add) Fit.settings observation best "mu" values

    for value, point in List.zip values found.Points do
        let nu = 10.0 * value + 20.0
        let expected = 2.0 * (nu - 35.0 - 35.0 * log (nu / 35.0))
        Assert.That(point.Value, same value)
        Assert.That(point.T, Is.EqualTo(expected).Within 1e-9)

    Assert.That(Seq.toList shares, same [ 1.0 / 3.0; 2.0 / 3.0; 1.0 ])

[<Test>]
let ``a scan stops after the value at which it was cancelled`` () =
    let observation = counting 0.0 10.0 20.0 35.0
    let best = Fit.run observation
    use stop = new CancellationTokenSource()

    let settings = {
        Fit.settings with
            Cancellation = stop.Token
    }

    let shares = ResizeArray<float>()

    let cancelAtOnce =
        report (fun share ->
            shares.Add share
            stop.Cancel())

    Assert.Throws<OperationCanceledException>(
        Action(fun () ->
            Profile.scanWith cancelAtOnce settings observation best "mu" [ 0.5; 1.0; 1.5; 2.0 ]
            |> ignore)
    )
    |> ignore

    Assert.That(Seq.toList shares, same [ 0.25 ])
