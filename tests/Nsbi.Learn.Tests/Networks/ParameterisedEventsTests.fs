module Networks.ParameterisedEventsTests

open System
open NUnit.Framework
open Nsbi.Learn.Networks
open Networks.TrainingExamples
open Networks.ParameterisedExamples

[<Test>]
let ``the reference has the parameter values of the samples, each event all of them in turn`` () =
    // Samples of 100, 200 and 100 events have the same weight each, as has every event of a sample.
    let sample alpha n = sampleAt 0UL n alpha

    let events =
        ParameterisedEvents.create
            NegativeWeights.Refuse
            1
            [ "shift" ]
            (gaussian "reference" 100_000_000UL 0.0 1.0 600)
            [ sample 1.0 100; sample -1.0 200; sample 3.0 100 ]
        |> valueOf

    let rows = [| 0 .. events.Labelled.Count - 1 |]
    let standardisation = ParameterisedSet.standardise events rows

    let struct (set, redraw) = ParameterisedSet.create events standardisation 5UL rows
    let data = set.Table.Singles
    // x, a, y, w; the mean of α is 1, its standard deviation √(8/3).
    let alphaOf row =
        Math.Round(1.0 + float data[4 * row + 1] * sqrt (8.0 / 3.0), 4)

    let weightOf isOf =
        rows |> Array.filter isOf |> Array.sumBy (fun row -> float data[4 * row + 3])

    let isReference row = data[4 * row + 2] = 0.0f
    Assert.That(weightOf isReference, Is.EqualTo(500.0).Within 1e-3)

    for alpha in [ -1.0; 1.0; 3.0 ] do
        let isOf row =
            not (isReference row) && alphaOf row = alpha

        Assert.That(weightOf isOf, Is.EqualTo(500.0 / 3.0).Within 1e-3)

    let visits = Array.init 600 (fun _ -> ResizeArray<float>())

    for epoch in 0..29 do
        redraw epoch

        for row in 0..599 do
            visits[row].Add(alphaOf row)

    for visited in visits do
        for alpha in [ -1.0; 1.0; 3.0 ] do
            let count = visited |> Seq.filter ((=) alpha) |> Seq.length
            Assert.That(count, Is.InRange(8, 12))

[<Test>]
let ``values that are met exactly belong to the next event, and none is left out`` () =
    let draw =
        ParameterDraw(1, [| 5.0; 1.0; 3.0 |], [| 0; 1; 2 |], [| 0.25; 0.5; 0.25 |])

    let rows = [ 0.0; 0.49; 0.5; 0.74; 0.75; 0.9999999 ] |> List.map draw.Row
    Assert.That(rows, Is.EqualTo<int list> [ 1; 1; 2; 2; 0; 0 ])

[<Test>]
let ``dropped events take their parameter values with them`` () =
    let events: ClassEvents = {
        Name = "sample"
        Features = [| 1.0f; 2.0f; 3.0f |]
        Weights = [| 1.0; -1.0; 1.0 |]
        Groups = [| 1UL; 2UL; 3UL |]
    }

    let made =
        ParameterisedEvents.create NegativeWeights.Drop 1 [ "a" ] { events with Name = "reference" } [
            ParameterisedSample.drawn [| 10.0; 20.0; 30.0 |] events
        ]
        |> valueOf

    let expected = [| nan; nan; 10.0; 30.0 |]
    Assert.That(made.Parameters.ToArray(), Is.EqualTo<float[]> expected)
    Assert.That(made.Points[0], Is.EqualTo None)

[<Test>]
let ``every fault of the samples is told`` () =
    let reference = gaussian "reference" 0UL 0.0 1.0 3

    let sample alphas =
        ParameterisedSample.drawn alphas (gaussian "sample" 9UL 0.0 1.0 3)

    let make names samples =
        ParameterisedEvents.create NegativeWeights.Refuse 1 names reference samples
        |> faultsOf

    let message = make [ "a" ] [ sample [| 1.0; nan; infinity |] ]
    Assert.That(message, Does.Contain "event 2")
    Assert.That(message, Does.Contain "a parameter value is not a finite number")
    let message = make [ "a"; "a" ] [ sample [| 1.0 |] ]
    Assert.That(message, Does.Contain "the name stands for more than one parameter")
    Assert.That(message, Does.Contain "the parameter values and the events differ in length")
    Assert.That(make [] [], Does.Contain "needs a parameter")
    let message = make [ "a"; "b" ] [ sample [| 1.0; 7.0; 2.0; 7.0; 3.0; 7.0 |] ]
    Assert.That(message, Does.Contain "all samples have the same value of the parameter")
    Assert.That(message, Does.Contain("b").And.Contain "7")
