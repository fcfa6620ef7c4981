namespace Nsbi.Infer

open System.Globalization
open Nsbi.Kernels

/// <summary>A hypothesis on the expected events.</summary>
type ExpectedEvents = {
    /// S, 0 or above.
    Signal: float
    /// B, above 0.
    Background: float
} with

    /// S + B.
    member this.Total: float = this.Signal + this.Background

/// <summary>Test statistics of a ratio r = p_S/p_B for two hypotheses on the expected events: the log
/// likelihood ratio of what a strategy keeps of the events.</summary>
/// <remarks>ln λ = Σ_i ln[(S_1 r_i + B_1)/(S_0 r_i + B_0)] − (ν_1 − ν_0) for all events; with bins the
/// yields of the bin of each event take the place of S r and B. Constants are left out. Source: Nachman,
/// arXiv:1909.03081, eqs 3.1, 3.6 and 3.8.</remarks>
[<RequireQualifiedAccess>]
module RatioStatistic =

    /// ln of the rates of the two hypotheses at a ratio.
    let private weight
        (h0: ExpectedEvents)
        (h1: ExpectedEvents)
        (signal: float)
        (background: float)
        =
        log (
            (h1.Signal * signal + h1.Background * background)
            / (h0.Signal * signal + h0.Background * background)
        )

    let private text (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private settings (ratio: IEventRatio) (h0: ExpectedEvents) (h1: ExpectedEvents) = [
        yield! ratio.Settings
        "S0", text h0.Signal
        "B0", text h0.Background
        "S1", text h1.Signal
        "B1", text h1.Background
    ]

    let private statistic name settings features ratio (value: float[] -> float) = {
        new IEventStatistic with
            member _.Name = name
            member _.Settings = settings

            member _.Evaluate(team, toys) =
                EventRatio.ofToys team features ratio toys |> Array.map value
    }

    /// The share of events in each bin. Half an event is put into each bin that has none, so that a
    /// toy that has one there is not impossible.
    let private shares (edges: float[]) (ratios: float[]) : float[] =
        let counts = Array.zeroCreate<float>(edges.Length + 1)

        for r in ratios do
            let b = PowerStrategy.binOf edges r
            counts[b] <- counts[b] + 1.0

        let counts = counts |> Array.map (fun n -> if n = 0.0 then 0.5 else n)
        let total = Array.sum counts
        counts |> Array.map (fun n -> n / total)

    /// <summary>The statistic of a strategy.</summary>
    /// <param name="features">F of the events</param>
    /// <param name="ratio">r of events</param>
    /// <param name="calibration">features of simulated signal and background events, n x F, which the
    /// ratio was not trained on; for bins, whose contents come from them</param>
    /// <param name="h0">the null hypothesis</param>
    /// <param name="h1">the alternative</param>
    /// <param name="strategy">how the ratio is used</param>
    let create
        (features: int)
        (ratio: IEventRatio)
        (calibration: float[] * float[])
        (h0: ExpectedEvents)
        (h1: ExpectedEvents)
        (strategy: PowerStrategy)
        : IEventStatistic =
        let name = PowerStrategy.name strategy
        let settings = settings ratio h0 h1

        let binned () =
            use team = new ThreadTeam(1)
            let signal = ratio.Ratios(team, fst calibration)
            let background = ratio.Ratios(team, snd calibration)

            // Equally filled under the background alone.
            let sorted = lazy (Array.sort background)

            let quantile p =
                sorted.Value[min (sorted.Value.Length - 1) (int (p * float sorted.Value.Length))]

            let edges = PowerStrategy.edges quantile strategy

            let weights =
                Array.map2 (weight h0 h1) (shares edges signal) (shares edges background)

            struct (edges, weights)

        let settingsOfBins (edges: float[]) (weights: float[]) =
            settings
            @ [
                "edges", edges |> Array.map text |> String.concat " "
                "weights", weights |> Array.map text |> String.concat " "
            ]

        match strategy with
        | PowerStrategy.Inclusive ->
            let towards = float (sign (h1.Total - h0.Total))

            statistic name settings features ratio (fun r -> towards * float r.Length)
        | PowerStrategy.Cut _ ->
            // A count: its sign says which way.
            let struct (edges, weights) = binned ()
            let towards = float (sign weights[weights.Length - 1])

            statistic name (settingsOfBins edges [||]) features ratio (fun r ->
                let mutable above = 0

                for x in r do
                    if x > edges[0] then
                        above <- above + 1

                towards * float above)
        | PowerStrategy.Edges _
        | PowerStrategy.Range _
        | PowerStrategy.Bins _ ->
            let struct (edges, weights) = binned ()

            statistic name (settingsOfBins edges weights) features ratio (fun r ->
                let counts = Array.zeroCreate<int> weights.Length

                for x in r do
                    let b = PowerStrategy.binOf edges x
                    counts[b] <- counts[b] + 1

                // Bin by bin, so that equal counts are equal statistics.
                let mutable sum = 0.0

                for b in 0 .. counts.Length - 1 do
                    sum <- sum + float counts[b] * weights[b]

                sum)
        | PowerStrategy.Unbinned ->
            statistic name settings features ratio (fun r ->
                let mutable sum = 0.0

                for x in r do
                    sum <- sum + weight h0 h1 x 1.0

                sum)
