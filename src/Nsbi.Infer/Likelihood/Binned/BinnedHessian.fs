namespace Nsbi.Infer

// Axes: bin b, own parameter j of a process, wide parameter i of a channel, bin factor k.

/// <summary>First and second derivatives of binned channels, from filled work spaces.</summary>
/// <remarks>With w_b and c_b the first and second derivative of −2 ln L in ν_b = Σ e_b, the gradient
/// is Σ_b w_b ∂ν_b, and the Hessian Σ_b c_b ∂ν_b ∂ν_bᵀ + Σ_b w_b ∂²ν_b. In e_b = f·G·Γ_b·S_b the
/// interpolations of G depend on one parameter each, and so do the terms of S_b, so that
/// ∂²G/∂i∂j = G (l_i l_j + δ_ij d_i) and ∂²S_b is diagonal.</remarks>
[<RequireQualifiedAccess>]
module internal BinnedHessian =

    /// ∂A/∂κ_j = G ∂f + A l into <c>OwnSlopes</c>.
    let private fillOwnSlopes (state: BinnedState) (into: float[]) =
        let f, a, own = state.F, state.Scale, state.Process.Own.Length

        for j in 0 .. own - 1 do
            into[j] <- a * state.Slopes[j]

        for p in 0 .. f.Count - 1 do
            let j = f.Own[p]
            into[j] <- into[j] + state.G * f.First[p]

    /// γ_b of all modifiers of a process but one or two, which may be the same.
    let private without (state: BinnedState) (gamma: float[]) (bin: int) (m: int) (n: int) =
        let factors = state.Process.Gammas
        let mutable product = 1.0

        for k in 0 .. factors.Length - 1 do
            if k <> m && k <> n && factors[k][bin] >= 0 then
                product <- product * gamma[factors[k][bin]]

        product

    /// <summary>∂ν_b/∂κ of the wide parameters and of the bin factors.</summary>
    let fillSlopes (channel: CompiledBinned) (space: BinnedSpace) : unit =
        let bins, wide = channel.Bins, channel.Wide.Length
        let slopes, gammaSlopes = space.Slopes, space.GammaSlopes
        System.Array.Clear slopes
        System.Array.Clear gammaSlopes

        for state in space.Processes do
            let own = state.Process.Own
            fillOwnSlopes state space.OwnSlopes
            let a = state.Scale

            for b in 0 .. bins - 1 do
                let row = wide * b
                let content = state.Content b
                let shifted = a * state.Gammas[b]

                for j in 0 .. own.Length - 1 do
                    let at = row + own[j]

                    slopes[at] <-
                        slopes[at]
                        + (space.OwnSlopes[j] * content + shifted * state.Shift[bins * j + b])

            let factors = state.Process.Gammas

            for m in 0 .. factors.Length - 1 do
                for b in 0 .. bins - 1 do
                    let k = factors[m][b]

                    if k >= 0 then
                        let others = without state space.Gamma b m m

                        gammaSlopes[k] <-
                            gammaSlopes[k] + a * others * state.Shape[b] * space.GammaSlope[k]

    /// Adds x to the element of two parameters and to its mirror image.
    let inline private addBoth (hessian: float[,]) (p: int) (q: int) (x: float) =
        hessian[p, q] <- hessian[p, q] + x
        hessian[q, p] <- hessian[q, p] + x

    /// <summary>Σ_b c_b ∂ν_b ∂ν_bᵀ; for two bin factors at once into the sum.</summary>
    let private addCurvatures (channel: CompiledBinned) (space: BinnedSpace) (sum: JetSum) =
        let wide = channel.Wide.Length
        let slopes, hessian = space.Slopes, space.Hessian

        for b in 0 .. channel.Bins - 1 do
            let curvature = space.Curvature[b]

            if curvature <> 0.0 then
                let row = wide * b

                for i in 0 .. wide - 1 do
                    let x = curvature * slopes[row + i]

                    if x <> 0.0 then
                        let line = wide * i

                        for l in 0..i do
                            hessian[line + l] <- hessian[line + l] + x * slopes[row + l]

                for k in channel.FirstOfBin[b] .. channel.FirstOfBin[b + 1] - 1 do
                    let x = curvature * space.GammaSlopes[k]
                    let line = wide * k

                    for i in 0 .. wide - 1 do
                        space.Mixed[line + i] <- space.Mixed[line + i] + x * slopes[row + i]

                    let p = channel.BinFactors[k]
                    sum.Hessian[p, p] <- sum.Hessian[p, p] + x * space.GammaSlopes[k]

                    for l in channel.FirstOfBin[b] .. k - 1 do
                        addBoth sum.Hessian p channel.BinFactors[l] (x * space.GammaSlopes[l])

    /// Adds to the element of two different factors of a term: twice where they are functions of
    /// the same parameter.
    let inline private addPair (hessian: float[]) (wide: int) (i: int) (l: int) (value: float) =
        if i > l then
            hessian[wide * i + l] <- hessian[wide * i + l] + value
        elif i < l then
            hessian[wide * l + i] <- hessian[wide * l + i] + value
        else
            hessian[wide * i + i] <- hessian[wide * i + i] + 2.0 * value

    /// <summary>Σ_b w_b ∂²e_b of the wide parameters of a process.</summary>
    let private addWide (space: BinnedSpace) (bins: int) (wide: int) (state: BinnedState) =
        let own, weight, hessian = state.Process.Own, space.Weight, space.Hessian
        let f, g, a = state.F, state.G, state.Scale
        let slopes, shifts = state.Slopes, space.OwnShifts
        let mutable total = 0.0

        for b in 0 .. bins - 1 do
            total <- total + weight[b] * state.Content b

        for j in 0 .. own.Length - 1 do
            let mutable first = 0.0
            let mutable second = 0.0

            for b in 0 .. bins - 1 do
                let w = weight[b] * state.Gammas[b]
                first <- first + w * state.Shift[bins * j + b]
                second <- second + w * state.ShiftBend[bins * j + b]

            shifts[j] <- first
            let at = (wide + 1) * own[j]
            hessian[at] <- hessian[at] + a * (total * state.Bends[j] + second)

        // A [T l lᵀ + l sᵀ + s lᵀ]
        for j in 0 .. own.Length - 1 do
            let line = wide * own[j]
            let x = a * (total * slopes[j] + shifts[j])
            let y = a * slopes[j]

            if x <> 0.0 || y <> 0.0 then
                for l in 0..j do
                    let at = line + own[l]
                    hessian[at] <- hessian[at] + (x * slopes[l] + y * shifts[l])

        // T G ∂²f and the pairs of ∂f with T G l + G s.
        for p in 0 .. f.Count - 1 do
            let x = g * f.First[p]
            let i = own[f.Own[p]]

            for j in 0 .. own.Length - 1 do
                addPair hessian wide i own[j] (x * (total * slopes[j] + shifts[j]))

            for q in 0..p do
                let l = own[f.Own[q]]
                let at = if i >= l then wide * i + l else wide * l + i
                hessian[at] <- hessian[at] + total * g * f.Second(p, q)

    /// <summary>Σ_b w_b ∂²e_b with one or two bin factors.</summary>
    let private addGammas (channel: CompiledBinned) (space: BinnedSpace) (sum: JetSum) state =
        let state: BinnedState = state
        let factors, own = state.Process.Gammas, state.Process.Own
        let bins, wide, a = channel.Bins, channel.Wide.Length, state.Scale

        if factors.Length > 0 then
            fillOwnSlopes state space.OwnSlopes

        for m in 0 .. factors.Length - 1 do
            for b in 0 .. bins - 1 do
                let k = factors[m][b]

                if k >= 0 then
                    let w = space.Weight[b]
                    let others = without state space.Gamma b m m
                    let slope = w * others * space.GammaSlope[k]

                    for j in 0 .. own.Length - 1 do
                        let at = wide * k + own[j]

                        space.Mixed[at] <-
                            space.Mixed[at]
                            + slope
                              * (space.OwnSlopes[j] * state.Shape[b] + a * state.Shift[bins * j + b])

                    let place = channel.BinFactors[k]
                    let content = w * a * state.Shape[b]

                    sum.Hessian[place, place] <-
                        sum.Hessian[place, place] + content * others * space.GammaBend[k]

                    for n in 0 .. m - 1 do
                        let l = factors[n][b]

                        if l >= 0 then
                            let rest = without state space.Gamma b m n
                            let both = space.GammaSlope[k] * space.GammaSlope[l]
                            let other = channel.BinFactors[l]
                            addBoth sum.Hessian place other (content * rest * both)

    /// <summary>Adds gradient and Hessian of a channel, of which the slopes, w_b and c_b are filled.
    /// </summary>
    let add (channel: CompiledBinned) (space: BinnedSpace) (sum: JetSum) : unit =
        let bins, wide = channel.Bins, channel.Wide.Length
        System.Array.Clear space.Hessian
        System.Array.Clear space.Mixed

        for b in 0 .. bins - 1 do
            let w = space.Weight[b]

            for i in 0 .. wide - 1 do
                let place = channel.Wide[i]
                sum.Gradient[place] <- sum.Gradient[place] + w * space.Slopes[wide * b + i]

            for k in channel.FirstOfBin[b] .. channel.FirstOfBin[b + 1] - 1 do
                let place = channel.BinFactors[k]
                sum.Gradient[place] <- sum.Gradient[place] + w * space.GammaSlopes[k]

        addCurvatures channel space sum

        for state in space.Processes do
            addWide space bins wide state
            addGammas channel space sum state

        for i in 0 .. wide - 1 do
            let p = channel.Wide[i]
            sum.Hessian[p, p] <- sum.Hessian[p, p] + space.Hessian[(wide + 1) * i]

            for l in 0 .. i - 1 do
                addBoth sum.Hessian p channel.Wide[l] space.Hessian[wide * i + l]

            for k in 0 .. channel.BinFactors.Length - 1 do
                addBoth sum.Hessian p channel.BinFactors[k] space.Mixed[wide * k + i]
