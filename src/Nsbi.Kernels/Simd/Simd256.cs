using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels.Simd;

/// <summary>256-bit vectors with fused multiply-add (path avx2).</summary>
internal unsafe struct Simd256<T> : ISimd<Vector256<T>, T>
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
        get => Vector256<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* p) => Vector256.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* p, Vector256<T> x) => Vector256.Store(x, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Set(double x) =>
        Single ? Vector256.Create((float)x).As<float, T>() : Vector256.Create(x).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Spread(T* p) => Vector256.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Add(Vector256<T> x, Vector256<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Subtract(Vector256<T> x, Vector256<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Multiply(Vector256<T> x, Vector256<T> y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Divide(Vector256<T> x, Vector256<T> y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> x, Vector256<T> y, Vector256<T> z) =>
        Single
            ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Sqrt(Vector256<T> x) => Vector256.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Abs(Vector256<T> x) => Vector256.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Greater(Vector256<T> x, Vector256<T> y) =>
        Vector256.GreaterThan(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Select(Vector256<T> mask, Vector256<T> x, Vector256<T> y) =>
        Vector256.ConditionalSelect(mask, x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> PowerOfTwo(Vector256<T> t) =>
        Single
            ? (
                Vector256.ShiftLeft(t.AsInt32(), Bits.SingleMantissa)
                + Vector256.Create(Bits.SingleOne)
            ).As<int, T>()
            : (
                Vector256.ShiftLeft(t.AsInt64(), Bits.DoubleMantissa)
                + Vector256.Create(Bits.DoubleOne)
            ).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Split(Vector256<T> x, out Vector256<T> exponent)
    {
        // The logical shift of bits moved up by 1 − √½ gives the biased exponent; set into the low
        // bits of a magic number it becomes a floating-point number without a conversion.
        if (Single)
        {
            var bits = x.AsInt32();
            var biased = Vector256.ShiftRightLogical(
                bits + Vector256.Create(Bits.SingleOne - Bits.SingleRootHalf),
                Bits.SingleMantissa
            );
            var e = (biased + Vector256.Create(Bits.SingleMagic)).AsSingle();
            exponent = (e - Vector256.Create(Bits.SingleMagicBias)).As<float, T>();
            return (
                bits
                - Vector256.ShiftLeft(biased, Bits.SingleMantissa)
                + Vector256.Create(Bits.SingleOne)
            ).As<int, T>();
        }
        else
        {
            var bits = x.AsInt64();
            var biased = Vector256.ShiftRightLogical(
                bits + Vector256.Create(Bits.DoubleOne - Bits.DoubleRootHalf),
                Bits.DoubleMantissa
            );
            var e = (biased + Vector256.Create(Bits.DoubleMagic)).AsDouble();
            exponent = (e - Vector256.Create(Bits.DoubleMagicBias)).As<double, T>();
            return (
                bits
                - Vector256.ShiftLeft(biased, Bits.DoubleMantissa)
                + Vector256.Create(Bits.DoubleOne)
            ).As<long, T>();
        }
    }
}
