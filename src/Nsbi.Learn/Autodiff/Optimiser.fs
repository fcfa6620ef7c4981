namespace Nsbi.Learn.Autodiff

open System
open Nsbi.Kernels

/// <summary>Which first moment an optimiser steps along.</summary>
[<RequireQualifiedAccess>]
type Momentum =
    /// <summary>The bias-corrected mean of gradients: Kingma and Ba, arXiv:1412.6980.</summary>
    | Adam
    /// <summary>Nesterov's look-ahead of it, momentum decay 0.004: Dozat, ICLR 2016.</summary>
    | NAdam

/// <summary>An optimiser of the Adam family, with decoupled weight decay (Loshchilov and Hutter,
/// arXiv:1711.05101).</summary>
/// <remarks>
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ(1 − ηλ) − η m̂/(√v̂ + ε), with bias-corrected m̂, v̂
/// and the learning rate η given at each step.
/// </remarks>
type Optimiser = {
    /// <summary>Adam or NAdam.</summary>
    Momentum: Momentum
    /// <summary>β₁, in [0, 1)</summary>
    Beta1: float
    /// <summary>β₂, in [0, 1)</summary>
    Beta2: float
    /// <summary>ε > 0</summary>
    Epsilon: float
    /// <summary>λ ≥ 0, decoupled from the gradient</summary>
    WeightDecay: float
    /// <summary>Largest norm of the gradient in all trained parameters together, above 0: longer
    /// ones are scaled down to it (Pascanu et al., arXiv:1211.5063); None for any. The update is
    /// then a step of its own, after all gradients.</summary>
    ClipNorm: float option
}

/// <summary>The optimisers.</summary>
[<RequireQualifiedAccess>]
module Optimiser =
    /// <summary>Adam, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, no decay.</summary>
    let adam: Optimiser = {
        Momentum = Momentum.Adam
        Beta1 = 0.9
        Beta2 = 0.999
        Epsilon = 1e-8
        WeightDecay = 0.0
        ClipNorm = None
    }

    /// <summary>Adam with decoupled weight decay λ.</summary>
    let adamW (decay: float) : Optimiser = { adam with WeightDecay = decay }

    /// <summary>NAdam, otherwise as Adam.</summary>
    let nadam: Optimiser = { adam with Momentum = Momentum.NAdam }

    /// Throws unless the settings make sense.
    let internal check (optimiser: Optimiser) : unit =
        let require condition name value range =
            if not condition then
                raise (ArgumentOutOfRangeException(name, value, $"{name} lies in {range}."))

        let unit x = x >= 0.0 && x < 1.0
        require (unit optimiser.Beta1) "Beta1" optimiser.Beta1 "[0, 1)"
        require (unit optimiser.Beta2) "Beta2" optimiser.Beta2 "[0, 1)"
        require (optimiser.Epsilon > 0.0) "Epsilon" optimiser.Epsilon "(0, ∞)"
        require (optimiser.WeightDecay >= 0.0) "WeightDecay" optimiser.WeightDecay "[0, ∞)"

        match optimiser.ClipNorm with
        | Some norm -> require (norm > 0.0) "ClipNorm" norm "(0, ∞]"
        | None -> ()

    /// x^n by squaring: the same bits whatever mathematical library the system has.
    let rec private power (x: float) (n: int64) : float =
        if n = 0L then 1.0
        elif n % 2L = 0L then power (x * x) (n / 2L)
        else x * power (x * x) (n / 2L)

    /// 0.96^0.004
    let private decay = 0.9998367253526753

    /// NAdam's momentum at step t = 1, 2, …: μ_t = β₁(1 − ½·0.96^{0.004 t}).
    let private momentumAt beta1 (t: int64) = beta1 * (1.0 - 0.5 * power decay t)

    /// Π_{i ≤ t} μ_i, by which NAdam corrects its bias.
    let internal momentumProduct (optimiser: Optimiser) (t: int64) : float =
        let mutable product = 1.0

        if optimiser.Momentum = Momentum.NAdam then
            for i in 1L .. t do
                product <- product * momentumAt optimiser.Beta1 i

        product

    /// The numbers of step t = 1, 2, … at a learning rate, and Π_{i ≤ t} μ_i from the product up to
    /// the step before (1 for Adam).
    let internal rule
        (optimiser: Optimiser)
        (rate: float)
        (t: int64)
        (productBefore: float)
        : UpdateRule * float =
        let along, gradient, product =
            match optimiser.Momentum with
            | Momentum.Adam -> rate / (1.0 - power optimiser.Beta1 t), 0.0, 1.0
            | Momentum.NAdam ->
                let now = momentumAt optimiser.Beta1 t
                let next = momentumAt optimiser.Beta1 (t + 1L)
                let product = productBefore * now

                rate * next / (1.0 - product * next), rate * (1.0 - now) / (1.0 - product), product

        let keep = 1.0 - rate * optimiser.WeightDecay
        let scale = 1.0 / Math.Sqrt(1.0 - power optimiser.Beta2 t)
        let beta1, beta2, epsilon = optimiser.Beta1, optimiser.Beta2, optimiser.Epsilon
        UpdateRule(beta1, beta2, epsilon, keep, along, gradient, scale), product
