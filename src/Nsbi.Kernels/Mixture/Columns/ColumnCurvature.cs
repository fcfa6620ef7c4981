using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// The second derivatives of Σ w ln D over one tile. With d_ck = F_ck − F_rk for a reference process
/// r, e_k = Σ_c π_c d_ck = q_k − F_rk and Σ_c π_c = 1:
/// Σ_c π_c F_ck F_cl − q_k q_l = Σ_{c≠r} π_c d_ck d_cl − e_k e_l, a sum of as many products as there
/// are processes with slopes, without a division, and for densities of any sign. The faster way of
/// <see cref="ColumnContrasts{N}"/> is taken where no density is negative.
/// </summary>
internal static unsafe class ColumnCurvature<N>
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;

    /// <summary>Rows of the slopes' products: the parameters, rounded up.</summary>
    public static int Rows(CellMap map) =>
        (map.Parameters + SlopeProducts<N>.Block - 1)
        / SlopeProducts<N>.Block
        * SlopeProducts<N>.Block;

    /// <summary>Tiles in a row: one for each process with slopes but the reference, one for the
    /// mean.</summary>
    public static int RowTiles(CellMap map) =>
        map.Active.Length + (Array.IndexOf(map.Active, map.Reference) < 0 ? 1 : 0);

    /// <summary>Adds a tile's gradient in β and all second derivatives that hold β.</summary>
    public static void Add(ColumnProblem problem, ColumnScratch<N> s)
    {
        if (s.HasNegative || !ColumnContrasts<N>.Fits(problem))
        {
            CellMap map = problem.Map;
            int length = RowTiles(map) * T;
            Contrasts(map, s, length);
            SlopeProducts<N>.Add(s.Left, s.Right, Rows(map), length, s.Products);
            Diagonal(map, s);
        }
        else
        {
            ColumnContrasts<N>.Add(problem, s);
        }

        for (int t = 0; t < problem.Terms.Count; t++)
        {
            AddTerm(problem, s, t);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Contrasts(CellMap map, ColumnScratch<N> s, int length)
    {
        Vector512<double>* gradient = s.Sums + ColumnSums<N>.Parameters(map);
        Vector512<N>* mixed = s.Mixed;
        int parameters = map.Parameters;
        int reference = map.Reference;
        int mean = length - T;
        int[] active = map.Active;
        for (int k = 0; k < parameters; k++)
        {
            N* left = s.Left + ((long)k * length);
            N* right = s.Right + ((long)k * length);
            int own = map.CellOf[(reference * parameters) + k];
            N* baseline = own < 0 ? null : s.Slope + (own * T);
            Vector512<N> sum = Vector512<N>.Zero;
            for (int j = 0; j < T; j += Lane<N>.Width)
            {
                Vector512<N> b = baseline is null
                    ? Vector512<N>.Zero
                    : Vector512.Load(baseline + j);
                Vector512<N> e = Vector512<N>.Zero;
                int at = j;
                foreach (int c in active)
                {
                    if (c == reference)
                    {
                        continue;
                    }

                    int cell = map.CellOf[(c * parameters) + k];
                    Vector512<N> d = cell < 0 ? -b : Vector512.Load(s.Slope + (cell * T) + j) - b;
                    d.Store(right + at);
                    (d * Vector512.Load(s.Weighted + (c * T) + j)).Store(left + at);
                    e = Lane<N>.MultiplyAdd(d, Vector512.Load(s.Posterior + (c * T) + j), e);
                    at += T;
                }

                e.Store(right + at);
                Vector512<N> w = Vector512.Load(s.Weight + j);
                (-e * w).Store(left + at);
                sum = Lane<N>.MultiplyAdd(e + b, w, sum);
            }

            gradient[k] = Lane<N>.Add(gradient[k], sum);
            int place = 0;
            int next = 0;
            for (int c = 0; c < map.Processes; c++)
            {
                bool contrast = next < active.Length && active[next] == c;
                next += contrast ? 1 : 0;
                contrast &= c != reference;
                N* share = s.WeightedShare + (c * T);
                N* d = right + place;
                N* e = right + mean;
                int into = (c * parameters) + k;
                Vector512<N> part = mixed[into];
                for (int j = 0; j < T; j += Lane<N>.Width)
                {
                    Vector512<N> difference = contrast
                        ? Vector512.Load(d + j) - Vector512.Load(e + j)
                        : -Vector512.Load(e + j);
                    part = Lane<N>.MultiplyAdd(difference, Vector512.Load(share + j), part);
                }

                place += contrast ? T : 0;
                mixed[into] = part;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Diagonal(CellMap map, ColumnScratch<N> s)
    {
        Vector512<N>* diagonal = s.Diagonal;
        for (int k = 0; k < map.Parameters; k++)
        {
            Vector512<N> sum = diagonal[k];
            for (int n = map.ParameterStart[k]; n < map.ParameterStart[k + 1]; n++)
            {
                N* curve = s.Curve + (map.ParameterCell[n] * T);
                N* weighted = s.Weighted + (map.ParameterProcess[n] * T);
                for (int j = 0; j < T; j += Lane<N>.Width)
                {
                    sum = Lane<N>.MultiplyAdd(
                        Vector512.Load(curve + j),
                        Vector512.Load(weighted + j),
                        sum
                    );
                }
            }

            diagonal[k] = sum;
        }
    }

    /// <summary>Σ w π_c ∂_k∂_l log g of a term.</summary>
    private static void AddTerm(ColumnProblem problem, ColumnScratch<N> s, int t)
    {
        CellMap map = problem.Map;
        IEventTerm term = problem.Terms[t];
        Vector512<double>* sums = s.Sums + ColumnSums<N>.Terms(map);
        int own = term.Parameters.Count;
        double* work = s.Density;
        N* weighted = s.Weighted + (term.Process * T);
        for (int j = 0; j < T; j++)
        {
            work[j] = typeof(N) == typeof(double) ? ((double*)weighted)[j] : ((float*)weighted)[j];
        }

        fixed (double* second = s.TermSecond[t])
        {
            for (int k = 0; k < own; k++)
            {
                for (int l = k; l < own; l++)
                {
                    int low = Math.Min(term.Parameters[k], term.Parameters[l]);
                    int high = Math.Max(term.Parameters[k], term.Parameters[l]);
                    int at = MixtureKernel.Packed(map.Parameters, low, high);
                    double* values = second + (MixtureKernel.Packed(own, k, l) * T);
                    sums[at] = Lanes.Dot(sums[at], work, values);
                }
            }
        }
    }
}
