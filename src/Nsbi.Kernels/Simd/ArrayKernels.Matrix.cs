using System.Runtime.CompilerServices;

namespace Nsbi.Kernels.Simd;

/// <summary>The two micro-kernels of matrix products. 8 x 2 vectors of sums live in registers on
/// 512-bit vectors (32 registers); narrower paths have 16 and go through 4 rows at a time.</summary>
internal sealed unsafe partial class ArrayKernels<S, V, T>
{
    public override void Tile(T* x, long stride, int depth, T* panel, T* bias, T* z, long strideZ)
    {
        if (sizeof(V) == 64)
        {
            Tile8(x, stride, depth, panel, bias, z, strideZ);
        }
        else
        {
            Tile4(x, stride, depth, panel, bias, z, strideZ);
            Tile4(x + (4 * stride), stride, depth, panel, bias, z + (4 * strideZ), strideZ);
        }
    }

    public override void TransposedTile(T* x, long strideX, T* y, long strideY, int rows, T* g)
    {
        if (sizeof(V) == 64)
        {
            Transposed8(x, strideX, y, strideY, rows, g);
        }
        else
        {
            Transposed4(x, strideX, y, strideY, rows, g);
            Transposed4(x + 4, strideX, y, strideY, rows, g + (8 * S.Width));
        }
    }

