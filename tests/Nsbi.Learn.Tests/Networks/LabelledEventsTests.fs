module Networks.LabelledEventsTests

open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Networks

let private part name weights : ClassEvents = {
    Name = name
    Features = weights |> Array.mapi (fun i _ -> [| float32 i; 10.0f |]) |> Array.concat
    Weights = weights
    Groups = weights |> Array.mapi (fun i _ -> uint64 i)
}

let private faultsOf result =
    match result with
    | Ok _ -> ""
    | Error faults -> Fault.render faults

let private valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

[<Test>]
let ``negative weights are refused with a sentence`` () =
    let sentence =
        LabelledEvents.create NegativeWeights.Refuse 2 [
            part "S" [| 1.0; -0.5; 1.0 |]
            part "B" [| 1.0 |]
        ]
        |> faultsOf

    Assert.That(sentence, Does.Contain "class 'S': negative weights")
    Assert.That(sentence, Does.Contain "1 of 3 events")
    Assert.That(sentence, Does.Contain "keep the signs in the yields")

[<Test>]
let ``dropped negative weights are gone and recorded`` () =
    let events =
        LabelledEvents.create NegativeWeights.Drop 2 [
            part "S" [| 1.0; -0.5; 1.0 |]
            part "B" [| 1.0 |]
        ]
        |> valueOf

    Assert.That(events.Weights.ToArray(), Is.EqualTo<float[]> [| 1.0; 1.0; 1.0 |])
    Assert.That(events.Classes.ToArray(), Is.EqualTo<int[]> [| 0; 0; 1 |])
    Assert.That(events.Groups.ToArray(), Is.EqualTo<uint64[]> [| 0UL; 2UL; 0UL |])

    Assert.That(
        events.Features.ToArray(),
        Is.EqualTo<float32[]> [| 0.0f; 10.0f; 2.0f; 10.0f; 0.0f; 10.0f |]
    )

    Assert.That(events.Negative.Counts, Is.EqualTo<int[]> [| 1; 0 |])
    Assert.That(events.Negative.Shares, Is.EqualTo<float[]> [| 0.2; 0.0 |])

[<Test>]
let ``absolute values of negative weights are used and recorded`` () =
    let events =
        LabelledEvents.create NegativeWeights.AbsoluteValue 2 [
            part "S" [| 1.0; -0.5 |]
            part "B" [| 1.0 |]
        ]
        |> valueOf

    Assert.That(events.Weights.ToArray(), Is.EqualTo<float[]> [| 1.0; 0.5; 1.0 |])
    Assert.That(events.ClassSums.ToArray(), Is.EqualTo<float[]> [| 1.5; 1.0 |])
    Assert.That(events.Negative.Policy, Is.EqualTo NegativeWeights.AbsoluteValue)
    Assert.That(events.Negative.Counts, Is.EqualTo<int[]> [| 1; 0 |])

[<Test>]
let ``every fault is reported at once`` () =
    let broken = {
        part "S" [| 1.0; nan |] with
            Features = [| 1.0f; infinityf; 0.0f; 0.0f |]
    }

    let short = {
        part "B" [| 1.0; 1.0 |] with
            Groups = [| 1UL |]
            Features = [| 1.0f |]
    }

    let sentence =
        LabelledEvents.create NegativeWeights.Refuse 2 [
            broken
            short
            part "B" [||]
            part "N" [| 0.0 |]
        ]
        |> faultsOf

    for words in
        [
            "a feature is not a finite number"
            "event 1"
            "a weight is not a finite number"
            "event 2"
            "the features and the weights differ"
            "the groups and the weights differ"
            "more than one class ('B')"
            "there is no event"
            "the total weight is not positive"
        ] do
        Assert.That(sentence, Does.Contain words)

[<Test>]
let ``one class is no classification`` () =
    let sentence =
        LabelledEvents.create NegativeWeights.Refuse 2 [ part "S" [| 1.0 |] ]
        |> faultsOf

    Assert.That(sentence, Does.Contain "two classes or more")
