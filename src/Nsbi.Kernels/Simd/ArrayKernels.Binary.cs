using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

internal sealed unsafe partial class ArrayKernels<S, V, T>
{
    private interface IBinary
    {
        static abstract V Invoke(V x, V y);
    }

    private struct Add : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V x, V y) => S.Add(x, y);
    }

    private struct Subtract : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V x, V y) => S.Subtract(x, y);
    }

    private struct Multiply : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V x, V y) => S.Multiply(x, y);
    }

    private struct Divide : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V x, V y) => S.Divide(x, y);
    }

    private struct Maximum : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V x, V y) => Elementary<S, V, T>.Larger(x, y);
    }

    private struct Minimum : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke(V x, V y) => Elementary<S, V, T>.Smaller(x, y);
    }

    public override void Binary(
        BinaryKind kind,
        T* x,
        bool spreadX,
        T* y,
        bool spreadY,
        T* z,
        long count
    )
    {
        switch (kind)
        {
            case BinaryKind.Add:
                Zip<Add>(x, spreadX, y, spreadY, z, count);
                break;
            case BinaryKind.Subtract:
                Zip<Subtract>(x, spreadX, y, spreadY, z, count);
                break;
            case BinaryKind.Multiply:
                Zip<Multiply>(x, spreadX, y, spreadY, z, count);
                break;
            case BinaryKind.Divide:
                Zip<Divide>(x, spreadX, y, spreadY, z, count);
                break;
            case BinaryKind.Maximum:
                Zip<Maximum>(x, spreadX, y, spreadY, z, count);
                break;
            case BinaryKind.Minimum:
                Zip<Minimum>(x, spreadX, y, spreadY, z, count);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Zip<F>(T* x, bool spreadX, T* y, bool spreadY, T* z, long count)
        where F : struct, IBinary
    {
        // Read before anything is written: the result may lie where an operand does.
        var oneX = S.Spread(x);
        var oneY = S.Spread(y);
        long i = 0;
        for (; i <= count - S.Width; i += S.Width)
        {
            var left = spreadX ? oneX : S.Load(x + i);
            var right = spreadY ? oneY : S.Load(y + i);
            S.Store(z + i, F.Invoke(left, right));
        }

        if (i < count)
        {
            var tail = stackalloc T[2 * MaxWidth];
            S.Store(tail, oneX);
            S.Store(tail + MaxWidth, oneY);
            if (!spreadX)
            {
                Move(x + i, tail, count - i);
            }

            if (!spreadY)
            {
                Move(y + i, tail + MaxWidth, count - i);
            }

            S.Store(tail, F.Invoke(S.Load(tail), S.Load(tail + MaxWidth)));
            Move(tail, z + i, count - i);
        }
    }

    public override void Select(T* c, T* x, T* y, T* z, long count)
    {
        var zero = S.Set(0.0);
        long i = 0;
        for (; i <= count - S.Width; i += S.Width)
        {
            var mask = S.Greater(S.Load(c + i), zero);
            S.Store(z + i, S.Select(mask, S.Load(x + i), S.Load(y + i)));
        }

        for (; i < count; i++)
        {
            z[i] = c[i] > T.Zero ? x[i] : y[i];
        }
    }
}
