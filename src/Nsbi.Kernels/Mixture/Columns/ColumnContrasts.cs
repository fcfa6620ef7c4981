using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// The second derivatives of Σ w ln D over one tile by merging the processes one after the other: with
/// R = Σ π and M = Σ π F/R of those merged so far, a further process c adds
/// π_c R/(R + π_c) d d with d_k = F_ck − M_k, and M moves by π_c/(R + π_c) d. At the end R = 1 and M = q,
/// so that the sum of what was added is Σ_c π_c F_ck F_cl − q_k q_l: one product less than with a
/// reference process.
/// </summary>
/// <remarks>Processes of positive amplitude come first and those of negative amplitude last: then R
/// rises to its greatest and falls to 1, and no division is by a small difference as long as all
/// r_c Π g ≥ 0. Source: the parallel variance formula of Chan, Golub and LeVeque (1979).</remarks>
internal static unsafe class ColumnContrasts<N>
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;

    /// <summary>Tiles in a row of products.</summary>
    public static int RowTiles(CellMap map) =>
        map.Active.Length - (map.Active.Length == map.Processes ? 1 : 0);

    /// <summary>Whether the processes can be merged: those without slopes, which come first and
    /// together, have no negative amplitude.</summary>
    public static bool Fits(ColumnProblem problem)
    {
        for (int c = 0; c < problem.Map.Processes; c++)
        {
            if (problem.Amplitudes[c] < 0.0 && Array.IndexOf(problem.Map.Active, c) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds a tile's gradient in β and its second derivatives.</summary>
    public static void Add(ColumnProblem problem, ColumnScratch<N> s)
    {
        CellMap map = problem.Map;
        int length = RowTiles(map) * T;
        Merge(problem, s);
        for (int k = 0; k < map.Parameters; k++)
        {
            Slopes(problem, s, k, length);
            Sums(map, s, k);
        }

        int rows = ColumnCurvature<N>.Rows(map);
        SlopeProducts<N>.Add(s.Left, s.Right, rows, length, s.Products);
    }

    /// <summary>π_c/(R + π_c) and w π_c R/(R + π_c) of each merger.</summary>
    private static void Merge(ColumnProblem problem, ColumnScratch<N> s)
    {
        CellMap map = problem.Map;
        int[] order = problem.MergeOrder;
        int steps = RowTiles(map);
        int first = map.Processes - steps;
        for (int j = 0; j < T; j += Lane<N>.Width)
        {
            Vector512<N> merged = Vector512<N>.Zero;
            for (int n = 0; n < first; n++)
            {
                merged += Vector512.Load(s.Posterior + (order[n] * T) + j);
            }

            Vector512<N> w = Vector512.Load(s.Weight + j);
            for (int n = 0; n < steps; n++)
            {
                Vector512<N> posterior = Vector512.Load(s.Posterior + (order[first + n] * T) + j);
                Vector512<N> both = merged + posterior;
                Vector512<N> empty = Vector512.Equals(both, Vector512<N>.Zero);
                Vector512<N> part = Vector512.ConditionalSelect(
                    empty,
                    Vector512<N>.Zero,
                    posterior / both
                );
                part.Store(s.Part + (n * T) + j);
                (part * merged * w).Store(s.Rank + (n * T) + j);
                merged = both;
            }
        }
    }

    /// <summary>Row k of both factors of the products, M and Σ w M.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Slopes(ColumnProblem problem, ColumnScratch<N> s, int k, int length)
    {
        CellMap map = problem.Map;
        int[] order = problem.MergeOrder;
        int[] cells = map.CellOf;
        int parameters = map.Parameters;
        int steps = length / T;
        int first = map.Processes - steps;
        N* slope = s.Slope;
        N* left = s.Left + ((long)k * length);
        N* right = s.Right + ((long)k * length);
        N* mean = s.Mean;
        N* weight = s.Weight;
        int w = Lane<N>.Width;
        Vector512<N> sum = Vector512<N>.Zero;
        int start = cells[(order[0] * parameters) + k];
        N* from = start < 0 ? s.Zero : slope + (start * T);
        for (int h = 0; h < T; h += 4 * w)
        {
            Vector512<N> m0 = Vector512.Load(from + h);
            Vector512<N> m1 = Vector512.Load(from + h + w);
            Vector512<N> m2 = Vector512.Load(from + h + (2 * w));
            Vector512<N> m3 = Vector512.Load(from + h + (3 * w));
            N* part = s.Part + h;
            N* rank = s.Rank + h;
            N* x = left + h;
            N* y = right + h;
            for (int n = 0; n < steps; n++)
            {
                int cell = cells[(order[first + n] * parameters) + k];
                N* f = (cell < 0 ? s.Zero : slope + (cell * T)) + h;
                Vector512<N> d0 = Vector512.Load(f) - m0;
                Vector512<N> d1 = Vector512.Load(f + w) - m1;
                Vector512<N> d2 = Vector512.Load(f + (2 * w)) - m2;
                Vector512<N> d3 = Vector512.Load(f + (3 * w)) - m3;
                d0.Store(y);
                d1.Store(y + w);
                d2.Store(y + (2 * w));
                d3.Store(y + (3 * w));
                (d0 * Vector512.Load(rank)).Store(x);
                (d1 * Vector512.Load(rank + w)).Store(x + w);
                (d2 * Vector512.Load(rank + (2 * w))).Store(x + (2 * w));
                (d3 * Vector512.Load(rank + (3 * w))).Store(x + (3 * w));
                m0 = Lane<N>.MultiplyAdd(d0, Vector512.Load(part), m0);
                m1 = Lane<N>.MultiplyAdd(d1, Vector512.Load(part + w), m1);
                m2 = Lane<N>.MultiplyAdd(d2, Vector512.Load(part + (2 * w)), m2);
                m3 = Lane<N>.MultiplyAdd(d3, Vector512.Load(part + (3 * w)), m3);
                part += T;
                rank += T;
                x += T;
                y += T;
            }

            m0.Store(mean + h);
            m1.Store(mean + h + w);
            m2.Store(mean + h + (2 * w));
            m3.Store(mean + h + (3 * w));
            sum = Lane<N>.MultiplyAdd(m0, Vector512.Load(weight + h), sum);
            sum = Lane<N>.MultiplyAdd(m1, Vector512.Load(weight + h + w), sum);
            sum = Lane<N>.MultiplyAdd(m2, Vector512.Load(weight + h + (2 * w)), sum);
            sum = Lane<N>.MultiplyAdd(m3, Vector512.Load(weight + h + (3 * w)), sum);
        }

        Vector512<double>* gradient = s.Sums + ColumnSums<N>.Parameters(map) + k;
        *gradient = Lane<N>.Add(*gradient, sum);
    }

    /// <summary>Σ w (u_c/D)(F_ck − q_k) of all processes, and Σ w Σ_c π_c ∂²_k log Π g_c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sums(CellMap map, ColumnScratch<N> s, int k)
    {
        int w = Lane<N>.Width;
        int parameters = map.Parameters;
        Vector512<N>* mixed = s.Mixed + k;
        N* mean = s.Mean;
        Vector512<N> curves0 = s.Diagonal[k];
        Vector512<N> curves1 = Vector512<N>.Zero;
        for (int c = 0; c < map.Processes; c++)
        {
            int cell = map.CellOf[(c * parameters) + k];
            N* f = cell < 0 ? s.Zero : s.Slope + (cell * T);
            N* curve = cell < 0 ? s.Zero : s.Curve + (cell * T);
            N* share = s.WeightedShare + (c * T);
            N* weighted = s.Weighted + (c * T);
            Vector512<N> sum0 = *mixed;
            Vector512<N> sum1 = Vector512<N>.Zero;
            for (int j = 0; j < T; j += 2 * w)
            {
                Vector512<N> d0 = Vector512.Load(f + j) - Vector512.Load(mean + j);
                Vector512<N> d1 = Vector512.Load(f + j + w) - Vector512.Load(mean + j + w);
                sum0 = MultiplyAdd(d0, share + j, sum0);
                sum1 = MultiplyAdd(d1, share + j + w, sum1);
                curves0 = MultiplyAdd(Vector512.Load(curve + j), weighted + j, curves0);
                curves1 = MultiplyAdd(Vector512.Load(curve + j + w), weighted + j + w, curves1);
            }

            *mixed = sum0 + sum1;
            mixed += parameters;
        }

        s.Diagonal[k] = curves0 + curves1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<N> MultiplyAdd(Vector512<N> x, N* y, Vector512<N> z) =>
        Lane<N>.MultiplyAdd(x, Vector512.Load(y), z);
}
