namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

/// <summary>What events contribute to the measurement, over two features.</summary>
type SensitivityMap = {
    /// <summary>The feature along x.</summary>
    First: string
    /// <summary>The feature along y.</summary>
    Second: string
    /// <summary>Limits of the cells along x; the outer cells hold what lies beyond.</summary>
    FirstEdges: float[]
    /// <summary>Limits of the cells along y.</summary>
    SecondEdges: float[]
    /// <summary>Mean of (∂_μ ln D)² over the events of a cell, [x][y]; NaN where there is none.
    /// </summary>
    Information: float[][]
    /// <summary>Mean of −2 ln [D(null)/D(nominal)] over the events of a cell: what an event there adds
    /// to t(null).</summary>
    Contribution: float[][]
    /// <summary>Share of the Fisher information Σ v (∂_μ ln D)² of each cell.</summary>
    Share: float[][]
}

/// <summary>Makes maps of sensitivity.</summary>
[<RequireQualifiedAccess>]
module SensitivityMap =
    let private edgesOf (bins: int) (values: float[]) (weights: float[]) : float[] =
        let ends = WeightedQuantile.compute [| 0.005; 0.995 |] values weights

        if ends[1] > ends[0] then
            WeightedHistogram.equalWidth bins ends[0] ends[1]
        else
            [| ends[0] - 0.5; ends[0] + 0.5 |]

    /// <summary>The map over two features in 24 x 24 cells of equal width between the 0.5 and 99.5 %
    /// quantiles. Events without one of the features are left out.</summary>
    /// <param name="first">name and value per event of the feature along x; NaN where missing</param>
    /// <param name="second">the same along y</param>
    /// <param name="weights">expected events v_i at the nominal point; may be signed</param>
    /// <param name="score">∂_μ ln D of each event</param>
    /// <param name="contribution">−2 ln [D(null)/D(nominal)] of each event</param>
    let make
        (first: string * float[])
        (second: string * float[])
        (weights: float[])
        (score: float[])
        (contribution: float[])
        : SensitivityMap =
        let nameX, xs = first
        let nameY, ys = second
        WeightedQuantile.requireSameLength xs weights
        WeightedQuantile.requireSameLength ys weights
        let known = Array.map2 (fun x y -> not (Double.IsNaN x || Double.IsNaN y)) xs ys
        let v = Array.map2 (fun ok w -> if ok then w else 0.0) known weights

        let filled (values: float[]) =
            Array.map2 (fun ok x -> if ok then x else 0.0) known values

        let xs, ys = filled xs, filled ys

        let edgesX, edgesY =
            if Array.exists (fun w -> w <> 0.0) v then
                edgesOf 24 xs v, edgesOf 24 ys v
            else
                [| 0.0; 1.0 |], [| 0.0; 1.0 |]

        let nx, ny = edgesX.Length - 1, edgesY.Length - 1

        let cells () =
            Array.init nx (fun _ -> Array.zeroCreate<float> ny)

        let events, information, contributions = cells (), cells (), cells ()
        let mutable total = 0.0

        let place (edges: float[]) (x: float) =
            Math.Clamp(WeightedHistogram.binOf edges x, 0, edges.Length - 2)

        for i in 0 .. v.Length - 1 do
            total <- total + weights[i] * score[i] * score[i]

            if v[i] <> 0.0 then
                let a, b = place edgesX xs[i], place edgesY ys[i]
                events[a][b] <- events[a][b] + v[i]
                information[a][b] <- information[a][b] + v[i] * score[i] * score[i]
                contributions[a][b] <- contributions[a][b] + v[i] * contribution[i]

        let over (sums: float[][]) =
            Array.map2 (Array.map2 (fun sum n -> if n > 0.0 then sum / n else nan)) sums events

        {
            First = nameX
            Second = nameY
            FirstEdges = edgesX
            SecondEdges = edgesY
            Information = over information
            Contribution = over contributions
            Share = information |> Array.map (Array.map (fun sum -> sum / total))
        }

/// <summary>Whether the simulated events carry the information that their ratios claim.</summary>
[<RequireQualifiedAccess>]
module InformationCheck =
    /// <summary>
    /// I = Σ t s² of the simulated events at the nominal point against Σ u r s² of the learned density
    /// there, s = ∂_μ ln D. The relative difference is allowed the given number of standard errors and
    /// twice the relative tolerance of a ratio.
    /// </summary>
    /// <param name="limits">where the check fails</param>
    /// <param name="interest">the parameter of interest</param>
    /// <param name="score">s of each event, finite</param>
    /// <param name="events">reference, truth at the nominal point, and their learned ratio</param>
    /// <returns>the check and both informations, the first with the error of the difference</returns>
    let run
        (limits: CheckLimits)
        (interest: string)
        (score: float[])
        (events: StratifiedSample)
        : Check * Measured * float =
        WeightedQuantile.requireSameLength score events.Target
        let prepared = StratifiedDifference.prepare events
        let square = score |> Array.map (fun s -> s * s)

        let sum (w: float[]) =
            Array.fold2 (fun t w q -> t + w * q) 0.0 w square

        let found, predicted = sum prepared.Target, sum prepared.Predicted

        let perSample (weights: float[]) =
            let sums = Array.zeroCreate<float> prepared.Samples

            for i in 0 .. weights.Length - 1 do
                let k = prepared.Sample[i]
                sums[k] <- sums[k] + weights[i] * square[i]

            sums

        let n, p = perSample prepared.Target, perSample prepared.Predicted
        // The influence of StratifiedDifference with s² in place of a bin.
        let mean = predicted / prepared.Total
        let mutable variance = 0.0

        for i in 0 .. square.Length - 1 do
            let k = prepared.Sample[i]

            let influence =
                (prepared.Target[i] - prepared.Predicted[i]) * square[i] - prepared.X[i] * n[k]
                + prepared.Y[i] * p[k]
                + mean * prepared.Excess[i]

            variance <- variance + influence * influence

        let relative, error = found / predicted - 1.0, sqrt variance / predicted

        Check.create
            $"information on {interest}"
            (CheckRule.Near 0.0)
            (limits.Sigmas * error + 2.0 * limits.RatioTolerance)
            relative
            error
            (FormattableString.Invariant
                $"Simulated events carry the Fisher information {found:G4}, the learned density claims {predicted:G4}: {100.0 * relative:F1} ± {100.0 * error:F1} %% more.")
            "Where the learned density claims more than the events carry, the error of the result is too small.",
        { Value = found; Error = sqrt variance },
        predicted
