namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries

/// <summary>Which nuisance parameters the mixture of <c>InfernoToy</c> has, each case adding to the one
/// before.</summary>
[<RequireQualifiedAccess>]
type InfernoBenchmark =
    /// 0: none.
    | Counting
    /// 1: r, free.
    | FreeShift
    /// 2: r and λ, free.
    | FreeShapes
    /// 3: r known to 0.4, λ to 1.
    | KnownShapes
    /// 4: b too, known to 100.
    | KnownShapesAndYield

/// <summary>The three-dimensional mixture on which inference-aware training was published: s = 50 signal
/// events, N((0, 0), I) x Exp(rate 2), on b = 1000 background events, N((r, 0), diag(5, 9)) x Exp(rate λ), at
/// r = 2, λ = 3. The parameter of interest is s.</summary>
/// <remarks>Source: de Castro and Dorigo, arXiv:1806.04743, §4.1, with the signal at (0, 0) as in the authors'
/// code; with the signal at (1, 1) as printed, the published numbers do not come out.</remarks>
[<RequireQualifiedAccess>]
module InfernoToy =
    /// s, the expected signal events.
    let signalEvents: float = 50.0
    /// b, the expected background events.
    let backgroundEvents: float = 1000.0
    /// r, the mean of the background's first feature.
    let shift: float = 2.0
    /// λ, the rate of the background's third feature.
    let decay: float = 3.0

    let private signalDecay = 2.0
    let private varianceX = 5.0
    let private varianceY = 9.0

    /// All benchmarks in their order.
    let benchmarks: InfernoBenchmark list = [
        InfernoBenchmark.Counting
        InfernoBenchmark.FreeShift
        InfernoBenchmark.FreeShapes
        InfernoBenchmark.KnownShapes
        InfernoBenchmark.KnownShapesAndYield
    ]

    /// <summary>Names, nominal values and widths of the constraints (None: free) of the parameters of a
    /// benchmark: s first, then of r, lambda and b those that are unknown.</summary>
    let parameters (benchmark: InfernoBenchmark) : (string * float * float option) list =
        let s = "s", signalEvents, None
        let r width = "r", shift, width
        let lambda width = "lambda", decay, width

        match benchmark with
        | InfernoBenchmark.Counting -> [ s ]
        | InfernoBenchmark.FreeShift -> [ s; r None ]
        | InfernoBenchmark.FreeShapes -> [ s; r None; lambda None ]
        | InfernoBenchmark.KnownShapes -> [ s; r (Some 0.4); lambda (Some 1.0) ]
        | InfernoBenchmark.KnownShapesAndYield -> [
            s
            r (Some 0.4)
            lambda (Some 1.0)
            "b", backgroundEvents, Some 100.0
          ]

    /// The widths of the constraints of a benchmark.
    let private widths benchmark =
        parameters benchmark |> List.map (fun (_, _, width) -> width)

    let private normal (variance: float) (x: float) =
        exp (-0.5 * x * x / variance) / sqrt (2.0 * Math.PI * variance)

    /// <summary>p_S(x), the density of signal.</summary>
    let signalDensity (x0: float) (x1: float) (x2: float) : float =
        normal 1.0 x0 * normal 1.0 x1 * signalDecay * exp (-signalDecay * x2)

    /// <summary>p_B(x; r, λ), the density of background.</summary>
    let backgroundDensity (r: float) (lambda: float) (x0: float) (x1: float) (x2: float) : float =
        normal varianceX (x0 - r) * normal varianceY x1 * lambda * exp (-lambda * x2)

    /// <summary>The probability of signal where there is as much of it as of background,
    /// p_S/(p_S + p_B), at the nominal point: the best classifier.</summary>
    let signalProbability (x0: float) (x1: float) (x2: float) : float =
        let signal = signalDensity x0 x1 x2
        signal / (signal + backgroundDensity shift decay x0 x1 x2)

    /// The derivatives of background events by a parameter, relative to their density.
    let private score (name: string) (x0: float) (x2: float) : float =
        match name with
        | "r" -> (x0 - shift) / varianceX
        | "lambda" -> 1.0 / decay - x2
        | "b" -> 1.0 / backgroundEvents
        | _ -> 0.0

    /// <summary>The error of s that the events themselves allow, from the information of the Poisson
    /// process, I_jk = ∫ ∂_jρ ∂_kρ/ρ dx with ρ = s p_S + b p_B, and of the constraints.</summary>
    /// <returns>14.7046, 15.5026, 15.6344, 15.6051, 16.8770 for the five benchmarks</returns>
    /// <remarks>Trapezoid rules in x_0, |x_1| and ln x_2: for these integrands exact to 1e-6.</remarks>
    let exactError (benchmark: InfernoBenchmark) : float =
        let names =
            parameters benchmark |> List.map (fun (name, _, _) -> name) |> Array.ofList

        let sums = Array2D.zeroCreate<float> names.Length names.Length
        let slopes = Array.zeroCreate<float> names.Length

        let add x0 x1 x2 volume =
            let signal = signalDensity x0 x1 x2
            let background = backgroundEvents * backgroundDensity shift decay x0 x1 x2
            let rate = signalEvents * signal + background

            if rate > 0.0 then
                for j in 0 .. names.Length - 1 do
                    slopes[j] <-
                        if names[j] = "s" then
                            signal
                        else
                            background * score names[j] x0 x2

                for j in 0 .. names.Length - 1 do
                    for k in 0 .. names.Length - 1 do
                        sums[j, k] <- sums[j, k] + volume * slopes[j] * slopes[k] / rate

        let step0, step1, step2 = 0.2, 0.25, 0.25

        for i in 0..160 do
            for j in 0..80 do
                for k in 0..90 do
                    let x2 = exp (-19.0 + step2 * float k)
                    // Twice for ±x_1; dx_2 = x_2 d ln x_2.
                    let side = if j = 0 then 1.0 else 2.0

                    add
                        (-14.0 + step0 * float i)
                        (step1 * float j)
                        x2
                        (side * step0 * step1 * step2 * x2)

        let information =
            widths benchmark
            |> List.mapi (fun j width -> j, width)
            |> List.fold
                (fun (m: float[,]) (j, width) ->
                    width |> Option.iter (fun w -> m[j, j] <- m[j, j] + 1.0 / (w * w))
                    m)
                sums

        CountInformation.variance 0 information |> sqrt

    /// Random numbers of events: two normal, one exponential of mean 1.
    let private latents (seed: uint64) (name: string) (events: int) : float[] =
        let mutable stream = RandomStream(seed, $"inferno toy {name}")
        let z = Array.zeroCreate<float>(3 * events)

        for i in 0 .. events - 1 do
            z[3 * i] <- stream.NextGaussian()
            z[3 * i + 1] <- stream.NextGaussian()
            z[3 * i + 2] <- -(log (1.0 - stream.NextDouble()))

        z

    /// <summary>The mixture as differentiable simulators of the parameters of a benchmark.</summary>
    /// <param name="benchmark">which parameters there are</param>
    /// <param name="seed">of the random numbers</param>
    /// <param name="events">of each of the two samples S and B</param>
    let simulators
        (benchmark: InfernoBenchmark)
        (seed: uint64)
        (events: int)
        : SampleSimulator list =
        let names = parameters benchmark |> List.map (fun (name, _, _) -> name)

        let parameter name nominal theta =
            match List.tryFindIndex ((=) name) names with
            | Some j -> column j theta
            | None -> constant nominal

        let sample name first simulate = {
            Name = name
            LatentCount = 3
            Latents = latents seed name events
            Groups = Array.init events (fun i -> first + uint64 i)
            Simulate = simulate
        }

        [
            sample "S" 0UL (fun z theta -> {
                Features = concat [ slice 0 2 z; column 2 z / signalDecay ]
                Rate = parameter "s" signalEvents theta
            })
            sample "B" (uint64 events) (fun z theta -> {
                Features =
                    concat [
                        sqrt varianceX * column 0 z + parameter "r" shift theta
                        sqrt varianceY * column 1 z
                        column 2 z / parameter "lambda" decay theta
                    ]
                Rate = parameter "b" backgroundEvents theta
            })
        ]

    /// <summary>Simulated events with their responses to the parameters of a benchmark.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="benchmark">which parameters there are</param>
    /// <param name="seed">of the random numbers</param>
    /// <param name="events">of each of the two samples</param>
    let events
        (team: ThreadTeam)
        (benchmark: InfernoBenchmark)
        (seed: uint64)
        (events: int)
        : ResponseEvents =
        match
            SimulatedResponse.create team (parameters benchmark) (simulators benchmark seed events)
        with
        | Ok events -> events
        | Error faults -> invalidOp (Fault.render faults)

    /// <summary>The error of s from counts in the bins of an observable.</summary>
    /// <param name="benchmark">which parameters there are</param>
    /// <param name="events">from <c>events</c>, independent of those by which the observable was found</param>
    /// <param name="bins">number of bins</param>
    /// <param name="bin">the bin of each event, from 0</param>
    /// <remarks>The slopes of the counts are sums of event weights times ∂ ln p_B/∂θ, which is exact for bins
    /// with hard edges.</remarks>
    let binnedError
        (benchmark: InfernoBenchmark)
        (events: ResponseEvents)
        (bins: int)
        (bin: int[])
        : float =
        let features, weights = events.Features, events.Weights
        let names = parameters benchmark |> List.map (fun (name, _, _) -> name)
        let counts = Array.zeroCreate<float> bins

        let slopes =
            names |> List.map (fun _ -> Array.zeroCreate<float> bins) |> Array.ofList

        for i in 0 .. events.Count - 1 do
            let w, b = weights.Span[i], bin[i]
            let x0, x2 = float features.Span[3 * i], float features.Span[3 * i + 2]
            let isSignal = events.Samples.Span[i] = 0
            counts[b] <- counts[b] + w

            names
            |> List.iteri (fun j name ->
                let slope =
                    if isSignal then
                        (if name = "s" then 1.0 / signalEvents else 0.0)
                    else
                        score name x0 x2

                slopes[j][b] <- slopes[j][b] + w * slope)

        CountInformation.error 0 (widths benchmark) counts slopes

    /// <summary>Equal bins of the best classifier's probability between 0 and 1.</summary>
    /// <param name="bins">number of bins</param>
    /// <param name="events">the events</param>
    let classifierBins (bins: int) (events: ResponseEvents) : int[] =
        let x = events.Features

        Array.init events.Count (fun i ->
            let at j = float x.Span[3 * i + j]
            min (bins - 1) (int (float bins * signalProbability (at 0) (at 1) (at 2))))
