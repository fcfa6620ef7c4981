namespace Nsbi.Infer

open System.Globalization
open Nsbi.Kernels

/// <summary>How many events a pseudo-experiment has.</summary>
[<RequireQualifiedAccess>]
type EventNumber =
    /// <summary>N ~ Poisson(S + B), S of them signal on average.</summary>
    | Poisson
    /// <summary>N = S + B, rounded; each is signal with the probability S/(S + B).</summary>
    | Fixed

/// <summary>Pseudo-experiments of the bump toy.</summary>
[<RequireQualifiedAccess>]
module BumpExperiment =

    let private text (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private settings what (number: EventNumber) (expected: ExpectedEvents) = [
        "toy", what
        "number",
        (match number with
         | EventNumber.Poisson -> "poisson"
         | EventNumber.Fixed -> "fixed")
        "signal", text expected.Signal
        "background", text expected.Background
    ]

    /// Signal and background events of a pseudo-experiment, drawn with a function of class and place.
    let private events
        (stream: byref<RandomStream>)
        (number: EventNumber)
        (expected: ExpectedEvents)
        : BumpClass[] =
        match number with
        | EventNumber.Poisson ->
            let signal = int (stream.NextPoisson expected.Signal)
            let background = int (stream.NextPoisson expected.Background)

            Array.init (signal + background) (fun i ->
                if i < signal then
                    BumpClass.Signal
                else
                    BumpClass.Background)
        | EventNumber.Fixed ->
            let kinds = Array.zeroCreate (int (round expected.Total))
            let share = expected.Signal / expected.Total

            for i in 0 .. kinds.Length - 1 do
                kinds[i] <-
                    if stream.NextDouble() < share then
                        BumpClass.Signal
                    else
                        BumpClass.Background

            kinds

    /// <summary>Events with y alone, of one width.</summary>
    /// <param name="s">the true width of the sum</param>
    /// <param name="number">how many</param>
    /// <param name="expected">S and B</param>
    let ofSum (s: float) (number: EventNumber) (expected: ExpectedEvents) : IEventSource = {
        new IEventSource with
            member _.Settings = ("width", text s) :: settings "y" number expected
            member _.FeatureCount = 1

            member _.Draw(seed, toy) =
                let mutable stream = RandomStream(seed, "bump pseudo-experiment", toy)
                let kinds = events &stream number expected
                let y = Array.zeroCreate<float> kinds.Length

                for i in 0 .. y.Length - 1 do
                    y[i] <- BumpToy.draw &stream kinds[i] s

                { Features = y; Globals = [||] }
    }

    /// <summary>Events with y and the nuisance feature σ ~ U(0, 0.29): rows (y, σ).</summary>
    /// <param name="width">what σ is the width of</param>
    /// <param name="number">how many</param>
    /// <param name="expected">S and B</param>
    let withWidth
        (width: BumpWidth)
        (number: EventNumber)
        (expected: ExpectedEvents)
        : IEventSource = {
        new IEventSource with
            member _.Settings =
                ("factor", text width.Factor) :: settings "y and sigma" number expected

            member _.FeatureCount = 2

            member _.Draw(seed, toy) =
                let mutable stream = RandomStream(seed, "bump pseudo-experiment", toy)
                let kinds = events &stream number expected
                let rows = Array.zeroCreate<float>(2 * kinds.Length)

                for i in 0 .. kinds.Length - 1 do
                    let sigma = BumpToy.greatestWidth * stream.NextDouble()
                    rows[2 * i] <- BumpToy.draw &stream kinds[i] (width.Factor * sigma)
                    rows[2 * i + 1] <- sigma

                { Features = rows; Globals = [||] }
    }

    /// <summary>Events with y, and a measurement of the width beside them, s_obs ~ N(s, Δ²), as the one
    /// global observable.</summary>
    /// <param name="s">the true width of the sum</param>
    /// <param name="error">Δ, 0 or above</param>
    /// <param name="number">how many</param>
    /// <param name="expected">S and B</param>
    let measuredWidth
        (s: float)
        (error: float)
        (number: EventNumber)
        (expected: ExpectedEvents)
        : IEventSource =
        let sum = ofSum s number expected

        {
            new IEventSource with
                member _.Settings = ("error of the width", text error) :: sum.Settings
                member _.FeatureCount = 1

                member _.Draw(seed, toy) =
                    let mutable stream = RandomStream(seed, "bump measured width", toy)

                    {
                        sum.Draw(seed, toy) with
                            Globals = [| s + error * stream.NextGaussian() |]
                    }
        }

    /// <summary>The exact ratio p_S/p_B of y for a width.</summary>
    let ratio (s: float) : IEventRatio =
        EventRatio.ofFormula [ "exact ratio of width", text s ] 1 (fun event ->
            BumpToy.signalDensity s event.Span[0])

    /// <summary>The exact ratio of y where the width varies and is not used.</summary>
    let averagedRatio (width: BumpWidth) : IEventRatio =
        EventRatio.ofFormula
            [ "exact ratio averaged over widths", text width.Factor ]
            2
            (fun event -> BumpToy.averagedDensity width event.Span[0])

    /// <summary>The exact ratio of y and σ.</summary>
    let ratioWithWidth (width: BumpWidth) : IEventRatio =
        EventRatio.ofFormula [ "exact ratio with the width", text width.Factor ] 2 (fun event ->
            BumpToy.signalDensity (width.Factor * event.Span[1]) event.Span[0])

    /// <summary>Features of signal and of background events for the bins of strategies.</summary>
    /// <param name="seed">unlike that of training events</param>
    /// <param name="s">the width of the sum</param>
    /// <param name="events">of each</param>
    let calibration (seed: uint64) (s: float) (events: int) : float[] * float[] =
        BumpToy.sample seed BumpClass.Signal s events,
        BumpToy.sample seed BumpClass.Background s events

    /// <summary>The strategies of figure 4 of the paper: a count, r > 0.5, bins with the edges 0.5 and 2,
    /// 20 bins from 0 to 3 and beyond, and all.</summary>
    /// <remarks>Source: Nachman, arXiv:1909.03081, figure 4; r = p_S/p_B.</remarks>
    let strategies: PowerStrategy list = [
        PowerStrategy.Inclusive
        PowerStrategy.Cut 0.5
        PowerStrategy.Edges [ 0.5; 2.0 ]
        PowerStrategy.evenly 0.0 3.0 20
        PowerStrategy.Unbinned
    ]

    /// <summary>The power without pseudo-experiments, by sums over 40,000 cells in y.</summary>
    /// <param name="alpha">the size</param>
    /// <param name="s">the width of the sum, known exactly</param>
    /// <param name="h0">the null hypothesis</param>
    /// <param name="h1">the alternative</param>
    /// <param name="strategy">how r is used; equally filled bins are those of the background</param>
    let exactPower
        (alpha: float)
        (s: float)
        (h0: ExpectedEvents)
        (h1: ExpectedEvents)
        (strategy: PowerStrategy)
        : float =
        let cells = 40_000
        let width = 0.5 / float cells

        // r falls with |y|: two cells, at y and −y, are one.
        let cell k =
            let a = width * float k
            let signal = 2.0 * BumpToy.signalProbability s a (a + width)
            struct (BumpToy.signalDensity s (a + 0.5 * width), signal, 2.0 * width)

        let cells = Array.init cells cell

        let edges =
            let ratios = cells |> Array.map (fun (struct (r, _, _)) -> r) |> Array.sort

            let quantile p =
                ratios[min (ratios.Length - 1) (int (p * float ratios.Length))]

            PowerStrategy.edges quantile strategy

        let grouped =
            match strategy with
            | PowerStrategy.Unbinned -> cells |> Array.map (fun (struct (_, s, b)) -> s, b)
            | _ ->
                let sums = Array.create (edges.Length + 1) (0.0, 0.0)

                for struct (r, signal, background) in cells do
                    let b = PowerStrategy.binOf edges r
                    let s0, b0 = sums[b]
                    sums[b] <- s0 + signal, b0 + background

                match strategy with
                | PowerStrategy.Cut _ -> sums[1..]
                | _ -> sums |> Array.filter (fun (_, b) -> b > 0.0)

        let expected (h: ExpectedEvents) =
            grouped |> Array.map (fun (s, b) -> h.Signal * s + h.Background * b)

        let nu0, nu1 = expected h0, expected h1

        if grouped.Length = 1 then
            ExactPower.count alpha nu0[0] nu1[0]
        else
            ExactPower.weighted alpha (Array.map2 (fun a b -> log (b / a)) nu0 nu1) nu0 nu1
