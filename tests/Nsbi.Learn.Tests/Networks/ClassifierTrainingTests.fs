module Networks.ClassifierTrainingTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Networks.TrainingExamples

/// Loss that no function of x falls below, for two Gaussians at ±1: ∫ of −ln s.
let private bayesLoss =
    grid
    |> Array.map (fun x ->
        0.5 * density 1.0 1.0 x * log (1.0 + exp (-2.0 * x))
        + 0.5 * density -1.0 1.0 x * log (1.0 + exp (2.0 * x)))
    |> integrate

let private learns (settings: ClassifierSettings) =
    let network = pair 1.0 2000 |> problem settings |> trainWith 1
    let losses = network.History.Epochs |> List.map _.ValidationLoss
    // 1000 validation events know the loss to 0.5/√1000 or so.
    Assert.That(network.History.BestLoss, Is.EqualTo(bayesLoss).Within 0.06)
    Assert.That(network.History.BestLoss, Is.EqualTo(List.min losses))

[<TestCase("silu")>]
[<TestCase("relu")>]
[<TestCase("tanh")>]
[<TestCase("elu")>]
let ``every activation trains`` (name: string) =
    let activation =
        match name with
        | "silu" -> Activation.Silu
        | "relu" -> Activation.Relu
        | "tanh" -> Activation.Tanh
        | _ -> Activation.Elu

    let architecture = {
        Hidden = [ 8; 8 ]
        Activation = activation
        Dropout = 0.0
    }

    learns {
        smallSettings with
            Architecture = architecture
    }

[<TestCase("nadam")>]
[<TestCase("adamw")>]
let ``every optimiser trains`` (name: string) =
    learns {
        smallSettings with
            Optimiser =
                if name = "nadam" then
                    Optimiser.nadam
                else
                    Optimiser.adamW 0.01
    }

[<Test>]
let ``every schedule trains with the learning rates that it says`` () =
    for schedule in
        [
            Schedule.Constant
            Schedule.Exponential 0.1
            Schedule.Step(1, 0.5)
            Schedule.ReduceOnPlateau(0.5, 0)
        ] do
        let settings = {
            smallSettings with
                Schedule = schedule
        }

        let events = pair 1.0 1000
        let history = (events |> problem settings |> trainWith 1).History
        // 1500 training events in batches of 128: 12 updates, the last of which is at 11/12.
        for record in history.Epochs do
            let past =
                history.Epochs |> List.take (record.Epoch - 1) |> List.map _.ValidationLoss

            let elapsed = float (record.Epoch - 1) + 11.0 / 12.0
            let expected = 1e-2 * Schedule.factor schedule 3 elapsed past
            Assert.That(record.LearningRate, Is.EqualTo(expected).Within 1e-15)

        Assert.That(history.BestLoss, Is.LessThan 0.5)

[<Test>]
let ``a linear classifier has no hidden layers`` () =
    let settings = {
        smallSettings with
            LearningRate = 0.1
            Architecture = {
                Architecture.standard with
                    Hidden = []
            }
    }

    learns settings

/// Noise: whatever is learned is overfitted.
let private overfitting patience =
    let settings = {
        smallSettings with
            Epochs = 60
            LearningRate = 0.03
            Schedule = Schedule.Constant
            BatchSize = 25
            Patience = patience
    }

    problem settings (pair 0.0 60)

[<Test>]
let ``early stopping ends the training and keeps the best weights`` () =
    let network = overfitting (Some 4) |> trainWith 1
    let history = network.History
    Assert.That(history.Ending, Is.EqualTo TrainingEnding.StoppedEarly)
    Assert.That(history.Epochs.Length, Is.EqualTo(history.BestEpoch + 5))
    let long = overfitting None |> trainWith 1
    let sameStart = long.History.Epochs |> List.take history.Epochs.Length
    Assert.That((sameStart = history.Epochs), Is.True)

    // The kept weights give the best epoch's validation loss, computed here by its definition.
    let given = overfitting (Some 4)
    let rows = given.ValidationRows
    let xs = rows |> Array.map (fun row -> float (given.Events.Features.Span[row]))
    let z = logits network xs

    let loss =
        rows
        |> Array.mapi (fun i row ->
            let c = given.Events.Classes.Span[row]
            log (exp z[i, 0] + exp z[i, 1]) - z[i, c])
        |> Array.average

    Assert.That(loss, Is.EqualTo(history.BestLoss).Within 1e-6)
    Assert.That(loss, Is.LessThan (List.last history.Epochs).ValidationLoss)

