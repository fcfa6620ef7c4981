using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

/// <summary>A function of one vector, as a type so that loops over it are compiled for it.</summary>
internal interface IUnary<V>
{
    static abstract V Invoke(V x);
}

internal struct Exp<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Exp(x);
}

internal struct Log<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Log(x);
}

internal struct Sqrt<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Sqrt(x);
}

internal struct Square<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Multiply(x, x);
}

internal struct Reciprocal<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Divide(S.Set(1.0), x);
}

internal struct Sin<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Sin(x);
}

internal struct Cos<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Cos(x);
}

internal struct Abs<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Abs(x);
}

internal struct Step<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Select(S.Greater(x, S.Set(0.0)), S.Set(1.0), S.Set(0.0));
}

internal struct Identity<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => x;
}

internal struct Relu<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Select(S.Greater(S.Set(0.0), x), S.Set(0.0), x);
}

internal struct Silu<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Multiply(x, Elementary<S, V, T>.Sigmoid(x));
}

internal struct Tanh<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Tanh(x);
}

internal struct Sigmoid<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Sigmoid(x);
}

internal struct Elu<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) =>
        S.Select(S.Greater(x, S.Set(0.0)), x, S.Subtract(Elementary<S, V, T>.Exp(x), S.Set(1.0)));
}

internal struct Softplus<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Softplus(x);
}

internal struct IdentitySlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Set(1.0);
}

internal struct ReluSlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => S.Select(S.Greater(x, S.Set(0.0)), S.Set(1.0), S.Set(0.0));
}

internal struct SiluSlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x)
    {
        var s = Elementary<S, V, T>.Sigmoid(x);
        return S.MultiplyAdd(S.Multiply(x, s), S.Subtract(S.Set(1.0), s), s);
    }
}

internal struct TanhSlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x)
    {
        var t = Elementary<S, V, T>.Tanh(x);
        return S.Subtract(S.Set(1.0), S.Multiply(t, t));
    }
}

internal struct SigmoidSlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x)
    {
        var s = Elementary<S, V, T>.Sigmoid(x);
        return S.Multiply(s, S.Subtract(S.Set(1.0), s));
    }
}

internal struct EluSlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) =>
        S.Select(S.Greater(x, S.Set(0.0)), S.Set(1.0), Elementary<S, V, T>.Exp(x));
}

internal struct SoftplusSlope<S, V, T> : IUnary<V>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke(V x) => Elementary<S, V, T>.Sigmoid(x);
}
