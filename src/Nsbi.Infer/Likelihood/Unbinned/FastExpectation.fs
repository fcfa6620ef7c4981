namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

// Axes: process c, local parameters i and j of a channel's plan.

/// <summary>What an unbinned channel expects at a point, by logarithmic derivatives in arrays that
/// are used again: A_c = f_c ν_c G_c/Z_c and N_c = f_c ν_c G_c (without Z_c, and times Z_c, where the
/// event rate says so), and −2 ln L by the chain rule.</summary>
/// <remarks>Slow twin: <see cref="T:Nsbi.Infer.UnbinnedExpectation" />.</remarks>
[<RequireQualifiedAccess>]
module internal FastExpectation =

    /// Multiplies the factors of one parameter.
    let private factor (rates: RateFactor[]) (alpha: float) : struct (float * float * float) =
        let mutable value = 1.0
        let mutable first = 0.0
        let mutable second = 0.0

        for rate in rates do
            let struct (g, g1, g2) =
                Interpolation.evaluate rate.Code 1.0 rate.Low rate.High alpha

            second <- second * g + 2.0 * first * g1 + value * g2
            first <- first * g + value * g1
            value <- value * g

        struct (value, first, second)

    /// G_c with the derivatives of its logarithm; NaN where a factor is zero or not finite.
    let private fillRates (space: UnbinnedSpace) (kappa: float[]) (c: int) : float =
        let plan = space.Plan
        let slopes, curves = space.YieldSlopes[c], space.RateCurves[c]
        Array.Clear slopes
        Array.Clear curves
        let mutable whole = 1.0

        for struct (i, rates) in plan.Rates[c] do
            let struct (value, first, second) = factor rates kappa[plan.Places[i]]
            let inverse = 1.0 / value
            let slope = first * inverse

            whole <-
                if value <> 0.0 && Double.IsFinite slope then
                    whole * value
                else
                    nan

            slopes[i] <- slope
            curves[i] <- second * inverse - slope * slope

        whole

    /// <summary>Fills A, its rates and their slopes at κ, the forms and β.</summary>
    /// <returns>why they do not exist, if they do not; none, too, where they are not to be had in
    /// this way, and <c>Amplitudes</c> are NaN</returns>
    let fill (space: UnbinnedSpace) (kappa: float[]) : Impossible option =
        let plan = space.Plan
        let channel = plan.Channel
        let mutable reason = None

        for k in 0 .. plan.Beta.Length - 1 do
            space.Beta[k] <- kappa[channel.EventParameters[k]]

        for basis in space.Bases do
            basis.Fill space.Beta

        let mutable c = 0

        while reason.IsNone && c < channel.Processes.Length do
            let p = channel.Processes[c]
            let f = p.Coefficient.Jet kappa
            space.Coefficients[c] <- f

            space.LogZ[c] <-
                match space.Normalisations[c] with
                | Some z -> z.Fill()
                | None -> 0.0

            if not (Double.IsFinite f.Value) then
                reason <- Some(UndefinedCoefficient(channel.Name, p.Name))
            elif not (Double.IsFinite space.LogZ[c]) then
                reason <- Some(EventNormalisation(channel.Name, p.Name))
            else
                let rate = p.Yield * fillRates space kappa c
                let slopes, amplitudeSlopes = space.YieldSlopes[c], space.AmplitudeSlopes[c]
                slopes.CopyTo(amplitudeSlopes, 0)
                space.AmplitudeRates[c] <- rate
                space.YieldRates[c] <- rate

                let move (target: float[]) sign (z: NormalisationSpace) =
                    let own = plan.Events[c]

                    for k in 0 .. own.Length - 1 do
                        target[own[k]] <- target[own[k]] + sign * z.Gradient[k]

                match space.Normalisations[c], p.EventRate with
                | Some z, Renormalised ->
                    space.AmplitudeRates[c] <- rate * exp -space.LogZ[c]
                    move amplitudeSlopes -1.0 z
                | Some z, FromEvents ->
                    space.YieldRates[c] <- rate * exp space.LogZ[c]
                    move slopes 1.0 z
                | _ -> ()

                space.Amplitudes[c] <- f.Value * space.AmplitudeRates[c]

            c <- c + 1

        if reason.IsNone then
            for n in 0 .. plan.Forms.Length - 1 do
                let struct (k, code) = plan.Forms[n]
                space.DistinctForms[n] <- ColumnForms.at code space.Beta[k]

            for n in 0 .. plan.FormOf.Length - 1 do
                space.Forms[n] <- space.DistinctForms[plan.FormOf[n]]

        reason

    /// h += s (f″ + f′Lᵀ + L f′ᵀ + f (L Lᵀ + diag − sign ∂² ln Z)) of s f e^L, the part without f″
    /// and f′.
    let private addCurve (space: UnbinnedSpace) c (s: float) (slopes: float[]) (sign: float) =
        let m = space.Plan.Places.Length
        let hessian, curves = space.Hessian, space.RateCurves[c]
        SymmetricSum.AddSquare(s, ReadOnlySpan slopes, Span hessian)

        for i in 0 .. m - 1 do
            let at = (m + 1) * i
            hessian[at] <- hessian[at] + s * curves[i]

        match space.Normalisations[c] with
        | Some z when sign <> 0.0 ->
            let own = space.Plan.Events[c]
            let factor = s * sign

            for k in 0 .. own.Length - 1 do
                let row = own.Length * k

                for l in k .. own.Length - 1 do
                    let i, j = own[k], own[l]
                    let at = if i <= j then m * i + j else m * j + i
                    hessian[at] <- hessian[at] + factor * z.Hessian[row + l]
        | _ -> ()

    /// Adds s f″ and the pairs of f′ with the vector x.
    let private addCoefficient (space: UnbinnedSpace) c (s: float) (x: float[]) =
        let m = space.Plan.Places.Length
        let hessian, own = space.Hessian, space.Plan.Coefficients[c]
        let f = space.Coefficients[c]

        for a in 0 .. own.Length - 1 do
            let i, slope = own[a], f.Gradient[a]

            if slope <> 0.0 then
                for j in 0 .. i - 1 do
                    let at = m * j + i
                    hessian[at] <- hessian[at] + slope * x[j]

                for j in i .. m - 1 do
                    let at = m * i + j
                    hessian[at] <- hessian[at] + (if i = j then 2.0 else 1.0) * slope * x[j]

            for b in a .. own.Length - 1 do
                let j = own[b]
                let at = if i <= j then m * i + j else m * j + i
                hessian[at] <- hessian[at] + s * f.Hessian[a, b]

    /// The terms of one process: 2N_c − 2 (∂M/∂A_c) A_c.
    let private addProcess (space: UnbinnedSpace) (mixture: MixtureSum) (c: int) : float =
        let f = space.Coefficients[c]
        let own = space.Plan.Coefficients[c]
        let rate = space.Plan.Channel.Processes[c].EventRate
        let a = space.AmplitudeRates[c]
        let slope = -2.0 * mixture.Gradient[c]
        let n = 2.0 * space.YieldRates[c]
        let amplitudeSlopes, yieldSlopes = space.AmplitudeSlopes[c], space.YieldSlopes[c]
        let slopes, work, gradient = space.Slopes[c], space.Work, space.Gradient
        Array.Clear slopes
        SymmetricSum.Add(f.Value * a, ReadOnlySpan amplitudeSlopes, Span slopes)

        for p in 0 .. own.Length - 1 do
            slopes[own[p]] <- slopes[own[p]] + a * f.Gradient[p]
            gradient[own[p]] <- gradient[own[p]] + n * f.Gradient[p]

        SymmetricSum.Add(slope, ReadOnlySpan slopes, Span gradient)
        SymmetricSum.Add(n * f.Value, ReadOnlySpan yieldSlopes, Span gradient)

        // The slopes of e^L in f′: s_A e^A L_A + s_N e^N L_N.
        Array.Clear work
        SymmetricSum.Add(slope * a, ReadOnlySpan amplitudeSlopes, Span work)
        SymmetricSum.Add(n, ReadOnlySpan yieldSlopes, Span work)
        addCoefficient space c (slope * a + n) work

        match space.Normalisations[c], rate with
        | Some _, Renormalised ->
            addCurve space c (slope * a * f.Value) amplitudeSlopes -1.0
            addCurve space c (n * f.Value) yieldSlopes 0.0
        | Some _, FromEvents ->
            addCurve space c (slope * a * f.Value) amplitudeSlopes 0.0
            addCurve space c (n * f.Value) yieldSlopes 1.0
        | _ -> addCurve space c ((slope * a + n) * f.Value) yieldSlopes 0.0

        n * f.Value

    /// The products of the slopes with the second derivatives of M = Σ w ln D in (A, β).
    let private addMixed (space: UnbinnedSpace) (mixture: MixtureSum) =
        let processes = space.Slopes.Length
        let beta = space.Plan.Beta
        let size, m = processes + beta.Length, space.Plan.Places.Length
        let work, hessian = space.Work, space.Hessian

        for c in 0 .. processes - 1 do
            let row = size * c
            Array.Clear work

            for d in 0 .. processes - 1 do
                let s = -mixture.Hessian[row + d]
                SymmetricSum.Add(s, ReadOnlySpan space.Slopes[d], Span work)

            for k in 0 .. beta.Length - 1 do
                let i = beta[k]
                work[i] <- work[i] - 2.0 * mixture.Hessian[row + processes + k]

            SymmetricSum.AddProducts(ReadOnlySpan space.Slopes[c], ReadOnlySpan work, Span hessian)

        for k in 0 .. beta.Length - 1 do
            let i = beta[k]
            let row = size * (processes + k) + processes
            space.Gradient[i] <- space.Gradient[i] - 2.0 * mixture.Gradient[processes + k]

            for l in k .. beta.Length - 1 do
                let j = beta[l]
                let at = if i <= j then m * i + j else m * j + i
                hessian[at] <- hessian[at] - 2.0 * mixture.Hessian[row + l]

    /// <summary>Adds 2 Σ N_c − 2 M with gradient and Hessian, given M = Σ_i w_i ln D_i in (A, β).
    /// </summary>
    let add (space: UnbinnedSpace) (mixture: MixtureSum) (sum: JetSum) : unit =
        Array.Clear space.Gradient
        Array.Clear space.Hessian
        let mutable value = -2.0 * mixture.Value

        for c in 0 .. space.Slopes.Length - 1 do
            value <- value + addProcess space mixture c

        addMixed space mixture
        sum.AddUpper(value, space.Plan.Places, space.Gradient, space.Hessian)
