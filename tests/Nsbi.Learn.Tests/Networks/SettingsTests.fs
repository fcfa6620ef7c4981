module Networks.SettingsTests

open System.Text.Json
open FsCheck
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Losses
open Nsbi.Learn.Networks

let private read (text: string) =
    use document = JsonDocument.Parse text
    EstimatorSettings.ofJson "analysis.json" "$.networks" document.RootElement

let private share = Gen.choose (1, 999_999) |> Gen.map (fun n -> float n / 1e6)

let private schedules =
    Gen.oneof [
        Gen.constant Schedule.Constant
        Gen.map Schedule.Exponential share
        Gen.map Schedule.Cosine share
        Gen.map2 (fun every factor -> Schedule.Step(every, factor)) (Gen.choose (1, 50)) share
        Gen.map2
            (fun factor patience -> Schedule.ReduceOnPlateau(factor, patience))
            share
            (Gen.choose (0, 20))
    ]

let private architectures =
    gen {
        let! hidden = Gen.choose (1, 300) |> Gen.listOf
        let! dropout = share

        let! activation =
            Gen.elements [ Activation.Silu; Activation.Relu; Activation.Tanh; Activation.Elu ]

        return {
            Hidden = hidden
            Activation = activation
            Dropout = dropout
        }
    }

let private losses =
    gen {
        let! share = share
        let! sign = Gen.elements [ -1.0; 1.0 ]

        let! loss =
            Gen.elements [
                Loss.BinaryCrossEntropy
                Loss.MeanSquaredError
                Loss.MaximumLikelihood
                Loss.SquareRoot
                Loss.LinearQuadratic
                Loss.PowerMeanSquared(1.001 + 8.0 * share)
                Loss.PowerMeanSquared(-0.1 - 8.0 * share)
                Loss.PowerSquareRoot(sign * (0.1 + 8.0 * share))
            ]

        let! output = Gen.elements (OutputMap.allowed loss)
        return loss, output
    }

let private settings =
    gen {
        let! architecture = architectures
        let! schedule = schedules
        let! rate = share
        let! decay = share

        let! optimiser =
            Gen.elements [ Optimiser.adam; Optimiser.nadam; Optimiser.adamW decay ]

        let! batch = Gen.choose (1, 100_000)
        let! epochs = Gen.choose (1, 1000)
        let! patience = Gen.choose (0, 100) |> Gen.optionOf
        let! keepBest = Gen.elements [ true; false ]
        let! validation = share
        let! loss, output = losses

        let! head =
            if loss = Loss.BinaryCrossEntropy && output = OutputMap.Sigmoid then
                Gen.elements [ Head.Softmax; Head.Separate ]
            else
                Gen.constant Head.Separate

        let! folds = Gen.choose (1, 20)
        let! members = Gen.choose (1, 50)
        let! heldOut = share
        let! seed = ArbMap.defaults |> ArbMap.generate<uint64>

        return {
            Training = {
                Architecture = architecture
                Optimiser = optimiser
                LearningRate = rate
                Schedule = schedule
                BatchSize = batch
                Epochs = epochs
                Patience = patience
                KeepBest = keepBest
                ValidationFraction = validation
                Loss = loss
                Output = output
            }
            Head = head
            Folds = folds
            Members = members
            HeldOut = heldOut
            CheckFraction = 1.0 - heldOut
            Seed = seed
        }
    }

[<Property(MaxTest = 200)>]
let ``settings written and read again are the same`` () =
    Prop.forAll (Arb.fromGen settings) (fun settings ->
        read (EstimatorSettings.toJson settings) = Ok settings)

[<Test>]
let ``an empty object gives the standard settings`` () =
    Assert.That((read "{}" = Ok EstimatorSettings.standard), Is.True)

