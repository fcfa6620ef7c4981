namespace Nsbi.Infer

open Nsbi.Model

/// <summary>A function of a few of the model's parameters with its derivatives.</summary>
[<NoComparison>]
type internal PlacedJet = {
    /// The places of its parameters in θ, each once.
    Places: int[]
    /// Value and derivatives over these parameters.
    Jet: Jet
}

/// <summary>The operations on functions of a few parameters each.</summary>
[<RequireQualifiedAccess>]
module internal PlacedJet =

    let constant (value: float) : PlacedJet = {
        Places = [||]
        Jet = Jet.constant 0 value
    }

    /// The same function as one of more parameters.
    let private spread (places: int[]) (f: PlacedJet) : Jet =
        let n = places.Length
        let at = f.Places |> Array.map (fun k -> System.Array.IndexOf(places, k))
        let gradient = Array.zeroCreate n
        let hessian = Array2D.zeroCreate n n

        for i in 0 .. at.Length - 1 do
            gradient[at[i]] <- f.Jet.Gradient[i]

            for j in 0 .. at.Length - 1 do
                hessian[at[i], at[j]] <- f.Jet.Hessian[i, j]

        {
            Value = f.Jet.Value
            Gradient = gradient
            Hessian = hessian
        }

    /// f·g.
    let multiply (f: PlacedJet) (g: PlacedJet) : PlacedJet =
        if f.Places.Length = 0 && f.Jet.Value = 1.0 then
            g
        elif g.Places.Length = 0 && g.Jet.Value = 1.0 then
            f
        else
            let places = Array.append f.Places g.Places |> Array.distinct

            {
                Places = places
                Jet = Jet.multiply (spread places f) (spread places g)
            }

    /// c·f for a number c.
    let scale (factor: float) (f: PlacedJet) : PlacedJet = {
        f with
            Jet = {
                Value = factor * f.Jet.Value
                Gradient = f.Jet.Gradient |> Array.map (fun g -> factor * g)
                Hessian = f.Jet.Hessian |> Array2D.map (fun h -> factor * h)
            }
    }

    /// exp(s·f) for a number s.
    let exponential (s: float) (f: PlacedJet) : PlacedJet =
        let scaled = scale s f

        { scaled with Jet = Jet.exp scaled.Jet }

    /// A function of θ as one of the inner coordinates κ.
    let toInner (inner: InnerCoordinates) (kappa: float[]) (f: PlacedJet) : PlacedJet =
        if f.Places |> Array.exists inner.IsSquared then
            let slope =
                f.Places
                |> Array.map (fun k -> if inner.IsSquared k then 2.0 * kappa[k] else 1.0)

            let bend k =
                if inner.IsSquared f.Places[k] then 2.0 else 0.0

            {
                f with
                    Jet = {
                        Value = f.Jet.Value
                        Gradient = Array.map2 (*) f.Jet.Gradient slope
                        Hessian =
                            f.Jet.Hessian
                            |> Array2D.mapi (fun k l h ->
                                h * slope[k] * slope[l]
                                + (if k = l then f.Jet.Gradient[k] * bend k else 0.0))
                    }
            }
        else
            f
