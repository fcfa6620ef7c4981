using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nsbi.Kernels.Simd;

namespace Nsbi.Kernels;

/// <summary>
/// Factors of one column for the 64 events of a tile, in double precision with true exponentials: the
/// library's, or a series to the last place where the column's range allows a short one.
/// </summary>
internal static unsafe class ExactColumns<L, E, N>
    where L : struct, IColumnLoad<E>
    where E : unmanaged
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;

    // 1/n!
    private static ReadOnlySpan<double> Series =>
        [
            1.0,
            1.0,
            1.0 / 2.0,
            1.0 / 6.0,
            1.0 / 24.0,
            1.0 / 120.0,
            1.0 / 720.0,
            1.0 / 5040.0,
            1.0 / 40320.0,
            1.0 / 362880.0,
            1.0 / 3628800.0,
            1.0 / 39916800.0,
            1.0 / 479001600.0,
            1.0 / 6227020800.0,
        ];

    /// <summary>
    /// product *= g or log += log g; slope = g′/g and curve = g″/g − (g′/g)², or added to them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Fill(
        E* data,
        ExactColumn* column,
        int order,
        bool add,
        double* product,
        double* log,
        N* slope,
        N* curve
    )
    {
        double* k = column->Coefficients;
        var series = (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Series));
        bool usesUp = column->UsesUp;
        bool usesDown = column->UsesDown;
        bool exponential = column->IsExponential;
        for (int j = 0; j < T; j += Lanes.Width)
        {
            Vector512<double> up = Decode(data + j, column->UpStep, column->UpOffset);
            Vector512<double> down = Decode(data + T + j, column->DownStep, column->DownOffset);
            Vector512<double> first;
            Vector512<double> second;
            if (exponential)
            {
                (Vector512.Load(log + j) + Linear(k, up, down)).Store(log + j);
                if (order == 0)
                {
                    continue;
                }

                first = Linear(k + 7, up, down);
                second = Linear(k + 14, up, down);
            }
            else
            {
                Vector512<double> expUp = usesUp
                    ? Exp(up, column->UpMiddle, column->UpDegree, series)
                    : Vector512<double>.Zero;
                Vector512<double> expDown = usesDown
                    ? Exp(down, column->DownMiddle, column->DownDegree, series)
                    : Vector512<double>.Zero;
                Vector512<double> value = AwayFromZero(Sum(k, up, down, expUp, expDown));
                (Vector512.Load(product + j) * value).Store(product + j);
                if (order == 0)
                {
                    continue;
                }

                Vector512<double> inverse = Vector512<double>.One / value;
                first = Sum(k + 7, up, down, expUp, expDown) * inverse;
                second = (Sum(k + 14, up, down, expUp, expDown) * inverse) - (first * first);
            }

            Lane<N>.Put(slope + j, first, add);
            if (order > 1)
            {
                Lane<N>.Put(curve + j, second, add);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> AwayFromZero(Vector512<double> g)
    {
        var floor = Vector512.Create(ExactColumn.Floor);
        return Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(g), floor), floor, g);
    }

    /// <summary>e^x, or e^(x − middle) by a series, two of its terms at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Exp(
        Vector512<double> x,
        double middle,
        int degree,
        double* series
    )
    {
        if (degree == 0)
        {
            return Vector512.Exp(x);
        }

        Vector512<double> z = x - Vector512.Create(middle);
        var sum = Vector512.Create(series[degree]);
        int n = degree - 1;
        for (; n > 0; n -= 2)
        {
            sum = Vector512.FusedMultiplyAdd(sum, z, Vector512.Create(series[n]));
            sum = Vector512.FusedMultiplyAdd(sum, z, Vector512.Create(series[n - 1]));
        }

        return n == 0 ? Vector512.FusedMultiplyAdd(sum, z, Vector512.Create(series[0])) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Decode(E* p, double step, double offset) =>
        typeof(E) == typeof(double)
            ? L.Doubles(p)
            : Vector512.FusedMultiplyAdd(
                L.Doubles(p),
                Vector512.Create(step),
                Vector512.Create(offset)
            );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Linear(
        double* k,
        Vector512<double> up,
        Vector512<double> down
    ) => Vector512.FusedMultiplyAdd(up, Vector512.Create(k[2]), down * k[5]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Sum(
        double* k,
        Vector512<double> up,
        Vector512<double> down,
        Vector512<double> expUp,
        Vector512<double> expDown
    )
    {
        Vector512<double> a = Vector512.FusedMultiplyAdd(
            up,
            Vector512.Create(k[3]),
            Vector512.Create(k[2])
        );
        a = Vector512.FusedMultiplyAdd(a, up, Vector512.Create(k[1]));
        Vector512<double> b = Vector512.FusedMultiplyAdd(
            down,
            Vector512.Create(k[6]),
            Vector512.Create(k[5])
        );
        b = Vector512.FusedMultiplyAdd(b, down, Vector512.Create(k[4]));
        Vector512<double> sum = Vector512.FusedMultiplyAdd(a, expUp, Vector512.Create(k[0]));
        return Vector512.FusedMultiplyAdd(b, expDown, sum);
    }
}