[<Test>]
let ``on demand the last weights are kept and nothing stops early`` () =
    let given = overfitting (Some 4)

    let last =
        {
            given with
                Settings = { given.Settings with KeepBest = false }
        }
        |> trainWith 1

    let best = overfitting None |> trainWith 1
    Assert.That(last.History.Ending, Is.EqualTo TrainingEnding.Completed)
    Assert.That(last.History.BestEpoch, Is.EqualTo 60)
    Assert.That((last.History.Epochs = best.History.Epochs), Is.True, "the same course")
    Assert.That(last.History.BestLoss, Is.GreaterThan best.History.BestLoss)
    let at (network: Network) = (logits network [| 0.5 |])[0, 0]
    Assert.That(at last, Is.Not.EqualTo(at best))

[<Test>]
let ``dropout is on in training and off in evaluation`` () =
    let dropping = {
        smallSettings with
            Epochs = 8
            Architecture = {
                Hidden = [ 16; 16 ]
                Activation = Activation.Silu
                Dropout = 0.5
            }
    }

    let network = pair 1.0 1000 |> problem dropping |> trainWith 1

    for record in network.History.Epochs |> List.skip 4 do
        // Half the units missing costs more than overfitting gains.
        Assert.That(record.TrainLoss, Is.GreaterThan(record.ValidationLoss + 0.005))

    let once, again = logits network grid, logits network grid
    Assert.That((once = again), Is.True)

[<Test>]
let ``batches cover every training event once per epoch`` () =
    // With learning rate ~0 the mean of the batch losses is the loss of all training events.
    let settings = {
        smallSettings with
            LearningRate = 1e-30
            BatchSize = 77
            Epochs = 1
    }

    let given = pair 1.0 500 |> problem settings
    let network = trainWith 1 given
    let rows = given.TrainingRows

    let z =
        rows
        |> Array.map (fun row -> float (given.Events.Features.Span[row]))
        |> logits network

    let loss =
        rows
        |> Array.mapi (fun i row ->
            log (exp z[i, 0] + exp z[i, 1]) - z[i, given.Events.Classes.Span[row]])
        |> Array.average

    Assert.That(network.History.Epochs.Head.TrainLoss, Is.EqualTo(loss).Within 1e-6)

[<Test>]
let ``interrupted after any update and resumed, a training ends with the same bytes`` () =
    let settings = {
        smallSettings with
            BatchSize = 100
            Architecture = {
                Hidden = [ 6 ]
                Activation = Activation.Silu
                Dropout = 0.2
            }
            Schedule = Schedule.ReduceOnPlateau(0.5, 0)
    }

    let given = pair 0.5 200 |> problem settings
    let whole = trainWith 1 given |> Network.toBytes
    use team = new ThreadTeam(1)
    let mutable state: byte[] option = None
    let mutable network = [||]
    let mutable turns = 0

    while network.Length = 0 do
        use training = new ClassifierTraining(team, given)
        state |> Option.iter training.Restore
        training.Advance()
        turns <- turns + 1
        state <- Some(training.Checkpoint())

        if training.IsDone then
            network <- Network.toBytes training.Network

    Assert.That(turns, Is.EqualTo(3 * 3))
    Assert.That((network = whole), Is.True)

[<Test>]
let ``a cancelled training saves its state and goes on from there to the same bytes`` () =
    let given = pair 0.5 500 |> problem smallSettings
    let whole = trainWith 1 given |> Network.toBytes
    use team = new ThreadTeam(1)
    use cancel = new CancellationTokenSource()
    let mutable saved: byte[] option = None
    let keep bytes = saved <- Some bytes

    let cancelInSecondEpoch = {
        new IProgress<TrainingProgress> with
            member _.Report report =
                if report.Epoch = 1 then
                    cancel.Cancel()
    }

    let context = {
        TrainingContext.plain team with
            Cancellation = cancel.Token
            Progress = cancelInSecondEpoch
            Save = fun bytes -> keep bytes
    }

    Assert.Throws<OperationCanceledException>(
        Action(fun () ->
            use training = new ClassifierTraining(team, given)
            training.Run(0, 0, context) |> ignore)
    )
    |> ignore

    use training = new ClassifierTraining(team, given)

    let resumed =
        training.Run(
            0,
            0,
            {
                TrainingContext.plain team with
                    Checkpoint = saved
            }
        )

    Assert.That((Network.toBytes resumed = whole), Is.True)

