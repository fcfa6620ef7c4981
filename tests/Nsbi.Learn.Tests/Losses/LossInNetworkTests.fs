/// How networks, estimators and their files carry the loss they were trained with.
module Losses.LossInNetworkTests

open System
open System.Text
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Losses
open Nsbi.Learn.Networks
open Losses.LossExamples
open Networks.TrainingExamples
open Networks.ParameterisedExamples

let private pairs = pairs

let private quickly loss output = {
    smallSettings with
        Loss = loss
        Output = output
        Epochs = 1
        LearningRate = 3e-3
}

let private against (settings: ClassifierSettings) (events: LabelledEvents) = {
    problem settings events with
        Target = ClassifierTarget.AgainstReference 0
        Mixture = ReferenceMixture.create [ "signal", 0.0; "background", 1.0 ] |> valueOf
}

let private logRatios (network: Network) (xs: float[]) =
    use team = new ThreadTeam(1)
    network.LogRatios(team, ReadOnlyMemory(xs |> Array.map float32))

[<TestCaseSource(nameof pairs)>]
let ``every loss trains, is written, and reads its ratio off the same``
    (loss: Loss, output: OutputMap)
    =
    let network = pair 0.5 2000 |> against (quickly loss output) |> trainWith 1
    Assert.That(network.History.Ending, Is.EqualTo TrainingEnding.Completed)
    let again = Network.toBytes network |> Network.ofBytes "network" |> valueOf
    Assert.That(again.Loss, Is.EqualTo loss)
    Assert.That(again.Output, Is.EqualTo output)
    Assert.That(Network.toBytes again, Is.EqualTo<byte[]>(Network.toBytes network))

    let found = logRatios again grid
    let z = logits network grid

    for i in 0 .. grid.Length - 1 do
        Assert.That(found[i], Is.EqualTo(LogitLoss.logRatio loss output z[i, 0]))

    // ln r = x: one epoch of 12 updates brings every loss on the way.
    Assert.That(found[500] - found[300], Is.GreaterThan 0.1)

[<Test>]
let ``a network of the cross-entropy is written as it always was`` () =
    let settings = quickly Loss.BinaryCrossEntropy OutputMap.Sigmoid
    let network = pair 0.5 200 |> against settings |> trainWith 1
    let text = Encoding.UTF8.GetString(Network.toBytes network)
    Assert.That(text, Does.Not.Contain "\"loss\"")
    Assert.That(text, Does.Not.Contain "\"output\"")
    let z = logits network grid

    Assert.That(
        logRatios network grid,
        Is.EqualTo<float[]>(Array.init grid.Length (fun i -> z[i, 0]))
    )

let private separate loss output = {
    EstimatorSettings.standard with
        Head = Head.Separate
        Folds = 2
        Training = quickly loss output
}

[<Test>]
let ``a ratio estimator multiplies no class prior in, whatever the loss and the size of the samples``
    ()
    =
    let events =
        labelled [
            gaussian "signal" 0UL 0.2 1.0 12_000
            gaussian "background" 1_000_000_000UL -0.2 1.0 3_000
        ]

    let mixture =
        ReferenceMixture.create [ "signal", 0.0; "background", 1.0 ] |> valueOf

    use team = new ThreadTeam(1)

    for loss in [ Loss.MaximumLikelihood; Loss.MeanSquaredError; Loss.PowerSquareRoot 2.0 ] do
        let settings = {
            separate loss (OutputMap.standard loss) with
                Training = {
                    quickly loss (OutputMap.standard loss) with
                        Epochs = 4
                        LearningRate = 1e-2
                }
        }

        let estimator =
            EstimatorAssembly.train settings mixture events None (TrainingContext.plain team)
            |> valueOf

        // Before any constant is divided out the mean over the reference is 1, not 4 or 1/4.
        for record in estimator.Normalisation do
            Assert.That(record.Before.Value, Is.EqualTo(1.0).Within 0.1, $"{loss}")

        let file = EstimatorFile.toBytes estimator
        let again = EstimatorFile.ofBytes "networks.json" file |> valueOf
        let features = ReadOnlyMemory(grid |> Array.map float32)
        let r = estimator.OfFold(team, 0, features)
        Assert.That((again.OfFold(team, 0, features))[0], Is.EqualTo<float[]> r[0])

        match estimator.Folds[0].Normalisation with
        | Normalisation.Divided constants ->
            let expected = logRatios estimator.Folds[0].Networks[0].[0] grid

            for i in 0 .. grid.Length - 1 do
                let ratio = exp expected[i] / constants[0]
                Assert.That(r[0].[i], Is.EqualTo(ratio).Within(1e-12 * ratio))
        | other -> Assert.Fail $"{other}"

