using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nsbi.Kernels.Simd;

namespace Nsbi.Kernels;

/// <summary>Vectors of 512 bits of single or double precision, and the way between them.</summary>
internal static unsafe class Lane<N>
    where N : unmanaged
{
    /// <summary>Numbers in a vector: 16 or 8, whatever the hardware's width.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<N>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<N> MultiplyAdd(Vector512<N> x, Vector512<N> y, Vector512<N> z) =>
        Simd512<N>.MultiplyAdd(x, y, z);

    /// <summary>sum + x; of single precision, lanes j and j + 8 go to lane j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> sum, Vector512<N> x)
    {
        if (typeof(N) == typeof(double))
        {
            return sum + x.As<N, double>();
        }

        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(x.As<N, float>());
        return sum + (low + high);
    }

    /// <summary>Stores eight numbers, rounded to single precision if need be, or adds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(N* p, Vector512<double> x, bool add)
    {
        if (typeof(N) == typeof(double))
        {
            (add ? Vector512.Load((double*)p) + x : x).Store((double*)p);
            return;
        }

        Vector256<float> single = Narrow(x);
        (add ? Vector256.Load((float*)p) + single : single).Store((float*)p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Narrow(Vector512<double> x) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector256Single(x)
            : Vector256.Narrow(x.GetLower(), x.GetUpper());

    /// <summary>All lanes added in double precision: lanes j and j + 8, of these j and j + 4, and so
    /// on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Total(Vector512<N> sums)
    {
        Vector512<double> eight = Add(Vector512<double>.Zero, sums);
        Vector256<double> four = eight.GetLower() + eight.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
