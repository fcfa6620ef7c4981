module Networks.RatioEstimatorTests

open System
open System.Text
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private settings head folds members = {
    EstimatorSettings.standard with
        Head = head
        Folds = folds
        Members = members
        Training = {
            smallSettings with
                Epochs = 2
                BatchSize = 32
                LearningRate = 0.03
                Architecture = {
                    Hidden = [ 6 ]
                    Activation = Activation.Tanh
                    Dropout = 0.0
                }
        }
}

let private three () =
    labelled [
        gaussian "S" 0UL 0.8 0.7 600
        gaussian "B" 10_000UL 0.0 1.0 800
        gaussian "N" 20_000UL -0.6 1.2 1000
    ]

let private mixture =
    ReferenceMixture.create [ "S", 1.0; "B", 2.0; "N", 5.0 ] |> valueOf

let private train settings mixture events =
    use team = new ThreadTeam(1)

    EstimatorAssembly.train settings mixture events None (TrainingContext.plain team)
    |> valueOf

let private softmax = lazy (train (settings Head.Softmax 2 2) mixture (three ()))
let private separate = lazy (train (settings Head.Separate 2 1) mixture (three ()))

let private ratiosOfFold (estimator: RatioEstimator) fold (xs: float[]) =
    use team = new ThreadTeam(1)
    estimator.OfFold(team, fold, ReadOnlyMemory(xs |> Array.map float32))

[<Test>]
let ``the ratios of the softmax head keep the identity and the bound`` () =
    let estimator = softmax.Value
    let w = Array.ofSeq mixture.Weights
    let r = ratiosOfFold estimator 1 grid

    for i in 0 .. grid.Length - 1 do
        let sum = Array.fold2 (fun sum wc (rc: float[]) -> sum + wc * rc[i]) 0.0 w r
        Assert.That(sum, Is.EqualTo(1.0).Within 1e-14)

        for c in 0..2 do
            Assert.That(r[c][i], Is.GreaterThan(0.0).And.LessThanOrEqualTo(1.0 / w[c]))

[<Test>]
let ``members are averaged in the ratio and the mean is normalised`` () =
    let estimator = softmax.Value
    let fold = estimator.Folds[0]
    let w = Array.ofSeq mixture.Weights

    let mean =
        Array.init 3 (fun c ->
            Array.init grid.Length (fun i ->
                fold.Networks[0]
                |> Array.averageBy (fun network ->
                    let z = logits network [| grid[i] |]
                    let e = Array.init 3 (fun k -> exp z[0, k])
                    e[c] / Array.sum e / w[c])))

    let expected = Normalisation.apply w fold.Normalisation mean
    let actual = ratiosOfFold estimator 0 grid

    for c in 0..2 do
        for i in 0 .. grid.Length - 1 do
            Assert.That(actual[c][i], Is.EqualTo(expected[c][i]).Within 1e-9)

[<Test>]
let ``separate networks give odds over their normalisation`` () =
    let estimator = separate.Value
    let fold = estimator.Folds[1]
    let actual = ratiosOfFold estimator 1 [| 0.3 |]

    match fold.Normalisation with
    | Normalisation.Divided constants ->
        for c in 0..2 do
            let z = logits fold.Networks[c].[0] [| 0.3 |]
            let expected = exp z[0, 0] / constants[c]
            Assert.That(actual[c].[0], Is.EqualTo(expected).Within 1e-12)
    | other -> Assert.Fail $"{other}"

let private measures (estimator: RatioEstimator) =
    let events = three ()
    let w = Array.ofSeq mixture.Weights
    use team = new ThreadTeam(1)

    let rowsOf fold wanted =
        let roles =
            events.Groups.ToArray() |> Array.map (DataSplit.role estimator.Settings fold)

        [| 0 .. events.Count - 1 |]
        |> Array.filter (fun i -> List.contains roles[i] wanted)

    let at rows (values: ReadOnlyMemory<'T>) =
        rows |> Array.map (fun row -> values.Span[row])

    let featuresOf rows : ReadOnlyMemory<float32> =
        rows
        |> Array.collect (fun row ->
            let width = events.FeatureCount
            events.Features.Span.Slice(row * width, width).ToArray())
        |> ReadOnlyMemory

    let mean rows (r: float[]) =
        Normalisation.mean w (at rows events.Classes) (at rows events.Weights) r

    let after fold rows =
        estimator.OfFold(team, fold, featuresOf rows)

    let before fold rows =
        let networks = estimator.Folds[fold].Networks
        RawRatios.ofNetworks team estimator.Settings.Head w networks (featuresOf rows)

    // Every event that normalises, by the networks of its own fold, over all folds together.
    let normalising =
        [ 0; 1 ] |> List.map (fun fold -> rowsOf fold [ Role.Normalisation ])

    let pooled c =
        List.mapi (fun fold rows -> (after fold rows)[c]) normalising
        |> Array.concat
        |> mean (Array.concat normalising)

    for c in 0..2 do
        let own = pooled c
        Assert.That(own.Value, Is.EqualTo(1.0).Within 1e-9)

        for fold in 0..1 do
            let record =
                estimator.Normalisation
                |> List.find (fun record ->
                    record.Fold = fold && record.Class = estimator.ClassNames[c])

            let of' ratios roles =
                let rows = rowsOf fold roles
                mean rows ((ratios fold rows: float[][])[c])

            let train = of' before [ Role.Training; Role.Validation ]
            Assert.That(record.Train.Value, Is.EqualTo(train.Value).Within 1e-12)
            let raw = of' before [ Role.Normalisation ]
            Assert.That(record.Before.Value, Is.EqualTo(raw.Value).Within 1e-12)
            Assert.That(record.Before.Error, Is.EqualTo(raw.Error).Within 1e-12)
            let check = of' after [ Role.Check ]
            Assert.That(record.Check.Value, Is.EqualTo(check.Value).Within 1e-12)
            let error = sqrt (check.Error ** 2.0 + own.Error ** 2.0)
            Assert.That(record.Check.Error, Is.EqualTo(error).Within 1e-9)
            Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 4.0)

