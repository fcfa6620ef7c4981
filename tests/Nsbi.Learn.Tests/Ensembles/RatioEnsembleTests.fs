module Ensembles.RatioEnsembleTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private settings head folds = {
    EstimatorSettings.standard with
        Head = head
        Folds = folds
        Training = {
            smallSettings with
                Epochs = 2
                BatchSize = 64
                Architecture = {
                    Hidden = [ 4 ]
                    Activation = Activation.Tanh
                    Dropout = 0.0
                }
        }
}

let private events = lazy (pair 0.5 500)
let private mixture = lazy (evenMixture events.Value)

let private tasks plan settings =
    RatioEnsemble.tasks plan settings mixture.Value events.Value |> valueOf

let private trainOn threads plan settings =
    use team = new ThreadTeam(threads)

    RatioEnsemble.train plan settings mixture.Value events.Value (TrainingContext.plain team)
    |> valueOf

let private nestedPlan = EnsemblePlan.Nested(2, 2, Inner.Bootstraps)
let private nested = lazy (trainOn 2 nestedPlan (settings Head.Separate 2))

let private ratios (xs: float[]) (estimator: RatioEstimator) =
    use team = new ThreadTeam(1)
    estimator.OfFold(team, 0, ReadOnlyMemory(xs |> Array.map float32))

let private bytesOf (ensemble: RatioEnsemble) =
    let values = RatioEnsemble.carry EstimatorFile.toBytes ensemble
    Array.append (Array.concat values.Members) values.Averages

[<Test>]
let ``tasks are independent of one another and of how many there are`` () =
    let few = tasks nestedPlan (settings Head.Separate 2)

    let many =
        tasks (EnsemblePlan.Nested(3, 4, Inner.Bootstraps)) (settings Head.Separate 2)

    Assert.That(few.Length, Is.EqualTo(2 * 2 * 2 * 2))
    Assert.That(many |> List.distinctBy _.Name |> List.length, Is.EqualTo(3 * 4 * 2 * 2))
    Assert.That(many |> List.distinctBy _.Seed |> List.length, Is.EqualTo(3 * 4 * 2 * 2))

    let found =
        many
        |> List.map (fun task -> task.Name, (task.Seed, task.Settings))
        |> Map.ofList

    for task in few do
        Assert.That(found[task.Name] = (task.Seed, task.Settings), task.Name)

    Assert.That(few.Head.Name, Is.EqualTo "replica0-estimator0-network-class0-fold0-member0")

[<Test>]
let ``settings tell the bootstraps, and seeds on the same data have one text`` () =
    let settingsOf plan =
        tasks plan (settings Head.Softmax 1) |> List.map _.Settings |> List.distinct

    Assert.That((settingsOf (EnsemblePlan.Seeds 3)).Length, Is.EqualTo 1)
    Assert.That((settingsOf (EnsemblePlan.Bootstraps 3)).Length, Is.EqualTo 3)
    Assert.That((settingsOf (EnsemblePlan.Nested(3, 2, Inner.Seeds))).Length, Is.EqualTo 3)
    Assert.That((settingsOf (EnsemblePlan.Nested(3, 2, Inner.Bootstraps))).Length, Is.EqualTo 6)

[<Test>]
let ``an ensemble is the same for any number of threads`` () =
    let expected = bytesOf nested.Value

    for threads in [ 1; 3 ] do
        let found = bytesOf (trainOn threads nestedPlan (settings Head.Separate 2))
        Assert.That((found = expected), $"{threads} threads")

[<Test>]
let ``an interrupted training of a bootstrap goes on to the same bytes`` () =
    use team = new ThreadTeam(1)
    let task = (tasks nestedPlan (settings Head.Separate 2))[5]
    let whole = task.Run(TrainingContext.plain team)
    let mutable saved = None
    use cancelled = new CancellationTokenSource()
    let store = ref None

    let context = {
        TrainingContext.plain team with
            Cancellation = cancelled.Token
            Save = fun bytes -> store.Value <- Some bytes
            SaveEvery = TimeSpan.Zero
            Progress = {
                new IProgress<TrainingProgress> with
                    member _.Report report =
                        if report.Epoch = 1 then
                            cancelled.Cancel()
            }
    }

    Assert.Throws<OperationCanceledException>(Action(fun () -> task.Run context |> ignore))
    |> ignore

    saved <- store.Value
    Assert.That(saved.IsSome)
    // A task of a new process: made again of the same plan.
    let again = (tasks nestedPlan (settings Head.Separate 2))[5]

    let resumed =
        again.Run {
            TrainingContext.plain team with
                Checkpoint = saved
        }

    Assert.That((resumed = whole))

