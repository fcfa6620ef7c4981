using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>Running sums Σ x_k y_l, k ≤ l, lane by lane, in blocks of 4 x 4 rows.</summary>
internal static unsafe class SlopeProducts<N>
    where N : unmanaged
{
    /// <summary>Rows and columns of a block.</summary>
    public const int Block = 4;

    /// <summary>Vectors of the running sums of so many rows, a multiple of four.</summary>
    public static int Count(int rows) => rows / Block * ((rows / Block) + 1) / 2 * Block * Block;

    /// <summary>Adds the products of a tile.</summary>
    /// <param name="x">rows of length numbers</param>
    /// <param name="y">rows of length numbers</param>
    /// <param name="rows">a multiple of four</param>
    /// <param name="length">a multiple of the vector's width</param>
    /// <param name="sums">blocks (k, l ≥ k) one after the other</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(N* x, N* y, int rows, int length, Vector512<N>* sums)
    {
        for (int k = 0; k < rows; k += Block)
        {
            for (int l = k; l < rows; l += Block)
            {
                AddBlock(x + ((long)k * length), y + ((long)l * length), length, sums);
                sums += Block * Block;
            }
        }
    }

    /// <summary>Σ over the lanes of entry (k, l), k ≤ l.</summary>
    public static double Total(Vector512<N>* sums, int rows, int k, int l)
    {
        int blocks = rows / Block;
        int at = MixtureKernel.Packed(blocks, k / Block, l / Block);
        return Lane<N>.Total(sums[(((at * Block) + (k % Block)) * Block) + (l % Block)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(N* x, N* y, int length, Vector512<N>* sums)
    {
        Vector512<N> s00 = sums[0];
        Vector512<N> s01 = sums[1];
        Vector512<N> s02 = sums[2];
        Vector512<N> s03 = sums[3];
        Vector512<N> s10 = sums[4];
        Vector512<N> s11 = sums[5];
        Vector512<N> s12 = sums[6];
        Vector512<N> s13 = sums[7];
        Vector512<N> s20 = sums[8];
        Vector512<N> s21 = sums[9];
        Vector512<N> s22 = sums[10];
        Vector512<N> s23 = sums[11];
        Vector512<N> s30 = sums[12];
        Vector512<N> s31 = sums[13];
        Vector512<N> s32 = sums[14];
        Vector512<N> s33 = sums[15];
        N* end = x + length;
        for (; x < end; x += Lane<N>.Width, y += Lane<N>.Width)
        {
            Vector512<N> y0 = Vector512.Load(y);
            Vector512<N> y1 = Vector512.Load(y + length);
            Vector512<N> y2 = Vector512.Load(y + (2 * length));
            Vector512<N> y3 = Vector512.Load(y + (3 * length));
            Vector512<N> a = Vector512.Load(x);
            s00 = Lane<N>.MultiplyAdd(a, y0, s00);
            s01 = Lane<N>.MultiplyAdd(a, y1, s01);
            s02 = Lane<N>.MultiplyAdd(a, y2, s02);
            s03 = Lane<N>.MultiplyAdd(a, y3, s03);
            a = Vector512.Load(x + length);
            s10 = Lane<N>.MultiplyAdd(a, y0, s10);
            s11 = Lane<N>.MultiplyAdd(a, y1, s11);
            s12 = Lane<N>.MultiplyAdd(a, y2, s12);
            s13 = Lane<N>.MultiplyAdd(a, y3, s13);
            a = Vector512.Load(x + (2 * length));
            s20 = Lane<N>.MultiplyAdd(a, y0, s20);
            s21 = Lane<N>.MultiplyAdd(a, y1, s21);
            s22 = Lane<N>.MultiplyAdd(a, y2, s22);
            s23 = Lane<N>.MultiplyAdd(a, y3, s23);
            a = Vector512.Load(x + (3 * length));
            s30 = Lane<N>.MultiplyAdd(a, y0, s30);
            s31 = Lane<N>.MultiplyAdd(a, y1, s31);
            s32 = Lane<N>.MultiplyAdd(a, y2, s32);
            s33 = Lane<N>.MultiplyAdd(a, y3, s33);
        }

        sums[0] = s00;
        sums[1] = s01;
        sums[2] = s02;
        sums[3] = s03;
        sums[4] = s10;
        sums[5] = s11;
        sums[6] = s12;
        sums[7] = s13;
        sums[8] = s20;
        sums[9] = s21;
        sums[10] = s22;
        sums[11] = s23;
        sums[12] = s30;
        sums[13] = s31;
        sums[14] = s32;
        sums[15] = s33;
    }
}
