using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// The sums over one tile: Σ w ln D and its first derivatives, and the parts of the second that hold
/// amplitudes. See <see cref="ColumnCurvature{N}"/> for the rest.
/// </summary>
internal static unsafe class ColumnSums<N>
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;
    private const int Width = Lanes.Width;

    /// <summary>Place of the running sums of ∂/∂A_c, Σ w u_c/D.</summary>
    public const int Amplitudes = 1;

    /// <summary>Place of the running sums of ∂/∂β_k.</summary>
    public static int Parameters(CellMap map) => 1 + map.Processes;

    /// <summary>Place of Σ w (u_c/D)(u_d/D), c ≤ d.</summary>
    public static int Pairs(CellMap map) => 1 + map.Processes + map.Parameters;

    /// <summary>Place of the terms' Σ w π_c ∂_k∂_l log g, k ≤ l.</summary>
    public static int Terms(CellMap map) => Pairs(map) + (map.Processes * (map.Processes + 1) / 2);

    /// <summary>Number of running sums.</summary>
    public static int Count(ColumnProblem problem)
    {
        CellMap map = problem.Map;
        int terms = problem.Terms.Count == 0 ? 0 : map.Parameters * (map.Parameters + 1) / 2;
        return problem.Order > 1 ? Terms(map) + terms : Pairs(map);
    }

    /// <summary>
    /// D of each event, Σ w ln D, ∂/∂A; and w, π_c, w π_c, w u_c/D in the precision of the slopes.
    /// </summary>
    /// <returns>the first position of the tile with a D that is not positive and finite; −1 if none
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Densities(ColumnProblem problem, ColumnScratch<N> s, int tile)
    {
        int processes = problem.Map.Processes;
        int order = problem.Order;
        ReadOnlySpan<double> amplitudes = problem.Amplitudes;
        N* posterior = s.Posterior;
        N* weightedPosterior = s.Weighted;
        N* weightedShare = s.WeightedShare;
        fixed (
            double* ratios = problem.Events.Tiles.Ratios,
                weights = problem.Events.PaddedWeights
        )
        {
            double* r = ratios + ((long)tile * processes * T);
            double* w = weights + ((long)tile * T);
            if (!Shares(problem, s, r, w))
            {
                return Lanes.FirstBad(s.Density, w);
            }

            double* u = s.Share;
            Vector512<double>* sums = s.Sums;
            Vector512<double> negative = Vector512<double>.Zero;
            for (int j = 0; j < T; j += Width)
            {
                Vector512<double> weight = Vector512.Load(w + j);
                Vector512<double> unused = Vector512.Equals(weight, Vector512<double>.Zero);
                Vector512<double> density = Vector512.ConditionalSelect(
                    unused,
                    Vector512<double>.One,
                    Vector512.Load(s.Density + j)
                );
                sums[0] = Vector512.FusedMultiplyAdd(weight, Vector512.Log(density), sums[0]);
                if (order == 0)
                {
                    continue;
                }

                Vector512<double> inverse = Vector512<double>.One / density;
                Lane<N>.Put(s.Weight + j, weight, false);
                for (int c = 0; c < processes; c++)
                {
                    int at = (c * T) + j;
                    Vector512<double> share = Vector512.ConditionalSelect(
                        unused,
                        Vector512<double>.Zero,
                        Vector512.Load(u + at) * inverse
                    );
                    Vector512<double> weighted = share * weight;
                    sums[Amplitudes + c] += weighted;
                    negative |= Vector512.LessThan(share, Vector512<double>.Zero);
                    share.Store(u + at);
                    Lane<N>.Put(weightedPosterior + at, weighted * amplitudes[c], false);
                    if (order > 1)
                    {
                        Lane<N>.Put(weightedShare + at, weighted, false);
                        Lane<N>.Put(posterior + at, share * amplitudes[c], false);
                    }
                }
            }

            s.HasNegative = negative.AsInt64() != Vector512<long>.Zero;
            if (order > 1)
            {
                AddPairs(problem.Map, s, w);
            }
        }

        return -1;
    }

    /// <summary>Adds ∂/∂β_k = Σ w Σ_c π_c F_ck.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Slopes(CellMap map, ColumnScratch<N> s)
    {
        Vector512<double>* sums = s.Sums + Parameters(map);
        int[] start = map.ParameterStart;
        int[] cells = map.ParameterCell;
        int[] processes = map.ParameterProcess;
        N* slope = s.Slope;
        N* weighted = s.Weighted;
        int w = Lane<N>.Width;
        for (int k = 0; k < map.Parameters; k++)
        {
            Vector512<N> q0 = Vector512<N>.Zero;
            Vector512<N> q1 = q0;
            Vector512<N> q2 = q0;
            Vector512<N> q3 = q0;
            for (int n = start[k]; n < start[k + 1]; n++)
            {
                N* f = slope + (cells[n] * T);
                N* p = weighted + (processes[n] * T);
                for (int j = 0; j < T; j += 4 * w)
                {
                    q0 = MultiplyAdd(f + j, p + j, q0);
                    q1 = MultiplyAdd(f + j + w, p + j + w, q1);
                    q2 = MultiplyAdd(f + j + (2 * w), p + j + (2 * w), q2);
                    q3 = MultiplyAdd(f + j + (3 * w), p + j + (3 * w), q3);
                }
            }

            sums[k] = Lane<N>.Add(sums[k], (q0 + q1) + (q2 + q3));
        }
    }

    /// <summary>u_c = r_c Π g and D = Σ_c A_c u_c.</summary>
    /// <returns>whether D is positive and finite wherever w ≠ 0</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Shares(ColumnProblem problem, ColumnScratch<N> s, double* r, double* w)
    {
        ReadOnlySpan<double> amplitudes = problem.Amplitudes;
        ReadOnlySpan<double> factors = problem.Factors;
        ReadOnlySpan<bool> hasLog = problem.HasLog;
        double* product = s.Product;
        double* log = s.Log;
        double* share = s.Share;
        Vector512<double> good = Vector512<double>.AllBitsSet;
        for (int j = 0; j < T; j += Width)
        {
            Vector512<double> density = Vector512<double>.Zero;
            for (int c = 0; c < amplitudes.Length; c++)
            {
                int at = (c * T) + j;
                Vector512<double> u =
                    Vector512.Load(r + at) * Vector512.Load(product + at) * factors[c];
                if (hasLog[c])
                {
                    u *= Vector512.Exp(Vector512.Load(log + at));
                }

                u.Store(share + at);
                density = Vector512.FusedMultiplyAdd(u, Vector512.Create(amplitudes[c]), density);
            }

            density.Store(s.Density + j);
            Vector512<double> fits =
                Vector512.GreaterThan(density, Vector512<double>.Zero)
                & Vector512.LessThan(density, Vector512.Create(double.PositiveInfinity));
            good &= fits | Vector512.Equals(Vector512.Load(w + j), Vector512<double>.Zero);
        }

        return good.AsInt64() == Vector512<long>.AllBitsSet;
    }

    private static void AddPairs(CellMap map, ColumnScratch<N> s, double* w)
    {
        Vector512<double>* sums = s.Sums + Pairs(map);
        double* work = s.Density;
        for (int c = 0; c < map.Processes; c++)
        {
            Lanes.Multiply(w, s.Share + (c * T), work);
            for (int d = c; d < map.Processes; d++)
            {
                *sums = Lanes.Dot(*sums, work, s.Share + (d * T));
                sums++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<N> MultiplyAdd(N* x, N* y, Vector512<N> z) =>
        Lane<N>.MultiplyAdd(Vector512.Load(x), Vector512.Load(y), z);
}
