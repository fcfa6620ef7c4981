namespace Nsbi.Kernels;

/// <summary>
/// M_c = Σ_i w_i r_c,i Π_k g_k of one process with its derivatives in the parameters its columns have.
/// </summary>
/// <param name="Value">M_c</param>
/// <param name="Parameters">positions in β, ascending; n of them</param>
/// <param name="Gradient">n first derivatives; empty if not asked for</param>
/// <param name="Hessian">n² second derivatives, row by row; empty if not asked for</param>
public readonly record struct MomentSum(
    double Value,
    int[] Parameters,
    double[] Gradient,
    double[] Hessian
);
