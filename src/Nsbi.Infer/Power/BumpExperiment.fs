namespace Nsbi.Infer

open System.Globalization
open Nsbi.Kernels
open Nsbi.Learn.Summaries

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
        PowerStrategy.Range(0.0, 3.0, 20)
        PowerStrategy.Unbinned
    ]

    /// Shares of signal and background of what a strategy counts: its bins, or cells in y; the cells of
    /// events that it leaves out are left out.
    let private shares (s: float) (strategy: PowerStrategy) : (float * float)[] =
        let number = 20_000
        let width = 0.5 / float number

        // r falls with |y|: two cells, at y and −y, are one.
        let cells =
            Array.init number (fun k ->
                let a = width * float k
                let signal = 2.0 * BumpToy.signalProbability s a (a + width)
                struct (BumpToy.signalDensity s (a + 0.5 * width), signal, 2.0 * width))

        match strategy with
        | PowerStrategy.Unbinned -> cells |> Array.map (fun (struct (_, s, b)) -> s, b)
        | _ ->
            let ratios = cells |> Array.map (fun (struct (r, _, _)) -> r) |> Array.sort

            let quantile p =
                ratios[min (ratios.Length - 1) (int (p * float ratios.Length))]

            let edges = PowerStrategy.edges quantile strategy
            let sums = Array.create (edges.Length + 1) (0.0, 0.0)

            for struct (r, signal, background) in cells do
                let b = PowerStrategy.binOf edges r
                let s0, b0 = sums[b]
                sums[b] <- s0 + signal, b0 + background

            match strategy with
            | PowerStrategy.Cut _ -> sums[1..]
            | _ -> sums |> Array.filter (fun (_, b) -> b > 0.0)

    /// <summary>The power without pseudo-experiments, by sums over 20,000 cells in y; N is a Poisson
    /// number.</summary>
    /// <param name="sizes">the sizes α</param>
    /// <param name="s">the width of the sum, known exactly</param>
    /// <param name="h0">the null hypothesis</param>
    /// <param name="h1">the alternative</param>
    /// <param name="strategy">how r is used; equally filled bins are those of the background</param>
    let exactPowers
        (sizes: float list)
        (s: float)
        (h0: ExpectedEvents)
        (h1: ExpectedEvents)
        (strategy: PowerStrategy)
        : float list =
        let shares = shares s strategy

        let expected (h: ExpectedEvents) =
            shares |> Array.map (fun (s, b) -> h.Signal * s + h.Background * b)

        let nu0, nu1 = expected h0, expected h1

        if shares.Length = 1 then
            sizes |> List.map (fun alpha -> ExactPower.count alpha nu0[0] nu1[0])
        else
            let weights = Array.map2 (fun a b -> log (b / a)) nu0 nu1
            ExactPower.weightedAt sizes weights nu0 nu1

    /// <summary>The power without pseudo-experiments of one size.</summary>
    /// <param name="alpha">the size</param>
    /// <param name="s">the width of the sum, known exactly</param>
    /// <param name="h0">the null hypothesis</param>
    /// <param name="h1">the alternative</param>
    /// <param name="strategy">how r is used</param>
    let exactPower
        (alpha: float)
        (s: float)
        (h0: ExpectedEvents)
        (h1: ExpectedEvents)
        (strategy: PowerStrategy)
        : float =
        (exactPowers [ alpha ] s h0 h1 strategy).Head

    /// <summary>σ_μ of the signal strength μ that scales S, by Fisher's information Σ_b S_b²/(μ S_b + B_b)
    /// of what a strategy counts.</summary>
    /// <param name="s">the width of the sum, known exactly</param>
    /// <param name="expected">S at μ = 1, and B</param>
    /// <param name="mu">where, 0 or above</param>
    /// <param name="strategy">how r is used</param>
    let strengthError
        (s: float)
        (expected: ExpectedEvents)
        (mu: float)
        (strategy: PowerStrategy)
        : float =
        let information =
            shares s strategy
            |> Array.sumBy (fun (s, b) ->
                let signal, background = expected.Signal * s, expected.Background * b
                signal * signal / (mu * signal + background))

        1.0 / sqrt information

    /// <summary>σ_μ of the strength that scales S, at 1, from counts in bins of y, with the width s fitted
    /// beside it: the information of bins that a summary makes.</summary>
    /// <param name="bins">the bin of the middle of each of n equal cells of y, from 0; −1 where events are
    /// left out. With a bin of its own for each cell this is the unbinned analysis</param>
    /// <param name="s">the width of the sum, its nominal value</param>
    /// <param name="widthError">the error of a measurement of s, above 0; +∞ without one</param>
    /// <param name="expected">S at μ = 1, and B</param>
    let profiledError
        (bins: int[])
        (s: float)
        (widthError: float)
        (expected: ExpectedEvents)
        : float =
        let n = float bins.Length
        let count = 1 + Array.max bins

        let counts, byStrength, byWidth =
            Array.zeroCreate count, Array.zeroCreate count, Array.zeroCreate count

        bins
        |> Array.iteri (fun k b ->
            if b >= 0 then
                let y = (float k + 0.5) / n - 0.5
                let signal = expected.Signal * BumpToy.signalDensity s y / n
                counts[b] <- counts[b] + signal + expected.Background / n
                byStrength[b] <- byStrength[b] + signal
                byWidth[b] <- byWidth[b] + signal * BumpToy.widthScore s y)

        let width =
            if System.Double.IsInfinity widthError then
                None
            else
                Some widthError

        CountInformation.error 0 [ None; width ] counts [| byStrength; byWidth |]
