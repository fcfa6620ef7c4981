using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>Sums over the 64 numbers of a tile into eight running sums.</summary>
internal static unsafe class Lanes
{
    /// <summary>Numbers in a vector: fixed, whatever the hardware's width.</summary>
    public const int Width = 8;

    /// <summary>sum + Σ_j a_j b_j, event j to running sum j mod 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Dot(Vector512<double> sum, double* a, double* b)
    {
        for (int j = 0; j < EventTiles.TileEvents; j += Width)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + j), Vector512.Load(b + j), sum);
        }

        return sum;
    }

    /// <summary>target_j += a_j b_j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(double* a, double* b, double* target)
    {
        for (int j = 0; j < EventTiles.TileEvents; j += Width)
        {
            Vector512
                .FusedMultiplyAdd(
                    Vector512.Load(a + j),
                    Vector512.Load(b + j),
                    Vector512.Load(target + j)
                )
                .Store(target + j);
        }
    }

    /// <summary>target_j = a_j b_j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(double* a, double* b, double* target)
    {
        for (int j = 0; j < EventTiles.TileEvents; j += Width)
        {
            (Vector512.Load(a + j) * Vector512.Load(b + j)).Store(target + j);
        }
    }

    /// <summary>The eight running sums added in the order 0 to 7.</summary>
    public static double Total(Vector512<double> sums)
    {
        double total = sums[0];
        for (int j = 1; j < Width; j++)
        {
            total += sums[j];
        }

        return total;
    }

    /// <summary>
    /// First position of a tile where w ≠ 0 and D is not a finite positive number; −1 if none.
    /// </summary>
    public static int FirstBad(double* density, double* weights)
    {
        for (int j = 0; j < EventTiles.TileEvents; j++)
        {
            if (weights[j] != 0.0 && !(density[j] > 0.0 && density[j] < double.PositiveInfinity))
            {
                return j;
            }
        }

        return -1;
    }
}