[<Test>]
let ``a softmax with another loss is refused in a sentence`` () =
    let settings = {
        separate Loss.MaximumLikelihood OutputMap.Exponential with
            Head = Head.Softmax
    }

    let events = pair 0.5 200

    TrainingTask.ofEstimator settings (evenMixture events) events
    |> faultsOf
    |> fun text -> Assert.That(text, Does.Contain "need the head 'separate'")

    Assert.Throws<ArgumentException>(
        Action(fun () -> events |> problem settings.Training |> trainWith 1 |> ignore)
    )
    |> ignore

[<Test>]
let ``amplitudes refuse another loss`` () =
    let settings = {
        AmplitudeSettings.standard with
            Training = quickly Loss.SquareRoot OutputMap.Exponential
    }

    let text = AmplitudeSettings.faults "amplitudes" settings |> Fault.render
    Assert.That(text, Does.Contain "Poisson deviance")

let private withLoss anchored loss output : ParameterisedSettings =
    let settings = quick anchored 2 1

    {
        settings with
            Estimator = {
                settings.Estimator with
                    Training = {
                        settings.Estimator.Training with
                            Loss = loss
                            Output = output
                    }
            }
    }

[<Test>]
let ``a parameterised network reads ln r off its loss, in the likelihood too`` () =
    for anchored in [ true; false ] do
        for loss, output, multiple in
            [
                Loss.MaximumLikelihood, OutputMap.Exponential, 1.0
                Loss.PowerSquareRoot 2.0, OutputMap.Exponential, 2.0
                Loss.MeanSquaredError, OutputMap.Tanh, 2.0
            ] do
            let estimator = pairEvents 300 |> train (withLoss anchored loss output)
            let events = 40
            let table = features events
            let groups = Array.init events (fun i -> uint64 (3 * i))
            let point = [| 0.7; -0.4 |]
            use team = new ThreadTeam(1)
            let found = estimator.OfFold(team, 0, ReadOnlyMemory table, point)
            let network = estimator.Networks[0].[0]

            let inputs point =
                [|
                    for i in 0 .. events - 1 do
                        yield! table[2 * i .. 2 * i + 1]
                        yield! point |> Array.map float32
                |]
                |> ReadOnlyMemory

            let z = network.Logits(team, inputs point)
            let z0 = network.Logits(team, inputs [| 0.0; 0.0 |])

            for i in 0 .. events - 1 do
                let logit = if anchored then float z[i] - float z0[i] else float z[i]
                Assert.That(found[i], Is.EqualTo(multiple * logit).Within 1e-12)

            use shape =
                BoundShape.ByFold(
                    estimator,
                    ShapeForm.AsLearned,
                    ReadOnlyMemory table,
                    ReadOnlyMemory groups
                )

            let log = Array.create 64 nan

            let byFold =
                estimator.ByFold(team, ReadOnlyMemory table, ReadOnlyMemory groups, point)

            shape.Fill(
                ReadOnlySpan [| 0 .. events - 1 |],
                ReadOnlySpan point,
                0,
                Span log,
                Span.Empty,
                Span.Empty
            )

            for i in 0 .. events - 1 do
                Assert.That(log[i], Is.EqualTo(byFold[i]).Within 1e-5)

            let again =
                ParameterisedFile.toBytes estimator
                |> ParameterisedFile.ofBytes "parameterised"
                |> valueOf

            Assert.That(
                again.OfFold(team, 0, ReadOnlyMemory table, point),
                Is.EqualTo<float[]> found
            )

[<Test>]
let ``a parameterised network refuses outputs in which ln r is no multiple of the logit`` () =
    for loss, output in
        [
            Loss.MaximumLikelihood, OutputMap.Rectified
            Loss.SquareRoot, OutputMap.Square
            Loss.BinaryCrossEntropy, OutputMap.Arctan
        ] do
        let faults = ParameterisedSettings.validate (withLoss true loss output) |> faultsOf
        Assert.That(faults, Does.Contain "multiple of the logit")
