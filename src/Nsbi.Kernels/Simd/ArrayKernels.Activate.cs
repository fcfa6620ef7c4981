using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

/// <summary>Activations with their slopes, sharing what both need.</summary>
internal sealed unsafe partial class ArrayKernels<S, V, T>
{
    private interface IActivation
    {
        static abstract V Invoke(V z, out V slope);
    }

    private struct ReluPair : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V z, out V slope)
        {
            slope = ReluSlope<S, V, T>.Invoke(z);
            return Relu<S, V, T>.Invoke(z);
        }
    }

    private struct SiluPair : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V z, out V slope)
        {
            var s = Elementary<S, V, T>.Sigmoid(z);
            var y = S.Multiply(z, s);
            slope = S.MultiplyAdd(y, S.Subtract(S.Set(1.0), s), s);
            return y;
        }
    }

    private struct TanhPair : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V z, out V slope)
        {
            var t = Elementary<S, V, T>.Tanh(z);
            slope = S.Subtract(S.Set(1.0), S.Multiply(t, t));
            return t;
        }
    }

    private struct SigmoidPair : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V z, out V slope)
        {
            var s = Elementary<S, V, T>.Sigmoid(z);
            slope = S.Multiply(s, S.Subtract(S.Set(1.0), s));
            return s;
        }
    }

    private struct EluPair : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V z, out V slope)
        {
            var above = S.Greater(z, S.Set(0.0));
            var e = Elementary<S, V, T>.Exp(z);
            slope = S.Select(above, S.Set(1.0), e);
            return S.Select(above, z, S.Subtract(e, S.Set(1.0)));
        }
    }

    public override void ActivateWithSlope(UnaryKind activation, T* z, T* slope, long count)
    {
        switch (activation)
        {
            case UnaryKind.Relu:
                MapPair<ReluPair>(z, slope, count);
                break;
            case UnaryKind.Silu:
                MapPair<SiluPair>(z, slope, count);
                break;
            case UnaryKind.Tanh:
                MapPair<TanhPair>(z, slope, count);
                break;
            case UnaryKind.Sigmoid:
                MapPair<SigmoidPair>(z, slope, count);
                break;
            case UnaryKind.Elu:
                MapPair<EluPair>(z, slope, count);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MapPair<F>(T* z, T* slope, long count)
        where F : struct, IActivation
    {
        long i = 0;
        for (; i <= count - S.Width; i += S.Width)
        {
            S.Store(z + i, F.Invoke(S.Load(z + i), out var d));
            S.Store(slope + i, d);
        }

        if (i < count)
        {
            var tail = stackalloc T[MaxWidth];
            Move(z + i, tail, count - i);
            S.Store(tail, F.Invoke(S.Load(tail), out var d));
            Move(tail, z + i, count - i);
            S.Store(tail, d);
            Move(tail, slope + i, count - i);
        }
    }
}