[<Test>]
let ``events of count 0 have no part in a training`` () =
    use team = new ThreadTeam(1)
    let settings = settings Head.Softmax 2
    let plan = EnsemblePlan.Bootstraps 2
    let task = (tasks plan settings)[2]
    Assert.That(task.Name, Does.StartWith "replica0-estimator1-")
    let all = events.Value
    let counts = EnsembleTraining.memberCounts plan settings.Seed all.Groups 0 1
    let kept = [| for i in 0 .. all.Count - 1 -> counts[i] > 0 |]
    Assert.That(kept |> Array.filter not |> Array.length, Is.InRange(300, 440))

    let part c = {
        Name = all.ClassNames[c]
        Features = [|
            for i in 0 .. all.Count - 1 do
                if kept[i] && all.Classes.Span[i] = c then
                    all.Features.Span[i]
        |]
        Weights = [|
            for i in 0 .. all.Count - 1 do
                if kept[i] && all.Classes.Span[i] = c then
                    float counts[i]
        |]
        Groups = [|
            for i in 0 .. all.Count - 1 do
                if kept[i] && all.Classes.Span[i] = c then
                    all.Groups.Span[i]
        |]
    }

    let without = labelled [ part 0; part 1 ]
    let roles = TrainingTask.roles settings without 0

    use training =
        new ClassifierTraining(
            team,
            {
                Name = task.Name
                Settings = settings.Training
                Target = task.Target
                Mixture = mixture.Value
                Events = without
                TrainingRows = TrainingTask.rowsOf roles Role.Training
                ValidationRows = TrainingTask.rowsOf roles Role.Validation
                Seed = task.Seed
            }
        )

    let expected = training.Run(0, 0, TrainingContext.plain team) |> Network.toBytes
    Assert.That((task.Run(TrainingContext.plain team) = expected))

[<Test>]
let ``the average is the mean of the ratios, normalised afterwards`` () =
    let constants (estimator: RatioEstimator) =
        match estimator.Folds[0].Normalisation with
        | Normalisation.Divided constants -> constants
        | Normalisation.Joint _ -> invalidOp "not divided"

    for j in 0..1 do
        let average = nested.Value.Average j
        let found = ratios grid average

        for c in 0..1 do
            let raw m =
                let found = nested.Value[j, m]
                let constant = (constants found)[c]
                (ratios grid found)[c] |> Array.map (fun r -> constant * r)

            let means = Array.map2 (fun a b -> 0.5 * (a + b)) (raw 0) (raw 1)

            for i in 0 .. grid.Length - 1 do
                Assert.That(
                    found[c].[i] * (constants average)[c],
                    Is.EqualTo(means[i]).Within(1e-12).Percent
                )

        Assert.That(average.Settings.Members, Is.EqualTo 2)

[<Test>]
let ``averages survive their file`` () =
    let average = nested.Value.Average 1
    let again = EstimatorFile.toBytes average |> EstimatorFile.ofBytes "test" |> valueOf
    Assert.That(ratios grid again, Is.EqualTo<float[][]>(ratios grid average))

[<Test>]
let ``the average of one member is the member`` () =
    let ensemble =
        trainOn 1 (EnsemblePlan.Nested(2, 1, Inner.Seeds)) (settings Head.Softmax 2)

    for j in 0..1 do
        Assert.That(
            (EstimatorFile.toBytes (ensemble.Average j) = EstimatorFile.toBytes ensemble[j, 0])
        )

    Assert.That(
        ratios grid (ensemble[0, 0]),
        Is.Not.EqualTo<float[][]>(ratios grid (ensemble[1, 0]))
    )

[<Test>]
let ``each replica is normalised on its own counts`` () =
    use team = new ThreadTeam(1)

    let ensemble =
        trainOn 1 (EnsemblePlan.Nested(3, 1, Inner.Seeds)) (settings Head.Separate 1)

    let all = events.Value
    let roles = TrainingTask.roles (settings Head.Separate 1) all 0
    let rows = TrainingTask.rowsOf roles Role.Normalisation

    for j in 0..2 do
        let counts = EnsembleTraining.replicaCounts ensemble.Plan 1UL all.Groups j
        let xs = rows |> Array.map (fun row -> float all.Features.Span[row])
        let r = ratios xs (ensemble[j, 0])
        let classes = rows |> Array.map (fun row -> all.Classes.Span[row])
        let weights = rows |> Array.map (fun row -> float counts[row])

        for c in 0..1 do
            let mean = Normalisation.mean [| 0.5; 0.5 |] classes weights r[c]
            Assert.That(mean.Value, Is.EqualTo(1.0).Within 1e-12)

[<Test>]
let ``what is made of an estimator is given the events with the counts of its replica`` () =
    use team = new ThreadTeam(1)
    let settings = settings Head.Separate 2

    let networks =
        tasks nestedPlan settings |> EnsembleTraining.run (TrainingContext.plain team)

    let all = events.Value
    let given = ResizeArray<float[]>()

    let finish (counted: LabelledEvents) estimator =
        given.Add(counted.Weights.ToArray())
        Ok estimator

    RatioEnsemble.ofNetworksWith finish team nestedPlan settings mixture.Value all None networks
    |> valueOf
    |> ignore

    let expected = [
        for j in 0..1 do
            for m in 0..1 do
                EnsembleTraining.memberCounts nestedPlan settings.Seed all.Groups j m

            EnsembleTraining.replicaCounts nestedPlan settings.Seed all.Groups j
    ]

    Assert.That(given.Count, Is.EqualTo 6)

    for found, counts in Seq.zip given expected do
        Assert.That(found, Is.EqualTo<float[]>(counts |> Array.map float))