[<Test>]
let ``the softmax head is normalised jointly on events no network saw, checked on others`` () =
    measures softmax.Value

[<Test>]
let ``separate networks are normalised one by one on events they did not see`` () =
    measures separate.Value

[<Test>]
let ``an event is judged by the networks of its own fold`` () =
    let estimator = softmax.Value
    use team = new ThreadTeam(1)
    let groups = Array.init grid.Length (fun i -> uint64 (7 * i))
    let features = ReadOnlyMemory(grid |> Array.map float32)
    let byFold = estimator.ByFold(team, features, ReadOnlyMemory groups)
    let own = [| for fold in 0..1 -> estimator.OfFold(team, fold, features) |]
    let mean = estimator.MeanOfFolds(team, features)

    for i in 0 .. grid.Length - 1 do
        let fold = DataSplit.fold estimator.Settings.Seed 2 groups[i]

        for c in 0..2 do
            Assert.That(byFold[c][i], Is.EqualTo own[fold].[c].[i])
            let expected = 0.5 * (own[0].[c].[i] + own[1].[c].[i])
            Assert.That(mean[c][i], Is.EqualTo(expected).Within 1e-12)

[<Test>]
let ``the networks of a fold do not depend on the events of that fold`` () =
    let settings = settings Head.Softmax 3 1
    let events = three ()

    let replaced =
        // The other folds' events as they are; those of fold 1 replaced by others.
        let replace (part: ClassEvents) = {
            part with
                Features =
                    part.Features
                    |> Array.mapi (fun i x ->
                        if DataSplit.fold settings.Seed 3 part.Groups[i] = 1 then
                            9.0f - x
                        else
                            x)
        }

        [
            gaussian "S" 0UL 0.8 0.7 600
            gaussian "B" 10_000UL 0.0 1.0 800
            gaussian "N" 20_000UL -0.6 1.2 1000
        ]
        |> List.map replace
        |> labelled

    use team = new ThreadTeam(1)

    let bytes events fold =
        let task =
            TrainingTask.ofEstimator settings mixture events
            |> valueOf
            |> List.find (fun task -> task.Fold = fold)

        task.Run(TrainingContext.plain team)

    Assert.That((bytes events 1 = bytes replaced 1), Is.True)
    Assert.That((bytes events 0 = bytes replaced 0), Is.False)

[<Test>]
let ``networks trained as tasks in any order make the same estimator`` () =
    let settings = settings Head.Softmax 2 2
    let events = three ()
    use team = new ThreadTeam(1)
    let tasks = TrainingTask.ofEstimator settings mixture events |> valueOf
    let names = tasks |> List.map _.Name

    Assert.That(
        (names = [
            "network-fold0-member0"
            "network-fold0-member1"
            "network-fold1-member0"
            "network-fold1-member1"
        ]),
        Is.True
    )

    let networks =
        tasks
        |> List.rev
        |> List.map (fun task -> task.Name, task.Run(TrainingContext.plain team))

    let assembled =
        EstimatorAssembly.ofNetworks team settings mixture events None networks
        |> valueOf

    Assert.That((EstimatorFile.toBytes assembled = EstimatorFile.toBytes softmax.Value), Is.True)

    let sentence =
        EstimatorAssembly.ofNetworks team settings mixture events None (List.tail networks)
        |> faultsOf

    Assert.That(sentence, Does.StartWith "network-fold1-member1")

