namespace Nsbi.Kernels;

/// <summary>A factor of a column that is not positive.</summary>
/// <param name="Row">row of the event in the original table</param>
/// <param name="Column">the column</param>
/// <param name="Value">g</param>
public readonly record struct ColumnFault(int Row, int Column, double Value);

/// <summary>Looks for factors g ≤ 0.</summary>
public static class ColumnScan
{
    /// <summary>
    /// The first event with a non-zero weight at which a column's g is not positive (or NaN), and the
    /// first such column of that event.
    /// </summary>
    /// <param name="events">the events and their weights</param>
    /// <param name="columns">log-ratios of the same events</param>
    /// <param name="forms">the interpolant of each column</param>
    /// <returns>null if all factors are positive</returns>
    /// <remarks>In double precision with true exponentials, event by event: about a tenth of the
    /// kernel's speed. Exponential forms are positive and are passed over, and so are columns for
    /// which the range of their log-ratios forbids g ≤ 0.</remarks>
    /// <exception cref="ArgumentException">lengths that do not fit</exception>
    public static ColumnFault? FirstNonPositive(
        WeightedEvents events,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms
    )
    {
        ArgumentNullException.ThrowIfNull(events);
        MixtureScalar.Check(events, int.MaxValue, columns, forms, int.MaxValue);
        var suspects = new List<int>();
        for (int k = 0; k < columns.Count; k++)
        {
            if (!forms[k].IsExponential && !(LowerBound(forms[k].Value, columns.Range(k)) > 0.0))
            {
                suspects.Add(k);
            }
        }

        ReadOnlySpan<double> weights = events.Weights;
        for (int i = 0; i < weights.Length && suspects.Count > 0; i++)
        {
            if (weights[i] == 0.0)
            {
                continue;
            }

            foreach (int k in suspects)
            {
                double g = forms[k].Value.At(columns.LogUp(k, i), columns.LogDown(k, i));
                if (!(g > 0.0))
                {
                    return new ColumnFault(events.Tiles.Row(i), k, g);
                }
            }
        }

        return null;
    }

    /// <summary>A bound from below of a column's g over the range of its log-ratios; the least g of its
    /// events is this or more.</summary>
    /// <param name="form">the interpolant</param>
    /// <param name="range">of the column</param>
    /// <returns>0 for exponential forms, whose g is positive</returns>
    public static double LeastPossible(ColumnForm form, ColumnRange range) =>
        form.IsExponential ? 0.0 : LowerBound(form.Value, range);

    /// <summary>A bound from below over a range: each side from the intervals of its polynomial and
    /// of its exponential.</summary>
    private static double LowerBound(in ExponentialSum sum, in ColumnRange range) =>
        sum.Constant
        + LowerBound(sum.Up0, sum.Up1, sum.Up2, range.UpLow, range.UpHigh)
        + LowerBound(sum.Down0, sum.Down1, sum.Down2, range.DownLow, range.DownHigh);

    private static double LowerBound(double a0, double a1, double a2, double low, double high)
    {
        double atLow = (a0 + (low * (a1 + (low * a2)))) * Math.Exp(low);
        double atHigh = (a0 + (high * (a1 + (high * a2)))) * Math.Exp(high);
        double least = Math.Min(atLow, atHigh);

        // Where the slope is zero: a₂ x² + (a₁ + 2 a₂) x + a₀ + a₁ = 0.
        double half = 0.5 * (a1 + (2.0 * a2));
        double root = Math.Sqrt((half * half) - (a2 * (a0 + a1)));
        double q = -(half + Math.CopySign(root, half));
        foreach (double x in (ReadOnlySpan<double>)[q / a2, (a0 + a1) / q])
        {
            if (x > low && x < high)
            {
                least = Math.Min(least, (a0 + (x * (a1 + (x * a2)))) * Math.Exp(x));
            }
        }

        return least;
    }
}
