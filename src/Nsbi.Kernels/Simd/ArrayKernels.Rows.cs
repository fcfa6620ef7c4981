using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

internal sealed unsafe partial class ArrayKernels<S, V, T>
{
    public override T Sum(T* x, int columns)
    {
        var sum = S.Set(0.0);
        var i = 0;
        for (; i <= columns - S.Width; i += S.Width)
        {
            sum = S.Add(sum, S.Load(x + i));
        }

        var total = i == 0 ? T.Zero : Across(sum);
        for (; i < columns; i++)
        {
            total += x[i];
        }

        return total;
    }

    public override T Max(T* x, int columns)
    {
        var largest = x[0];
        for (var i = 1; i < columns; i++)
        {
            largest = T.Max(largest, x[i]);
        }

        return largest;
    }

    public override T Dot(T* x, T* y, int columns)
    {
        var sum = S.Set(0.0);
        var i = 0;
        for (; i <= columns - S.Width; i += S.Width)
        {
            sum = S.MultiplyAdd(S.Load(x + i), S.Load(y + i), sum);
        }

        var total = i == 0 ? T.Zero : Across(sum);
        for (; i < columns; i++)
        {
            total += x[i] * y[i];
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumGroups(
        T* index,
        long strideIndex,
        T* x,
        long strideX,
        int rows,
        int groups,
        T* y,
        long strideY
    )
    {
        // The sums of the group at hand stay in registers: sets lie together.
        var current = -1;
        var to = y;
        var left = S.Set(0.0);
        var right = left;
        for (var row = 0; row < rows; row++, index += strideIndex, x += strideX)
        {
            var group = Group(*index, groups);
            if (group < 0)
            {
                continue;
            }

            if (group != current)
            {
                if (current >= 0)
                {
                    S.Store(to, left);
                    S.Store(to + S.Width, right);
                }

                current = group;
                to = y + (group * strideY);
                left = S.Load(to);
                right = S.Load(to + S.Width);
            }

            left = S.Add(left, S.Load(x));
            right = S.Add(right, S.Load(x + S.Width));
        }

        if (current >= 0)
        {
            S.Store(to, left);
            S.Store(to + S.Width, right);
        }
    }

    /// <summary>The sum of the lanes: halves onto each other until one is left.</summary>
    private static T Across(V x)
    {
        var lanes = stackalloc T[MaxWidth];
        S.Store(lanes, x);
        for (var half = S.Width / 2; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    }
}