[<Test>]
let ``a task's settings name all it depends on, and not the size of the ensemble`` () =
    let describe settings mixture events =
        (TrainingTask.ofEstimator settings mixture events |> valueOf).Head.Settings

    let standard = settings Head.Softmax 2 1
    let reference = describe standard mixture (three ())
    Assert.That((describe { standard with Members = 5 } mixture (three ()) = reference), Is.True)
    let other = ReferenceMixture.create [ "S", 1.0; "B", 2.0; "N", 6.0 ] |> valueOf
    Assert.That((describe standard other (three ()) = reference), Is.False)
    Assert.That((describe { standard with Seed = 2UL } mixture (three ()) = reference), Is.False)

    let moved =
        labelled [
            gaussian "S" 0UL 0.8 0.71 600
            gaussian "B" 10_000UL 0.0 1.0 800
            gaussian "N" 20_000UL -0.6 1.2 1000
        ]

    Assert.That((describe standard mixture moved = reference), Is.False)

[<Test>]
let ``a class that is the whole reference needs no network`` () =
    let events =
        labelled [ gaussian "S" 0UL 0.5 1.0 400; gaussian "B" 9_000UL -0.5 1.0 400 ]

    let alone = ReferenceMixture.create [ "S", 0.0; "B", 1.0 ] |> valueOf
    let estimator = train (settings Head.Separate 2 1) alone events
    Assert.That(estimator.Folds[0].Networks.Length, Is.EqualTo 1)

    for record in estimator.Normalisation do
        Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 4.0)

    let r = ratiosOfFold estimator 0 grid
    Assert.That(r[1], Is.All.EqualTo(1.0).Within 1e-12)
    Assert.That(r[0].[300], Is.LessThan(r[0].[500]))

[<Test>]
let ``with one fold a share of the events is kept for normalisation and check`` () =
    let estimator =
        train
            {
                settings Head.Softmax 1 1 with
                    HeldOut = 0.4
            }
            mixture
            (three ())

    Assert.That(estimator.Folds.Count, Is.EqualTo 1)

    for record in estimator.Normalisation do
        Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 4.0)

[<Test>]
let ``an estimator written and read again is the same`` () =
    for estimator in [ softmax.Value; separate.Value ] do
        let bytes = EstimatorFile.toBytes estimator
        let again = EstimatorFile.ofBytes "networks.json" bytes |> valueOf
        Assert.That((EstimatorFile.toBytes again = bytes), Is.True)
        Assert.That((ratiosOfFold again 1 grid = ratiosOfFold estimator 1 grid), Is.True)
        Assert.That((again.Normalisation = estimator.Normalisation), Is.True)

[<Test>]
let ``what prepares the features is carried along`` () =
    let events = three ()
    use team = new ThreadTeam(1)
    let settings = settings Head.Softmax 2 1
    let context = TrainingContext.plain team

    let bytes =
        EstimatorAssembly.train settings mixture events (Some "log x \"…\"") context
        |> valueOf
        |> EstimatorFile.toBytes

    let again = EstimatorFile.ofBytes "networks.json" bytes |> valueOf
    Assert.That((again.Preprocessing = Some "log x \"…\""), Is.True)

[<Test>]
let ``files that are no estimators are refused by name`` () =
    let text = Encoding.UTF8.GetString(EstimatorFile.toBytes softmax.Value)

    for broken in
        [
            "{}"
            text[.. text.Length / 2]
            text.Replace("\"folds\":2", "\"folds\":\"2\"")
        ] do
        let sentence =
            EstimatorFile.ofBytes "networks.json" (Encoding.UTF8.GetBytes broken)
            |> faultsOf

        Assert.That(sentence, Does.StartWith "networks.json")

[<Test>]
let ``faults of settings, mixture and events are all reported before anything is trained`` () =
    let tasks settings mixture events =
        TrainingTask.ofEstimator settings mixture events |> faultsOf

    let standard = settings Head.Softmax 2 1
    let zero = ReferenceMixture.create [ "S", 0.0; "B", 1.0; "N", 1.0 ] |> valueOf
    Assert.That(tasks standard zero (three ()), Does.Contain "needs every class in the reference")
    let other = ReferenceMixture.equal [ "S"; "N"; "B" ]
    Assert.That(tasks standard other (three ()), Does.Contain "give a weight to each of S, B, N")

    Assert.That(
        tasks { standard with Folds = 0 } mixture (three ()),
        Does.Contain "number of folds"
    )

    let few = labelled [ gaussian "S" 0UL 0.0 1.0 3; gaussian "B" 100UL 0.0 1.0 300 ]

    Assert.That(
        tasks standard (ReferenceMixture.equal [ "S"; "B" ]) few,
        Does.Contain "class 'S': too few events"
    )

[<Test>]
let ``faults of a mixture are all reported`` () =
    let sentence = ReferenceMixture.create [ "S", -1.0; "B", nan; "B", 0.0 ] |> faultsOf
    Assert.That(sentence, Does.Contain "column 'S'")
    Assert.That(sentence, Does.Contain "column 'B'")
    Assert.That(sentence, Does.Contain "more than once")
    Assert.That(sentence, Does.Contain "no class has a positive weight")
