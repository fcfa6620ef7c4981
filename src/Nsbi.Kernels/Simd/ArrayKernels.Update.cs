using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

internal sealed unsafe partial class ArrayKernels<S, V, T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Update(in UpdateRule rule, T* g, T* theta, T* m, T* v, long count)
    {
        var beta1 = S.Set(rule.Beta1);
        var rest1 = S.Set(1.0 - rule.Beta1);
        var beta2 = S.Set(rule.Beta2);
        var rest2 = S.Set(1.0 - rule.Beta2);
        var epsilon = S.Set(rule.Epsilon);
        var keep = S.Set(rule.Keep);
        var alongMean = S.Set(rule.AlongMean);
        var alongGradient = S.Set(rule.AlongGradient);
        var scale = S.Set(rule.Scale);
        var tail = stackalloc T[4 * MaxWidth];
        for (long i = 0; i < count; i += S.Width)
        {
            var whole = count - i >= S.Width;
            if (!whole)
            {
                Move(g + i, tail, count - i);
                Move(m + i, tail + MaxWidth, count - i);
                Move(v + i, tail + (2 * MaxWidth), count - i);
                Move(theta + i, tail + (3 * MaxWidth), count - i);
            }

            var atG = whole ? g + i : tail;
            var atM = whole ? m + i : tail + MaxWidth;
            var atV = whole ? v + i : tail + (2 * MaxWidth);
            var atTheta = whole ? theta + i : tail + (3 * MaxWidth);
            var gradient = S.Load(atG);
            var mean = S.MultiplyAdd(beta1, S.Load(atM), S.Multiply(rest1, gradient));
            var square = S.Multiply(rest2, S.Multiply(gradient, gradient));
            var variance = S.MultiplyAdd(beta2, S.Load(atV), square);
            var along = S.MultiplyAdd(alongMean, mean, S.Multiply(alongGradient, gradient));
            var size = S.MultiplyAdd(S.Sqrt(variance), scale, epsilon);
            var moved = S.Subtract(S.Multiply(keep, S.Load(atTheta)), S.Divide(along, size));
            S.Store(atM, mean);
            S.Store(atV, variance);
            S.Store(atTheta, moved);
            if (!whole)
            {
                Move(tail + MaxWidth, m + i, count - i);
                Move(tail + (2 * MaxWidth), v + i, count - i);
                Move(tail + (3 * MaxWidth), theta + i, count - i);
            }
        }
    }
}
