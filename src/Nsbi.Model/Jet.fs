namespace Nsbi.Model

/// <summary>A value with its exact gradient and Hessian over n parameters: the second-order Taylor
/// coefficients of a function of θ, carried through every operation.</summary>
/// <remarks>With u a jet and φ a scalar function, (φ∘u)_k = φ'(u) u_k and
/// (φ∘u)_kl = φ'(u) u_kl + φ''(u) u_k u_l (Griewank and Walther, Evaluating Derivatives, ch. 13).
/// A derivative of u that is 0 contributes 0 even where φ' or φ'' is infinite, so that a singular
/// point in one parameter leaves the others alone. The arrays must not be changed.</remarks>
[<NoComparison>]
type Jet = {
    /// f(θ).
    Value: float
    /// ∂f/∂θ_k; length n.
    Gradient: float[]
    /// ∂²f/∂θ_k∂θ_l; n x n, symmetric.
    Hessian: float[,]
}

/// <summary>The operations on jets. Both jets of a binary operation have the same n.</summary>
[<RequireQualifiedAccess>]
module Jet =

    /// <summary>A constant over n parameters.</summary>
    let constant (n: int) (value: float) : Jet = {
        Value = value
        Gradient = Array.zeroCreate n
        Hessian = Array2D.zeroCreate n n
    }

    /// <summary>The parameter k of n, at a value.</summary>
    let variable (n: int) (k: int) (value: float) : Jet =
        let gradient = Array.zeroCreate n
        gradient[k] <- 1.0

        {
            Value = value
            Gradient = gradient
            Hessian = Array2D.zeroCreate n n
        }

    // 0·∞ = 0: see the remarks on the type.
    let private times (derivative: float) (inner: float) : float =
        if inner = 0.0 then 0.0 else derivative * inner

    /// <summary>φ∘u, given φ(u), φ'(u) and φ''(u).</summary>
    let chain (value: float) (first: float) (second: float) (u: Jet) : Jet =
        let n = u.Gradient.Length

        {
            Value = value
            Gradient = Array.map (times first) u.Gradient
            Hessian =
                Array2D.init n n (fun k l ->
                    times first u.Hessian[k, l] + times second (u.Gradient[k] * u.Gradient[l]))
        }

    let private linear (a: float) (u: Jet) (b: float) (v: Jet) : Jet =
        let n = u.Gradient.Length

        {
            Value = a * u.Value + b * v.Value
            Gradient = Array.map2 (fun x y -> a * x + b * y) u.Gradient v.Gradient
            Hessian = Array2D.init n n (fun k l -> a * u.Hessian[k, l] + b * v.Hessian[k, l])
        }

    /// u + v.
    let add (u: Jet) (v: Jet) : Jet = linear 1.0 u 1.0 v

    /// u − v.
    let subtract (u: Jet) (v: Jet) : Jet = linear 1.0 u -1.0 v

    /// −u.
    let negate (u: Jet) : Jet = chain -u.Value -1.0 0.0 u

    /// u·v.
    let multiply (u: Jet) (v: Jet) : Jet =
        let n = u.Gradient.Length
        let gu, gv = u.Gradient, v.Gradient

        {
            Value = u.Value * v.Value
            Gradient = Array.map2 (fun x y -> times v.Value x + times u.Value y) gu gv
            Hessian =
                Array2D.init n n (fun k l ->
                    times v.Value u.Hessian[k, l]
                    + times u.Value v.Hessian[k, l]
                    + (gu[k] * gv[l] + gu[l] * gv[k]))
        }

    /// u/v; IEEE 754 infinities or NaN where v is 0.
    let divide (u: Jet) (v: Jet) : Jet =
        let inverse = 1.0 / v.Value
        let square = inverse * inverse
        let product = multiply u (chain inverse -square (2.0 * square * inverse) v)

        {
            product with
                Value = u.Value / v.Value
        }

    /// <summary>√u; NaN where u is negative. At u = 0 the derivatives are infinite.</summary>
    let sqrt (u: Jet) : Jet =
        let root = System.Math.Sqrt u.Value
        chain root (0.5 / root) (-0.25 / (u.Value * root)) u

    /// exp u.
    let exp (u: Jet) : Jet =
        let value = System.Math.Exp u.Value
        chain value value value u

    /// <summary>ln u; −∞ at 0, NaN where u is negative.</summary>
    let log (u: Jet) : Jet =
        chain (System.Math.Log u.Value) (1.0 / u.Value) (-1.0 / (u.Value * u.Value)) u

    /// <summary>u^p for a constant p; NaN where u is negative and p is not an integer. The
    /// derivatives p u^(p−1) and p (p−1) u^(p−2) are 0 where their factor is, so that u¹ and u² are
    /// exact at u = 0.</summary>
    let power (p: float) (u: Jet) : Jet =
        let scaled factor exponent =
            if factor = 0.0 then
                0.0
            else
                factor * System.Math.Pow(u.Value, exponent)

        let value = System.Math.Pow(u.Value, p)
        chain value (scaled p (p - 1.0)) (scaled (p * (p - 1.0)) (p - 2.0)) u
