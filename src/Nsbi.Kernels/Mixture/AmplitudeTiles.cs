using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>The mixture sum over one chunk without event terms: D_i = Σ_c A_c r_c,i.</summary>
internal static unsafe class AmplitudeTiles
{
    private const int T = EventTiles.TileEvents;
    private const int Width = Lanes.Width;

    /// <summary>
    /// Fills the packed sums of a chunk: Σ w ln D, Σ w q_c, −Σ w q_c q_d with q_c = r_c/D.
    /// </summary>
    /// <returns>the first bad position of the chunk, or −1</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Sum(
        WeightedEvents events,
        double[] amplitudes,
        int order,
        int size,
        int chunk,
        Span<double> packed
    )
    {
        int processes = amplitudes.Length;
        int first = chunk * MixtureKernel.ChunkTiles;
        int last = Math.Min(events.Tiles.Tiles, first + MixtureKernel.ChunkTiles);
        var scratch = new double[(processes + 1) * T];
        var sums = new Vector512<double>[packed.Length];
        fixed (
            double* ratios = events.Tiles.Ratios,
                weights = events.PaddedWeights,
                a = amplitudes,
                q = scratch
        )
        {
            double* wq = q + (processes * T);
            for (int tile = first; tile < last; tile++)
            {
                double* r = ratios + ((long)tile * processes * T);
                double* w = weights + ((long)tile * T);
                Vector512<double> value = sums[0];
                bool good =
                    order == 0
                        ? Density(r, w, a, processes, null, ref value)
                        : Density(r, w, a, processes, q, ref value);
                sums[0] = value;
                if (!good)
                {
                    return (tile * T) + FirstBad(r, w, a, processes);
                }

                if (order == 0)
                {
                    continue;
                }

                for (int c = 0; c < processes; c++)
                {
                    Vector512<double> g = sums[1 + c];
                    for (int j = 0; j < T; j += Width)
                    {
                        var weighted = Vector512.Load(q + (c * T) + j) * Vector512.Load(w + j);
                        weighted.Store(wq + j);
                        g += weighted;
                    }

                    sums[1 + c] = g;
                    if (order > 1)
                    {
                        int entry = 1 + size + MixtureKernel.Packed(size, c, c);
                        for (int d = c; d < processes; d++)
                        {
                            sums[entry] = Lanes.Dot(sums[entry], wq, q + (d * T));
                            entry++;
                        }
                    }
                }
            }
        }

        for (int e = 0; e < packed.Length; e++)
        {
            packed[e] = e > size ? -Lanes.Total(sums[e]) : Lanes.Total(sums[e]);
        }

        return -1;
    }

    /// <summary>
    /// Adds Σ w ln D of a tile to the running sums and, if q is given, fills q_c = r_c/D.
    /// </summary>
    /// <returns>false if an event with w ≠ 0 has a D that is not a finite positive number</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Density(
        double* r,
        double* w,
        double* a,
        int processes,
        double* q,
        ref Vector512<double> value
    )
    {
        for (int j = 0; j < T; j += Width)
        {
            Vector512<double> density = Vector512.Load(r + j) * a[0];
            for (int c = 1; c < processes; c++)
            {
                density = Vector512.FusedMultiplyAdd(
                    Vector512.Load(r + (c * T) + j),
                    Vector512.Create(a[c]),
                    density
                );
            }

            Vector512<double> weight = Vector512.Load(w + j);
            Vector512<double> unused = Vector512.Equals(weight, Vector512<double>.Zero);
            density = Vector512.ConditionalSelect(unused, Vector512<double>.One, density);
            Vector512<double> good =
                Vector512.GreaterThan(density, Vector512<double>.Zero)
                & Vector512.LessThan(density, Vector512.Create(double.PositiveInfinity));
            if (!Vector512.EqualsAll(good.AsInt64(), Vector512<long>.AllBitsSet))
            {
                return false;
            }

            value = Vector512.FusedMultiplyAdd(weight, Vector512.Log(density), value);
            if (q != null)
            {
                Vector512<double> inverse = Vector512<double>.One / density;
                for (int c = 0; c < processes; c++)
                {
                    (Vector512.Load(r + (c * T) + j) * inverse).Store(q + (c * T) + j);
                }
            }
        }

        return true;
    }

    private static int FirstBad(double* r, double* w, double* a, int processes)
    {
        double* density = stackalloc double[T];
        for (int j = 0; j < T; j++)
        {
            double d = r[j] * a[0];
            for (int c = 1; c < processes; c++)
            {
                d = Math.FusedMultiplyAdd(r[(c * T) + j], a[c], d);
            }

            density[j] = d;
        }

        return Lanes.FirstBad(density, w);
    }
}
