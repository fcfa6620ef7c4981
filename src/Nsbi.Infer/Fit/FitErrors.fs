namespace Nsbi.Infer

open Nsbi.Model

/// <summary>Errors of fitted parameters from the Hessian.</summary>
[<RequireQualifiedAccess>]
module internal FitErrors =

    /// 2H⁻¹ over the free parameters inside of their bounds, in θ; none if H is not positive
    /// definite, or if a parameter is a combination of others (1 − R² below 1e-10).
    let covariance
        (inner: InnerCoordinates)
        (places: int[])
        (point: float[])
        (jet: Jet)
        : float[,] option =
        let h =
            Array2D.init places.Length places.Length (fun k l -> jet.Hessian[places[k], places[l]])

        // The gradient is zero in these, so that V_θ = J V_κ Jᵀ exactly.
        let slope k =
            if inner.IsSquared k then 2.0 * point[k] else 1.0

        let isDetermined (l: float[,]) =
            Seq.forall
                (fun k -> l[k, k] * l[k, k] > 1e-10 * h[k, k])
                (seq { 0 .. places.Length - 1 })

        SymmetricMatrix.cholesky h
        |> Option.filter isDetermined
        |> Option.map (fun l ->
            let v = SymmetricMatrix.inverse l
            let n = point.Length
            let whole = Array2D.zeroCreate n n

            for a in 0 .. places.Length - 1 do
                for b in 0 .. places.Length - 1 do
                    let k, l = places[a], places[b]
                    whole[k, l] <- 2.0 * slope k * slope l * v[a, b]

            whole)

    /// V_kl/√(V_kk V_ll); the unit matrix where there is no variance.
    let correlation (v: float[,]) : float[,] =
        let n = Array2D.length1 v

        Array2D.init n n (fun k l ->
            if k = l then
                1.0
            elif v[k, k] > 0.0 && v[l, l] > 0.0 then
                v[k, l] / sqrt (v[k, k] * v[l, l])
            else
                0.0)
