namespace Nsbi.Learn.Calibration

open System
open Nsbi.Learn

// Axes: event i.

/// <summary>ln r′ = a ln r + β, with β such that E_ref[r′] = 1 on the events of the fit.</summary>
type PlattCalibration = {
    /// a; 1 for a ratio that needs no calibration.
    Slope: float
    /// β.
    Offset: float
    /// Variance of a from the finite number of events.
    SlopeVariance: float
    /// Covariance of a and β.
    Covariance: float
    /// Variance of β.
    OffsetVariance: float
}

/// <summary>Fits the slope and the offset of ln r, and applies them.</summary>
/// <remarks>Source: Platt, Advances in Large Margin Classifiers (1999) 61, for the logistic regression of
/// a score; in ln r it holds the exact ratio (a = 1, β = 0).</remarks>
[<RequireQualifiedAccess>]
module PlattCalibration =

    let private logistic (z: float) : float =
        if z >= 0.0 then
            1.0 / (1.0 + exp -z)
        else
            let e = exp z
            e / (1.0 + e)

    let private softplus (z: float) : float =
        max z 0.0 + Math.Log(1.0 + exp -(abs z))

    /// L(a, b) = Σ t softplus(−z) + Σ q softplus(z), z = a x + b, with its derivatives.
    let private loss (t: float[]) (q: float[]) (x: float[]) (a: float) (b: float) =
        let mutable value, ga, gb, haa, hab, hbb = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0

        for i in 0 .. x.Length - 1 do
            let z = a * x[i] + b
            let s, rest = logistic z, logistic -z
            value <- value + t[i] * softplus -z + q[i] * softplus z
            let slope = q[i] * s - t[i] * rest
            let bend = (t[i] + q[i]) * s * rest
            ga <- ga + slope * x[i]
            gb <- gb + slope
            haa <- haa + bend * x[i] * x[i]
            hab <- hab + bend * x[i]
            hbb <- hbb + bend

        struct (value, ga, gb, haa, hab, hbb)

    /// The minimum from (1, 0) by Newton steps, halved until the loss falls; none where there is none.
    let private minimise t q x =
        let rec descend left near a b =
            let struct (value, ga, gb, haa, hab, hbb) = loss t q x a b
            let determinant = haa * hbb - hab * hab
            let da = (hab * gb - hbb * ga) / determinant
            let db = (hab * ga - haa * gb) / determinant
            // Twice the fall of the loss that the quadratic approximation promises.
            let promise = -(ga * da + gb * db)

            let rec step share =
                let struct (next, _, _, _, _, _) = loss t q x (a + share * da) (b + share * db)

                if next < value then Some share
                elif share > 1e-6 then step (0.5 * share)
                else None

            // Near the minimum the fall is lost in the rounding of the loss, and whole steps converge:
            // each doubles the digits, so four are enough.
            if not (Double.IsFinite promise) || abs a > 1e4 || left = 0 then
                None
            elif promise < 1e-8 * value then
                if near = 4 then
                    Some(a + da, b + db)
                else
                    descend (left - 1) (near + 1) (a + da) (b + db)
            else
                step 1.0
                |> Option.bind (fun share -> descend (left - 1) 0 (a + share * da) (b + share * db))

        descend 200 0 1.0 0.0

    /// The covariance of (a, β) by the influence of each event on them.
    let private covariance (t: float[]) (q: float[]) (x: float[]) a b centre =
        let struct (_, _, _, haa, hab, hbb) = loss t q x a b
        let determinant = haa * hbb - hab * hab
        let s = x |> Array.map (fun x -> logistic (a * x + b))

        let mean w f =
            Array.sum (Array.mapi (fun i w -> w * f i) w)
        // Slopes of the loss of a target and of a reference event, which vanish together, not one by one.
        let ut, vt = mean t (fun i -> s[i] - 1.0), mean t (fun i -> (s[i] - 1.0) * x[i])
        let uq, vq = mean q (fun i -> s[i]), mean q (fun i -> s[i] * x[i])
        // Σ q e^{a x} without the overflow of a far event.
        let largest = x |> Array.fold (fun m x -> max m (a * x)) -infinity
        let scaled = x |> Array.map (fun x -> exp (a * x - largest))
        let total = mean q (fun i -> scaled[i])
        let after = scaled |> Array.map (fun e -> e / total)
        let pull = mean q (fun i -> after[i] * x[i])
        let offset = -(largest + Math.Log total)
        let mutable vaa, vab, vbb = 0.0, 0.0, 0.0

        for i in 0 .. x.Length - 1 do
            let gb = t[i] * (s[i] - 1.0 - ut) + q[i] * (s[i] - uq)
            let ga = t[i] * ((s[i] - 1.0) * x[i] - vt) + q[i] * (s[i] * x[i] - vq)
            let da = (hab * gb - hbb * ga) / determinant
            // β = −ln Σ q e^{a x}, here for x around its centre.
            let db = -pull * da - q[i] * (after[i] - 1.0) - centre * da
            vaa <- vaa + da * da
            vab <- vab + da * db
            vbb <- vbb + db * db

        {
            Slope = a
            Offset = offset - a * centre
            SlopeVariance = vaa
            Covariance = vab
            OffsetVariance = vbb
        }

    /// <summary>The weighted logistic regression of target against reference on ln r, and the offset that
    /// gives E_ref[r′] = 1.</summary>
    /// <param name="sample">the events</param>
    /// <returns>exactly a = 1 and r′ = 1 where all ratios are equal; a fault where a ratio is zero, or where the
    /// ratio separates target and reference completely, for then a is infinite</returns>
    let fit (sample: CalibrationSample) : Result<PlattCalibration, Fault list> =
        let t, q = sample.Target, sample.Reference
        let logs = sample.Ratio |> Array.map (fun r -> Math.Log r)

        if logs[0] = -infinity then
            Error [
                Fault.create
                    "calibration"
                    "a ratio is zero, and its logarithm has no place on a line"
                    "use another calibration, or an output of the network that is never zero"
            ]
        elif logs[0] = logs[logs.Length - 1] then
            Ok {
                Slope = 1.0
                Offset = -logs[0]
                SlopeVariance = 0.0
                Covariance = 0.0
                OffsetVariance = 0.0
            }
        else
            let centre = 0.5 * Array.sum (Array.map3 (fun t q x -> (t + q) * x) t q logs)

            let x = logs |> Array.map (fun x -> x - centre)

            match minimise t q x with
            | Some(a, b) -> Ok(covariance t q x a b centre)
            | None ->
                Error [
                    Fault.create
                        "calibration"
                        "the ratios separate target and reference completely, so no slope of ln r is the best"
                        "give more events, or use another calibration"
                ]

    /// <summary>r′ of a ratio; NaN for NaN.</summary>
    let apply (calibration: PlattCalibration) (r: float) : float =
        exp (calibration.Slope * Math.Log r + calibration.Offset)

    /// <summary>Standard error of ln r′ at a ratio, √(x² V_aa + 2x V_aβ + V_ββ) with x = ln r.</summary>
    let logError (calibration: PlattCalibration) (r: float) : float =
        let x = Math.Log r

        let variance =
            calibration.SlopeVariance * x * x
            + 2.0 * calibration.Covariance * x
            + calibration.OffsetVariance

        sqrt (if variance < 0.0 then 0.0 else variance)
