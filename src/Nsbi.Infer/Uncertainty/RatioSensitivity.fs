namespace Nsbi.Infer

open System
open Nsbi.Model

// Axes: event i of a reference table, process c.

/// <summary>How much a fitted parameter moves with the density ratio of each process at each event of the
/// reference tables: θ̂_p changes by Σ_i φ_ci δr_ci to first order.</summary>
[<NoComparison; ReferenceEquality>]
type RatioSensitivity = {
    /// The parameter p.
    Parameter: string
    /// The fit at which it holds.
    Best: FitResult
    /// The observation of the fit.
    Observation: Observation
    /// <summary>φ_ci by channel and process, one number for each event of the reference table; per unit of
    /// a ratio whose mean over the reference is 1.</summary>
    Influence: Map<string * string, float[]>
}

/// <summary>Influences of ratios on fitted parameters.</summary>
/// <remarks>From the condition for a minimum, ∂_k[ν − Σ w ln D] = 0 for every free k, with V = 2H⁻¹ of
/// −2 ln L and v = V_p·:
/// δθ̂_p = Σ_i w_i [∂_v δD_i/D_i − δD_i ∂_v D_i/D_i²] − ∂_v δν,
/// which for an Asimov set is F⁻¹[∫ ∂_μ δD − ∫ s δD] with the score s; with v it is the one of all profiled
/// parameters. Where event variations are normalised, the change of Z_c(α) with the ratio is in it.</remarks>
[<RequireQualifiedAccess>]
module RatioSensitivity =

    /// The weights of the observation for every row of the reference table.
    let internal weights (channel: CompiledUnbinned) (observed: ObservedEvents) : float[] =
        if observed.Table <> TableKind.Reference then
            invalidArg
                "observation"
                $"The observation is one over the observed table of channel '{channel.Name}': take an \
                  Asimov set, or other weights over its reference table."

        let kept = observed.Events.Weights
        let all = Array.zeroCreate<float> channel.Tables[TableKind.Reference].Weights.Length

        if observed.Events.IsCompacted then
            let positions = observed.Events.Positions

            for k in 0 .. kept.Length - 1 do
                all[positions[k]] <- all[positions[k]] + kept[k]
        else
            kept.CopyTo(Span all)

        all

    /// What the change of Z_c with r_c adds to φ: −w_j [B (g_j/S − 1/W) + C ∂_v(g_j/S)].
    let private addNormalisation
        (table: TiledTable)
        (c: int)
        (g: float[])
        (slope: float[])
        (b: float)
        (value: float)
        (influence: float[])
        =
        let n = g.Length
        let mutable total, sum, along = 0.0, 0.0, 0.0

        for i in 0 .. n - 1 do
            let mass = table.Weights[i] * table.Tiles[c, i]
            total <- total + mass
            sum <- sum + mass * g[i]
            along <- along + mass * g[i] * slope[i]

        for i in 0 .. n - 1 do
            let share = g[i] / sum
            let change = share * (slope[i] - along / sum)
            let part = b * (share - 1.0 / total) + value * change
            influence[i] <- influence[i] - table.Weights[i] * part

    let private ofChannel compiled (observation: Observation) theta direction k =
        let channel: CompiledUnbinned = (compiled: CompiledLikelihood).Unbinned[k]
        let w = weights channel observation.Events[k]
        let table = channel.Tables[TableKind.Reference]
        let n = w.Length

        let terms =
            EventDensity.perRatio compiled channel.Name TableKind.Reference theta direction

        let yields = EventDensity.yields compiled channel.Name theta direction
        let density, first = Array.zeroCreate<float> n, Array.zeroCreate<float> n

        for c in 0 .. terms.Length - 1 do
            let struct (t, along, _, _) = terms[c]

            for i in 0 .. n - 1 do
                let r = table.Tiles[c, i]
                density[i] <- density[i] + r * t[i]
                first[i] <- first[i] + r * along[i]

        [
            for c in 0 .. terms.Length - 1 do
                let struct (t, along, g, slope) = terms[c]
                let proc = channel.Processes[c]
                let influence = Array.zeroCreate<float> n
                let mutable b, value = 0.0, 0.0

                for i in 0 .. n - 1 do
                    if w[i] <> 0.0 then
                        let d = density[i]
                        let part = w[i] * (along[i] / d - t[i] * first[i] / (d * d))
                        let r = table.Tiles[c, i]
                        influence[i] <- part
                        b <- b + r * part
                        value <- value + r * w[i] * t[i] / d

                if CompiledUnbinned.isNormalised proc then
                    let struct (rate, rateAlong) = yields[c]

                    let b, value =
                        if proc.EventRate = FromEvents then
                            rateAlong, rate
                        else
                            b, value

                    addNormalisation table c g slope b value influence

                (channel.Name, proc.Name), influence
        ]

    /// <summary>The influences on a parameter of a fit.</summary>
    /// <param name="observation">weights over the reference tables: an Asimov set or a toy</param>
    /// <param name="best">the best fit of the observation, with the parameter inside of its bounds</param>
    /// <param name="parameter">a free parameter; the others that are free are profiled</param>
    /// <exception cref="T:System.ArgumentException">the parameter is unknown or has no error in the fit
    /// (fixed, at a bound, or a fit that failed); an observation over an observed table</exception>
    let create (observation: Observation) (best: FitResult) (parameter: string) : RatioSensitivity =
        let compiled = observation.Owner
        let place = compiled.Index[parameter]

        if not (best.Status.Succeeded && best.Covariance[place, place] > 0.0) then
            invalidArg
                (nameof best)
                $"'{parameter}' has no error in this fit, so that its shift is not linear: free it, and \
                  fit data at which it is inside of its bounds."

        let direction =
            Array.init best.Parameters.Length (fun k -> best.Covariance[place, k])

        {
            Parameter = parameter
            Best = best
            Observation = observation
            Influence =
                [ 0 .. compiled.Unbinned.Length - 1 ]
                |> List.collect (ofChannel compiled observation best.Values direction)
                |> Map.ofList
        }
