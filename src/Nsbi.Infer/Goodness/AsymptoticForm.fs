namespace Nsbi.Infer

open System
open MathNet.Numerics

/// <summary>A distribution of the statistic that holds for many events, beside that of the toys: reported
/// and not used.</summary>
type AsymptoticForm = {
    /// <summary>t/c follows χ²_k: c.</summary>
    Scale: float
    /// <summary>k, in general no whole number.</summary>
    Degrees: float
    /// P(t at or above the observed value).
    PValue: float
    /// <summary>sup |F_toys − F|; NaN without toys.</summary>
    Distance: float
    /// Probability of a larger distance where the toys are of this form.
    DistancePValue: float
}

/// <summary>Asymptotic forms.</summary>
[<RequireQualifiedAccess>]
module AsymptoticForm =

    /// <summary>P(c χ²_k ≥ t).</summary>
    let survival (scale: float) (degrees: float) (t: float) : float =
        if t <= 0.0 then
            1.0
        else
            SpecialFunctions.GammaUpperRegularized(0.5 * degrees, 0.5 * t / scale)

    /// <summary>The form held against toys.</summary>
    /// <param name="scale">c</param>
    /// <param name="degrees">k</param>
    /// <param name="toys">values of the statistic</param>
    /// <param name="observed">the observed one</param>
    /// <remarks>The p-value of the distance is that of Kolmogorov's distribution, Stephens, J. R. Stat.
    /// Soc. B 32 (1970) 115.</remarks>
    let ofToys (scale: float) (degrees: float) (toys: float[]) (observed: float) : AsymptoticForm =
        let sorted = toys |> Array.filter Double.IsFinite |> Array.sort
        let n = float sorted.Length

        let distance =
            if sorted.Length = 0 then
                nan
            else
                sorted
                |> Array.mapi (fun i t ->
                    let below = 1.0 - survival scale degrees t
                    max (abs (below - float i / n)) (abs (below - float (i + 1) / n)))
                |> Array.max

        {
            Scale = scale
            Degrees = degrees
            PValue = survival scale degrees observed
            Distance = distance
            DistancePValue =
                let root = sqrt n
                WeightedKolmogorov.survival ((root + 0.12 + 0.11 / root) * distance)
        }

    /// <summary>The form of Σ_k λ_k χ²_1 with the same mean and variance, λ the eigenvalues of (S + R)⁻¹(S
    /// + V): S the information of the data on the parameters of f, R their ridge, V what the finite
    /// reference adds.</summary>
    /// <returns>c and k; none where S + R is not positive definite</returns>
    let internal ofInformation (information: float[,]) ridge (reference: float[,]) =
        let n = Array2D.length1 information

        let regular =
            Array2D.init n n (fun a b ->
                information[a, b] + (if a = b then Array.get ridge a else 0.0))

        SymmetricMatrix.cholesky regular
        |> Option.bind (fun l ->
            let columns =
                Array.init n (fun b ->
                    Array.init n (fun a -> information[a, b] + reference[a, b])
                    |> SymmetricMatrix.solve l)

            let mutable first, second = 0.0, 0.0

            for a in 0 .. n - 1 do
                first <- first + columns[a][a]

                for b in 0 .. n - 1 do
                    second <- second + columns[a][b] * columns[b][a]

            if first > 0.0 && second > 0.0 then
                Some(second / first, first * first / second)
            else
                None)
