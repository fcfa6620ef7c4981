using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

internal sealed unsafe partial class ArrayKernels<S, V, T>
{
    public override void Unary(UnaryKind kind, T* x, T* y, long count)
    {
        switch (kind)
        {
            case UnaryKind.Exp:
                Map<Exp<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Log:
                Map<Log<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Sqrt:
                Map<Sqrt<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Square:
                Map<Square<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Reciprocal:
                Map<Reciprocal<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Sin:
                Map<Sin<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Cos:
                Map<Cos<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Abs:
                Map<Abs<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Step:
                Map<Step<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Identity:
                Map<Identity<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Relu:
                Map<Relu<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Silu:
                Map<Silu<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Tanh:
                Map<Tanh<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Sigmoid:
                Map<Sigmoid<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Elu:
                Map<Elu<S, V, T>>(x, y, count);
                break;
            case UnaryKind.Softplus:
                Map<Softplus<S, V, T>>(x, y, count);
                break;
            case UnaryKind.IdentitySlope:
                Map<IdentitySlope<S, V, T>>(x, y, count);
                break;
            case UnaryKind.ReluSlope:
                Map<ReluSlope<S, V, T>>(x, y, count);
                break;
            case UnaryKind.SiluSlope:
                Map<SiluSlope<S, V, T>>(x, y, count);
                break;
            case UnaryKind.TanhSlope:
                Map<TanhSlope<S, V, T>>(x, y, count);
                break;
            case UnaryKind.SigmoidSlope:
                Map<SigmoidSlope<S, V, T>>(x, y, count);
                break;
            case UnaryKind.EluSlope:
                Map<EluSlope<S, V, T>>(x, y, count);
                break;
            case UnaryKind.SoftplusSlope:
                Map<SoftplusSlope<S, V, T>>(x, y, count);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    public override void Affine(double scale, double shift, T* x, T* y, long count)
    {
        var a = S.Set(scale);
        var b = S.Set(shift);
        long i = 0;
        for (; i <= count - S.Width; i += S.Width)
        {
            S.Store(y + i, S.MultiplyAdd(a, S.Load(x + i), b));
        }

        if (i < count)
        {
            var tail = stackalloc T[MaxWidth];
            Move(x + i, tail, count - i);
            S.Store(tail, S.MultiplyAdd(a, S.Load(tail), b));
            Move(tail, y + i, count - i);
        }
    }

    /// <summary>The tail goes through a whole vector, so that an element's value does not depend on
    /// its position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<F>(T* x, T* y, long count)
        where F : struct, IUnary<V>
    {
        long i = 0;
        for (; i <= count - S.Width; i += S.Width)
        {
            S.Store(y + i, F.Invoke(S.Load(x + i)));
        }

        if (i < count)
        {
            var tail = stackalloc T[MaxWidth];
            Move(x + i, tail, count - i);
            S.Store(tail, F.Invoke(S.Load(tail)));
            Move(tail, y + i, count - i);
        }
    }

    private static void Move(T* from, T* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = from[i];
        }
    }
}
