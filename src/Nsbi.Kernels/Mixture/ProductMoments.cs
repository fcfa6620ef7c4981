using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// Second moments of K columns over weighted events, M_ab = Σ_i w_i g_ia g_ib. Each entry is summed
/// over the events in their order with fused multiply-add, so that it does not depend on the
/// width of the hardware's vectors.
/// </summary>
public static unsafe class ProductMoments
{
    private const int Width = 8;
    private const int Rows = 4;

    /// <summary>Columns are padded with zeros to a multiple of this.</summary>
    public const int Padding = 8;

    /// <summary>Adds the moments of some events to the sums.</summary>
    /// <param name="values">g, events x K, event by event; K a multiple of <see cref="Padding"/></param>
    /// <param name="weights">w_i, one per event</param>
    /// <param name="columns">K</param>
    /// <param name="sums">K x K, row by row; only entries on and above the diagonal blocks of
    /// <see cref="Padding"/> columns are filled</param>
    /// <exception cref="ArgumentException">lengths that do not fit</exception>
    public static void Add(
        ReadOnlySpan<double> values,
        ReadOnlySpan<double> weights,
        int columns,
        Span<double> sums
    )
    {
        if (columns % Padding != 0)
        {
            throw new ArgumentException(
                $"{columns} columns are no multiple of {Padding}.",
                nameof(columns)
            );
        }

        if (values.Length != weights.Length * columns)
        {
            throw new ArgumentException(
                $"{values.Length} values for {weights.Length} events of {columns} columns.",
                nameof(values)
            );
        }

        if (sums.Length != columns * columns)
        {
            throw new ArgumentException(
                $"{sums.Length} sums for {columns} x {columns}.",
                nameof(sums)
            );
        }

        fixed (
            double* g = values,
                w = weights,
                m = sums
        )
        {
            for (int a = 0; a < columns; a += Rows)
            {
                for (int b = a / Width * Width; b < columns; b += Width)
                {
                    Block(g, w, weights.Length, columns, a, b, m);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(
        double* g,
        double* w,
        int events,
        int columns,
        int a,
        int b,
        double* m
    )
    {
        double* at = m + ((long)a * columns) + b;
        var m0 = Vector512.Load(at);
        var m1 = Vector512.Load(at + columns);
        var m2 = Vector512.Load(at + (2 * columns));
        var m3 = Vector512.Load(at + (3 * columns));
        double* row = g;
        for (int i = 0; i < events; i++, row += columns)
        {
            Vector512<double> y = Vector512.Load(row + b) * w[i];
            m0 = Vector512.FusedMultiplyAdd(Vector512.Create(row[a]), y, m0);
            m1 = Vector512.FusedMultiplyAdd(Vector512.Create(row[a + 1]), y, m1);
            m2 = Vector512.FusedMultiplyAdd(Vector512.Create(row[a + 2]), y, m2);
            m3 = Vector512.FusedMultiplyAdd(Vector512.Create(row[a + 3]), y, m3);
        }

        m0.Store(at);
        m1.Store(at + columns);
        m2.Store(at + (2 * columns));
        m3.Store(at + (3 * columns));
    }
}
