module Nsbi.Infer.Tests.Power.EventStudyTests

open System
open NUnit.Framework
open Nsbi.Infer

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private s = 0.08

let private signal = { Signal = 10.0; Background = 100.0 }

let private background = { signal with Signal = 0.0 }
let private calibration = BumpExperiment.calibration 77UL s 200_000

let private compare (toys: int) (threads: int) h0 h1 : PowerSample list =
    let source = BumpExperiment.ofSum s EventNumber.Poisson

    EventStudy.compare
        {
            ToyRun.ofToys toys with
                Threads = threads
                Seed = 3UL
        }
        None
        (source h0)
        (source h1)
        [
            for strategy in BumpExperiment.strategies ->
                RatioStatistic.create 1 (BumpExperiment.ratio s) calibration h0 h1 strategy
        ]

let private check (toys: int) h0 h1 =
    for strategy, sample in Seq.zip BumpExperiment.strategies (compare toys 2 h0 h1) do
        for alpha in [ 0.01; 0.05; 0.3 ] do
            let point = PowerCurve.at alpha sample
            let exact = BumpExperiment.exactPower alpha s h0 h1 strategy
            Assert.That(sample.Strategy, Is.EqualTo(PowerStrategy.name strategy))
            // The sum by Fourier transform takes a straight line for the atoms of a count.
            near (3.0 * point.Power.Error + 0.003) exact point.Power.Value

[<Test>]
let ``pseudo-experiments of the bump toy have the exact power`` () = check 4000 background signal

[<Test>]
let ``and so where the signal is the null hypothesis`` () = check 4000 signal background

[<Test; Category("Study")>]
let ``the published row, by 100,000 pseudo-experiments of each`` () =
    check 100_000 background signal
    check 100_000 signal background

[<Test>]
let ``values are the same for any number of threads`` () =
    let one = compare 230 1 background signal
    let three = compare 230 3 background signal

    for a, b in Seq.zip one three do
        Assert.That(b.Null, Is.EqualTo<float[]> a.Null)
        Assert.That(b.Alternative, Is.EqualTo<float[]> a.Alternative)

[<Test>]
let ``fewer pseudo-experiments are the first of more`` () =
    let few = compare 60 1 background signal
    let many = compare 130 2 background signal

    for a, b in Seq.zip few many do
        Assert.That(b.Null[..59], Is.EqualTo<float[]> a.Null)

[<Test>]
let ``at fixed size the number of events says nothing`` () =
    let source = BumpExperiment.ofSum s EventNumber.Fixed

    let samples =
        EventStudy.compare
            (ToyRun.ofToys 500)
            None
            (source { background with Background = 110.0 })
            (source signal)
            [
                for strategy in [ PowerStrategy.Inclusive; PowerStrategy.Unbinned ] ->
                    RatioStatistic.create
                        1
                        (BumpExperiment.ratio s)
                        calibration
                        { background with Background = 110.0 }
                        signal
                        strategy
            ]

    let powers = samples |> List.map (PowerCurve.at 0.05)
    near 1e-12 0.05 powers[0].Power.Value
    Assert.That(powers[1].Power.Value, Is.GreaterThan 0.3)

[<Test>]
let ``events come in the expected numbers`` () =
    let count = {
        new IEventStatistic with
            member _.Name = "events"
            member _.Settings = []

            member _.Evaluate(_, toys) =
                toys |> Array.map (fun t -> float t.Features.Length)
    }

    let n = 4000
    let source = BumpExperiment.ofSum s EventNumber.Poisson signal
    let counts = (EventStudy.run (ToyRun.ofToys n) None "toys" source [ count ])[0]
    near (3.3 * sqrt (110.0 / float n)) 110.0 (Array.average counts)

    let fixedSource = BumpExperiment.ofSum s EventNumber.Fixed signal

    let counts =
        (EventStudy.run (ToyRun.ofToys 10) None "toys" fixedSource [ count ])[0]

    Assert.That(counts, Is.EqualTo<float[]>(Array.replicate 10 110.0))

[<Test>]
let ``a negative number of pseudo-experiments is refused`` () =
    let source = BumpExperiment.ofSum s EventNumber.Poisson signal

    for run in [ ToyRun.ofToys -1; { ToyRun.ofToys 1 with Threads = 0 } ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> EventStudy.run run None "toys" source [] |> ignore)
        )
        |> ignore
