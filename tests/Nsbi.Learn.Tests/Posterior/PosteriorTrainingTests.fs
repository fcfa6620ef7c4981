module Nsbi.Learn.Tests.Posterior.PosteriorTrainingTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private sized = simulator (SetSize.Uniform(0, 6))

let private recorded =
    lazy
        (use team = new ThreadTeam(1)
         SetSimulator.sets team 8UL 300 (simulator (SetSize.Uniform(0, 9))))

let private ofSets threads settings =
    use team = new ThreadTeam(threads)

    PosteriorTraining.ofSets (TrainingContext.plain team) settings normal recorded.Value
    |> valueOf

[<Test>]
let ``any number of threads gives the same bytes`` () =
    let simulated threads settings =
        train threads settings sized |> PosteriorFile.toBytes

    let one = simulated 1 small
    Assert.That((simulated 3 small = one), Is.True)
    Assert.That((simulated 1 { small with Seed = 2UL } = one), Is.False)
    let parts = { small with SubSets = true }

    let fromSets threads settings =
        ofSets threads settings |> PosteriorFile.toBytes

    let recorded = fromSets 1 parts
    Assert.That((fromSets 2 parts = recorded), Is.True)
    Assert.That((fromSets 1 small = recorded), Is.False)

let private interrupted (train: TrainingContext -> PosteriorEstimator) =
    use team = new ThreadTeam(2)
    use source = new CancellationTokenSource()
    let reports = ref 0
    let checkpoint = ref None

    let progress = {
        new IProgress<TrainingProgress> with
            member _.Report _ =
                reports.Value <- reports.Value + 1

                if reports.Value = 2 then
                    source.Cancel()
    }

    Assert.Throws<OperationCanceledException>(
        Action(fun () ->
            train {
                TrainingContext.plain team with
                    Progress = progress
                    Cancellation = source.Token
                    Save = fun bytes -> checkpoint.Value <- Some bytes
            }
            |> ignore)
    )
    |> ignore

    Assert.That(checkpoint.Value.IsSome, Is.True)

    train {
        TrainingContext.plain team with
            Checkpoint = checkpoint.Value
    }
    |> PosteriorFile.toBytes

[<Test>]
let ``interrupted and resumed, a training ends with the same bytes`` () =
    let simulated context =
        PosteriorTraining.simulate context small sized |> valueOf

    Assert.That((interrupted simulated = PosteriorFile.toBytes (train 1 small sized)), Is.True)
    let parts = { small with SubSets = true }

    let fromSets context =
        PosteriorTraining.ofSets context parts normal recorded.Value |> valueOf

    Assert.That((interrupted fromSets = PosteriorFile.toBytes (ofSets 1 parts)), Is.True)

[<Test>]
let ``a training ends early once the validation loss stays`` () =
    let settings = {
        small with
            LearningRate = 1e-9
            Epochs = 50
            Patience = Some 1
    }

    let history = (ofSets 1 settings).History
    Assert.That(history.Ending, Is.EqualTo TrainingEnding.StoppedEarly)

[<Test>]
let ``sets that do not fit the prior are told`` () =
    use team = new ThreadTeam(1)
    let context = TrainingContext.plain team

    let fault prior =
        PosteriorTraining.ofSets context small prior recorded.Value |> faultsOf

    let other = Prior.create [ "nu", PriorDensity.Normal(0.0, 1.0) ] |> valueOf
    Assert.That(fault other, Does.Contain "the sets and the prior have other parameters ('mu')")
    let narrow = Prior.create [ "mu", PriorDensity.Uniform(-0.5, 0.5) ] |> valueOf
    Assert.That(fault narrow, Does.Contain "the parameters of a set lie outside the prior")

    Assert.That(
        PosteriorTraining.simulate context { small with Epochs = 0 } sized |> faultsOf,
        Does.Contain "the number of epochs is out of range"
    )

// Of μ ~ N(0, 1) and n events of N(μ, 1) the posterior is N(Σ x/(n + 1), 1/(n + 1)): the mean of −ln q
// over sets of 0 to 12 events is ½ ln 2πe − ½ ⟨ln(n + 1)⟩.
[<Test>]
let ``the loss reaches the entropy of the known posterior`` () =
    let settings = {
        small with
            SetsPerEpoch = 4000
            ValidationSets = 4000
            Epochs = 12
    }

    let size = SetSize.Uniform(0, 12)
    let trained = train 2 settings (simulator size)
    let mean = Seq.averageBy (fun n -> log (1.0 + float n)) [ 0..12 ]
    let entropy = 0.5 * log (2.0 * Math.PI * Math.E) - 0.5 * mean
    // The spread of −ln q of one set is that of half a χ² of one, and of ln n.
    let error = 0.8 / sqrt 4000.0

    Assert.That(trained.History.BestLoss, Is.EqualTo(entropy + 0.005).Within(0.005 + 3.0 * error))
