namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>The distance correlation of two numbers of weighted events: zero for independent numbers only.
/// </summary>
/// <remarks>
/// Definition, with X′, X″ independent copies of X:
/// dCov²(X, Z) = E|X−X′||Z−Z′| + E|X−X′| E|Z−Z′| − 2 E|X−X′||Z−Z″| and
/// dCor² = dCov²(X, Z)/√(dCov²(X, X) dCov²(Z, Z)); Székely, Rizzo and Bakirov, arXiv:0803.4101; as a penalty
/// Kasieczka and Shih, arXiv:2001.05310.
/// A batch needs no pairs. For numbers in [0, 1], |u| = ½ − (4/π²) Σ_k cos(kπu)/k² over odd k, and constants have
/// no part in dCov², which is therefore Σ_kl a_k a_l |Cov(e^{iπkX}, e^{iπlZ})|² (over the real parts
/// cos, sin of both) with a_k = 4/(π²k²): a sum over few covariances, linear in the number of events. The first K
/// terms are the distance covariance of |u| smoothed over 1/2K, itself zero for every independent pair.
/// </remarks>
[<RequireQualifiedAccess>]
module DistanceCorrelation =
    /// Columns cos kπx/k, sin kπx/k of k = 1, 3, …, 2K − 1 times 2/π; n x 2K, row-major.
    let internal waves (terms: int) (x: float) : float[] =
        Array.init (2 * terms) (fun i ->
            let k = float (2 * (i % terms) + 1)
            let angle = k * Math.PI * x
            (if i < terms then Math.Cos angle else Math.Sin angle) * 2.0 / (Math.PI * k))

    /// The same of a column, batch x 1 to batch x 2K.
    let internal wavesOf (terms: int) (x: Node) : Node =
        let odd = [ for i in 0 .. terms - 1 -> float (2 * i + 1) ]
        let angles = x * constantRow (odd |> List.map (fun k -> k * Math.PI))
        let sizes = constantRow (odd |> List.map (fun k -> 2.0 / (Math.PI * k)))
        concat [ cos angles * sizes; sin angles * sizes ]

    /// ‖Cov(φ, ψ)‖² of two sets of waves, 1 x 1; q: weights that add up to 1, batch x 1.
    let private covariance (q: Node) (phi: Node) (psi: Node) : Node =
        let mean waves = matmulWith true false waves q
        let product = matmulWith true false phi (q * psi)
        sum (square (product - matmulWith false true (mean phi) (mean psi)))

    let private shares (p: Node) : Node = p / (sumRows p + 1e-12)

    /// √(dCov²(X, X) dCov²(Z, Z)): X or Z that do not vary are independent of the other.
    let private scale q phi psi =
        sqrt (covariance q phi phi * covariance q psi psi + 1e-12)

    /// dCor² of a batch, 1 x 1: of waves φ of X and ψ of Z with weights p ≥ 0, batch x 1.
    let internal ofWaves (p: Node) (phi: Node) (psi: Node) : Node =
        let q = shares p
        covariance q phi psi / scale q phi psi

    /// <summary>The same without the bias 1/n of the numerator, which a training would follow: the square of an
    /// estimated covariance exceeds that of the true one by the variance of the estimate,
    /// Σ q_i² ‖φ_i − φ̄‖² ‖ψ_i − ψ̄‖² − Σ q_i² ‖C‖². Of independent numbers it is 0 on average, and of either
    /// sign.</summary>
    let internal unbiasedOfWaves (p: Node) (phi: Node) (psi: Node) : Node =
        let q = shares p
        let q2 = square q

        let away waves =
            sumColumns (square (waves - sumRows (q * waves)))

        let variance = sumRows (q2 * away phi * away psi)
        let corrected = (covariance q phi psi - variance) / (1.0 - sumRows q2)
        corrected / scale q phi psi

    let private distances (weights: float[]) (x: float[]) =
        let means =
            x
            |> Array.map (fun a -> Array.fold2 (fun sum b w -> sum + w * abs (a - b)) 0.0 x weights)

        means, Array.fold2 (fun sum m w -> sum + w * m) 0.0 means weights

    /// <summary>dCor² of weighted events by its definition, over all pairs of events.</summary>
    /// <param name="weights">≥ 0, one per event</param>
    /// <param name="x">one number per event, of any range</param>
    /// <param name="z">another</param>
    /// <returns>from 0 to 1, of the events as they are: for n independent ones of the order 1/n; 0 where one of
    /// the numbers does not vary; NaN without weight</returns>
    /// <exception cref="T:System.ArgumentException">lengths that differ</exception>
    /// <remarks>n² operations: 10⁴ events take a second.</remarks>
    let squared (weights: float[]) (x: float[]) (z: float[]) : float =
        if x.Length <> weights.Length || z.Length <> weights.Length then
            invalidArg (nameof x) $"{x.Length} and {z.Length} numbers of {weights.Length} events."

        let total = Array.sum weights
        let weights = weights |> Array.map (fun w -> w / total)
        let rowX, allX = distances weights x
        let rowZ, allZ = distances weights z
        let mutable xz, xx, zz = 0.0, 0.0, 0.0

        for i in 0 .. x.Length - 1 do
            for j in 0 .. x.Length - 1 do
                let a = abs (x[i] - x[j]) - rowX[i] - rowX[j] + allX
                let b = abs (z[i] - z[j]) - rowZ[i] - rowZ[j] + allZ
                let w = weights[i] * weights[j]
                xz <- xz + w * a * b
                xx <- xx + w * a * a
                zz <- zz + w * b * b

        if Double.IsNaN total || total <= 0.0 then nan
        elif xx > 0.0 && zz > 0.0 then max 0.0 xz / sqrt (xx * zz)
        else 0.0
