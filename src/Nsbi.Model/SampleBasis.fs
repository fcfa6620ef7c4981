namespace Nsbi.Model

open System
open MathNet.Numerics.LinearAlgebra

/// <summary>Mixtures of samples that were simulated at several parameter points.</summary>
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

    /// <summary>The coefficient of each sample in the density at any parameters: where the density is
    /// D(x; θ) = Σ_j v_j(θ) h_j(x) and sample k was simulated at θ_k, D = Σ_k c_k(θ) D(x; θ_k) with
    /// c(θ) = v(θ)ᵀ V⁻¹ and V_kj = v_j(θ_k) (a Vandermonde matrix where the v_j are powers).</summary>
    /// <param name="terms">v_j, as many as there are samples: for a signal that interferes μ, √μ and
    /// 1; for Wilson coefficients the monomials of a polynomial</param>
    /// <param name="samples">θ_k: the value of every parameter, by name</param>
    /// <returns>c_k in the order of the samples; c_k is 1 at θ_k and 0 at the other samples</returns>
    /// <exception cref="T:System.ArgumentException">not as many samples as terms, a sample without
    /// the value of a parameter, or samples that do not determine the density: two at one point, or
    /// terms that depend on each other there</exception>
    let coefficients
        (terms: Coefficient list)
        (samples: (string * float) list list)
        : Coefficient list =
        let n = terms.Length

        if samples.Length <> n || n = 0 then
            invalidArg
                (nameof samples)
                $"There are {samples.Length} samples for {n} terms: give one sample for each term."

        let v =
            Matrix<float>
                .Build.DenseOfRows(samples |> Seq.map (fun point -> terms |> Seq.map (at point)))

        let inverse = v.Inverse()
        let defect = (v * inverse - Matrix<float>.Build.DenseIdentity n).InfinityNorm()

        if not (defect < 1e-8) then
            invalidArg
                (nameof samples)
                "The samples do not determine the density: move some of them to other points."

        let column k =
            terms
            |> List.mapi (fun j term -> inverse[j, k], term)
            |> List.filter (fun (a, _) -> a <> 0.0)
            |> List.map (fun (a, term) -> a * term)

        List.init n (column >> List.reduce (+))
