module Nsbi.Learn.Tests.Posterior.EventSetsTests

open NUnit.Framework
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private set phi features weights = {
    Parameters = phi
    Features = features
    Weights = weights
}

let private create = EventSets.create "sets" [ "a"; "b" ] [ "x"; "y" ]

[<Test>]
let ``sets keep their events, weights and parameters`` () =
    let sets =
        create [
            set [| 1.0; 2.0 |] [| 1f; 2f; 3f; 4f |] [| 0.5; 2.0 |]
            set [| 3.0; 4.0 |] [||] [||]
            set [| 5.0; 6.0 |] [| 5f; 6f |] [||]
        ]
        |> valueOf

    Assert.That(Array.init 3 sets.Size, Is.EqualTo<int[]> [| 2; 0; 1 |])
    Assert.That(sets.Events, Is.EqualTo 3)
    Assert.That(sets.Values(1).ToArray(), Is.EqualTo<float[]> [| 3.0; 4.0 |])
    Assert.That(sets.Set(2).ToArray(), Is.EqualTo<float32[]> [| 5f; 6f |])
    Assert.That(sets.Weights(0).ToArray(), Is.EqualTo<float32[]> [| 0.5f; 2f |])
    Assert.That(sets.Weights(2).ToArray(), Is.EqualTo<float32[]> [| 1f |])
    let taken = EventSets.take [| 2; 0 |] sets
    Assert.That(taken.Set(1).ToArray(), Is.EqualTo<float32[]>(sets.Set(0).ToArray()))
    Assert.That(taken.Values(0).ToArray(), Is.EqualTo<float[]> [| 5.0; 6.0 |])

[<Test>]
let ``all faults of sets are told at once`` () =
    let text =
        create [
            set [| 1.0 |] [| 1f; 2f; 3f |] [||]
            set [| 1.0; nan |] [| 1f; infinityf |] [| 1.0; 2.0 |]
            set [| 1.0; 1.0 |] [| 1f; 1f |] [| -1.0 |]
        ]
        |> faultsOf

    for words in
        [
            "set 1: the number of values is not that of the parameters ('1')"
            "set 1: the numbers are not whole events ('3')"
            "set 2, column 'b': the parameter is not a finite number"
            "set 2, column 'y': the feature is not a finite number"
            "set 2: events and weights differ in number"
            "set 3: the total weight is not positive"
        ] do
        Assert.That(text, Does.Contain words)

    let names = EventSets.create "sets" [ "a"; "a" ] [] [] |> faultsOf
    Assert.That(names, Does.Contain "the parameter is there more than once")
    Assert.That(names, Does.Contain "there is no feature")
    Assert.That(names, Does.Contain "there are no sets")
