using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nsbi.Kernels.Simd;

namespace Nsbi.Kernels;

/// <summary>
/// Factors of one column for the 64 events of a tile, in double precision with true exponentials.
/// </summary>
internal static unsafe class ExactColumns<L, E, N>
    where L : struct, IColumnLoad<E>
    where E : unmanaged
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;

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
                Vector512<double> expUp = usesUp ? Vector512.Exp(up) : Vector512<double>.Zero;
                Vector512<double> expDown = usesDown ? Vector512.Exp(down) : Vector512<double>.Zero;
                Vector512<double> value = Sum(k, up, down, expUp, expDown);
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