[<Test>]
let ``a loss without an output has its standard one, and without a loss nothing is written`` () =
    match read """{ "loss": "mlc", "head": "separate" }""" with
    | Ok settings ->
        Assert.That(settings.Training.Loss, Is.EqualTo Loss.MaximumLikelihood)
        Assert.That(settings.Training.Output, Is.EqualTo OutputMap.Exponential)
    | Error faults -> Assert.Fail(Fault.render faults)

    let written = EstimatorSettings.toJson EstimatorSettings.standard
    Assert.That(written, Does.Not.Contain "loss")
    Assert.That(written, Does.Not.Contain "output")

[<TestCase("""{ "loss": "mse" }""", "need the head 'separate'")>]
[<TestCase("""{ "output": "tanh" }""", "need the head 'separate'")>]
[<TestCase("""{ "loss": "mlc", "output": "sigmoid", "head": "separate" }""",
           "takes one of exp, square, relu")>]
[<TestCase("""{ "loss": "pMse", "p": 0.5, "head": "separate" }""", "not convex")>]
[<TestCase("""{ "loss": "pMse", "p": 1, "head": "separate" }""", "out of range")>]
[<TestCase("""{ "loss": "pSqr", "p": 0, "head": "separate" }""", "is constant")>]
[<TestCase("""{ "loss": "pSqr", "p": -40, "head": "separate" }""", "'-40'")>]
[<TestCase("""{ "loss": "pSqr", "head": "separate" }""", "power that is not given")>]
[<TestCase("""{ "loss": "sqr", "p": 2, "head": "separate" }""", "'sqr' has no power")>]
[<TestCase("""{ "loss": "hinge", "head": "separate" }""", "one of bce, mse")>]
let ``every fault of a loss has its sentence`` (text: string, sentence: string) =
    match read text with
    | Ok _ -> Assert.Fail "accepted"
    | Error faults ->
        Assert.That(Fault.render faults, Does.Contain sentence)
        Assert.That(faults.Length, Is.EqualTo 1)

[<Test>]
let ``the standard settings are valid`` () =
    Assert.That(
        (EstimatorSettings.validate EstimatorSettings.standard = Ok EstimatorSettings.standard),
        Is.True
    )

[<Test>]
let ``every fault of a JSON object is reported with its path`` () =
    let text =
        """{ "hidden": [64, 0], "activation": "swish2", "dropout": 1, "learningRate": -1,
             "batchSize": 1.5, "epoch": 3, "schedule": { "kind": "step", "every": 0, "final": 1 },
             "folds": 0, "head": 3, "seed": -1 }"""

    match read text with
    | Ok _ -> Assert.Fail "accepted"
    | Error faults ->
        let rendered = Fault.render faults

        for words in
            [
                "$.networks.activation"
                "'1.5'"
                "$.networks.epoch:"
                "did you mean 'epochs'"
                "$.networks.schedule.final:"
                "interval of the schedule"
                "width of a hidden layer"
                "dropout is out of range"
                "learning rate is out of range"
                "number of folds"
                "$.networks.head"
                "$.networks.seed"
            ] do
            Assert.That(rendered, Does.Contain words)

        Assert.That(faults.Length, Is.EqualTo 11)

[<Test>]
let ``a list in place of the object is refused`` () =
    match read "[]" with
    | Ok _ -> Assert.Fail "accepted"
    | Error faults -> Assert.That(Fault.render faults, Does.Contain "$.networks")

[<Test>]
let ``validation lists every fault of settings made in code`` () =
    let broken = {
        EstimatorSettings.standard with
            Members = 0
            HeldOut = 1.0
            CheckFraction = 0.0
            Training = {
                ClassifierSettings.standard with
                    BatchSize = 0
                    Epochs = 0
                    Patience = Some -3
                    LearningRate = nan
                    ValidationFraction = 0.0
                    Optimiser = Optimiser.adamW -1.0
                    Schedule = Schedule.Exponential 0.0
                    Architecture = {
                        Architecture.standard with
                            Activation = Activation.Identity
                    }
            }
    }

    match EstimatorSettings.validate broken with
    | Ok _ -> Assert.Fail "accepted"
    | Error faults -> Assert.That(faults.Length, Is.EqualTo 11)
