namespace Nsbi.Kernels;

/// <summary>The moments from their definition, one event at a time: the slow twin of
/// <see cref="MomentKernel"/>, equal to it up to rounding.</summary>
public static class MomentScalar
{
    /// <summary>The moments; arguments and result as <see cref="MomentKernel"/>'s.</summary>
    /// <exception cref="ArgumentException">lengths or positions that do not fit</exception>
    public static MomentSum[] Evaluate(
        WeightedEvents events,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int order
    )
    {
        Check(events, columns, forms, order);
        var moments = new MomentSum[events.Tiles.Processes];
        for (int c = 0; c < moments.Length; c++)
        {
            moments[c] = Evaluate(events, columns, forms, order, c);
        }

        return moments;
    }

    internal static void Check(
        WeightedEvents events,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int order
    )
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        MixtureScalar.Check(events, events.Tiles.Processes, columns, forms, int.MaxValue);
    }

    /// <summary>Length of β: the columns name no parameter beyond it.</summary>
    internal static int Parameters(InterpolatedColumns columns)
    {
        int most = 0;
        foreach (ColumnPlace place in columns.Places)
        {
            most = Math.Max(most, place.Parameter + 1);
        }

        return most;
    }

    private static MomentSum Evaluate(
        WeightedEvents events,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int order,
        int process
    )
    {
        int[] own =
        [
            .. columns
                .Places.Where(place => place.Process == process)
                .Select(place => place.Parameter)
                .Distinct()
                .Order(),
        ];
        int n = own.Length;
        double value = 0.0;
        var gradient = new double[order > 0 ? n : 0];
        var hessian = new double[order > 1 ? n * n : 0];
        ReadOnlySpan<double> weights = events.Weights;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0.0)
            {
                continue;
            }

            FactorJet g = FactorJet.One(Parameters(columns));
            g.MultiplyColumns(columns, forms, process, i);
            double wr = weights[i] * events.Tiles[process, i];
            value += wr * g.Value;
            for (int k = 0; order > 0 && k < n; k++)
            {
                gradient[k] += wr * g.First[own[k]];
                for (int l = 0; order > 1 && l < n; l++)
                {
                    int low = own[Math.Min(k, l)];
                    hessian[(k * n) + l] += wr * g.Second[low, own[Math.Max(k, l)]];
                }
            }
        }

        return new MomentSum(value, own, gradient, hessian);
    }
}
