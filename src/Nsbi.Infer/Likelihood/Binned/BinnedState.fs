namespace Nsbi.Infer

open System

// Axes: bin b of B, own parameter j of a process.

/// <summary>A process at a point: e_b = A·N_b with A = f·G, N_b = Γ_b·(ν_b + Σ Δ_b). Reused from
/// point to point.</summary>
[<Sealed>]
type internal BinnedState(proc: BinnedProcess, bins: int) =
    let own = proc.Own.Length

    let inScale =
        match proc.Scale with
        | ValueSome(struct (_, places)) -> places.Length
        | ValueNone -> 0

    // Factors near zero, of which the logarithmic derivatives are not to be trusted, go into f.
    let smallest = 1e-6
    let most = 2
    let f = SmallProduct(inScale + proc.Linear.Length + most)
    let slopes = Array.zeroCreate<float> own
    let bends = Array.zeroCreate<float> own
    let content = Array.zeroCreate<float> bins
    let gammas = Array.zeroCreate<float> bins
    let shift = Array.zeroCreate<float>(own * bins)
    let shiftBend = Array.zeroCreate<float>(own * bins)
    let mutable g = 1.0

    member _.Process: BinnedProcess = proc
    /// f, the factors of the process but for those of G.
    member _.F: SmallProduct = f
    /// G, a product of interpolations.
    member _.G: float = g
    /// A = f·G.
    member _.Scale: float = f.Value * g
    /// <summary>∂ln G/∂κ_j.</summary>
    member _.Slopes: float[] = slopes
    /// <summary>∂²ln G/∂κ_j².</summary>
    member _.Bends: float[] = bends
    /// Γ_b.
    member _.Gammas: float[] = gammas
    /// ν_b + ΣΔ_b.
    member _.Shape: float[] = content
    /// <summary>∂Δ_b/∂κ_j, j by j.</summary>
    member _.Shift: float[] = shift
    /// <summary>∂²Δ_b/∂κ_j², j by j.</summary>
    member _.ShiftBend: float[] = shiftBend
    /// N_b.
    member inline this.Content(b: int) : float = this.Gammas[b] * this.Shape[b]

    member private _.FillScale(kappa: float[], bases: float[], derivatives: bool) =
        match proc.Scale with
        | ValueSome(struct (scale, places)) when derivatives ->
            f.Reset(proc.Constant, places, scale.Jet kappa)
        | ValueSome(struct (scale, _)) -> f.Reset(proc.Constant * scale.Value kappa)
        | ValueNone -> f.Reset proc.Constant

        g <- 1.0
        let factors = proc.Factors

        if derivatives then
            for struct (place, j) in proc.Linear do
                f.Multiply(j, kappa[place], 1.0, 0.0)

            Array.Clear slopes
            Array.Clear bends
            let mutable small = 0

            for s in 0 .. factors.Kinds.Length - 1 do
                let kind = factors.Kinds[s]

                let struct (value, slope, bend) =
                    InterpolationCurve.derivatives
                        kind
                        factors.Coefficients
                        (InterpolationCurve.stride * s)
                        bases
                        factors.Bases[s]

                let value = if kind = CurveKind.Additive then 1.0 + value else value
                let j = factors.Own[s]

                if abs value < smallest && small < most then
                    small <- small + 1
                    f.Multiply(j, value, slope, bend)
                elif value = 0.0 then
                    // The third zero: the product and its derivatives are zero.
                    g <- 0.0
                else
                    let logSlope = slope / value
                    g <- g * value
                    slopes[j] <- slopes[j] + logSlope
                    bends[j] <- bends[j] + bend / value - logSlope * logSlope
        else
            let mutable product = f.Value

            for struct (place, _) in proc.Linear do
                product <- product * kappa[place]

            for s in 0 .. factors.Kinds.Length - 1 do
                let kind = factors.Kinds[s]

                let value =
                    InterpolationCurve.value
                        kind
                        factors.Coefficients
                        (InterpolationCurve.stride * s)
                        bases
                        factors.Bases[s]

                g <- g * (if kind = CurveKind.Additive then 1.0 + value else value)

            f.Reset product

    member private _.FillShape(bases: float[], derivatives: bool) =
        Array.blit proc.Yields 0 content 0 bins

        if derivatives then
            Array.Clear shift
            Array.Clear shiftBend

        let lines = proc.Shifts
        let c = lines.Coefficients

        for s in 0 .. lines.Bases.Length - 1 do
            let basis = lines.Bases[s]
            let alpha, even = bases[basis], bases[basis + 3]
            let first = InterpolationCurve.lineStride * bins * s
            let own = bins * lines.Own[s]

            for b in 0 .. bins - 1 do
                let at = first + InterpolationCurve.lineStride * b
                content[b] <- content[b] + (c[at] * alpha + c[at + 1] * even)

                if derivatives then
                    shift[own + b] <-
                        shift[own + b] + (c[at] * bases[basis + 1] + c[at + 1] * bases[basis + 4])

                    shiftBend[own + b] <-
                        shiftBend[own + b]
                        + (c[at] * bases[basis + 2] + c[at + 1] * bases[basis + 5])

        let ratios = proc.RatioShifts

        for s in 0 .. ratios.Bases.Length - 1 do
            let own = bins * ratios.Own[s]

            for b in 0 .. bins - 1 do
                let struct (ratio, slope, bend) =
                    InterpolationCurve.derivatives
                        ratios.Kinds[s]
                        ratios.Coefficients
                        (InterpolationCurve.stride * (bins * s + b))
                        bases
                        ratios.Bases[s]

                let nu = proc.Yields[b]
                content[b] <- content[b] + (nu * ratio - nu)

                if derivatives then
                    shift[own + b] <- shift[own + b] + nu * slope
                    shiftBend[own + b] <- shiftBend[own + b] + nu * bend

    /// Sets the process to a point.
    /// <param name="kappa">inner coordinates</param>
    /// <param name="bases">values of the channel's bases there</param>
    /// <param name="gamma">values of the channel's bin factors there</param>
    /// <param name="derivatives">whether more is asked for than A and N_b</param>
    member this.Fill(kappa: float[], bases: float[], gamma: float[], derivatives: bool) : unit =
        this.FillScale(kappa, bases, derivatives)
        this.FillShape(bases, derivatives)
        Array.Fill(gammas, 1.0)

        for factors in proc.Gammas do
            for b in 0 .. bins - 1 do
                if factors[b] >= 0 then
                    gammas[b] <- gammas[b] * gamma[factors[b]]
