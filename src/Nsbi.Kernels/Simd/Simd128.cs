using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels.Simd;

/// <summary>128-bit vectors, never fused, so that every processor gives the same bits (path portable).</summary>
internal unsafe struct Simd128<T> : ISimd<Vector128<T>, T>
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
        get => Vector128<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load(T* p) => Vector128.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* p, Vector128<T> x) => Vector128.Store(x, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Set(double x) =>
        Single ? Vector128.Create((float)x).As<float, T>() : Vector128.Create(x).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Spread(T* p) => Vector128.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Add(Vector128<T> x, Vector128<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Subtract(Vector128<T> x, Vector128<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Multiply(Vector128<T> x, Vector128<T> y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Divide(Vector128<T> x, Vector128<T> y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> x, Vector128<T> y, Vector128<T> z) =>
        (x * y) + z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Sqrt(Vector128<T> x) => Vector128.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Abs(Vector128<T> x) => Vector128.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Greater(Vector128<T> x, Vector128<T> y) =>
        Vector128.GreaterThan(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Select(Vector128<T> mask, Vector128<T> x, Vector128<T> y) =>
        Vector128.ConditionalSelect(mask, x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> PowerOfTwo(Vector128<T> t) =>
        Single
            ? (
                Vector128.ShiftLeft(t.AsInt32(), Bits.SingleMantissa)
                + Vector128.Create(Bits.SingleOne)
            ).As<int, T>()
            : (
                Vector128.ShiftLeft(t.AsInt64(), Bits.DoubleMantissa)
                + Vector128.Create(Bits.DoubleOne)
            ).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Split(Vector128<T> x, out Vector128<T> exponent)
    {
        // The logical shift of bits moved up by 1 − √½ gives the biased exponent; set into the low
        // bits of a magic number it becomes a floating-point number without a conversion.
        if (Single)
        {
            var bits = x.AsInt32();
            var biased = Vector128.ShiftRightLogical(
                bits + Vector128.Create(Bits.SingleOne - Bits.SingleRootHalf),
                Bits.SingleMantissa
            );
            var e = (biased + Vector128.Create(Bits.SingleMagic)).AsSingle();
            exponent = (e - Vector128.Create(Bits.SingleMagicBias)).As<float, T>();
            return (
                bits
                - Vector128.ShiftLeft(biased, Bits.SingleMantissa)
                + Vector128.Create(Bits.SingleOne)
            ).As<int, T>();
        }
        else
        {
            var bits = x.AsInt64();
            var biased = Vector128.ShiftRightLogical(
                bits + Vector128.Create(Bits.DoubleOne - Bits.DoubleRootHalf),
                Bits.DoubleMantissa
            );
            var e = (biased + Vector128.Create(Bits.DoubleMagic)).AsDouble();
            exponent = (e - Vector128.Create(Bits.DoubleMagicBias)).As<double, T>();
            return (
                bits
                - Vector128.ShiftLeft(biased, Bits.DoubleMantissa)
                + Vector128.Create(Bits.DoubleOne)
            ).As<long, T>();
        }
    }
}
