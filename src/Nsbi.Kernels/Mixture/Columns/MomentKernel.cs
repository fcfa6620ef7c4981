namespace Nsbi.Kernels;

/// <summary>
/// Moments of the columns' factors, M_c = Σ_i w_i r_c,i Π_k g_k(β | log r₊, log r₋) over the columns k
/// of process c: divided by Σ_i w_i r_c,i, the normalisation Z_c = E_{p_c}[Π g] on a weighted table.
/// </summary>
/// <remarks>In double precision with true exponentials whatever the columns are stored in; the same
/// bits for any number of threads, summed as <see cref="MixtureKernel"/> sums. Slow twin:
/// <see cref="MomentScalar"/>.</remarks>
public static class MomentKernel
{
    /// <summary>The moments of all processes in one pass.</summary>
    /// <param name="events">w and r</param>
    /// <param name="columns">log-ratios of the same events</param>
    /// <param name="forms">the interpolant of each column, with derivatives</param>
    /// <param name="order">0: value only, 1: and gradient, 2: and Hessian</param>
    /// <param name="team">threads to share the work; null for the caller's own</param>
    /// <returns>one sum for each of the C processes; Σ w r for one without columns; NaN or ∞ where a
    /// factor is</returns>
    /// <exception cref="ArgumentException">lengths or positions that do not fit</exception>
    public static MomentSum[] Evaluate(
        WeightedEvents events,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int order,
        ThreadTeam? team
    )
    {
        MomentScalar.Check(events, columns, forms, order);
        return MomentEvaluation.Run(events, columns, forms, order, team);
    }
}
