using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// Updates of a symmetric n x n matrix, stored row by row, of which the diagonal and what is above it are
/// looked at. Each element is the same fused multiply-add on every machine.
/// </summary>
public static unsafe class SymmetricSum
{
    private const int Width = 8;

    /// <summary>h += x yᵀ + y xᵀ.</summary>
    /// <param name="x">length n; rows of which x and y are both zero cost nothing</param>
    /// <param name="y">length n</param>
    /// <param name="h">n x n</param>
    /// <exception cref="ArgumentException">lengths that do not fit</exception>
    public static void AddProducts(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> h)
    {
        int n = x.Length;
        Check(y.Length == n && h.Length == n * n, n);
        fixed (
            double* px = x,
                py = y,
                ph = h
        )
        {
            for (int k = 0; k < n; k++)
            {
                if (px[k] != 0.0 || py[k] != 0.0)
                {
                    double* row = ph + ((long)k * n) + k;
                    MultiplyAdd(py + k, px[k], row, n - k);
                    MultiplyAdd(px + k, py[k], row, n - k);
                }
            }
        }
    }

    /// <summary>h += s x xᵀ.</summary>
    /// <param name="s">a number</param>
    /// <param name="x">length n</param>
    /// <param name="h">n x n</param>
    /// <exception cref="ArgumentException">lengths that do not fit</exception>
    public static void AddSquare(double s, ReadOnlySpan<double> x, Span<double> h)
    {
        int n = x.Length;
        Check(h.Length == n * n, n);
        fixed (
            double* px = x,
                ph = h
        )
        {
            for (int k = 0; k < n; k++)
            {
                double factor = s * px[k];
                if (factor != 0.0)
                {
                    MultiplyAdd(px + k, factor, ph + ((long)k * n) + k, n - k);
                }
            }
        }
    }

    /// <summary>target += s x, number by number.</summary>
    /// <param name="s">a number</param>
    /// <param name="x">length n</param>
    /// <param name="target">length n</param>
    /// <exception cref="ArgumentException">lengths that do not fit</exception>
    public static void Add(double s, ReadOnlySpan<double> x, Span<double> target)
    {
        Check(target.Length == x.Length, x.Length);
        fixed (
            double* px = x,
                pt = target
        )
        {
            MultiplyAdd(px, s, pt, x.Length);
        }
    }

    private static void Check(bool fits, int n)
    {
        if (!fits)
        {
            throw new ArgumentException($"The lengths are not those of {n} variables.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(double* x, double s, double* target, int n)
    {
        var factor = Vector512.Create(s);
        int j = 0;
        for (; j <= n - Width; j += Width)
        {
            Vector512
                .FusedMultiplyAdd(Vector512.Load(x + j), factor, Vector512.Load(target + j))
                .Store(target + j);
        }

        for (; j < n; j++)
        {
            target[j] = Math.FusedMultiplyAdd(x[j], s, target[j]);
        }
    }
}
