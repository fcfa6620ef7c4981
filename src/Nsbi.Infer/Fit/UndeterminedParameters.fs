namespace Nsbi.Infer

open Nsbi.Model

/// <summary>Which parameters a likelihood does not determine at a point: those along which it has no
/// curvature, alone or together.</summary>
[<RequireQualifiedAccess>]
module internal UndeterminedParameters =

    // Of eigenvalues of the Hessian in units in which its diagonal is 1.
    let private flat = 1e-8
    // Of squared components of eigenvectors.
    let private share = 0.01

    /// <summary>The places of parameters with a share in a direction without curvature.</summary>
    /// <param name="places">the parameters that are free and inside of their bounds</param>
    /// <param name="jet">at the point</param>
    let find (places: int[]) (jet: Jet) : int[] =
        let alone, curved =
            places |> Array.partition (fun k -> not (jet.Hessian[k, k] > 0.0))

        let scaled =
            Array2D.init curved.Length curved.Length (fun a b ->
                let k, l = curved[a], curved[b]
                jet.Hessian[k, l] / sqrt (jet.Hessian[k, k] * jet.Hessian[l, l]))

        let values, vectors = SymmetricEigen.find scaled

        let limit =
            if alone.Length = 0 && values.Length > 0 then
                max flat (Array.min values)
            else
                flat

        let together =
            curved
            |> Array.indexed
            |> Array.filter (fun (a, _) ->
                Seq.exists
                    (fun v -> values[v] <= limit && vectors[a, v] * vectors[a, v] > share)
                    (seq { 0 .. values.Length - 1 }))
            |> Array.map snd

        Array.append alone together |> Array.sort