    public override void SumRows(T* y, long strideY, int rows, T* g)
    {
        var left = S.Set(0.0);
        var right = left;
        for (var row = 0; row < rows; row++, y += strideY)
        {
            left = S.Add(left, S.Load(y));
            right = S.Add(right, S.Load(y + S.Width));
        }

        S.Store(g, left);
        S.Store(g + S.Width, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile8(T* x, long stride, int depth, T* panel, T* bias, T* z, long strideZ)
    {
        var l0 = bias == null ? S.Set(0.0) : S.Load(bias);
        var r0 = bias == null ? S.Set(0.0) : S.Load(bias + S.Width);
        var l1 = l0;
        var r1 = r0;
        var l2 = l0;
        var r2 = r0;
        var l3 = l0;
        var r3 = r0;
        var l4 = l0;
        var r4 = r0;
        var l5 = l0;
        var r5 = r0;
        var l6 = l0;
        var r6 = r0;
        var l7 = l0;
        var r7 = r0;
        var stride3 = 3 * stride;
        var x4 = x + (4 * stride);
        for (var end = x + depth; x < end; x++, x4++)
        {
            var left = S.Load(panel);
            var right = S.Load(panel + S.Width);
            panel += 2 * S.Width;
            var a = S.Spread(x);
            l0 = S.MultiplyAdd(a, left, l0);
            r0 = S.MultiplyAdd(a, right, r0);
            a = S.Spread(x + stride);
            l1 = S.MultiplyAdd(a, left, l1);
            r1 = S.MultiplyAdd(a, right, r1);
            a = S.Spread(x + (2 * stride));
            l2 = S.MultiplyAdd(a, left, l2);
            r2 = S.MultiplyAdd(a, right, r2);
            a = S.Spread(x + stride3);
            l3 = S.MultiplyAdd(a, left, l3);
            r3 = S.MultiplyAdd(a, right, r3);
            a = S.Spread(x4);
            l4 = S.MultiplyAdd(a, left, l4);
            r4 = S.MultiplyAdd(a, right, r4);
            a = S.Spread(x4 + stride);
            l5 = S.MultiplyAdd(a, left, l5);
            r5 = S.MultiplyAdd(a, right, r5);
            a = S.Spread(x4 + (2 * stride));
            l6 = S.MultiplyAdd(a, left, l6);
            r6 = S.MultiplyAdd(a, right, r6);
            a = S.Spread(x4 + stride3);
            l7 = S.MultiplyAdd(a, left, l7);
            r7 = S.MultiplyAdd(a, right, r7);
        }

        S.Store(z, l0);
        S.Store(z + S.Width, r0);
        z += strideZ;
        S.Store(z, l1);
        S.Store(z + S.Width, r1);
        z += strideZ;
        S.Store(z, l2);
        S.Store(z + S.Width, r2);
        z += strideZ;
        S.Store(z, l3);
        S.Store(z + S.Width, r3);
        z += strideZ;
        S.Store(z, l4);
        S.Store(z + S.Width, r4);
        z += strideZ;
        S.Store(z, l5);
        S.Store(z + S.Width, r5);
        z += strideZ;
        S.Store(z, l6);
        S.Store(z + S.Width, r6);
        z += strideZ;
        S.Store(z, l7);
        S.Store(z + S.Width, r7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4(T* x, long stride, int depth, T* panel, T* bias, T* z, long strideZ)
    {
        var l0 = bias == null ? S.Set(0.0) : S.Load(bias);
        var r0 = bias == null ? S.Set(0.0) : S.Load(bias + S.Width);
        var l1 = l0;
        var r1 = r0;
        var l2 = l0;
        var r2 = r0;
        var l3 = l0;
        var r3 = r0;
        var stride3 = 3 * stride;
        for (var end = x + depth; x < end; x++)
        {
            var left = S.Load(panel);
            var right = S.Load(panel + S.Width);
            panel += 2 * S.Width;
            var a = S.Spread(x);
            l0 = S.MultiplyAdd(a, left, l0);
            r0 = S.MultiplyAdd(a, right, r0);
            a = S.Spread(x + stride);
            l1 = S.MultiplyAdd(a, left, l1);
            r1 = S.MultiplyAdd(a, right, r1);
            a = S.Spread(x + (2 * stride));
            l2 = S.MultiplyAdd(a, left, l2);
            r2 = S.MultiplyAdd(a, right, r2);
            a = S.Spread(x + stride3);
            l3 = S.MultiplyAdd(a, left, l3);
            r3 = S.MultiplyAdd(a, right, r3);
        }

        S.Store(z, l0);
        S.Store(z + S.Width, r0);
        z += strideZ;
        S.Store(z, l1);
        S.Store(z + S.Width, r1);
        z += strideZ;
        S.Store(z, l2);
        S.Store(z + S.Width, r2);
        z += strideZ;
        S.Store(z, l3);
        S.Store(z + S.Width, r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transposed8(T* x, long strideX, T* y, long strideY, int rows, T* g)
    {
        var l0 = S.Set(0.0);
        var r0 = l0;
        var l1 = l0;
        var r1 = r0;
        var l2 = l0;
        var r2 = r0;
        var l3 = l0;
        var r3 = r0;
        var l4 = l0;
        var r4 = r0;
        var l5 = l0;
        var r5 = r0;
        var l6 = l0;
        var r6 = r0;
        var l7 = l0;
        var r7 = r0;
        for (var row = 0; row < rows; row++, x += strideX, y += strideY)
        {
            var left = S.Load(y);
            var right = S.Load(y + S.Width);
            var a = S.Spread(x);
            l0 = S.MultiplyAdd(a, left, l0);
            r0 = S.MultiplyAdd(a, right, r0);
            a = S.Spread(x + 1);
            l1 = S.MultiplyAdd(a, left, l1);
            r1 = S.MultiplyAdd(a, right, r1);
            a = S.Spread(x + 2);
            l2 = S.MultiplyAdd(a, left, l2);
            r2 = S.MultiplyAdd(a, right, r2);
            a = S.Spread(x + 3);
            l3 = S.MultiplyAdd(a, left, l3);
            r3 = S.MultiplyAdd(a, right, r3);
            a = S.Spread(x + 4);
            l4 = S.MultiplyAdd(a, left, l4);
            r4 = S.MultiplyAdd(a, right, r4);
            a = S.Spread(x + 5);
            l5 = S.MultiplyAdd(a, left, l5);
            r5 = S.MultiplyAdd(a, right, r5);
            a = S.Spread(x + 6);
            l6 = S.MultiplyAdd(a, left, l6);
            r6 = S.MultiplyAdd(a, right, r6);
            a = S.Spread(x + 7);
            l7 = S.MultiplyAdd(a, left, l7);
            r7 = S.MultiplyAdd(a, right, r7);
        }

        S.Store(g, l0);
        S.Store(g + S.Width, r0);
        g += 2 * S.Width;
        S.Store(g, l1);
        S.Store(g + S.Width, r1);
        g += 2 * S.Width;
        S.Store(g, l2);
        S.Store(g + S.Width, r2);
        g += 2 * S.Width;
        S.Store(g, l3);
        S.Store(g + S.Width, r3);
        g += 2 * S.Width;
        S.Store(g, l4);
        S.Store(g + S.Width, r4);
        g += 2 * S.Width;
        S.Store(g, l5);
        S.Store(g + S.Width, r5);
        g += 2 * S.Width;
        S.Store(g, l6);
        S.Store(g + S.Width, r6);
        g += 2 * S.Width;
        S.Store(g, l7);
        S.Store(g + S.Width, r7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transposed4(T* x, long strideX, T* y, long strideY, int rows, T* g)
    {
        var l0 = S.Set(0.0);
        var r0 = l0;
        var l1 = l0;
        var r1 = r0;
        var l2 = l0;
        var r2 = r0;
        var l3 = l0;
        var r3 = r0;
        for (var row = 0; row < rows; row++, x += strideX, y += strideY)
        {
            var left = S.Load(y);
            var right = S.Load(y + S.Width);
            var a = S.Spread(x);
            l0 = S.MultiplyAdd(a, left, l0);
            r0 = S.MultiplyAdd(a, right, r0);
            a = S.Spread(x + 1);
            l1 = S.MultiplyAdd(a, left, l1);
            r1 = S.MultiplyAdd(a, right, r1);
            a = S.Spread(x + 2);
            l2 = S.MultiplyAdd(a, left, l2);
            r2 = S.MultiplyAdd(a, right, r2);
            a = S.Spread(x + 3);
            l3 = S.MultiplyAdd(a, left, l3);
            r3 = S.MultiplyAdd(a, right, r3);
        }

        S.Store(g, l0);
        S.Store(g + S.Width, r0);
        g += 2 * S.Width;
        S.Store(g, l1);
        S.Store(g + S.Width, r1);
        g += 2 * S.Width;
        S.Store(g, l2);
        S.Store(g + S.Width, r2);
        g += 2 * S.Width;
        S.Store(g, l3);
        S.Store(g + S.Width, r3);
    }
}
