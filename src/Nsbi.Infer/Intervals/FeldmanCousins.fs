namespace Nsbi.Infer

open System
open MathNet.Numerics
open MathNet.Numerics.Distributions
open MathNet.Numerics.RootFinding

/// <summary>The counts n that a signal μ accepts; they are always neighbours.</summary>
type CountRange = {
    /// The signal μ.
    Signal: float
    /// The smallest count accepted.
    First: int
    /// The largest count accepted.
    Last: int
    /// <summary>Their probability Σ P(n | μ + b), at least the confidence level.</summary>
    Probability: float
}

/// <summary>The unified intervals of Feldman and Cousins for a count over a known background and for
/// a Gaussian measurement of a quantity that cannot be negative, without toys.</summary>
/// <remarks>Source: Feldman, Cousins, Phys. Rev. D 57, 3873 (1998), arXiv:physics/9711021.
/// Counts are ordered by the likelihood ratio R(n) = P(n | μ + b)/P(n | max(0, n − b) + b), and μ
/// accepts {n: R(n) ≥ R_c} with the largest R_c for which that has the confidence level: counts of
/// equal R are accepted together, so that the order in which they are looked at does not matter.
/// An interval for n is {μ: n accepted}, for which P(μ in interval) ≥ the level for every μ.</remarks>
[<RequireQualifiedAccess>]
module FeldmanCousins =

    let private requireLevel (level: float) =
        if not (level > 0.0 && level < 1.0) then
            invalidArg (nameof level) $"A confidence level lies between 0 and 1; {level} does not."

    let private requireBackground (background: float) =
        if not (background >= 0.0 && Double.IsFinite background) then
            invalidArg
                (nameof background)
                $"A background is 0 or above and finite, not {background}."

    let private requireCount (count: int) =
        if count < 0 then
            invalidArg (nameof count) $"A count is 0 or above, not {count}."

    /// x ln x, 0 at 0.
    let private timesLog (x: float) (y: float) = if x = 0.0 then 0.0 else x * log y

    let private logProbability (mean: float) (n: int) : float =
        timesLog (float n) mean - mean - SpecialFunctions.FactorialLn n

    /// ln R(n), 0 at the best count and falling on both sides of it.
    let private logRatio (background: float) (signal: float) (n: int) : float =
        let best = max background (float n)
        timesLog (float n) ((signal + background) / best) - (signal + background) + best

    /// Ratios closer than rounding are equal: at μ = 0 all counts below b have R = 1.
    let private tie = 1e-12

    /// <summary>The counts that a signal accepts.</summary>
    /// <param name="level">confidence level, between 0 and 1</param>
    /// <param name="background">b, expected counts without signal; 0 or above</param>
    /// <param name="signal">μ, expected counts of the signal; 0 or above</param>
    /// <exception cref="T:System.ArgumentException">a level that is none, a negative mean</exception>
    let acceptance (level: float) (background: float) (signal: float) : CountRange =
        requireLevel level
        requireBackground background

        if not (signal >= 0.0 && Double.IsFinite signal) then
            invalidArg (nameof signal) $"A signal is 0 or above and finite, not {signal}."

        let mean = signal + background

        let ratio n =
            if n < 0 then -infinity else logRatio background signal n

        let probability n = exp (logProbability mean n)
        let start = int mean
        let start = if ratio (start + 1) > ratio start then start + 1 else start

        // ln R is concave in n: the next best count is a neighbour of those accepted.
        let rec grow first last sum =
            let below, above = ratio (first - 1), ratio (last + 1)
            let next = max below above
            let isTied = next >= min (ratio first) (ratio last) - tie

            if sum >= level && not isTied then
                {
                    Signal = signal
                    First = first
                    Last = last
                    Probability = sum
                }
            else
                let takesBelow = below >= next - tie
                let takesAbove = above >= next - tie
                let gain n takes = if takes then probability n else 0.0
                let first' = if takesBelow then first - 1 else first
                let last' = if takesAbove then last + 1 else last
                let more = gain (first - 1) takesBelow + gain (last + 1) takesAbove

                // Beyond double precision there is nothing to add.
                if more = 0.0 && sum > 0.5 then
                    {
                        Signal = signal
                        First = first
                        Last = last
                        Probability = sum
                    }
                else
                    grow first' last' (sum + more)

        grow start start (probability start)

    /// <summary>The acceptance of each signal of a grid.</summary>
    let belt (level: float) (background: float) (signals: float list) : CountRange list =
        signals |> List.map (acceptance level background)

    let private accepts level background count signal =
        let range = acceptance level background signal
        range.First <= count && count <= range.Last

    /// The end of acceptance between a signal inside and one outside.
    let rec private edge isAccepted (inside: float) (outside: float) : float =
        let middle = 0.5 * (inside + outside)

        if abs (outside - inside) <= 1e-12 * (1.0 + abs inside) then
            middle
        elif isAccepted middle then
            edge isAccepted middle outside
        else
            edge isAccepted inside middle

    /// <summary>{μ ≥ 0: n is accepted}: a list, because the belt of a discrete count is not monotone
    /// and now and then leaves a gap; none where no signal accepts n (n far below the background).
    /// </summary>
    /// <param name="step">distance of the signals that are looked at: parts and gaps that are narrower
    /// may be missed; the ends are refined to 1e-12</param>
    /// <param name="level">confidence level, between 0 and 1</param>
    /// <param name="background">b, 0 or above</param>
    /// <param name="count">n, 0 or above</param>
    /// <exception cref="T:System.ArgumentException">an argument outside of its range</exception>
    let intervals (step: float) (level: float) (background: float) (count: int) : Interval list =
        requireCount count

        if not (step > 0.0) then
            invalidArg (nameof step) $"The step between signals must be positive, not {step}."

        let isAccepted = accepts level background count
        // Acceptance reaches about as many standard deviations as the level asks for.
        let tail = max 4.0 (-Normal.InvCDF(0.0, 1.0, 0.25 * (1.0 - level)))
        let n = float count
        let reach = max 0.0 (n - background) + tail * (tail + sqrt (n + tail * tail))
        let last = int (ceil (reach / step))

        let rec walk k inside low found =
            if k > last then
                List.rev found
            else
                let here = float k * step

                match inside, isAccepted here with
                | false, true ->
                    let low = if k = 0 then 0.0 else edge isAccepted here (here - step)
                    walk (k + 1) true low found
                | true, false ->
                    let high = edge isAccepted (here - step) here

                    let piece = {
                        Lower = low
                        Upper = high
                        LowerAtBound = (low = 0.0)
                        UpperAtBound = false
                    }

                    walk (k + 1) false nan (piece :: found)
                | inside, _ -> walk (k + 1) inside low found

        walk 0 false nan []

    /// <summary>The upper end of the last interval, made a falling function of the background as in
    /// the published tables: max over b' ≥ b of the upper end for b'.</summary>
    /// <param name="step">distance of signals and of backgrounds that are looked at; backgrounds up to
    /// 3 above b</param>
    /// <param name="level">confidence level, between 0 and 1</param>
    /// <param name="background">b, 0 or above</param>
    /// <param name="count">n, 0 or above</param>
    /// <returns>the upper end; 0 where no signal accepts n at any of the backgrounds</returns>
    /// <remarks>For n = 0, b = 3 at 90 % the construction gives 0.95 and this 1.08, as published: a
    /// lower background must not give a lower limit for the same count.</remarks>
    let monotoneUpper (step: float) (level: float) (background: float) (count: int) : float =
        let upper b =
            intervals step level b count
            |> List.tryLast
            |> Option.map _.Upper
            |> Option.defaultValue 0.0

        Seq.init (int (3.0 / step) + 1) (fun k -> upper (background + float k * step))
        |> Seq.max

    /// <summary>The interval of a quantity μ ≥ 0 of which x ~ N(μ, 1) was measured, by the same
    /// ordering: R(x) = exp(−(x − μ)²/2) for x ≥ 0 and exp(xμ − μ²/2) below.</summary>
    /// <param name="level">confidence level, between 0 and 1</param>
    /// <param name="x">the measurement in units of its standard deviation</param>
    /// <exception cref="T:System.ArgumentException">a level that is none, x that is not finite
    /// </exception>
    let boundedGaussian (level: float) (x: float) : Interval =
        requireLevel level

        if not (Double.IsFinite x) then
            invalidArg (nameof x) $"The measurement must be finite, not {x}."

        let phi (z: float) = Normal.CDF(0.0, 1.0, z)

        // The probability, under μ, of measurements with a larger ratio than that of x.
        let inner (mu: float) =
            let square = if x >= 0.0 then (x - mu) ** 2.0 else mu * mu - 2.0 * mu * x
            let d = sqrt square

            if mu = 0.0 && x >= 0.0 then phi d
            elif mu = 0.0 then 0.0
            elif d <= mu then phi d - phi -d
            else phi d - phi ((-mu * mu - square) / (2.0 * mu))

        let best = max 0.0 x
        let outside = best + 2.0 - Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 - level))

        let solve low high =
            Brent.FindRoot((fun mu -> inner mu - level), low, high, 1e-13, 200)

        let low =
            if x > 0.0 && inner 0.0 > level then
                Some(solve 0.0 best)
            else
                None

        {
            Lower = defaultArg low 0.0
            Upper = solve best outside
            LowerAtBound = low.IsNone
            UpperAtBound = false
        }
