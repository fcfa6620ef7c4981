namespace Nsbi.Model

open System
open System.Globalization
open MathNet.Numerics.LinearAlgebra

/// <summary>Mixtures of samples that were simulated at several parameter points.</summary>
/// <remarks>Samples k, terms j: D(x; θ) = Σ_j v_j(θ) h_j(x), sample k was simulated at θ_k, and
/// V_kj = v_j(θ_k) (a Vandermonde matrix where the v_j are powers).</remarks>
[<RequireQualifiedAccess>]
module SampleBasis =

    let private nameless: Parameter = {
        Name = ""
        Role = PointOfInterest
        Initial = 0.0
        Lower = -infinity
        Upper = infinity
        Constraint = Unconstrained
        Fixed = false
    }

    let private at (point: (string * float) list) (term: Coefficient) : float =
        let values = dict point

        let value (p: Parameter) =
            match values.TryGetValue p.Name with
            | true, x -> Parameter { nameless with Initial = x }
            | false, _ ->
                invalidArg
                    (nameof point)
                    $"A sample has no value of '{p.Name}', on which the density depends."

        term |> Coefficient.substitute value |> Coefficient.nominal

    /// The largest condition number that is accepted: beyond it single-precision weights lose all
    /// their digits.
    let internal worst: float = 1e8

    let internal number (x: float) : string =
        x.ToString("G3", CultureInfo.InvariantCulture)

    /// The condition number of V with each term scaled to its largest value among the samples.
    let internal conditionOf (v: float[,]) : float =
        let scaled =
            v
            |> Array2D.mapi (fun _ j x ->
                let largest = Seq.init (Array2D.length1 v) (fun k -> abs v[k, j]) |> Seq.max
                if largest = 0.0 then 0.0 else x / largest)

        // Rounding hides an exact zero among the singular values.
        let found = (Matrix<float>.Build.DenseOfArray scaled).ConditionNumber()
        if found < 1e15 then found else infinity

    /// <summary>(VᵀSV)⁻¹VᵀS of samples that have passed the checks.</summary>
    let internal inverse
        (what: string)
        (variances: float list)
        (exact: Dyadic[,])
        (v: float[,])
        : ExactMatrix * float =
        let samples, terms = Array2D.length1 v, Array2D.length2 v

        if terms = 0 then
            invalidArg "terms" "There are no terms: the density has one at least."

        if samples < terms then
            invalidArg
                what
                $"There are {samples} {what} for {terms} terms: give one of them for each term at \
                  least."

        if variances.Length <> samples then
            invalidArg
                (nameof variances)
                $"There are {variances.Length} variances for {samples} {what}: give one for each."

        for variance in variances do
            if not (Double.IsFinite variance && variance > 0.0) then
                invalidArg
                    (nameof variances)
                    $"A variance is {number variance}: give numbers above 0."

        v
        |> Array2D.iter (fun x ->
            if not (Double.IsFinite x) then
                invalidArg
                    what
                    $"A term is {number x} at one of the {what}: give points at which all are finite.")

        let condition = conditionOf v
        let weights = variances |> List.map (fun x -> 1.0 / x) |> List.toArray

        match ExactInverse.compute exact weights with
        | Some matrix when condition <= worst -> matrix, condition
        | _ ->
            invalidArg
                what
                $"The {what} do not determine the density (condition number {number condition}, at \
                  most {number worst} is accepted): move some of them further from the others."

    let private matrix (terms: Coefficient list) (samples: (string * float) list list) : float[,] =
        samples |> List.map (fun point -> terms |> List.map (at point)) |> array2D

    /// <summary>The condition number of V, each term scaled to its largest value among the samples:
    /// the factor by which relative errors of the samples can grow in the density.</summary>
    /// <param name="terms">v_j</param>
    /// <param name="samples">θ_k: the value of every parameter, by name</param>
    /// <returns>1 at best; +∞ where the samples do not determine the density</returns>
    /// <exception cref="T:System.ArgumentException">a sample lacks the value of a parameter
    /// </exception>
    let condition (terms: Coefficient list) (samples: (string * float) list list) : float =
        if terms.IsEmpty || samples.Length < terms.Length then
            infinity
        else
            conditionOf (matrix terms samples)

    /// <summary>The coefficient of each sample in the density at any parameters,
    /// c(θ)ᵀ = v(θ)ᵀ (VᵀSV)⁻¹VᵀS with S_kk = 1/σ²_k: of all c with Σ_k c_k(θ) D(x; θ_k) = D(x; θ) the
    /// one with the smallest Σ_k c_k² σ²_k. With as many samples as terms it is v(θ)ᵀV⁻¹.</summary>
    /// <param name="variances">σ²_k, up to a common factor, of what is taken from sample k: for
    /// independent samples of one cross-section 1/(effective events) of each</param>
    /// <param name="terms">v_j: for a signal that interferes μ, √μ and 1; for Wilson coefficients the
    /// monomials of a polynomial</param>
    /// <param name="samples">θ_k: the value of every parameter, by name; as many as terms or more
    /// </param>
    /// <returns>c_k in the order of the samples</returns>
    /// <remarks>Source: Gauss and Markov (the best linear unbiased estimate). The matrix is computed
    /// without rounding from the values of the terms.</remarks>
    /// <exception cref="T:System.ArgumentException">fewer samples than terms, a sample without the
    /// value of a parameter, a variance that is not positive, or samples that do not determine the
    /// density (a condition number above 1e8): two at one point, or terms that depend on each other
    /// there</exception>
    let leastVariance
        (variances: float list)
        (terms: Coefficient list)
        (samples: (string * float) list list)
        : Coefficient list =
        let v =
            if samples.IsEmpty then
                Array2D.zeroCreate 0 terms.Length
            else
                matrix terms samples

        let exact, _ = inverse "samples" variances (Array2D.map Dyadic.ofFloat v) v
        let m = ExactInverse.toFloats exact

        let column k =
            terms
            |> List.mapi (fun j term -> m[j, k], term)
            |> List.filter (fun (a, _) -> a <> 0.0)
            |> List.map (fun (a, term) -> a * term)

        List.init samples.Length (fun k ->
            match column k with
            | [] -> Constant 0.0
            | parts -> List.reduce (+) parts)

    /// <summary>The coefficient of each sample in the density at any parameters: where the density is
    /// D(x; θ) = Σ_j v_j(θ) h_j(x) and sample k was simulated at θ_k, D = Σ_k c_k(θ) D(x; θ_k) with
    /// c(θ)ᵀ = v(θ)ᵀ V⁻¹ and V_kj = v_j(θ_k).</summary>
    /// <param name="terms">v_j: for a signal that interferes μ, √μ and 1; for Wilson coefficients the
    /// monomials of a polynomial</param>
    /// <param name="samples">θ_k: the value of every parameter, by name; as many as terms or more
    /// </param>
    /// <returns>c_k in the order of the samples. With as many samples as terms, c_k is 1 at θ_k and 0
    /// at the other samples; with more of them it is the choice with the smallest Σ_k c_k², that of
    /// <c>leastVariance</c> for equal variances.</returns>
    /// <exception cref="T:System.ArgumentException">as for <c>leastVariance</c></exception>
    let coefficients
        (terms: Coefficient list)
        (samples: (string * float) list list)
        : Coefficient list =
        leastVariance (List.replicate samples.Length 1.0) terms samples
