using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <content>With second derivatives.</content>
internal static unsafe partial class FastColumns<L, E>
{
    // Four vectors of events with three polynomials each: 29 registers of the 32.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Curves(
        E* data,
        FastColumn* column,
        bool add,
        float* product,
        float* slope,
        float* curve
    )
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
        var e0 = Vector512.Create(column->Constants[2]);
        Vector512<float> e1 = e0;
        Vector512<float> e2 = e0;
        Vector512<float> e3 = e0;
        for (int side = 0; side < 2; side++)
        {
            int degree = side == 0 ? column->UpDegree : column->DownDegree;
            int slopeDegree = side == 0 ? column->UpSlopeDegree : column->DownSlopeDegree;
            int curveDegree = side == 0 ? column->UpCurveDegree : column->DownCurveDegree;
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
            if (slopeDegree == degree)
            {
                q0 = Vector512.Create(k[Most + degree - 1]);
            }

            Vector512<float> q1 = q0;
            Vector512<float> q2 = q0;
            Vector512<float> q3 = q0;
            for (; n >= curveDegree; n--)
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

            Vector512<float> r0 = Vector512<float>.Zero;
            if (curveDegree == degree)
            {
                r0 = Vector512.Create(k[(2 * Most) + degree - 1]);
            }

            Vector512<float> r1 = r0;
            Vector512<float> r2 = r0;
            Vector512<float> r3 = r0;
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
                c = Vector512.Create(k[(2 * Most) + n]);
                r0 = Fma(r0, x0, c);
                r1 = Fma(r1, x1, c);
                r2 = Fma(r2, x2, c);
                r3 = Fma(r3, x3, c);
            }

            s0 = Fma(p0, x0, s0);
            s1 = Fma(p1, x1, s1);
            s2 = Fma(p2, x2, s2);
            s3 = Fma(p3, x3, s3);
            d0 = Fma(q0, x0, d0);
            d1 = Fma(q1, x1, d1);
            d2 = Fma(q2, x2, d2);
            d3 = Fma(q3, x3, d3);
            e0 = Fma(r0, x0, e0);
            e1 = Fma(r1, x1, e1);
            e2 = Fma(r2, x2, e2);
            e3 = Fma(r3, x3, e3);
        }

        Finish(product, slope, curve, add, s0, d0, e0);
        Finish(product + W, slope + W, curve + W, add, s1, d1, e1);
        Finish(product + (2 * W), slope + (2 * W), curve + (2 * W), add, s2, d2, e2);
        Finish(product + (3 * W), slope + (3 * W), curve + (3 * W), add, s3, d3, e3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        float* product,
        float* slope,
        float* curve,
        bool add,
        Vector512<float> value,
        Vector512<float> first,
        Vector512<float> second
    )
    {
        Multiply(product, value);
        Vector512<float> inverse = Vector512<float>.One / (value + Vector512<float>.One);
        first *= inverse;
        Put(slope, first, add);
        Put(curve, Fma(-first, first, second * inverse), add);
    }
}
