namespace Nsbi.Kernels;

/// <summary>
/// Σ_i w_i ln D_i of a mixture with its derivatives in z = (A_1 … A_C, β_1 … β_P): the amplitudes,
/// then the parameters of the event terms.
/// </summary>
/// <param name="Value">Σ_i w_i ln D_i; NaN if an event is bad</param>
/// <param name="Gradient">C + P derivatives; empty if not asked for or an event is bad</param>
/// <param name="Hessian">(C + P)² second derivatives, row by row; empty likewise</param>
/// <param name="BadRow">row in the original table of the first event whose D is not a finite
/// positive number; −1 if there is none</param>
public readonly record struct MixtureSum(
    double Value,
    double[] Gradient,
    double[] Hessian,
    int BadRow
);
