module Transport.ReweightingMapTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Networks.TrainingExamples

let private settings = {
    EstimatorSettings.standard with
        Folds = 2
        Training = {
            smallSettings with
                Epochs = 8
                Schedule = Schedule.Cosine 0.01
                Architecture = {
                    Hidden = [ 8 ]
                    Activation = Activation.Tanh
                    Dropout = 0.0
                }
        }
}

let private source = lazy (gaussian "source" 0UL 0.0 1.0 6000)
let private target = lazy (gaussian "target" 1_000_000UL 0.5 1.0 6000)

let private trained =
    lazy
        (use team = new ThreadTeam(1)

         ReweightingMap.train
             settings
             (labelled [ source.Value; target.Value ])
             (TrainingContext.plain team)
         |> valueOf)

let private ratios (events: ClassEvents) =
    use team = new ThreadTeam(1)

    trained.Value.OutOfFold(team, ReadOnlyMemory events.Features, ReadOnlyMemory events.Groups)

[<Test>]
let ``reweighted events have the mean and the width of the target`` () =
    let source = source.Value
    let found = ReweightingMap.weigh 10.0 (ratios source) source.Weights |> valueOf
    Assert.That(Array.sum found.Weights, Is.EqualTo(10.0).Within 1e-9)

    let moment power =
        Array.map2
            (fun w (x: float32) -> w * Math.Pow(float x, power))
            found.Weights
            source.Features
        |> Array.sum
        |> fun sum -> sum / 10.0

    let mean = moment 1.0
    // N(1/2, 1); the weights e^(x/2 - 1/8) leave 6000 / e^(1/4) events.
    Assert.That(mean, Is.EqualTo(0.5).Within 0.06)
    Assert.That(sqrt (moment 2.0 - mean * mean), Is.EqualTo(1.0).Within 0.05)
    Assert.That(found.SizeBefore, Is.EqualTo(6000.0).Within 1e-6)
    Assert.That(found.SizeAfter / 6000.0, Is.EqualTo(exp -0.25).Within 0.06)
    Assert.That(found.LargestShare, Is.EqualTo(Array.max found.Weights / 10.0).Within 1e-12)

[<Test>]
let ``the logarithm of the ratio is that of the densities`` () =
    use team = new ThreadTeam(1)
    let xs = [| -1.5 .. 0.25..2.0 |]
    let found = trained.Value.Ratios(team, ReadOnlyMemory(xs |> Array.map float32))

    for x, r in Array.zip xs found do
        Assert.That(log r, Is.EqualTo(0.5 * x - 0.125).Within 0.15)

[<Test>]
let ``a map is the same from its bytes, and other networks are refused`` () =
    let bytes = ReweightingMap.toBytes trained.Value
    let again = ReweightingMap.ofBytes "map" bytes |> valueOf
    Assert.That(ReweightingMap.toBytes again, Is.EqualTo<byte[]> bytes)
    let events = labelled [ source.Value; target.Value ]
    use team = new ThreadTeam(1)

    let other =
        EstimatorAssembly.train
            settings
            (evenMixture events)
            events
            None
            (TrainingContext.plain team)
        |> valueOf
        |> EstimatorFile.toBytes

    Assert.That(faultsOf (ReweightingMap.ofBytes "other" other), Does.Contain "no reweighting")

[<Test>]
let ``an overflow names the event, unless it has no weight`` () =
    let ratios = [| 1.0; infinity; 2.0 |]
    let weigh weights = ReweightingMap.weigh 1.0 ratios weights
    Assert.That(faultsOf (weigh [| 1.0; 1.0; 1.0 |]), Does.Contain "event 2")
    let found = weigh [| 1.0; 0.0; 1.0 |] |> valueOf
    Assert.That(found.Weights, Is.EqualTo<float[]> [| 1.0 / 3.0; 0.0; 2.0 / 3.0 |])
    Assert.That(faultsOf (weigh [| 0.0; 0.0; 0.0 |]), Does.Contain "no finite positive sum")

[<Test>]
let ``the gap is the target's weight beyond the largest ratio of the source`` () =
    let gap =
        ReweightingMap.gap [| 0.5; 2.0 |] [| 1.0; 3.0; 2.0; 9.0 |] [| 1.0; 2.0; 3.0; 4.0 |]

    Assert.That(gap.LargestRatio, Is.EqualTo 2.0)
    Assert.That(gap.Share, Is.EqualTo(0.6).Within 1e-15)

[<Test>]
let ``three classes are no source and target`` () =
    let three =
        labelled [
            gaussian "a" 0UL 0.0 1.0 20
            gaussian "b" 100UL 0.0 1.0 20
            gaussian "c" 200UL 0.0 1.0 20
        ]

    Assert.That(
        faultsOf (ReweightingMap.tasks settings three),
        Does.Contain "a source and a target"
    )
