namespace Nsbi.Infer

open System
open MathNet.Numerics

/// <summary>Confidence levels of a hypothesis μ by asymptotic formulae.</summary>
type ConfidenceLevels = {
    /// <summary>CLs+b: probability under μ of data that agree less with μ; NaN where undefined.
    /// </summary>
    Clsb: float
    /// CLb: the same probability under the background alone; NaN where undefined.
    Clb: float
    /// CLs = CLs+b/CLb; NaN where undefined.
    Cls: float
    /// Why a level is undefined; none where all are finite.
    Reason: string option
}

/// <summary>Asymptotic distributions of the test statistics and what follows from them: p-values,
/// CLs, expected bands, significances. All for an estimate μ̂ that is Gaussian with mean μ′ and width
/// σ (Wald), σ from an Asimov set.</summary>
/// <remarks>Source: Cowan, Cranmer, Gross and Vitells, arXiv:1007.1727, section 3.</remarks>
[<RequireQualifiedAccess>]
module Asymptotics =

    /// <summary>σ = |μ − μ′|/√t_A of the Asimov set of μ′ (section 3.2).</summary>
    /// <param name="tested">μ</param>
    /// <param name="truth">μ′</param>
    /// <param name="asimov">the statistic t or q of μ on the Asimov set of μ′</param>
    /// <returns>+∞ where the Asimov set does not tell μ from μ′; NaN for μ = μ′</returns>
    let sigma (tested: float) (truth: float) (asimov: float) : float =
        if tested = truth then nan
        elif asimov > 0.0 then abs (tested - truth) / sqrt asimov
        else infinity

    /// <summary>The statistic of an estimate μ̂ in the approximation of Wald (sections 3.1 to 3.7).
    /// </summary>
    /// <param name="statistic">which one</param>
    /// <param name="tested">μ; 0 for q0, not below 0 for the bounded ones</param>
    /// <param name="sigma">σ of μ̂, above 0</param>
    /// <param name="estimate">μ̂</param>
    let ofEstimate
        (statistic: TestStatistic)
        (tested: float)
        (sigma: float)
        (estimate: float)
        : float =
        let parabola = ((tested - estimate) / sigma) ** 2.0

        let bounded () =
            if estimate >= 0.0 then
                parabola
            else
                (tested * tested - 2.0 * tested * estimate) / (sigma * sigma)

        match statistic with
        | TestStatistic.TwoSided -> parabola
        | TestStatistic.TwoSidedBounded -> bounded ()
        | TestStatistic.UpperLimit -> if estimate > tested then 0.0 else parabola
        | TestStatistic.UpperLimitBounded -> if estimate > tested then 0.0 else bounded ()
        | TestStatistic.Discovery -> if estimate > 0.0 then parabola else 0.0

    /// <summary>The p-value of a statistic: the probability under μ′ of a larger value, accurate in
    /// the far tail.</summary>
    /// <param name="statistic">which one</param>
    /// <param name="tested">μ; 0 for q0, not below 0 for the bounded ones</param>
    /// <param name="truth">μ′, the mean of μ̂</param>
    /// <param name="sigma">σ of μ̂, above 0; where μ′ = μ it matters to the bounded ones alone</param>
    /// <param name="value">the statistic, ≥ 0; +∞ gives 0</param>
    /// <returns>the probability of more than the value, so that that of 0 is ½ for q under μ′ = μ
    /// although every μ̂ above μ gives 0</returns>
    /// <remarks>One minus the cumulative distributions of sections 3.3 to 3.7, as sums of upper tails.
    /// </remarks>
    let pValue
        (statistic: TestStatistic)
        (tested: float)
        (truth: float)
        (sigma: float)
        (value: float)
        : float =
        let root = sqrt value
        let shift = if tested = truth then 0.0 else (tested - truth) / sigma
        let reach = tested / sigma

        // Estimates below μ that give more than the value, where μ̂ < 0 counts as 0.
        let below () =
            if value <= reach * reach then
                NormalTail.upper (root - shift)
            elif reach = 0.0 then
                0.0
            else
                let low = truth / sigma
                NormalTail.upper ((value - reach * (reach - 2.0 * low)) / (2.0 * reach))

        if Double.IsPositiveInfinity value then
            0.0
        else
            match statistic with
            | TestStatistic.TwoSided ->
                NormalTail.upper (root + shift) + NormalTail.upper (root - shift)
            | TestStatistic.TwoSidedBounded -> NormalTail.upper (root + shift) + below ()
            | TestStatistic.UpperLimit -> NormalTail.upper (root - shift)
            | TestStatistic.UpperLimitBounded -> below ()
            | TestStatistic.Discovery -> NormalTail.upper (root + shift)

    /// <summary>The cumulative distribution of a statistic under μ′: one minus the p-value.
    /// </summary>
    let cumulative statistic tested truth sigma (value: float) : float =
        1.0 - pValue statistic tested truth sigma value

    /// T of an observation, normal with mean 0 under the background: √q − Q, or (q − Q²)/2Q where μ̂
    /// counts as 0.
    let private standardised (statistic: TestStatistic) (q: float) (asimov: float) : float =
        if statistic.IsBounded && q > asimov then
            (q - asimov) / (2.0 * sqrt asimov)
        else
            sqrt q - sqrt asimov

    let private undefined reason = {
        Clsb = nan
        Clb = nan
        Cls = nan
        Reason = Some reason
    }

    /// <summary>CLs+b = 1 − Φ(T + Q), CLb = 1 − Φ(T) and their ratio, with Q = √q_A, T = √q − Q, or
    /// (q − Q²)/2Q for q̃ above q_A.</summary>
    /// <param name="statistic">q or q̃ (UpperLimit, UpperLimitBounded)</param>
    /// <param name="observed">q of μ on the data; may be +∞</param>
    /// <param name="asimov">q of μ on the Asimov set of the background alone</param>
    /// <returns>CLs keeps its digits where CLs+b and CLb underflow. It is 0 for q = ∞, where CLb is 0
    /// too, the limit for large q; undefined where q_A = 0 &lt; q, as the statistic then tells nothing
    /// of μ</returns>
    /// <remarks>Source: arXiv:1007.1727, section 3.7, with μ′ = 0 for CLb; Read (2002) for CLs.
    /// </remarks>
    /// <exception cref="T:System.ArgumentException">the statistic is not one for upper limits
    /// </exception>
    let confidenceLevels
        (statistic: TestStatistic)
        (observed: float)
        (asimov: float)
        : ConfidenceLevels =
        match statistic with
        | TestStatistic.UpperLimit
        | TestStatistic.UpperLimitBounded -> ()
        | other -> invalidArg (nameof statistic) $"CLs is made of q or qtilde, not of {other.Name}."

        if Double.IsNaN observed || Double.IsNaN asimov then
            undefined "a test statistic is not known"
        elif Double.IsPositiveInfinity asimov then
            undefined
                "the value is impossible for the background-only expectation, which leaves no \
                 distribution to compare with"
        elif Double.IsPositiveInfinity observed then
            {
                Clsb = 0.0
                Clb = 0.0
                Cls = 0.0
                Reason = None
            }
        elif asimov <= 0.0 && observed > 0.0 then
            undefined
                "the background-only expectation has a test statistic of 0: it is not sensitive to \
                 the value"
        else
            let root = sqrt (max 0.0 asimov)

            let t =
                if observed <= 0.0 then
                    -root
                else
                    standardised statistic observed asimov

            {
                Clsb = NormalTail.upper (t + root)
                Clb = NormalTail.upper t
                Cls = NormalTail.ratio t root
                Reason = None
            }

    /// <summary>The deviations of the background at which expectations are given: −2, −1, 0, 1, 2
    /// standard deviations.</summary>
    let deviations: float list = [ -2.0; -1.0; 0.0; 1.0; 2.0 ]

    /// <summary>CLs where the background fluctuates by so many standard deviations:
    /// [1 − Φ(Q − k)]/[1 − Φ(−k)], Q = √q_A.</summary>
    /// <param name="asimov">q of μ on the Asimov set of the background alone</param>
    /// <param name="deviation">k, below 0 for fewer events: a smaller CLs</param>
    /// <returns>0 for q_A = ∞; NaN where q_A is not known</returns>
    let expectedCls (asimov: float) (deviation: float) : float =
        NormalTail.ratio -deviation (sqrt (max 0.0 asimov))

    /// <summary>√q_A at which the expected CLs is α: Φ⁻¹(1 − αΦ(k)) + k; the expected limit is the μ
    /// that has it.</summary>
    /// <param name="alpha">1 − CL, between 0 and 1</param>
    /// <param name="deviation">k, as for <c>expectedCls</c></param>
    let expectedRoot (alpha: float) (deviation: float) : float =
        NormalTail.significanceOfLog (log alpha + NormalTail.logUpper -deviation)
        + deviation

    /// <summary>The CLs upper limit where σ does not depend on μ: μ̂ + σΦ⁻¹(1 − αΦ(μ̂/σ)) (q).
    /// </summary>
    let approximateLimit (alpha: float) (estimate: float) (sigma: float) : float =
        estimate
        + sigma
          * NormalTail.significanceOfLog (log alpha + NormalTail.logUpper (-estimate / sigma))

    /// (1 + x) ln(1 + x) − x, without cancellation.
    let private entropy (x: float) : float =
        if abs x < 1e-2 then
            // Σ_k≥2 (−x)^k/(k(k − 1))
            let rec sum k power total =
                if k > 12 then
                    total
                else
                    let next = power * -x
                    sum (k + 1) next (total + next / float (k * (k - 1)))

            sum 2 -x 0.0
        else
            (1.0 + x) * SpecialFunctions.Log1p x - x

    /// <summary>Median significance of s events over b: √(2[(s + b) ln(1 + s/b) − s]) (eq. 97).
    /// </summary>
    /// <param name="signal">s ≥ 0</param>
    /// <param name="background">b ≥ 0</param>
    /// <returns>+∞ for b = 0 &lt; s; 0 for s = 0</returns>
    let countingSignificance (signal: float) (background: float) : float =
        if signal = 0.0 then 0.0
        elif background = 0.0 then infinity
        else sqrt (2.0 * background * entropy (signal / background))

    /// <summary>The same with a background of an error σ_b from a Poisson control measurement:
    /// √(2[(s + b) ln((s + b)(b + σ²)/(b² + (s + b)σ²)) − (b²/σ²) ln(1 + σ²s/(b(b + σ²)))]).
    /// </summary>
    /// <param name="signal">s ≥ 0</param>
    /// <param name="background">b ≥ 0</param>
    /// <param name="error">σ_b ≥ 0; 0 gives the formula without it</param>
    /// <remarks>Source: Cowan (2012), Discovery sensitivity for a counting experiment with background
    /// uncertainty, eq. 20.</remarks>
    let countingSignificanceWith (signal: float) (background: float) (error: float) : float =
        if error = 0.0 || signal = 0.0 || background = 0.0 then
            countingSignificance signal background
        else
            let s, b, v = signal, background, error * error

            let first = (s + b) * SpecialFunctions.Log1p(s * b / (b * b + (s + b) * v))
            let second = b * b / v * SpecialFunctions.Log1p(v * s / (b * (b + v)))
            sqrt (max 0.0 (2.0 * (first - second)))
