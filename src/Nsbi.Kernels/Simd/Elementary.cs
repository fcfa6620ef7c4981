using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

/// <summary>Elementary functions on hardware vectors, for float and double alike.</summary>
/// <remarks>
/// Largest errors, in units of the last place, tested in ElementaryTests.fs over the whole range:
/// exp 2, log 2, sigmoid 4, tanh 4, softplus 4, sin and cos 2·10⁻⁷ (float) and 5·10⁻¹⁶ (double)
/// absolute for |x| ≤ 2¹³ and NaN from |x| ≥ 2¹⁷ (float) and 2³⁰ (double). NaN gives NaN. exp and sigmoid give 0 below twice the smallest normal
/// number. Sources: Cephes 2.8 (exp, tanh, sin of float); fdlibm 5.3 (log, the splitting of ln 2).
/// </remarks>
internal static unsafe class Elementary<S, V, T>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    private static bool Single
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float);
    }

    private static V Magic
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.Set(Single ? 12582912.0 : 6755399441055744.0);
    }

    /// <summary>c₀ + x·rest</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner(V rest, V x, double c) => S.MultiplyAdd(rest, x, S.Set(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Negative(V x) => S.Subtract(S.Set(0.0), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        // x = n ln 2 + r; e^x = 2 · 2^(n−1) e^r, so that n may be one above the largest exponent.
        var t = S.MultiplyAdd(x, S.Set(1.4426950408889634), Magic);
        var n = S.Subtract(t, Magic);
        V p;
        V r;
        if (Single)
        {
            r = S.MultiplyAdd(n, S.Set(-0.693359375), x);
            r = S.MultiplyAdd(n, S.Set(2.12194440e-4), r);
            p = S.Set(1.9875691500e-4);
            p = Horner(p, r, 1.3981999507e-3);
            p = Horner(p, r, 8.3334519073e-3);
            p = Horner(p, r, 4.1665795894e-2);
            p = Horner(p, r, 1.6666665459e-1);
            p = Horner(p, r, 5.0000001201e-1);
        }
        else
        {
            r = S.MultiplyAdd(n, S.Set(-6.93147180369123816490e-1), x);
            r = S.MultiplyAdd(n, S.Set(-1.90821492927058770002e-10), r);
            p = S.Set(1.0 / 6227020800.0);
            p = Horner(p, r, 1.0 / 479001600.0);
            p = Horner(p, r, 1.0 / 39916800.0);
            p = Horner(p, r, 1.0 / 3628800.0);
            p = Horner(p, r, 1.0 / 362880.0);
            p = Horner(p, r, 1.0 / 40320.0);
            p = Horner(p, r, 1.0 / 5040.0);
            p = Horner(p, r, 1.0 / 720.0);
            p = Horner(p, r, 1.0 / 120.0);
            p = Horner(p, r, 1.0 / 24.0);
            p = Horner(p, r, 1.0 / 6.0);
            p = Horner(p, r, 0.5);
        }

        p = S.Add(S.MultiplyAdd(p, S.Multiply(r, r), r), S.Set(1.0));
        var half = S.PowerOfTwo(S.Subtract(t, S.Set(1.0)));
        var y = S.Multiply(S.Multiply(p, S.Set(2.0)), half);
        y = S.Select(
            S.Greater(x, S.Set(Single ? 88.722835540771484 : 709.78271289338397)),
            S.Set(double.PositiveInfinity),
            y
        );
        return S.Select(S.Greater(S.Set(Single ? -86.6 : -707.7), x), S.Set(0.0), y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        var smallest = S.Set(Single ? 1.17549435e-38 : 2.2250738585072014e-308);
        var subnormal = S.Greater(smallest, x);
        var scaled = S.Select(
            subnormal,
            S.Multiply(x, S.Set(Single ? 16777216.0 : 18014398509481984.0)),
            x
        );
        var f = S.Subtract(S.Split(scaled, out var e), S.Set(1.0));
        e = S.Select(subnormal, S.Subtract(e, S.Set(Single ? 24.0 : 54.0)), e);

        // ln(1 + f) = f − f²/2 + s (f²/2 + R(s²)), s = f/(2 + f).
        var s = S.Divide(f, S.Add(f, S.Set(2.0)));
        var z = S.Multiply(s, s);
        V p;
        if (Single)
        {
            p = S.Set(0.24279078841);
            p = Horner(p, z, 0.28498786688);
            p = Horner(p, z, 0.40000972152);
            p = Horner(p, z, 0.66666662693);
        }
        else
        {
            p = S.Set(1.479819860511658591e-1);
            p = Horner(p, z, 1.531383769920937332e-1);
            p = Horner(p, z, 1.818357216161805012e-1);
            p = Horner(p, z, 2.222219843214978396e-1);
            p = Horner(p, z, 2.857142874366239149e-1);
            p = Horner(p, z, 3.999999999940941908e-1);
            p = Horner(p, z, 6.666666666666735130e-1);
        }

        var halfSquare = S.Multiply(S.Set(0.5), S.Multiply(f, f));
        var low = S.Multiply(e, S.Set(Single ? -2.12194440e-4 : 1.90821492927058770002e-10));
        var inner = S.MultiplyAdd(s, S.MultiplyAdd(p, z, halfSquare), low);
        var rest = S.Subtract(S.Subtract(halfSquare, inner), f);
        var high = S.Multiply(e, S.Set(Single ? 0.693359375 : 6.93147180369123816490e-1));
        var y = S.Subtract(high, rest);

        // Outside (0, ∞): ln ∞ = ∞, ln 0 = −∞, NaN below; x − x is NaN for NaN and infinities.
        var infinity = S.Set(double.PositiveInfinity);
        y = S.Select(S.Greater(x, S.Set(0.0)), y, S.Add(Negative(infinity), S.Multiply(x, x)));
        y = S.Select(S.Greater(S.Set(0.0), x), S.Set(double.NaN), y);
        return S.Select(S.Greater(infinity, x), y, S.Add(x, x));
    }

    /// <summary>1/(1 + e^−x)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x) => S.Divide(S.Set(1.0), S.Add(S.Set(1.0), Exp(Negative(x))));

    /// <summary>ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus(V x)
    {
        var e = Exp(Negative(S.Abs(x)));
        var u = S.Add(S.Set(1.0), e);
        var lost = S.Divide(S.Subtract(e, S.Subtract(u, S.Set(1.0))), u);
        return S.Add(Larger(x, S.Set(0.0)), S.Add(Log(u), lost));
    }

    /// <summary>tanh x: a polynomial or rational function below 0.625, 1 − 2/(e^2x + 1) above.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        var z = S.Multiply(x, x);
        V p;
        if (Single)
        {
            p = S.Set(-5.70498872745e-3);
            p = Horner(p, z, 2.06390887954e-2);
            p = Horner(p, z, -5.37397155531e-2);
            p = Horner(p, z, 1.33314422036e-1);
            p = Horner(p, z, -3.33332819422e-1);
        }
        else
        {
            p = S.Set(-9.64399179425052238628e-1);
            p = Horner(p, z, -9.92877231001918586564e1);
            p = Horner(p, z, -1.61468768441708447952e3);
            var q = S.Add(z, S.Set(1.12811678491632931402e2));
            q = Horner(q, z, 2.23548839060100448583e3);
            q = Horner(q, z, 4.84406305325125486048e3);
            p = S.Divide(p, q);
        }

        var near = S.MultiplyAdd(S.Multiply(p, z), x, x);
        var size = S.Abs(x);
        var e = Exp(S.Add(size, size));
        var far = S.Subtract(S.Set(1.0), S.Divide(S.Set(2.0), S.Add(e, S.Set(1.0))));
        far = S.Select(S.Greater(S.Set(0.0), x), Negative(far), far);
        return S.Select(S.Greater(size, S.Set(0.625)), far, near);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin(V x) => Wave(x, 0.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos(V x) => Wave(x, 1.0);

    /// <summary>sin(x + quarter·π/2)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Wave(V x, double quarter)
    {
        var n = Round(S.Multiply(x, S.Set(0.63661977236758138)));
        V r;
        V sin;
        V cos;
        V z;
        if (Single)
        {
            r = S.MultiplyAdd(n, S.Set(-1.5703125), x);
            r = S.MultiplyAdd(n, S.Set(-4.837512969970703125e-4), r);
            r = S.MultiplyAdd(n, S.Set(-7.549789948768648e-8), r);
            z = S.Multiply(r, r);
            sin = S.Set(-1.9515295891e-4);
            sin = Horner(sin, z, 8.3321608736e-3);
            sin = Horner(sin, z, -1.6666654611e-1);
            cos = S.Set(2.443315711809948e-5);
            cos = Horner(cos, z, -1.388731625493765e-3);
            cos = Horner(cos, z, 4.166664568298827e-2);
        }
        else
        {
            r = S.MultiplyAdd(n, S.Set(-1.57079632673412561417), x);
            r = S.MultiplyAdd(n, S.Set(-6.07710050630396597660e-11), r);
            r = S.MultiplyAdd(n, S.Set(-2.02226624879595063154e-21), r);
            z = S.Multiply(r, r);
            sin = S.Set(1.58962301576546568060e-10);
            sin = Horner(sin, z, -2.50507477628578072866e-8);
            sin = Horner(sin, z, 2.75573136213857245213e-6);
            sin = Horner(sin, z, -1.98412698295895385996e-4);
            sin = Horner(sin, z, 8.33333333332211858878e-3);
            sin = Horner(sin, z, -1.66666666666666307295e-1);
            cos = S.Set(-1.13585365213876817300e-11);
            cos = Horner(cos, z, 2.08757008419747316778e-9);
            cos = Horner(cos, z, -2.75573141792967388112e-7);
            cos = Horner(cos, z, 2.48015872888517045348e-5);
            cos = Horner(cos, z, -1.38888888888730564116e-3);
            cos = Horner(cos, z, 4.16666666666665929218e-2);
        }

        sin = S.MultiplyAdd(S.Multiply(sin, z), r, r);
        var tail = S.MultiplyAdd(S.Multiply(z, z), cos, S.Multiply(z, S.Set(-0.5)));
        cos = S.Add(tail, S.Set(1.0));

        // The quadrant m in 0 … 3: odd ones swap sine and cosine, 2 and 3 change the sign.
        var m = S.Add(n, S.Set(quarter));
        var turns = Round(S.MultiplyAdd(m, S.Set(0.25), S.Set(-0.375)));
        m = S.MultiplyAdd(turns, S.Set(-4.0), m);
        var fromOdd = S.Subtract(S.Abs(S.Subtract(m, S.Set(2.0))), S.Set(1.0));
        var even = S.Greater(S.Abs(fromOdd), S.Set(0.5));
        var y = S.Select(even, sin, cos);
        y = S.Select(S.Greater(m, S.Set(1.5)), Negative(y), y);
        var limit = S.Set(Single ? 131072.0 : 1073741824.0);
        return S.Select(S.Greater(limit, S.Abs(x)), y, S.Set(double.NaN));
    }

    /// <summary>The nearest integer, for |x| below 2²² (2⁵¹ for double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Round(V x) => S.Subtract(S.Add(x, Magic), Magic);

    /// <summary>x where x > y, y elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Larger(V x, V y) => S.Select(S.Greater(x, y), x, y);

    /// <summary>y where x > y, x elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Smaller(V x, V y) => S.Select(S.Greater(x, y), y, x);
}
