module Summaries.DecorrelatedEventsTests

open NUnit.Framework
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Networks.TrainingExamples

let private sample name first n (nuisances: float[]) = {
    Events = gaussian name first 0.0 1.0 n
    Nuisances = nuisances
}

[<Test>]
let ``background comes before signal, and nuisance features are scaled over both`` () =
    let events =
        DecorrelatedEvents.create
            1
            2
            (sample "S" 0UL 2 [| 1.0; 5.0; 3.0; 5.0 |])
            (sample "B" 10UL 1 [| -1.0; 5.0 |])
        |> valueOf

    Assert.That(List.ofSeq events.Labelled.ClassNames, Is.EqualTo<string list> [ "B"; "S" ])
    Assert.That(events.Nuisances.ToArray(), Is.EqualTo<float[]> [| -1.0; 5.0; 1.0; 5.0; 3.0; 5.0 |])
    Assert.That([ for i in 0..2 -> events.Scaled(i, 0) ], Is.EqualTo<float list> [ 0.0; 0.5; 1.0 ])
    Assert.That(events.Scaled(1, 1), Is.EqualTo 0.0)

[<Test>]
let ``every fault is told`` () =
    let found =
        DecorrelatedEvents.create
            1
            1
            (sample "S" 0UL 2 [| nan; 1.0 |])
            (sample "B" 10UL 2 [| 1.0 |])
        |> faultsOf

    Assert.That(found, Does.Contain "not a finite number")
    Assert.That(found, Does.Contain "differ in length")

    let none =
        DecorrelatedEvents.create 1 0 (sample "S" 0UL 1 [||]) (sample "B" 1UL 1 [||])

    Assert.That(faultsOf none, Does.Contain "there is none")
