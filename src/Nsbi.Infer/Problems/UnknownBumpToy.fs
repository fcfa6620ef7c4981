namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// <summary>What is kept of an event of the unknown-bump toy.</summary>
[<RequireQualifiedAccess>]
type UnknownBumpView =
    /// <summary>x itself.</summary>
    | Event
    /// <summary>The discriminant of a bump at the prior's mean with its own width,
    /// D_nom = x² − (x − 1)²/0.01: x and its mirror image about 1.0101 are the same.</summary>
    | NominalDiscriminant
    /// <summary>The discriminant of the bump averaged over its position,
    /// D_marg = x² − (x − 1)²/4.01: x and its mirror image about −0.33223 are the same.</summary>
    | AveragedDiscriminant

/// <summary>A bump of unknown size and position on a broad background: N events
/// x ~ f N(m, 0.1²) + (1 − f) N(0, 1), f ~ U(0, 1), m ~ N(1, 2²). Of the fraction f and the position m
/// the posterior is wanted; N = 100.</summary>
/// <remarks>Per-event discriminants lose information on f; whole sets of events do not. Source:
/// Heinrich, Mishra-Sharma, Pollard, Windischhofer, arXiv:2306.12584, section 4.2.</remarks>
[<RequireQualifiedAccess>]
module UnknownBumpToy =

    /// <summary>Names of the parameters, the fraction and the position.</summary>
    let parameters: string list = [ "f"; "m" ]

    /// <summary>Width of the bump, 0.1.</summary>
    let width: float = 0.1

    /// <summary>Mean of the prior of the position, 1.</summary>
    let positionMean: float = 1.0

    /// <summary>Standard deviation of the prior of the position, 2.</summary>
    let positionWidth: float = 2.0

    /// <summary>Events of one set, 100.</summary>
    let events: int = 100

    /// <summary>f and m of the prior.</summary>
    /// <param name="stream">where random numbers come from</param>
    let drawParameters (stream: byref<RandomStream>) : float[] =
        let f = stream.NextDouble()
        [| f; positionMean + positionWidth * stream.NextGaussian() |]

    /// <summary>The next n events of a stream.</summary>
    /// <param name="stream">where random numbers come from</param>
    /// <param name="f">fraction of the bump, 0 to 1</param>
    /// <param name="m">its position</param>
    /// <param name="count">n</param>
    let drawEvents (stream: byref<RandomStream>) (f: float) (m: float) (count: int) : float[] =
        if not (f >= 0.0 && f <= 1.0) then
            invalidArg (nameof f) $"The fraction of the bump lies between 0 and 1; {f} does not."

        let x = Array.zeroCreate count

        for j in 0 .. count - 1 do
            x[j] <-
                if stream.NextDouble() < f then
                    m + width * stream.NextGaussian()
                else
                    stream.NextGaussian()

        x

    /// <summary>n events of a set, a function of the arguments alone.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="set">the number of the set</param>
    /// <param name="f">fraction of the bump, 0 to 1</param>
    /// <param name="m">its position</param>
    /// <param name="count">n</param>
    let sample (seed: uint64) (set: uint64) (f: float) (m: float) (count: int) : float[] =
        let mutable stream = RandomStream(seed, "unknown bump", set)
        drawEvents &stream f m count

    // Denominator of the bump's term of a discriminant.
    let private scale (view: UnknownBumpView) : float =
        match view with
        | UnknownBumpView.Event -> nan
        | UnknownBumpView.NominalDiscriminant -> width * width
        | UnknownBumpView.AveragedDiscriminant -> width * width + positionWidth * positionWidth

    /// <summary>What the view keeps of an event: x or its discriminant.</summary>
    let summary (view: UnknownBumpView) (x: float) : float =
        match view with
        | UnknownBumpView.Event -> x
        | _ -> x * x - (x - positionMean) * (x - positionMean) / scale view

    /// <summary>The other x with the same discriminant; none where x itself is kept.</summary>
    /// <remarks>D = x² − (x − 1)²/s has its extremum at 1/(1 − s).</remarks>
    let mirror (view: UnknownBumpView) (x: float) : float option =
        match view with
        | UnknownBumpView.Event -> None
        | _ -> Some(2.0 * positionMean / (1.0 - scale view) - x)

    // |dD/dx| is the same at both of its pre-images and does not depend on the parameters: the density of
    // D is the sum of those of x at both, up to a constant.
    let internal preimages (view: UnknownBumpView) (x: float) : float[] =
        match mirror view x with
        | None -> [| x |]
        | Some other -> [| x; other |]

    let private logRoot = 0.5 * log (2.0 * Math.PI)

    /// <summary>Logarithm of the prior density; −∞ outside of 0 ≤ f ≤ 1.</summary>
    let logPrior (f: float) (m: float) : float =
        if f >= 0.0 && f <= 1.0 then
            let z = (m - positionMean) / positionWidth
            -0.5 * z * z - logRoot - log positionWidth
        else
            -infinity

    // ln of bump and background at an event, given its pre-images, and ∂ ln bump/∂m.
    let internal logTerms (images: float[]) (m: float) : struct (float * float * float) =
        let bump (x: float) =
            let z = (x - m) / width
            -0.5 * z * z - logRoot - log width

        let background (x: float) = -0.5 * x * x - logRoot
        let slope (x: float) = (x - m) / (width * width)

        if images.Length = 1 then
            let x = images[0]
            struct (bump x, background x, slope x)
        else
            let x, y = images[0], images[1]

            let add (a: float) (b: float) =
                let top = max a b
                top + log (exp (a - top) + exp (b - top))

            let s = add (bump x) (bump y)

            let gradient = exp (bump x - s) * slope x + exp (bump y - s) * slope y
            struct (s, add (background x) (background y), gradient)

    /// <summary>ln of the posterior density up to the evidence, ln π(f, m) + Σ_j ln p(x_j | f, m), as
    /// a density with its gradient; for a discriminant up to the Jacobian of D, which does not depend on the
    /// parameters.</summary>
    /// <param name="view">what is kept of the events</param>
    /// <param name="x">the events, at least one; also for discriminants x itself</param>
    let logPosterior (view: UnknownBumpView) (x: float[]) : ILogDensity =
        let images = x |> Array.map (preimages view)

        let evaluate (point: float[]) (gradient: float[]) =
            let f, m = point[0], point[1]
            let mutable value = logPrior f m
            let mutable byF = 0.0
            let mutable byM = (positionMean - m) / (positionWidth * positionWidth)

            for image in images do
                let struct (s, b, slope) = logTerms image m
                let top = max s b
                let signal = exp (s - top)
                let background = exp (b - top)
                let p = f * signal + (1.0 - f) * background
                value <- value + top + log p
                byF <- byF + (signal - background) / p
                byM <- byM + f * signal * slope / p

            gradient[0] <- byF
            gradient[1] <- byM
            value

        LogDensity.bounded parameters [| 0.0; -infinity |] [| 1.0; infinity |] evaluate
