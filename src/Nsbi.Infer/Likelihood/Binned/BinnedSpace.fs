namespace Nsbi.Infer

/// <summary>Everything of a channel that changes from point to point: allocated once per thread that
/// evaluates at the same time.</summary>
[<Sealed>]
type internal BinnedSpace
    (processes: BinnedProcess[], bases: int, wide: int, binFactors: int, bins: int) =
    let states = processes |> Array.map (fun p -> BinnedState(p, bins))

    member _.Processes: BinnedState[] = states
    /// Values of the bases.
    member val Bases: float[] = Array.zeroCreate (InterpolationBasis.stride * bases)
    /// γ.
    member val Gamma: float[] = Array.zeroCreate binFactors
    /// <summary>∂γ/∂κ.</summary>
    member val GammaSlope: float[] = Array.zeroCreate binFactors
    /// <summary>∂²γ/∂κ².</summary>
    member val GammaBend: float[] = Array.zeroCreate binFactors
    /// ν_b.
    member val Expected: float[] = Array.zeroCreate bins
    /// ∂(−2 ln L)/∂ν_b.
    member val Weight: float[] = Array.zeroCreate bins
    /// ∂²(−2 ln L)/∂ν_b².
    member val Curvature: float[] = Array.zeroCreate bins
    /// <summary>∂ν_b/∂κ_i, bin by bin.</summary>
    member val Slopes: float[] = Array.zeroCreate (bins * wide)
    /// ∂ν_b/∂κ_k of the bin factors.
    member val GammaSlopes: float[] = Array.zeroCreate binFactors
    /// The Hessian of the wide parameters: the lower triangle of rows.
    member val Hessian: float[] = Array.zeroCreate (wide * wide)
    /// Bin factors by wide parameters.
    member val Mixed: float[] = Array.zeroCreate (binFactors * wide)
    /// Of one process: ∂A/∂κ_j.
    member val OwnSlopes: float[] = Array.zeroCreate wide
    /// Of one process: Σ_b w_b Γ_b ∂Δ_b/∂κ_j.
    member val OwnShifts: float[] = Array.zeroCreate wide
