module Nsbi.Infer.Tests.Problems.DecorrelatedBumpTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries

let private valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

/// |y| and σ of events of the bump toy, which are the inputs of the network.
let private sample seed kind n : float32[] * float[] =
    let events = BumpToy.sampleWithWidth seed kind BumpWidth.OfSum n

    let features =
        Array.init n (fun i -> [| float32 (abs events.Sum[i]); float32 events.Width[i] |])
        |> Array.concat

    features, events.Width

let private train strength n epochs =
    let part name kind first =
        let features, width = sample 1UL kind n

        {
            Events = {
                Name = name
                Features = features
                Weights = Array.create n 1.0
                Groups = Array.init n (fun i -> first + uint64 i)
            }
            Nuisances = width
        }

    let settings = DecorrelatedSettings.standard strength

    let settings = {
        settings with
            Training = {
                settings.Training with
                    Epochs = epochs
            }
    }

    use team = new ThreadTeam(2)

    DecorrelatedEvents.create
        2
        1
        (part "S" BumpClass.Signal 0UL)
        (part "B" BumpClass.Background 1_000_000_000UL)
    |> Result.bind (DecorrelatedTraining.train (TrainingContext.plain team) settings)
    |> valueOf

/// What a score is worth: σ_μ of 10⁴ events at μ = 0.1 in 50 bins of it that hold equally much background; and
/// how insensitive it is: dCor² with σ, and the largest change of a quantile's share of background events between
/// narrow and wide σ, of events not seen in training.
let private measure (score: ScoreSummary) (n: int) =
    use team = new ThreadTeam(2)
    let bins = 50

    let scores seed kind =
        let features, width = sample seed kind n
        score.Scores(team, ReadOnlyMemory features), width

    let signal, _ = scores 77UL BumpClass.Signal
    let background, width = scores 77UL BumpClass.Background
    let ordered = Array.sort background
    let edges = [| for k in 1 .. bins - 1 -> ordered[k * n / bins] |]

    let binOf (value: float) =
        let found = Array.BinarySearch(edges, value)
        if found >= 0 then found + 1 else ~~~found

    let shares (values: float[]) =
        let counts = Array.zeroCreate<float> bins

        values
        |> Array.iter (fun v -> counts[binOf v] <- counts[binOf v] + 1.0 / float values.Length)

        counts

    let mu = 0.1

    let information =
        Array.map2
            (fun s b ->
                if s + b > 0.0 then
                    (s - b) ** 2.0 / (mu * s + (1.0 - mu) * b)
                else
                    0.0)
            (shares signal)
            (shares background)
        |> Array.sum

    let few = 3000

    let correlation =
        DistanceCorrelation.squared (Array.create few 1.0) background[.. few - 1] width[.. few - 1]

    let cut = ordered[n * 9 / 10]

    let passing low high =
        let inside = [|
            for i in 0 .. n - 1 do
                if width[i] >= low && width[i] < high then
                    background[i]
        |]

        float (inside |> Array.filter (fun v -> v > cut) |> Array.length)
        / float inside.Length

    let thirds = BumpToy.greatestWidth / 3.0
    let shift = abs (passing 0.0 thirds - passing (2.0 * thirds) BumpToy.greatestWidth)
    1.0 / sqrt (1e4 * information), correlation, shift

/// σ_μ with σ known event by event, and without it, which is what is left when the score of background shall not
/// depend on σ: at any σ it then orders events by |y| alone.
let private withWidth = BumpInformation.errorWithWidth BumpWidth.OfSum 0.1 1e4
let private withoutWidth = BumpInformation.errorWithoutWidth BumpWidth.OfSum 0.1 1e4

[<Test>]
let ``a decorrelated score of the bump does not know the width in background`` () =
    let plain, dependent, _ = measure (train 0.0 20_000 10) 50_000
    let decorrelated, independent, _ = measure (train 10.0 20_000 10) 50_000
    Assert.That(dependent, Is.GreaterThan 0.05)
    Assert.That(independent, Is.LessThan(0.1 * dependent))
    Assert.That(plain, Is.InRange(0.98 * withWidth, 1.15 * withWidth))
    Assert.That(decorrelated, Is.InRange(plain, 1.2 * withoutWidth))

[<Test; Category("Study")>]
let ``the price of independence of the width is what the width was worth`` () =
    let results = [
        for strength in [ 0.0; 0.3; 1.0; 10.0; 30.0 ] do
            let error, correlation, shift = measure (train strength 100_000 30) 300_000

            TestContext.Out.WriteLine
                $"{strength}: error {error:F6}, distance correlation {correlation:F5}, shift of a cut {shift:F4}"

            error, correlation, shift
    ]

    let error, correlation, shift = List.last results
    Assert.That(correlation, Is.LessThan 0.003)
    Assert.That(shift, Is.LessThan 0.02)
    Assert.That(error, Is.InRange(0.98 * withoutWidth, 1.05 * withoutWidth))
    let error, _, _ = results.Head
    Assert.That(error, Is.InRange(0.98 * withWidth, 1.05 * withWidth))