[<Test>]
let ``one thread and two give the same bytes`` () =
    let settings = {
        smallSettings with
            BatchSize = 512
            Epochs = 2
            Architecture = {
                Hidden = [ 40; 24 ]
                Activation = Activation.Silu
                Dropout = 0.1
            }
    }

    let given = pair 0.5 2000 |> problem settings
    let one, two = trainWith 1 given, trainWith 2 given
    Assert.That((Network.toBytes one = Network.toBytes two), Is.True)

[<Test>]
let ``the binary head weighs class and reference equally, whatever the sizes of the samples`` () =
    let events =
        labelled [
            gaussian "signal" 0UL 1.0 1.0 500
            gaussian "background" 1_000_000UL -1.0 1.0 3000
        ]

    let settings = { smallSettings with Epochs = 8 }

    let network =
        trainWith 1 {
            problem settings events with
                Target = ClassifierTarget.AgainstReference 0
                Mixture = ReferenceMixture.create [ "signal", 0.0; "background", 1.0 ] |> valueOf
        }

    Assert.That(network.OutputCount, Is.EqualTo 1)
    let z = logits network [| -1.0; 0.0; 1.0 |]

    for i in 0..2 do
        Assert.That(z[i, 0], Is.EqualTo(2.0 * float (i - 1)).Within 0.4)

[<Test>]
let ``against one class alone a training starts at a ratio of one, against a mixture at random``
    ()
    =
    let first mixture =
        let given = {
            problem smallSettings (pair 1.0 200) with
                Target = ClassifierTarget.AgainstReference 0
                Mixture = ReferenceMixture.create mixture |> valueOf
        }

        use team = new ThreadTeam(1)
        use training = new ClassifierTraining(team, given)
        logits training.Network [| -1.0; 0.5 |] |> Seq.cast<float> |> List.ofSeq

    let alone = first [ "signal", 0.0; "background", 1.0 ]
    Assert.That(alone, Is.EqualTo<float list> [ 0.0; 0.0 ])

    for z in first [ "signal", 0.5; "background", 0.5 ] do
        Assert.That(z, Is.Not.EqualTo 0.0)

[<Test>]
let ``a training that diverges says so and keeps finite weights`` () =
    let settings = {
        smallSettings with
            LearningRate = 1e30
            Epochs = 20
    }

    let network = pair 1.0 300 |> problem settings |> trainWith 1
    Assert.That(network.History.Ending, Is.EqualTo TrainingEnding.Diverged)
    Assert.That(network.History.Epochs.Length, Is.LessThan 20)

    for KeyValue(_, values) in network.Parameters do
        Assert.That(values |> Seq.cast<float> |> Seq.forall Double.IsFinite, Is.True)

[<Test>]
let ``progress goes through the epochs to its end`` () =
    let reports = ResizeArray<TrainingProgress>()

    let collect = {
        new IProgress<TrainingProgress> with
            member _.Report report = reports.Add report
    }

    use team = new ThreadTeam(1)
    use training = new ClassifierTraining(team, pair 0.5 200 |> problem smallSettings)

    training.Run(
        2,
        1,
        {
            TrainingContext.plain team with
                Progress = collect
        }
    )
    |> ignore

    let epochs = reports |> Seq.map _.Epoch |> Seq.distinct |> List.ofSeq
    Assert.That((epochs = [ 0; 1; 2; 3 ]), Is.True)
    let last = reports[reports.Count - 1]
    Assert.That(last.IsDone, Is.True)
    Assert.That(last.Fold, Is.EqualTo 2)
    Assert.That(last.Member, Is.EqualTo 1)
    Assert.That(last.BestLoss, Is.EqualTo training.Network.History.BestLoss)
    Assert.That(reports |> Seq.filter _.IsDone |> Seq.length, Is.EqualTo 1)

[<Test>]
let ``a damaged checkpoint is refused`` () =
    use team = new ThreadTeam(1)
    use training = new ClassifierTraining(team, pair 0.5 200 |> problem smallSettings)
    let bytes = training.Checkpoint()

    let thrown =
        Assert.Throws<ArgumentException>(
            Action(fun () -> training.Restore bytes[.. bytes.Length / 2])
        )

    Assert.That(thrown.Message, Does.Contain "damaged")