[<Test>]
let ``a constant is carried to itself, and statistics one by one`` () =
    let constant = nested.Value |> RatioEnsemble.carry (fun _ -> 3.5)
    Assert.That(constant.Members |> Array.concat, Is.All.EqualTo 3.5)
    Assert.That(constant.Averages, Is.EqualTo<float[]> [| 3.5; 3.5 |])

    let atOne =
        nested.Value
        |> RatioEnsemble.carry (ratios [| 1.0 |] >> Array.head >> Array.head)

    let values = Array.append (Array.concat atOne.Members) atOne.Averages
    Assert.That(values |> Array.distinct |> Array.length, Is.EqualTo 6)
    let twice = EnsembleValues.map (fun v -> 2.0 * v) atOne
    Assert.That(twice.Members[1].[0], Is.EqualTo(2.0 * atOne.Members[1].[0]))
    Assert.That(twice.Averages[1], Is.EqualTo(2.0 * atOne.Averages[1]))

[<Test>]
let ``what a plan tells of the uncertainty`` () =
    let values plan : EnsembleValues<string> = {
        Plan = plan
        Members = Array.init plan.Replicas (fun j -> Array.init plan.Members (fun m -> $"{j}{m}"))
        Averages = Array.init plan.Replicas string
    }

    let told plan =
        let values = values plan
        let seeds = EnsembleValues.seeds values |> Array.map List.ofArray |> List.ofArray

        List.ofArray (EnsembleValues.bootstraps values),
        seeds,
        List.ofArray (EnsembleValues.nested values)

    Assert.That((told (EnsemblePlan.Seeds 2) = ([], [ [ "00"; "01" ] ], [])))
    Assert.That((told (EnsemblePlan.Bootstraps 2) = ([ "00"; "01" ], [], [])))

    Assert.That(
        (told (EnsemblePlan.Nested(2, 2, Inner.Seeds)) =
            ([ "00"; "10" ], [ [ "00"; "01" ]; [ "10"; "11" ] ], [ "0"; "1" ]))
    )

    Assert.That((told nestedPlan = ([], [], [ "0"; "1" ])))

[<Test>]
let ``variations that change nothing stay at 1 in every bootstrap`` () =
    let n = 400
    let nominal = gaussian "nominal" 0UL 0.0 1.0 n

    let events =
        ReweightedEvents.label NegativeWeights.Refuse 1 {
            Name = "nominal"
            Features = nominal.Features
            Weights = nominal.Weights
            Groups = nominal.Groups
            Varied = [ "up", Array.create n 1.5 ]
        }
        |> valueOf

    let plan = EnsemblePlan.Nested(2, 2, Inner.Bootstraps)
    let settings = settings Head.Softmax 2
    use team = new ThreadTeam(1)

    let ensemble =
        EnsembleTraining.variationTasks plan settings events
        |> valueOf
        |> EnsembleTraining.run (TrainingContext.plain team)
        |> RatioEnsemble.variations team plan settings events None
        |> valueOf

    let g =
        ensemble.Carry(fun estimator ->
            estimator.MeanOfFolds(team, ReadOnlyMemory [| -1.0f; 0.0f; 2.0f |])[0])

    for values in Array.append (Array.concat g.Members) g.Averages do
        Assert.That(values, Is.EqualTo<float[]>([| 1.0; 1.0; 1.0 |]).Within 1e-6)

    let rates = ensemble.Carry(fun estimator -> estimator.Records.Head.Rate.Value)
    Assert.That(rates.Averages, Is.EqualTo<float[]>([| 1.5; 1.5 |]).Within 1e-12)

[<Test>]
let ``faults are sentences`` () =
    let faults plan settings events =
        RatioEnsemble.tasks plan settings (evenMixture events) events |> faultsOf

    Assert.That(
        faults (EnsemblePlan.Seeds 1) (settings Head.Softmax 2) events.Value,
        Does.Contain "no spread"
    )

    Assert.That(
        faults (EnsemblePlan.Nested(0, 20000, Inner.Seeds)) (settings Head.Softmax 0) events.Value,
        Does.Contain("bootstraps").And.Contain("members").And.Contain("folds")
    )

    let few = pair 1.0 40

    Assert.That(
        faults
            (EnsemblePlan.Bootstraps 30)
            {
                settings Head.Softmax 2 with
                    CheckFraction = 0.2
            }
            few,
        Does.Contain("too few events for bootstraps").And.Contain("member")
    )

    use team = new ThreadTeam(1)

    let missing =
        RatioEnsemble.ofNetworks
            team
            nestedPlan
            (settings Head.Separate 2)
            mixture.Value
            events.Value
            None
            []
        |> faultsOf

    Assert.That(
        missing,
        Does.Contain("replica1-estimator1-network-class1-fold1-member0").And.Contain("missing")
    )
