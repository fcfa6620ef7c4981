namespace Nsbi.Infer

open Nsbi.Model

/// <summary>G_c(α) = Π_k G_ck(α_k), the factors of a yield that are interpolated from values at ±1.
/// </summary>
[<RequireQualifiedAccess>]
module internal YieldFactor =

    /// f·g of one variable, with first and second derivative.
    let private times struct (f, f1, f2) struct (g, g1, g2) : struct (float * float * float) =
        struct (f * g, f1 * g + f * g1, f2 * g + 2.0 * f1 * g1 + f * g2)

    /// G_c at θ, with exact derivatives over the parameters it depends on.
    let evaluate (rates: RateFactor[]) (theta: float[]) : PlacedJet =
        let places = rates |> Array.map _.Place |> Array.distinct

        let factors =
            places
            |> Array.map (fun place ->
                rates
                |> Array.filter (fun r -> r.Place = place)
                |> Array.map (fun r -> Interpolation.evaluate r.Code 1.0 r.Low r.High theta[place])
                |> Array.reduce times)

        let value struct (f: float, _: float, _: float) = f
        let first struct (_: float, f: float, _: float) = f
        let second struct (_: float, _: float, f: float) = f

        // The product of the values of all factors but two, which may be the same one.
        let others k l =
            let mutable product = 1.0

            for m in 0 .. factors.Length - 1 do
                if m <> k && m <> l then
                    product <- product * value factors[m]

            product

        let whole = Array.fold (fun product f -> product * value f) 1.0 factors
        let mayDivide = whole <> 0.0 && System.Double.IsFinite(1.0 / whole)

        let share k =
            if mayDivide then whole / value factors[k] else others k k

        let pair k l =
            if mayDivide then
                whole / value factors[k] / value factors[l]
            else
                others k l

        {
            Places = places
            Jet = {
                Value = whole
                Gradient = factors |> Array.mapi (fun k f -> first f * share k)
                Hessian =
                    Array2D.init places.Length places.Length (fun k l ->
                        if k = l then
                            second factors[k] * share k
                        else
                            first factors[k] * first factors[l] * pair k l)
            }
        }
