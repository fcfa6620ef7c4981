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
