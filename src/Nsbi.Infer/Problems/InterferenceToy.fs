namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Model.Words

/// <summary>The densities of the interference toy.</summary>
type InterferenceProcess =
    /// S: 40 events, N(1.2, 0.7²).
    | Signal
    /// B: 80 events, N(0, 1), which interferes with the signal.
    | Background
    /// NI: 200 events, N(−0.6, 1.2²), which does not interfere.
    | NonInterfering
    /// I = 2 cos φ √(D_S D_B): −51.68 events, a Gaussian too.
    | Interference
    /// SBI = S + B + I, positive everywhere.
    | Total

/// <summary>Points and widths of a quadrature: ∫ f dx = Σ_i f(x_i) w_i.</summary>
[<NoComparison; ReferenceEquality>]
type Quadrature = {
    /// x_i, ascending.
    Nodes: float[]
    /// w_i.
    Widths: float[]
}

/// <summary>IF1, the one-dimensional interference toy of which every number is known: the densities
/// are Gaussians in one observable x, and the rate density at signal strength μ is
/// D(x; μ) = μ D_S + √μ D_I + D_B + D_NI with cos φ = −0.6.</summary>
/// <remarks>The square root of a product of two Gaussians is a Gaussian, so D_I = ν_I N(m_I, s_I²)
/// with 1/s_I² = ½(1/s_S² + 1/s_B²), m_I = ½ s_I² (m_S/s_S² + m_B/s_B²) and
/// ν_I = 2 cos φ √(ν_S ν_B) ∫√(p_S p_B).</remarks>
[<RequireQualifiedAccess>]
module InterferenceToy =

    let private cosine = -0.6
    let private meanS = 1.2
    let private widthS = 0.7
    let private eventsS = 40.0
    let private meanB = 0.0
    let private widthB = 1.0
    let private eventsB = 80.0
    let private meanNI = -0.6
    let private widthNI = 1.2
    let private eventsNI = 200.0

    let private sumOfSquares = widthS * widthS + widthB * widthB

    /// <summary>The Bhattacharyya coefficient ∫√(p_S p_B) dx = √(2 s_S s_B/(s_S² + s_B²))
    /// exp(−(m_S − m_B)²/4(s_S² + s_B²)), 0.7612734317.</summary>
    let overlap: float =
        sqrt (2.0 * widthS * widthB / sumOfSquares)
        * exp (-((meanS - meanB) ** 2.0) / (4.0 * sumOfSquares))

    /// <summary>s_I, the width of the interference density, 0.8109982249.</summary>
    let interferenceWidth: float = widthS * widthB * sqrt (2.0 / sumOfSquares)

    /// <summary>m_I, the mean of the interference density, 0.8053691275.</summary>
    let interferenceMean: float =
        0.5
        * interferenceWidth
        * interferenceWidth
        * (meanS / (widthS * widthS) + meanB / (widthB * widthB))

    let private eventsI = 2.0 * cosine * sqrt (eventsS * eventsB) * overlap

    /// <summary>The name of a process in the model: S, B, NI, I, SBI.</summary>
    let name (proc: InterferenceProcess) : string =
        match proc with
        | Signal -> "S"
        | Background -> "B"
        | NonInterfering -> "NI"
        | Interference -> "I"
        | Total -> "SBI"

    /// <summary>ν_c, the expected events at μ = 1; negative for the interference.</summary>
    let expected (proc: InterferenceProcess) : float =
        match proc with
        | Signal -> eventsS
        | Background -> eventsB
        | NonInterfering -> eventsNI
        | Interference -> eventsI
        | Total -> eventsS + eventsB + eventsI

    let private normal (mean: float) (width: float) (x: float) =
        let z = (x - mean) / width
        exp (-0.5 * z * z) / (width * sqrt (2.0 * Math.PI))

    /// <summary>p_c(x), normalised to 1 over the real line.</summary>
    let rec density (proc: InterferenceProcess) (x: float) : float =
        match proc with
        | Signal -> normal meanS widthS x
        | Background -> normal meanB widthB x
        | NonInterfering -> normal meanNI widthNI x
        | Interference -> normal interferenceMean interferenceWidth x
        | Total ->
            let rate proc = expected proc * density proc x
            (rate Signal + rate Background + rate Interference) / expected Total

    /// <summary>ν(μ) = μ ν_S + √μ ν_I + ν_B + ν_NI, the expected events.</summary>
    /// <param name="mu">signal strength, 0 or above</param>
    let rate (mu: float) : float =
        mu * eventsS + sqrt mu * eventsI + eventsB + eventsNI

    /// <summary>D(x; μ), the expected events per unit of x; its integral is ν(μ).</summary>
    /// <param name="mu">signal strength, 0 or above</param>
    /// <param name="x">the observable</param>
    let rateDensity (mu: float) (x: float) : float =
        let part proc = expected proc * density proc x

        mu * part Signal
        + sqrt mu * part Interference
        + part Background
        + part NonInterfering

    /// <summary>The density of a mixture Σ_k w_k p_k.</summary>
    /// <param name="mixture">processes with their weights, which sum to 1</param>
    /// <param name="x">the observable</param>
    let mixtureDensity (mixture: (InterferenceProcess * float) list) (x: float) : float =
        mixture |> List.sumBy (fun (proc, weight) -> weight * density proc x)

    /// <summary>The exact density ratio r_c(x) = p_c(x)/p_ref(x) to a mixture.</summary>
    /// <param name="mixture">p_ref: processes with their weights, which sum to 1</param>
    /// <param name="proc">the process c</param>
    /// <param name="x">the observable, within 12 of 0: further out the densities underflow</param>
    let ratio
        (mixture: (InterferenceProcess * float) list)
        (proc: InterferenceProcess)
        (x: float)
        : float =
        density proc x / mixtureDensity mixture x

    /// <summary>The processes of the model, of which each is a positive density that can be sampled:
    /// S, SBI, B, NI.</summary>
    let sampled: InterferenceProcess list = [ Signal; Total; Background; NonInterfering ]

    /// <summary>The equal mixture of the four sampled processes, a reference in which every ratio is
    /// bounded by 4.</summary>
    let reference: (InterferenceProcess * float) list =
        sampled |> List.map (fun proc -> proc, 0.25)

    /// <summary>The trapezoid rule on [−12, 12], beyond which no process has 1e-20 of its events. For
    /// these analytic integrands its error falls exponentially with the number of points: integrals
    /// of D and D ln D are good to 1e-12 from 1000 points on.</summary>
    /// <param name="points">number of nodes, 2 or more</param>
    /// <exception cref="T:System.ArgumentException">fewer than 2 points</exception>
    let quadrature (points: int) : Quadrature =
        if points < 2 then
            invalidArg (nameof points) $"Give 2 points or more, not {points}."

        let width = 24.0 / float (points - 1)

        {
            Nodes = Array.init points (fun i -> -12.0 + width * float i)
            Widths =
                Array.init points (fun i -> if i = 0 || i = points - 1 then 0.5 * width else width)
        }

    /// <summary>Events of one process, each of weight 1; a function of the arguments alone, and the
    /// first n of more events are the same as n.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="proc">what to sample</param>
    /// <param name="events">how many</param>
    /// <remarks>SBI is accepted from S + B with probability D_SBI/(D_S + D_B), which is below 1
    /// because the interference is negative everywhere.</remarks>
    let sample (seed: uint64) (proc: InterferenceProcess) (events: int) : float[] =
        let mutable stream = RandomStream(seed, $"interference toy {name proc}")
        let signalShare = eventsS / (eventsS + eventsB)
        let x = Array.zeroCreate events

        for i in 0 .. events - 1 do
            match proc with
            | Signal -> x[i] <- meanS + widthS * stream.NextGaussian()
            | Background -> x[i] <- meanB + widthB * stream.NextGaussian()
            | NonInterfering -> x[i] <- meanNI + widthNI * stream.NextGaussian()
            | Interference -> x[i] <- interferenceMean + interferenceWidth * stream.NextGaussian()
            | Total ->
                let mutable accepted = false

                while not accepted do
                    let isSignal = stream.NextDouble() < signalShare
                    let z = stream.NextGaussian()
                    let candidate = if isSignal then meanS + widthS * z else meanB + widthB * z

                    let proposed =
                        eventsS * density Signal candidate + eventsB * density Background candidate

                    if
                        stream.NextDouble() * proposed < expected Total * density Total candidate
                    then
                        x[i] <- candidate
                        accepted <- true

        x

    /// <summary>The signal strength μ of the models, from 0 to 8.</summary>
    let mu: Coefficient = poi "mu" |> between 0.0 8.0

    let private scaled: (InterferenceProcess * ProcessPart list) list =
        let signal, total, background = interference mu

        [
            Signal, [ scaledBy signal ]
            Total, [ scaledBy total ]
            Background, [ scaledBy background ]
            NonInterfering, []
        ]

    /// <summary>The model in the basis of positive samples, unbinned, with the channel <c>SR</c>.
    /// </summary>
    let model: Model =
        model "interference toy" [
            unbinned "SR" (Words.reference "mixture") [
                for proc, scale in scaled do
                    processOf (name proc) (scale @ [ yields (expected proc) ])
            ]
        ]

    /// <summary>The conventional fixed observable O(x) = ln[p_S/(p_B + 0.1 p_NI)].</summary>
    /// <remarks>Source: ATLAS, arXiv:2412.01600, there O_NN.</remarks>
    let observable (x: float) : float =
        log (density Signal x / (density Background x + 0.1 * density NonInterfering x))

    /// <summary>The observable that is best for telling μ from 1, ln[D(x; μ)/D(x; 1)].</summary>
    let parameterisedObservable (mu: float) (x: float) : float =
        log (rateDensity mu x / rateDensity 1.0 x)

    /// <summary>The model as a conventional analysis has it: a histogram of an observable in bins
    /// that hold equally many events at μ = 1, in the channel <c>SR</c>.</summary>
    /// <param name="bins">number of bins</param>
    /// <param name="observable">a function of x</param>
    /// <remarks>Yields come from 240,001 quadrature nodes, each put into the bin of its observable:
    /// good to 1e-4 of a bin. Nodes without events at double precision are left out.</remarks>
    /// <exception cref="T:System.ArgumentException">no bins</exception>
    let binnedModel (bins: int) (observable: float -> float) : Model =
        if bins < 1 then
            invalidArg (nameof bins) $"Give 1 bin or more, not {bins}."

        let rule = quadrature 240_001
        let weight = Array.map2 (fun x w -> w * rateDensity 1.0 x) rule.Nodes rule.Widths

        let order =
            [| 0 .. rule.Nodes.Length - 1 |]
            |> Array.filter (fun i -> weight[i] > 1e-30)
            |> Array.sortBy (fun i -> observable rule.Nodes[i])

        let total = order |> Array.sumBy (fun i -> weight[i])
        let perBin = scaled |> List.map (fun _ -> Array.zeroCreate<float> bins)
        let mutable before = 0.0

        for i in order do
            let middle = before + 0.5 * weight[i]
            let bin = min (bins - 1) (int (middle / total * float bins))
            before <- before + weight[i]

            for (proc, _), sums in List.zip scaled perBin do
                sums[bin] <- sums[bin] + rule.Widths[i] * expected proc * density proc rule.Nodes[i]

        Words.model $"interference toy in {bins} bins" [
            binned "SR" [
                for (proc, scale), sums in List.zip scaled perBin do
                    processOf (name proc) (scale @ [ binYields (Array.toList sums) ])
            ]
        ]
