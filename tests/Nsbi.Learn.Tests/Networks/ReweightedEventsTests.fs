module Networks.ReweightedEventsTests

open System
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Losses
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private points = 4

/// Events at one of `points` places (one feature per place, 1 there) with random weights, some of
/// them 0; every place has nominal and varied weight.
let private discrete: FsCheck.Gen<ReweightedEvents> =
    gen {
        let! count = Gen.choose (points, 40)
        let! places = Gen.listOfLength count (Gen.choose (0, points - 1))
        let places = places |> List.mapi (fun i place -> if i < points then i else place)
        let! tenths = Gen.listOfLength (2 * count) (Gen.choose (0, 30))

        let weight i k =
            if i < points then 0.1 + 0.1 * float k else 0.1 * float k

        let tenths = Array.ofList tenths

        return {
            Name = "nominal"
            Features =
                places
                |> Seq.collect (fun place ->
                    Seq.init points (fun j -> if j = place then 1.0f else 0.0f))
                |> Array.ofSeq
            Weights = Array.init count (fun i -> weight i tenths[i])
            Groups = Array.init count uint64
            Varied = [ "up", Array.init count (fun i -> weight i tenths[count + i]) ]
        }
    }

let private identity = {
    Shift = Array.zeroCreate points
    Scale = Array.create points 1.0f
}

/// Mean loss of the rows of a training at logits z, one per place, and its gradient in z.
let private lossAt (set: TrainingSet) (z: float[]) : struct (float * float[]) =
    let w, b = parameter "w" points 1, constant 0.0
    let logits = matmul (input "x" points) w + b

    let loss =
        meanRows (NetworkGraph.rowLoss Loss.BinaryCrossEntropy OutputMap.Sigmoid 1 logits)

    use team = new Nsbi.Kernels.ThreadTeam(1)
    let outputs = loss :: grad loss [ w ]
    use plan = Plan.Compile(team, Precision.Double, set.Rows, outputs)
    plan.SetParameters(Map [ "w", Array2D.init points 1 (fun j _ -> z[j]) ])
    plan.Run(set.Table, ReadOnlySpan(Array.init set.Rows id))
    struct ((plan.Output 0)[0, 0], Seq.cast<float>(plan.Output 1) |> Array.ofSeq)

let private setOf (events: LabelledEvents) =
    let target = ClassifierTarget.AgainstReference 1
    let mixture = [| 1.0; 0.0 |]
    let rows = TrainingSet.used target mixture events [| 0 .. events.Count - 1 |]
    TrainingSet.create target mixture events identity rows

[<FsCheck.NUnit.Property(MaxTest = 50)>]
let ``the least loss is at the mean weight ratio of each place`` () =
    Prop.forAll (Arb.fromGen discrete) (fun events ->
        let labelled =
            ReweightedEvents.label NegativeWeights.Refuse points events |> valueOf

        let set = setOf labelled
        let varied = snd events.Varied.Head

        let sumAt place (weights: float[]) =
            weights
            |> Array.mapi (fun i w -> w * float events.Features[i * points + place])
            |> Array.sum

        // E[w_v/w₀ | x] over the nominal density is Σw_v/Σw₀ of the place; over the ratio of all sums.
        let truth =
            Array.init points (fun place ->
                let ratio = sumAt place varied / sumAt place events.Weights
                log (ratio * Array.sum events.Weights / Array.sum varied))

        let struct (least, gradient) = lossAt set truth

        for slope in gradient do
            Assert.That(slope, Is.EqualTo(0.0).Within 1e-6)

        for place in 0 .. points - 1 do
            for step in [ -0.1; 0.1 ] do
                let moved = truth |> Array.mapi (fun k z -> if k = place then z + step else z)
                let struct (loss, _) = lossAt set moved
                Assert.That(loss, Is.GreaterThan least))

[<Test>]
let ``a training sees an event once, and events of no weight never`` () =
    let events = {
        Name = "nominal"
        Features = [| 1.0f; 2.0f; 3.0f; 4.0f |]
        Weights = [| 1.0; 0.0; 3.0; 0.0 |]
        Groups = [| 5UL; 6UL; 7UL; 8UL |]
        Varied = [ "up", [| 2.0; 2.0; 0.0; 0.0 |] ]
    }

    let labelled = ReweightedEvents.label NegativeWeights.Refuse 1 events |> valueOf
    Assert.That(labelled.Count, Is.EqualTo 8)
    let target = ClassifierTarget.AgainstReference 1
    let rows = TrainingSet.used target [| 1.0; 0.0 |] labelled [| 0..7 |]

    let set =
        TrainingSet.create
            target
            [| 1.0; 0.0 |]
            labelled
            {
                Shift = [| 0.0f |]
                Scale = [| 1.0f |]
            }
            rows

    // x, label, weight: nominal weights ¼ and ¾ of ½, varied ½ and ½ of ½, times 3 rows.
    let byFeature =
        set.Table.Singles |> Array.chunkBySize 3 |> Array.sortBy (fun row -> row[0])

    let expected = [|
        [| 1.0f; 2.0f / 3.0f; 3.0f * 0.375f |]
        [| 2.0f; 1.0f; 3.0f * 0.25f |]
        [| 3.0f; 0.0f; 3.0f * 0.375f |]
    |]

    Assert.That(set.Rows, Is.EqualTo 3)

    for row in 0..2 do
        Assert.That(byFeature[row], Is.EqualTo<float32[]>(expected[row]).Within 1e-6f)

