using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// Factors of one column for the 64 events of a tile, in single precision by short polynomials. The
/// product Π g is kept as P with 1 + P = Π g: (1 + P)(1 + s) = 1 + P + s + P s.
/// </summary>
internal static unsafe partial class FastColumns<L, E>
    where L : struct, IColumnLoad<E>
    where E : unmanaged
{
    private const int T = EventTiles.TileEvents;
    private const int W = 16;
    private const int Most = FastColumn.Most;

    /// <summary>P of the product, or the sum of logs, goes on; slope = g′/g and
    /// curve = g″/g − (g′/g)² are set or added to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(
        E* data,
        FastColumn* column,
        int order,
        bool add,
        float* product,
        float* log,
        float* slope,
        float* curve
    )
    {
        if (column->Kind == FastColumnKind.Exponential)
        {
            Exponential(data, column, order, add, log, slope, curve);
        }
        else if (order == 0)
        {
            Values(data, column, product);
        }
        else if (order == 1)
        {
            Slopes(data, column, add, product, slope);
        }
        else
        {
            Curves(data, column, add, product, slope, curve);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(
        Vector512<float> x,
        Vector512<float> y,
        Vector512<float> z
    ) => Vector512.FusedMultiplyAdd(x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(E* p, float scale)
    {
        Vector512<float> x = L.Singles(p);
        return typeof(E) == typeof(short) && scale != 0.0f ? x * scale : x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* p, Vector512<float> x, bool add) =>
        (add ? Vector512.Load(p) + x : x).Store(p);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Exponential(
        E* data,
        FastColumn* column,
        int order,
        bool add,
        float* log,
        float* slope,
        float* curve
    )
    {
        float* u = column->Up;
        float* d = column->Down;
        float* k = column->Constants;
        for (int j = 0; j < T; j += W)
        {
            Vector512<float> x = L.Singles(data + j);
            Vector512<float> y = L.Singles(data + T + j);
            Vector512<float> sum = Fma(x, Vector512.Create(u[0]), Vector512.Load(log + j));
            Fma(y, Vector512.Create(d[0]), sum).Store(log + j);
            if (order > 0)
            {
                sum = Fma(x, Vector512.Create(u[Most]), Vector512.Create(k[1]));
                Put(slope + j, Fma(y, Vector512.Create(d[Most]), sum), add);
            }

            if (order > 1)
            {
                sum = Fma(x, Vector512.Create(u[2 * Most]), Vector512.Create(k[2]));
                Put(curve + j, Fma(y, Vector512.Create(d[2 * Most]), sum), add);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Values(E* data, FastColumn* column, float* product)
    {
        float scale = column->Scale;
        var s0 = Vector512.Create(column->Constants[0]);
        Vector512<float> s1 = s0;
        Vector512<float> s2 = s0;
        Vector512<float> s3 = s0;
        for (int side = 0; side < 2; side++)
        {
            int degree = side == 0 ? column->UpDegree : column->DownDegree;
            float* k = side == 0 ? column->Up : column->Down;
            if (degree == 0)
            {
                continue;
            }

            E* at = data + (side * T);
            Vector512<float> x0 = Load(at, scale);
            Vector512<float> x1 = Load(at + W, scale);
            Vector512<float> x2 = Load(at + (2 * W), scale);
            Vector512<float> x3 = Load(at + (3 * W), scale);
            var p0 = Vector512.Create(k[degree - 1]);
            Vector512<float> p1 = p0;
            Vector512<float> p2 = p0;
            Vector512<float> p3 = p0;
            for (int n = degree - 2; n >= 0; n--)
            {
                var c = Vector512.Create(k[n]);
                p0 = Fma(p0, x0, c);
                p1 = Fma(p1, x1, c);
                p2 = Fma(p2, x2, c);
                p3 = Fma(p3, x3, c);
            }

            s0 = Fma(p0, x0, s0);
            s1 = Fma(p1, x1, s1);
            s2 = Fma(p2, x2, s2);
            s3 = Fma(p3, x3, s3);
        }

        Multiply(product, s0);
        Multiply(product + W, s1);
        Multiply(product + (2 * W), s2);
        Multiply(product + (3 * W), s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Slopes(E* data, FastColumn* column, bool add, float* product, float* slope)
    {
        float scale = column->Scale;
        var s0 = Vector512.Create(column->Constants[0]);
        Vector512<float> s1 = s0;
        Vector512<float> s2 = s0;
        Vector512<float> s3 = s0;
        var d0 = Vector512.Create(column->Constants[1]);
        Vector512<float> d1 = d0;
        Vector512<float> d2 = d0;
        Vector512<float> d3 = d0;
        for (int side = 0; side < 2; side++)
        {
            int degree = side == 0 ? column->UpDegree : column->DownDegree;
            int slopeDegree = side == 0 ? column->UpSlopeDegree : column->DownSlopeDegree;
            float* k = side == 0 ? column->Up : column->Down;
            if (degree == 0)
            {
                continue;
            }

            E* at = data + (side * T);
            Vector512<float> x0 = Load(at, scale);
            Vector512<float> x1 = Load(at + W, scale);
            Vector512<float> x2 = Load(at + (2 * W), scale);
            Vector512<float> x3 = Load(at + (3 * W), scale);
            var p0 = Vector512.Create(k[degree - 1]);
            Vector512<float> p1 = p0;
            Vector512<float> p2 = p0;
            Vector512<float> p3 = p0;
            int n = degree - 2;
            for (; n >= slopeDegree; n--)
            {
                var c = Vector512.Create(k[n]);
                p0 = Fma(p0, x0, c);
                p1 = Fma(p1, x1, c);
                p2 = Fma(p2, x2, c);
                p3 = Fma(p3, x3, c);
            }

            Vector512<float> q0 = Vector512<float>.Zero;
            Vector512<float> q1 = q0;
            Vector512<float> q2 = q0;
            Vector512<float> q3 = q0;
            if (slopeDegree == degree)
            {
                q0 = Vector512.Create(k[Most + degree - 1]);
                q1 = q0;
                q2 = q0;
                q3 = q0;
            }

            for (; n >= 0; n--)
            {
                var c = Vector512.Create(k[n]);
                p0 = Fma(p0, x0, c);
                p1 = Fma(p1, x1, c);
                p2 = Fma(p2, x2, c);
                p3 = Fma(p3, x3, c);
                c = Vector512.Create(k[Most + n]);
                q0 = Fma(q0, x0, c);
                q1 = Fma(q1, x1, c);
                q2 = Fma(q2, x2, c);
                q3 = Fma(q3, x3, c);
            }

            s0 = Fma(p0, x0, s0);
            s1 = Fma(p1, x1, s1);
            s2 = Fma(p2, x2, s2);
            s3 = Fma(p3, x3, s3);
            d0 = Fma(q0, x0, d0);
            d1 = Fma(q1, x1, d1);
            d2 = Fma(q2, x2, d2);
            d3 = Fma(q3, x3, d3);
        }

        Multiply(product, s0);
        Multiply(product + W, s1);
        Multiply(product + (2 * W), s2);
        Multiply(product + (3 * W), s3);
        Put(slope, d0 / (s0 + Vector512<float>.One), add);
        Put(slope + W, d1 / (s1 + Vector512<float>.One), add);
        Put(slope + (2 * W), d2 / (s2 + Vector512<float>.One), add);
        Put(slope + (3 * W), d3 / (s3 + Vector512<float>.One), add);
    }

    /// <summary>P ← P + s + P s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(float* product, Vector512<float> s)
    {
        Vector512<float> p = Vector512.Load(product);
        Fma(p, s, p + s).Store(product);
    }
}
