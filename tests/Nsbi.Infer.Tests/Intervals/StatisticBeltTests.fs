module Nsbi.Infer.Tests.Intervals.StatisticBeltTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels

/// (x − μ)² of one number x ~ N(μ, 1).
let private gaussian = {
    new IBeltStatistic<float> with
        member _.Draw(value, stream) = value + stream.NextGaussian()

        member _.Values(data, value) =
            data |> Array.map (fun x -> (x - value) ** 2.0)
}

let private settings grid = {
    NeymanSettings.create "mu" grid with
        Refinements = 0
}

[<Test>]
let ``the interval of a Gaussian is its known one`` () =
    let belt =
        StatisticBelt.construct (ToyRun.ofToys 20000) (settings [ -4.0 .. 1.0..4.0 ]) gaussian

    for point in belt.Points do
        for quantile in point.Quantiles do
            let exact = CoverageStudy.asymptoticLevel quantile.Probability
            Assert.That(quantile.Value, Is.EqualTo(exact).Within(4.0 * quantile.Error))

    for set in StatisticBelt.accept belt gaussian 0.3 [] do
        let half = sqrt (CoverageStudy.asymptoticLevel set.Level)
        let interval = List.exactlyOne set.Intervals

        let near (e: BeltEnd) exact =
            Assert.That(e.Value, Is.EqualTo(exact: float).Within(4.0 * e.Error))
            Assert.That(e.Error, Is.LessThan 0.05)

        near interval.Lower (0.3 - half)
        near interval.Upper (0.3 + half)

[<Test>]
let ``the belt is the same for any number of threads, and for other values beside`` () =
    let construct threads grid =
        let run = {
            ToyRun.ofToys 300 with
                Threads = threads
        }

        StatisticBelt.construct run (settings grid) gaussian

    let one = construct 1 [ 0.0; 1.0; 2.0 ]
    Assert.That((construct 3 [ 0.0; 1.0; 2.0 ] = one))
    Assert.That((construct 2 [ 1.0; 3.0; 1.0 ]).Points.Head = one.Points[1])

/// x ~ N(μ, (1 + |μ|)²), not divided by its width: quantiles bend at 0.
let private bent = {
    new IBeltStatistic<float> with
        member _.Draw(value, stream) =
            value + (1.0 + abs value) * stream.NextGaussian()

        member _.Values(data, value) =
            data |> Array.map (fun x -> (x - value) ** 2.0)
}

[<Test>]
let ``values are added where the belt bends`` () =
    let settings = {
        settings [ -2.0; 0.0; 2.0 ] with
            Refinements = 1
    }

    let belt = StatisticBelt.construct (ToyRun.ofToys 5000) settings bent
    Assert.That((belt.Points |> List.map _.Value = [ -2.0; -1.0; 0.0; 1.0; 2.0 ]))

[<Test>]
let ``toys without a statistic are counted, not used`` () =
    let statistic = {
        new IBeltStatistic<float> with
            member _.Draw(value, stream) = stream.NextDouble()

            member _.Values(data, _) =
                data |> Array.map (fun x -> if x < 0.25 then nan else x)
    }

    let belt = StatisticBelt.construct (ToyRun.ofToys 1000) (settings [ 0.0 ]) statistic
    let point = belt.Points.Head
    Assert.That(point.Toys + point.Failed, Is.EqualTo 1000)
    Assert.That(point.Failed, Is.EqualTo(250).Within 60)
    // Of numbers between 0.25 and 1.
    let median = 0.25 + 0.75 * 0.6827
    Assert.That(point.Quantiles.Head.Value, Is.EqualTo(median).Within 0.06)

[<Test>]
let ``what makes no belt is refused and cancellation is heard`` () =
    let construct run grid () =
        StatisticBelt.construct run (settings grid) gaussian |> ignore

    let refused action =
        Assert.Throws<ArgumentException>(Action action) |> ignore

    refused (construct (ToyRun.ofToys 10) [])
    refused (construct (ToyRun.ofToys 0) [ 1.0 ])

    let cancelled = {
        ToyRun.ofToys 10 with
            Cancellation = Threading.CancellationToken true
    }

    Assert.Throws<OperationCanceledException>(Action(construct cancelled [ 1.0 ]))
    |> ignore