let private plain = {
    Name = "nominal"
    Features = [| 1.0f; 2.0f; 3.0f |]
    Weights = [| 1.0; -1.0; 3.0 |]
    Groups = [| 5UL; 6UL; 7UL |]
    Varied = [ "up", [| 2.0; 2.0; 1.0 |]; "down", [| 1.0; 1.0; -2.0 |] ]
}

[<Test>]
let ``negative weights are refused, dropped in all classes, or taken as they are large`` () =
    let message = ReweightedEvents.label NegativeWeights.Refuse 1 plain |> faultsOf
    Assert.That(message, Does.Contain "class 'nominal'")
    Assert.That(message, Does.Contain "class 'down'")
    Assert.That(message, Does.Not.Contain "class 'up'")
    Assert.That(message, Does.Contain "1 of 3 events")
    let dropped = ReweightedEvents.label NegativeWeights.Drop 1 plain |> valueOf
    Assert.That(dropped.Weights.ToArray(), Is.EqualTo<float[]> [| 1.0; 2.0; 1.0 |])
    Assert.That(dropped.Negative.Counts, Is.EqualTo<int[]> [| 1; 0; 1 |])

    let absolute =
        ReweightedEvents.label NegativeWeights.AbsoluteValue 1 plain |> valueOf

    Assert.That(absolute.Weights.ToArray()[..2], Is.EqualTo<float[]> [| 1.0; 1.0; 3.0 |])
    Assert.That(absolute.Negative.Shares, Is.EqualTo<float[]> [| 0.2; 0.0; 0.5 |])

[<Test>]
let ``every fault of the events is told`` () =
    let message =
        ReweightedEvents.label NegativeWeights.Refuse 1 {
            plain with
                Features = [| 1.0f; nanf; 3.0f |]
                Weights = [| 0.0; 0.0; 0.0 |]
                Varied = [ "up", [| 2.0; infinity; 1.0 |]; "up", [| 1.0 |] ]
        }
        |> faultsOf

    for part in
        [
            "a feature is not a finite number"
            "a weight is not a finite number"
            "the total weight is not positive"
            "the varied and the nominal weights differ in length"
            "the name stands for more than one weight"
        ] do
        Assert.That(message, Does.Contain part)

    let none =
        ReweightedEvents.label NegativeWeights.Refuse 1 { plain with Varied = [] }

    Assert.That(faultsOf none, Does.Contain "there is no varied weight")

    let alone = {
        plain with
            Weights = [| 1.0; 1.0; 1.0 |]
            Varied = [ "up", [| -2.0; -2.0; 1.0 |]; "down", [| 1.0; 1.0; -2.0 |] ]
    }

    let left = ReweightedEvents.label NegativeWeights.Drop 1 alone
    Assert.That(faultsOf left, Does.Contain "no positive one is left")

[<Test>]
let ``reweighted events and the same rows as two samples are different trainings`` () =
    let events = {
        plain with
            Weights = [| 1.0; 1.0; 1.0 |]
            Varied = [ "up", [| 2.0; 2.0; 1.0 |] ]
    }

    let many = 400

    let repeat (values: 'T[]) =
        Array.init many (fun i -> values[i % 3])

    let events = {
        events with
            Features = repeat events.Features
            Weights = repeat events.Weights
            Groups = Array.init many uint64
            Varied = [ "up", repeat (snd events.Varied.Head) ]
    }

    let merged = ReweightedEvents.label NegativeWeights.Refuse 1 events |> valueOf

    let part name weights = {
        ClassEvents.Name = name
        Features = events.Features
        Weights = weights
        Groups = events.Groups
    }

    let apart =
        labelled [ part "nominal" events.Weights; part "up" (snd events.Varied.Head) ]

    let settingsOf events =
        (VariationEstimator.tasks EstimatorSettings.standard events |> valueOf).Head.Settings

    Assert.That(merged.Features.ToArray(), Is.EqualTo<float32[]>(apart.Features.ToArray()))
    Assert.That(merged.Weights.ToArray(), Is.EqualTo<float[]>(apart.Weights.ToArray()))
    Assert.That((settingsOf merged = settingsOf apart), Is.False)
