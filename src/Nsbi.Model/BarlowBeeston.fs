namespace Nsbi.Model

/// <summary>The best statistical factor γ of one bin in closed form: the minimum over γ of
/// −2 ln Pois(d | a + nγ) plus the constraint of γ, where n is the expectation of the processes
/// that γ scales, at the current point, and a that of all others.</summary>
/// <remarks>Setting the derivative to zero gives a quadratic equation in γ, whose larger root is
/// the one at which the expectation a + nγ is not negative. Bounds of γ are not looked at. Source:
/// R. Barlow, C. Beeston, Comput. Phys. Commun. 77 (1993) 219, with one factor per bin (J. S.
/// Conway, arXiv:1103.0354).</remarks>
[<RequireQualifiedAccess>]
module BarlowBeeston =

    // The larger root of a x² + b x + c with a > 0, without cancellation.
    let private largerRoot (a: float) (b: float) (c: float) : float =
        let root = sqrt (max 0.0 (b * b - 4.0 * a * c))

        if b < 0.0 then (root - b) / (2.0 * a)
        elif root + b = 0.0 then 0.0
        else -2.0 * c / (b + root)

    /// <summary>γ̂ under a Gaussian constraint g ~ N(γ, δ²): the larger root of
    /// nγ² + (a − ng + n²δ²)γ + a(nδ² − g) − dnδ² = 0. With a = 0 and g = 1 that is
    /// ½[1 − nδ² + √((1 − nδ²)² + 4dδ²)].</summary>
    /// <param name="count">d ≥ 0, what was counted</param>
    /// <param name="other">a ≥ 0, expected events that γ does not scale</param>
    /// <param name="scaled">n ≥ 0, expected events at γ = 1 that it scales; γ̂ = g at 0</param>
    /// <param name="observed">g, the global observable; 1 in the nominal model</param>
    /// <param name="sigma">δ &gt; 0, the relative statistical uncertainty of the scaled
    /// events</param>
    let gaussian
        (count: float)
        (other: float)
        (scaled: float)
        (observed: float)
        (sigma: float)
        : float =
        if scaled = 0.0 then
            observed
        else
            let variance = sigma * sigma
            let b = other - scaled * observed + scaled * scaled * variance
            let c = other * (scaled * variance - observed) - count * scaled * variance
            largerRoot scaled b c

    /// <summary>γ̂ under a Poisson constraint A ~ Pois(τγ): the larger root of
    /// n(n + τ)γ² + [(n + τ)a − (d + A)n]γ − Aa = 0. With a = 0 that is (d + A)/(n + τ).</summary>
    /// <param name="count">d ≥ 0, what was counted</param>
    /// <param name="other">a ≥ 0, expected events that γ does not scale</param>
    /// <param name="scaled">n ≥ 0, expected events at γ = 1 that it scales; γ̂ = A/τ at 0</param>
    /// <param name="observed">A ≥ 0, the global observable; τ in the nominal model</param>
    /// <param name="tau">τ &gt; 0, 1/δ² of the relative statistical uncertainty δ</param>
    let poisson
        (count: float)
        (other: float)
        (scaled: float)
        (observed: float)
        (tau: float)
        : float =
        if scaled = 0.0 then
            observed / tau
        else
            let total = scaled + tau
            let b = total * other - (count + observed) * scaled
            largerRoot (scaled * total) b (-observed * other)
