using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels.Simd;

/// <summary>512-bit vectors with fused multiply-add (path avx512).</summary>
internal unsafe struct Simd512<T> : ISimd<Vector512<T>, T>
    where T : unmanaged
{
    private static bool Single
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float);
    }

    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* p) => Vector512.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* p, Vector512<T> x) => Vector512.Store(x, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Set(double x) =>
        Single ? Vector512.Create((float)x).As<float, T>() : Vector512.Create(x).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Spread(T* p) => Vector512.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Add(Vector512<T> x, Vector512<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Subtract(Vector512<T> x, Vector512<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Multiply(Vector512<T> x, Vector512<T> y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Divide(Vector512<T> x, Vector512<T> y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> x, Vector512<T> y, Vector512<T> z) =>
        Single
            ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Sqrt(Vector512<T> x) => Vector512.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Abs(Vector512<T> x) => Vector512.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Greater(Vector512<T> x, Vector512<T> y) =>
        Vector512.GreaterThan(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Select(Vector512<T> mask, Vector512<T> x, Vector512<T> y) =>
        Vector512.ConditionalSelect(mask, x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> PowerOfTwo(Vector512<T> t) =>
        Single
            ? (
                Vector512.ShiftLeft(t.AsInt32(), Bits.SingleMantissa)
                + Vector512.Create(Bits.SingleOne)
            ).As<int, T>()
            : (
                Vector512.ShiftLeft(t.AsInt64(), Bits.DoubleMantissa)
                + Vector512.Create(Bits.DoubleOne)
            ).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Split(Vector512<T> x, out Vector512<T> exponent)
    {
        // The logical shift of bits moved up by 1 − √½ gives the biased exponent; set into the low
        // bits of a magic number it becomes a floating-point number without a conversion.
        if (Single)
        {
            var bits = x.AsInt32();
            var biased = Vector512.ShiftRightLogical(
                bits + Vector512.Create(Bits.SingleOne - Bits.SingleRootHalf),
                Bits.SingleMantissa
            );
            var e = (biased + Vector512.Create(Bits.SingleMagic)).AsSingle();
            exponent = (e - Vector512.Create(Bits.SingleMagicBias)).As<float, T>();
            return (
                bits
                - Vector512.ShiftLeft(biased, Bits.SingleMantissa)
                + Vector512.Create(Bits.SingleOne)
            ).As<int, T>();
        }
        else
        {
            var bits = x.AsInt64();
            var biased = Vector512.ShiftRightLogical(
                bits + Vector512.Create(Bits.DoubleOne - Bits.DoubleRootHalf),
                Bits.DoubleMantissa
            );
            var e = (biased + Vector512.Create(Bits.DoubleMagic)).AsDouble();
            exponent = (e - Vector512.Create(Bits.DoubleMagicBias)).As<double, T>();
            return (
                bits
                - Vector512.ShiftLeft(biased, Bits.DoubleMantissa)
                + Vector512.Create(Bits.DoubleOne)
            ).As<long, T>();
        }
    }
}
