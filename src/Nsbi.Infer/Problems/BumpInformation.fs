namespace Nsbi.Infer

open System
open MathNet.Numerics.Integration

/// <summary>What N events of the bump toy tell of the fraction μ of signal in them: the error σ_μ of
/// the best estimate, by quadrature.</summary>
/// <remarks>With the ratio r = p_S/p_B as it is, σ_μ² = 1/(N ∫ (r − 1)²/(μ r + 1 − μ) dy), Fisher's
/// bound. Source: Nachman, arXiv:1909.03081, sections 3.3 and 4.3.</remarks>
[<RequireQualifiedAccess>]
module BumpInformation =

    let private order = 48

    /// ∫_{−½}^{½} f dy of an even function that changes over the width s around 0.
    let private integral (s: float) (f: float -> float) : float =
        let ends =
            [|
                0.0
                for multiple in [ 0.25; 0.5; 1.0; 2.0; 3.0; 4.5; 6.5; 10.0 ] do
                    if multiple * s < 0.5 then
                        multiple * s
                0.5
            |]
            |> Array.pairwise

        2.0
        * (ends
           |> Array.sumBy (fun (a, b) -> GaussLegendreRule.Integrate(Func<_, _> f, a, b, order)))

    let private checkFraction (mu: float) (events: float) =
        if not (mu > 0.0 && mu < 1.0) then
            invalidArg (nameof mu) $"The fraction of signal lies between 0 and 1; {mu} does not."

        if not (Double.IsFinite events && events > 0.0) then
            invalidArg (nameof events) $"The number of events is above 0; {events} is not."

    /// <summary>∫ (p_S − 1)²/(μ p_S + 1 − μ) dy, the information of one event.</summary>
    let private perEvent (s: float) (mu: float) : float =
        integral s (fun y ->
            let r = BumpToy.signalDensity s y
            (r - 1.0) * (r - 1.0) / (mu * r + 1.0 - mu))

    /// <summary>σ_μ of events whose y is used.</summary>
    /// <param name="s">width of the sum, above 0</param>
    /// <param name="mu">the true fraction of signal, between 0 and 1</param>
    /// <param name="events">N</param>
    /// <exception cref="T:System.ArgumentException">a width, fraction or number that is none
    /// </exception>
    let error (s: float) (mu: float) (events: float) : float =
        checkFraction mu events
        1.0 / sqrt (events * perEvent s mu)

    /// <summary>σ_μ of the moment estimator whose score t = (r' − 1)/(μ r' + 1 − μ) has the ratio r' of
    /// a width s' where the data have the width s: σ_μ = √Var t/(√N |∫ t (p_S − 1) dy|). It is
    /// unbiased, since the mean of t comes from simulation of the right width.</summary>
    /// <param name="trained">s', the width of the classifier</param>
    /// <param name="s">the width of the data</param>
    /// <param name="mu">the true fraction of signal</param>
    /// <param name="events">N</param>
    let errorOfScore (trained: float) (s: float) (mu: float) (events: float) : float =
        checkFraction mu events

        let score y =
            let r = BumpToy.signalDensity trained y
            (r - 1.0) / (mu * r + 1.0 - mu)

        let mean power =
            integral (min trained s) (fun y ->
                BumpToy.mixtureDensity s mu y * (score y ** float power))

        let slope =
            integral (min trained s) (fun y -> score y * (BumpToy.signalDensity s y - 1.0))

        let first = mean 1
        sqrt ((mean 2 - first * first) / events) / abs slope

    /// <summary>σ_μ of the moment estimator whose score has any ratio r', such as a network's, by the
    /// trapezoid rule on the points at which it is known.</summary>
    /// <param name="ratios">r' at the points y_k = k/n − ½, k = 0 … n − 1</param>
    /// <param name="s">the width of the data; n well above 10/s</param>
    /// <param name="mu">the true fraction of signal</param>
    /// <param name="events">N</param>
    let errorOfRatios (ratios: float[]) (s: float) (mu: float) (events: float) : float =
        checkFraction mu events
        let n = float ratios.Length
        let mutable first = 0.0
        let mutable second = 0.0
        let mutable slope = 0.0

        for k in 0 .. ratios.Length - 1 do
            let p = BumpToy.signalDensity s (float k / n - 0.5)
            let t = (ratios[k] - 1.0) / (mu * ratios[k] + 1.0 - mu)
            let density = mu * p + 1.0 - mu
            first <- first + density * t / n
            second <- second + density * t * t / n
            slope <- slope + t * (p - 1.0) / n

        sqrt ((second - first * first) / events) / abs slope

    /// <summary>σ_μ where the width s is not known but for a measurement of it with the error Δ, and is
    /// fitted with μ: √(V_μμ) of the inverse of Fisher's matrix.</summary>
    /// <param name="widthError">Δ, above 0; +∞ without the measurement</param>
    /// <param name="s">the true width</param>
    /// <param name="mu">the true fraction of signal</param>
    /// <param name="events">N</param>
    let errorProfiled (widthError: float) (s: float) (mu: float) (events: float) : float =
        checkFraction mu events

        let element f =
            events
            * integral s (fun y ->
                let r = BumpToy.signalDensity s y
                f (r - 1.0) (mu * r * BumpToy.widthScore s y) / (mu * r + 1.0 - mu))

        let mm = element (fun a _ -> a * a)
        let ms = element (fun a b -> a * b)
        let ss = element (fun _ b -> b * b) + 1.0 / (widthError * widthError)
        1.0 / sqrt (mm - ms * ms / ss)

    /// <summary>σ_μ of events with σ ~ U(0, 0.29) where y and σ are used.</summary>
    /// <param name="width">what σ is the width of</param>
    /// <param name="mu">the true fraction of signal</param>
    /// <param name="events">N</param>
    let errorWithWidth (width: BumpWidth) (mu: float) (events: float) : float =
        checkFraction mu events
        let greatest = width.Factor * BumpToy.greatestWidth

        // The information falls with s like a line and a logarithm: finer panels towards 0.
        let ends = [|
            for fraction in [ 1e-5; 1e-4; 1e-3; 0.01; 0.05; 0.2; 0.5; 1.0 ] -> fraction * greatest
        |]

        let inside =
            Array.pairwise ends
            |> Array.sumBy (fun (a, b) ->
                GaussLegendreRule.Integrate(Func<_, _>(fun s -> perEvent s mu), a, b, 16))

        let mean = (inside + ends[0] * perEvent ends[0] mu) / greatest
        1.0 / sqrt (events * mean)

    /// <summary>σ_μ of the same events where y alone is used.</summary>
    /// <param name="width">what σ is the width of</param>
    /// <param name="mu">the true fraction of signal</param>
    /// <param name="events">N</param>
    let errorWithoutWidth (width: BumpWidth) (mu: float) (events: float) : float =
        checkFraction mu events

        // y = t⁶/2 takes the logarithm at 0 away.
        let information =
            GaussLegendreRule.Integrate(
                Func<_, _>(fun t ->
                    let y = 0.5 * t ** 6.0
                    let r = BumpToy.averagedDensity width y
                    6.0 * t ** 5.0 * (r - 1.0) * (r - 1.0) / (mu * r + 1.0 - mu)),
                0.0,
                1.0,
                256
            )

        1.0 / sqrt (events * information)
