using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsbi.Kernels;

/// <summary>Loads stored log-ratios as vectors of numbers to compute with.</summary>
internal unsafe interface IColumnLoad<E>
    where E : unmanaged
{
    static abstract Vector512<float> Singles(E* p);

    static abstract Vector512<double> Doubles(E* p);
}

/// <summary>Loads numbers stored in double precision.</summary>
internal readonly unsafe struct DoubleLoad : IColumnLoad<double>
{
    public static Vector512<float> Singles(double* p) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Doubles(double* p) => Vector512.Load(p);
}

/// <summary>Loads numbers stored in single precision.</summary>
internal readonly unsafe struct SingleLoad : IColumnLoad<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Singles(float* p) => Vector512.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Doubles(float* p)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Double(Vector256.Load(p));
        }

        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(p));
        return Vector512.Create(low, high);
    }
}

/// <summary>Loads numbers stored as 16-bit integers.</summary>
internal readonly unsafe struct Int16Load : IColumnLoad<short>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Singles(short* p)
    {
        if (Avx512F.IsSupported)
        {
            return Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector256.Load(p)));
        }

        (Vector256<int> low, Vector256<int> high) = Vector256.Widen(Vector256.Load(p));
        return Vector512.ConvertToSingle(Vector512.Create(low, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Doubles(short* p)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.Load(p));
        Vector256<int> integers = Vector256.Create(low, high);
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Double(integers);
        }

        (Vector256<long> first, Vector256<long> last) = Vector256.Widen(integers);
        return Vector512.ConvertToDouble(Vector512.Create(first, last));
    }
}
