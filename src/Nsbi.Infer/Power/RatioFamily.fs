namespace Nsbi.Infer

open System
open System.Globalization
open System.Runtime.InteropServices
open Nsbi.Kernels

/// <summary>The ratio of signal to background of events by the value of a nuisance parameter: exact, or by
/// a parameterised network.</summary>
type IRatioFamily =
    /// Names and values of everything that the ratios depend on.
    abstract Settings: (string * string) list

    /// <summary>Values of the nuisance parameter, ascending, three or more, over which it is profiled:
    /// no further apart than its error.</summary>
    abstract Knots: float[]

    /// <summary>p_S/p_B of each event at each knot.</summary>
    /// <param name="team">threads; the values do not depend on their number</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>[knot][event]</returns>
    abstract Ratios: team: ThreadTeam * features: float[] -> float[][]

/// <summary>Statistics that profile a nuisance parameter, which was measured beside the events: the first
/// global observable a, with a ~ N(α, Δ²).</summary>
/// <remarks>−2 ln L is minimised over the knots, and between them by the parabola through the lowest and its
/// neighbours.</remarks>
[<RequireQualifiedAccess>]
module RatioFamily =

    let private text (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    /// <summary>A family of a formula.</summary>
    /// <param name="settings">what the formula depends on</param>
    /// <param name="knots">values of the nuisance parameter</param>
    /// <param name="at">the ratio at a value</param>
    let ofRatios
        (settings: (string * string) list)
        (knots: float list)
        (at: float -> IEventRatio)
        : IRatioFamily =
        if
            knots.Length < 3
            || List.pairwise knots |> List.exists (fun (a, b) -> not (a < b))
        then
            invalidArg (nameof knots) "Give three knots or more, ascending."

        let ratios = knots |> List.map at |> List.toArray

        {
            new IRatioFamily with
                member _.Settings =
                    settings @ [ "knots", knots |> List.map text |> String.concat " " ]

                member _.Knots = List.toArray knots

                member _.Ratios(team, features) =
                    ratios |> Array.map (fun r -> r.Ratios(team, features))
        }

    /// <summary>The family with E_B[r(·|α)] = 1 at every knot. A network between the values it was trained at is
    /// normalised to a per cent; a fit over α, in which n events count n μ (E_B[r] − 1), needs far better.
    /// </summary>
    /// <param name="team">threads; the values do not depend on their number</param>
    /// <param name="background">n x F, row-major: events of the background of equal weight, many, or a grid
    /// of equal content</param>
    /// <param name="family">r by the nuisance parameter</param>
    let normalised (team: ThreadTeam) (background: float[]) (family: IRatioFamily) : IRatioFamily =
        let means = family.Ratios(team, background) |> Array.map Array.average
        let bytes = MemoryMarshal.AsBytes(ReadOnlySpan background).ToArray()

        {
            new IRatioFamily with
                member _.Settings = family.Settings @ [ "normalised on", ContentHash.ofBytes bytes ]

                member _.Knots = family.Knots

                member _.Ratios(team, features) =
                    family.Ratios(team, features)
                    |> Array.map2 (fun mean -> Array.map (fun r -> r / mean)) means
        }

    /// The place between knots at which the parabola through three of them is lowest, and how low; the
    /// lowest knot itself at an end.
    let private lowest (knots: float[]) (heights: float[]) : struct (float * float * int) =
        let k = heights |> Array.indexed |> Array.minBy snd |> fst

        if k = 0 || k = knots.Length - 1 then
            struct (knots[k], heights[k], k)
        else
            let a, b, c = knots[k - 1], knots[k], knots[k + 1]
            let slope1 = (heights[k] - heights[k - 1]) / (b - a)
            let slope2 = (heights[k + 1] - heights[k]) / (c - b)
            let curvature = (slope2 - slope1) / (c - a)

            if curvature <= 0.0 then
                struct (b, heights[k], k)
            else
                let x = 0.5 * (a + b) - 0.5 * slope1 / curvature

                let height = heights[k - 1] + slope1 * (x - a) + curvature * (x - a) * (x - b)

                struct (x, height, k)

    /// Lagrange's parabola through the values at three neighbouring knots.
    let private between (knots: float[]) (values: float[]) (k: int) (x: float) : float =
        let k = max 1 (min (knots.Length - 2) k)
        let a, b, c = knots[k - 1], knots[k], knots[k + 1]

        values[k - 1] * (x - b) * (x - c) / ((a - b) * (a - c))
        + values[k] * (x - a) * (x - c) / ((b - a) * (b - c))
        + values[k + 1] * (x - a) * (x - b) / ((c - a) * (c - b))

    let private penalty (error: float) (toy: EventToy) (alpha: float) : float =
        if Double.IsInfinity error then
            0.0
        else
            let pull = (alpha - toy.Globals[0]) / error
            pull * pull

    let private statistic name settings (family: IRatioFamily) value = {
        new IEventStatistic with
            member _.Name = name
            member _.Settings = family.Settings @ settings

            member _.Evaluate(team, toys) =
                toys |> Array.map (fun toy -> value toy (family.Ratios(team, toy.Features)))
    }

    /// <summary>ln λ = ½ [min_α −2 ln L(H0, α) − min_α −2 ln L(H1, α)], with −2 ln L =
    /// 2(S + B) − 2 Σ ln(S r_i(α) + B) + (α − a)²/Δ².</summary>
    /// <param name="family">r by the nuisance parameter</param>
    /// <param name="error">Δ; +∞ where the nuisance parameter is not constrained</param>
    /// <param name="h0">the null hypothesis</param>
    /// <param name="h1">the alternative</param>
    let likelihoodRatio
        (family: IRatioFamily)
        (error: float)
        (h0: ExpectedEvents)
        (h1: ExpectedEvents)
        : IEventStatistic =
        let least (h: ExpectedEvents) (toy: EventToy) (ratios: float[][]) =
            let heights =
                Array.map2
                    (fun alpha r ->
                        let mutable sum = 0.0

                        for x in r do
                            sum <- sum + log (h.Signal * x + h.Background)

                        2.0 * h.Total - 2.0 * sum + penalty error toy alpha)
                    family.Knots
                    ratios

            let struct (_, height, _) = lowest family.Knots heights
            height

        statistic
            "profiled"
            [ "error", text error; "S0", text h0.Signal; "S1", text h1.Signal ]
            family
            (fun toy ratios -> 0.5 * (least h0 toy ratios - least h1 toy ratios))

    /// <summary>μ̂, the fraction of signal where −2 Σ ln(μ r_i(α) + 1 − μ) + (α − a)²/Δ² is lowest over
    /// both.</summary>
    /// <param name="family">r by the nuisance parameter</param>
    /// <param name="error">Δ; +∞ where the nuisance parameter is not constrained</param>
    let bestFit (family: IRatioFamily) (error: float) : IEventStatistic =
        let height mu (r: float[]) =
            let mutable sum = 0.0

            for x in r do
                sum <- sum + log (mu * x + 1.0 - mu)

            -2.0 * sum

        statistic "best fit, profiled" [ "error", text error ] family (fun toy ratios ->
            let best = ratios |> Array.map SignalFraction.bestFit

            if Array.exists Double.IsNaN best then
                nan
            else
                let heights =
                    Array.init family.Knots.Length (fun k ->
                        height best[k] ratios[k] + penalty error toy family.Knots[k])

                let struct (x, _, k) = lowest family.Knots heights
                between family.Knots best k x)
