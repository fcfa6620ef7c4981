namespace Nsbi.Infer

open System

/// <summary>Values of a test statistic in pseudo-experiments of two hypotheses; large values speak for
/// the alternative.</summary>
[<NoComparison; ReferenceEquality>]
type PowerSample = {
    /// How the events were used.
    Strategy: string
    /// Under the null hypothesis H0; NaN where a pseudo-experiment failed.
    Null: float[]
    /// Under the alternative H1; the same.
    Alternative: float[]
}

/// <summary>The power of a test of one size.</summary>
type PowerPoint = {
    /// <summary>The size α: the probability to reject the null hypothesis where it holds.</summary>
    Size: float
    /// The critical value c: H0 is rejected where the statistic is above it.
    Threshold: float
    /// <summary>γ, the probability to reject H0 where the statistic is equal to c, by which the size
    /// is α exactly.</summary>
    Randomised: float
    /// <summary>P(reject H0 | H1), with the Monte Carlo error of both samples.</summary>
    Power: Estimated
    /// <summary>Lower end of Clopper and Pearson's 68.27 % interval, of the alternative's number of
    /// pseudo-experiments.</summary>
    Lower: float
    /// Upper end of it.
    Upper: float
}

/// <summary>Power at fixed size.</summary>
/// <remarks>Statistics of counts have few values, and no threshold gives the size 0.05. The test is then
/// randomised: it rejects above c always, at c with the probability γ, so that the size is α exactly
/// and tests of different strategies can be compared. Equal to a straight line between the points
/// (size, power) of tests that are not randomised; between those, no such test is more powerful.
/// Source: Lehmann, Romano, Testing Statistical Hypotheses (2005), theorem 3.2.1.</remarks>
[<RequireQualifiedAccess>]
module PowerCurve =

    /// How many of ascending values are above a value, ties being equal to it, and how many equal.
    let private split (sorted: float[]) (value: float) : struct (int * int) =
        let tie = ToyPValue.tie value

        let above = sorted |> Ascending.count (fun t -> t > value + tie)
        let atOrAbove = sorted |> Ascending.count (fun t -> t >= value - tie)
        struct (above, atOrAbove - above)

    /// Threshold, γ and the rejected of the alternative: always, and with γ.
    let private test (alpha: float) (h0: float[]) (h1: float[]) =
        let wanted = alpha * float h0.Length
        let rank = min (h0.Length - 1) (int wanted)
        let threshold = h0[h0.Length - 1 - rank]
        let struct (above, equal) = split h0 threshold
        let gamma = max 0.0 (min 1.0 ((wanted - float above) / float equal))
        let struct (above1, equal1) = split h1 threshold
        struct (threshold, gamma, above1, equal1)

    let private power alpha (h0: float[]) (h1: float[]) : float =
        let struct (_, gamma, above, equal) = test alpha h0 h1
        (float above + gamma * float equal) / float h1.Length

    let private ofSorted (alpha: float) (h0: float[]) (h1: float[]) : PowerPoint =
        let struct (threshold, gamma, above, equal) = test alpha h0 h1
        let n0, n1 = float h0.Length, float h1.Length
        let value = (float above + gamma * float equal) / n1
        let square = (float above + gamma * gamma * float equal) / n1

        // The error of the threshold moves the size by √(α(1 − α)/n0), and the power with it.
        let step = 0.2 * min alpha (1.0 - alpha)
        let slope = (power (alpha + step) h0 h1 - power (alpha - step) h0 h1) / (2.0 * step)

        let variance =
            (square - value * value) / n1 + slope * slope * alpha * (1.0 - alpha) / n0

        let rejected = value * n1

        let ends count =
            Fraction.clopperPearson 0.6827 (Fraction.create count h1.Length)

        let struct (lower, _) = ends (int (floor (rejected + 1e-9)))
        let struct (_, upper) = ends (min h1.Length (int (ceil (rejected - 1e-9))))

        {
            Size = alpha
            Threshold = threshold
            Randomised = gamma
            Power = {
                Value = value
                Error = sqrt (max 0.0 variance)
            }
            Lower = lower
            Upper = upper
        }

    let private checkSize (alpha: float) =
        if not (alpha > 0.0 && alpha < 1.0) then
            invalidArg (nameof alpha) $"The size of a test lies between 0 and 1; {alpha} does not."

    /// <summary>The power of tests of several sizes.</summary>
    /// <param name="sizes">α, between 0 and 1</param>
    /// <param name="sample">values under both hypotheses; NaN does not count</param>
    /// <remarks>The error is √(Var φ/n1 + (dP/dα)² α(1 − α)/n0) with φ ∈ {0, γ, 1} the decision; the
    /// slope of the curve is taken over ±0.2 α.</remarks>
    /// <exception cref="T:System.ArgumentException">a size that is none, or no values of one of the
    /// hypotheses</exception>
    let points (sizes: float list) (sample: PowerSample) : PowerPoint list =
        sizes |> List.iter checkSize
        let h0, h1 = Ascending.ofValues sample.Null, Ascending.ofValues sample.Alternative

        if h0.Length = 0 || h1.Length = 0 then
            invalidArg (nameof sample) "Power needs pseudo-experiments of both hypotheses."

        sizes |> List.map (fun alpha -> ofSorted alpha h0 h1)

    /// <summary>The power of a test of one size.</summary>
    let at (alpha: float) (sample: PowerSample) : PowerPoint = (points [ alpha ] sample).Head

    /// <summary>Sizes for a curve: 0.001 to 0.999, closer together at both ends.</summary>
    let sizes: float list = [
        for a in [ 0.001; 0.002; 0.005; 0.01; 0.02; 0.03; 0.04; 0.05; 0.075 ] -> a
        for k in 2..18 -> float k * 0.05
        for a in [ 0.925; 0.95; 0.975; 0.99; 0.999 ] -> a
    ]

    /// <summary>The area under the curve, P(T1 > T0) + ½ P(T1 = T0): the probability that the alternative
    /// has the larger value, of two pseudo-experiments.</summary>
    /// <remarks>Mann and Whitney's statistic; its error is that of Hanley and McNeil, Radiology 143, 29
    /// (1982).</remarks>
    let area (sample: PowerSample) : Estimated =
        let h0, h1 = Ascending.ofValues sample.Null, Ascending.ofValues sample.Alternative
        let n0, n1 = float h0.Length, float h1.Length

        let sum =
            h1
            |> Array.sumBy (fun t ->
                let struct (above, equal) = split h0 t
                n0 - float above - 0.5 * float equal)

        let a = sum / (n0 * n1)
        let q1, q2 = a / (2.0 - a), 2.0 * a * a / (1.0 + a)

        let variance =
            (a * (1.0 - a) + (n1 - 1.0) * (q1 - a * a) + (n0 - 1.0) * (q2 - a * a))
            / (n0 * n1)

        {
            Value = a
            Error = sqrt (max 0.0 variance)
        }

    /// <summary>CLs of the hypothesis with signal, observed and expected as if the data were the median
    /// of the one without.</summary>
    /// <param name="tested">the signal strength, for the record</param>
    /// <param name="sample">values under both hypotheses</param>
    /// <param name="signalIsNull">whether H0 is the one with signal; otherwise H1 is</param>
    let cls (tested: float) (signalIsNull: bool) (sample: PowerSample) : ToyCls =
        let q =
            if signalIsNull then
                id
            else
                Array.map (fun (t: float) -> -t)

        let signal, background =
            if signalIsNull then
                q sample.Null, q sample.Alternative
            else
                q sample.Alternative, q sample.Null

        let known = Ascending.ofValues background
        ToyCls.ofValues tested known[known.Length / 2] signal background
