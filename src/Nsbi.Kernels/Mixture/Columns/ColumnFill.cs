using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsbi.Kernels;

/// <summary>
/// The factors of all processes for one tile: Π g of the columns, Σ log g of exponential ones and of
/// the terms, the slopes F of the cells and the second derivatives of log Π g.
/// </summary>
internal static unsafe class ColumnFill<N>
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;

    // Bytes that the loads run ahead: the hardware alone does not keep up with the stream.
    private const int Ahead = 8192;

    // Single-precision products are taken over into double precision after so many columns.
    private const int Run = 8;

    /// <summary>Fills product, log, slope and curve of a scratch space.</summary>
    public static void Tile(ColumnProblem problem, ColumnScratch<N> s, int tile)
    {
        switch (problem.Columns.Precision)
        {
            case ColumnPrecision.Double:
                Processes<DoubleLoad, double>(problem, s, tile);
                break;
            case ColumnPrecision.Single:
                Processes<SingleLoad, float>(problem, s, tile);
                break;
            default:
                Processes<Int16Load, short>(problem, s, tile);
                break;
        }

        foreach (int cell in problem.Map.WithoutColumn)
        {
            new Span<N>(s.Slope + (cell * T), T).Clear();
            new Span<N>(s.Curve + (cell * T), T).Clear();
        }

        if (problem.Terms.Count > 0)
        {
            Terms(problem, s, tile);
        }
    }

    private static void Processes<L, E>(ColumnProblem problem, ColumnScratch<N> s, int tile)
        where L : struct, IColumnLoad<E>
        where E : unmanaged
    {
        CellMap map = problem.Map;
        for (int c = 0; c < map.Processes; c++)
        {
            double* product = s.Product + (c * T);
            double* log = s.Log + (c * T);
            new Span<double>(product, T).Fill(1.0);
            if (problem.HasLog[c])
            {
                new Span<double>(log, T).Clear();
            }

            if (map.SlotStart[c + 1] > map.SlotStart[c])
            {
                Columns<L, E>(problem, s, tile, c, product, log);
                Repair(problem, s, tile, c, product);
            }
        }
    }

    private static void Columns<L, E>(
        ColumnProblem problem,
        ColumnScratch<N> s,
        int tile,
        int process,
        double* product,
        double* log
    )
        where L : struct, IColumnLoad<E>
        where E : unmanaged
    {
        CellMap map = problem.Map;
        int order = problem.Order;
        int first = map.SlotStart[process];
        int last = map.SlotStart[process + 1];
        var data = (E*)problem.Columns.Column(tile, first);
        bool hasLog = problem.HasLog[process];
        int run = 0;
        if (typeof(N) == typeof(float))
        {
            new Span<float>(s.Delta, T).Clear();
            new Span<float>(s.DeltaLog, T).Clear();
        }

        for (int slot = first; slot < last; slot++, data += 2 * T)
        {
            Prefetch((byte*)data + Ahead, 2 * T * sizeof(E));
            int cell = map.SlotCell[slot];
            bool add = !map.SlotFirst[slot];
            N* slope = s.Slope + (cell * T);
            N* curve = s.Curve + (cell * T);
            if (typeof(N) == typeof(double) || problem.Fast[slot].Kind == FastColumnKind.Exact)
            {
                ExactColumn* column = problem.Exact + slot;
                ExactColumns<L, E, N>.Fill(data, column, order, add, product, log, slope, curve);
                continue;
            }

            FastColumns<L, E>.Fill(
                data,
                problem.Fast + slot,
                order,
                add,
                s.Delta,
                s.DeltaLog,
                (float*)slope,
                (float*)curve
            );
            if (++run == Run)
            {
                TakeOver(s, product, log, hasLog);
                run = 0;
            }
        }

        if (run > 0)
        {
            TakeOver(s, product, log, hasLog);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* p, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (int b = 0; b < bytes; b += 64)
            {
                Sse.Prefetch0(p + b);
            }
        }
    }

    /// <summary>product *= 1 + delta, log += its part; both parts start again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TakeOver(ColumnScratch<N> s, double* product, double* log, bool hasLog)
    {
        float* delta = s.Delta;
        float* deltaLog = s.DeltaLog;
        for (int j = 0; j < T; j += Lanes.Width)
        {
            Vector512<double> x = SingleLoad.Doubles(delta + j);
            Vector512<double> p = Vector512.Load(product + j);
            Vector512.FusedMultiplyAdd(p, x, p).Store(product + j);
            Vector256<float>.Zero.Store(delta + j);
            if (hasLog)
            {
                (Vector512.Load(log + j) + SingleLoad.Doubles(deltaLog + j)).Store(log + j);
                Vector256<float>.Zero.Store(deltaLog + j);
            }
        }
    }

    /// <summary>Events for which a factor in single precision is exactly zero, one by one.</summary>
    private static void Repair(
        ColumnProblem problem,
        ColumnScratch<N> s,
        int tile,
        int process,
        double* product
    )
    {
        Vector512<double> zero = Vector512<double>.Zero;
        Vector512<double> hit = zero;
        for (int j = 0; j < T; j += Lanes.Width)
        {
            hit |= Vector512.Equals(Vector512.Load(product + j), zero);
        }

        if (hit.AsInt64() == Vector512<long>.Zero)
        {
            return;
        }

        CellMap map = problem.Map;
        int count = Math.Min(T, problem.Columns.Events - (tile * T));
        for (int j = 0; j < count; j++)
        {
            if (product[j] != 0.0)
            {
                continue;
            }

            product[j] = 1.0;
            for (int slot = map.SlotStart[process]; slot < map.SlotStart[process + 1]; slot++)
            {
                int column = map.SlotColumn[slot];
                ColumnForm form = problem.Forms[column];
                double up = problem.Columns.LogUp(column, (tile * T) + j);
                double down = problem.Columns.LogDown(column, (tile * T) + j);
                form.At(up, down, out double g, out double d1, out double d2);
                g = Math.Abs(g) < ExactColumn.Floor ? ExactColumn.Floor : g;
                product[j] *= form.IsExponential ? 1.0 : g;
                int at = (map.SlotCell[slot] * T) + j;
                bool add = !map.SlotFirst[slot];
                Put(s.Slope + at, d1 / g, add);
                Put(s.Curve + at, (d2 / g) - (d1 / g * (d1 / g)), add);
            }
        }
    }

    private static void Put(N* p, double x, bool add)
    {
        if (typeof(N) == typeof(double))
        {
            *(double*)p = add ? *(double*)p + x : x;
        }
        else
        {
            *(float*)p = add ? *(float*)p + (float)x : (float)x;
        }
    }

    private static void Terms(ColumnProblem problem, ColumnScratch<N> s, int tile)
    {
        CellMap map = problem.Map;
        EventTiles tiles = problem.Events.Tiles;
        int count = Math.Min(T, tiles.Events - (tile * T));
        for (int j = 0; j < count; j++)
        {
            s.Rows[j] = tiles.Row((tile * T) + j);
        }

        for (int t = 0; t < problem.Terms.Count; t++)
        {
            IEventTerm term = problem.Terms[t];
            double[] first = s.TermFirst[t];
            double[] second = s.TermSecond[t];
            if (count < T)
            {
                Array.Clear(s.TermLog);
                Array.Clear(first);
                Array.Clear(second);
            }

            ReadOnlySpan<int> rows = s.Rows.AsSpan(0, count);
            term.Fill(rows, s.TermValues[t], problem.Order, s.TermLog, first, second);
            double* log = s.Log + (term.Process * T);
            for (int j = 0; j < T; j++)
            {
                log[j] += s.TermLog[j];
            }

            for (int k = 0; problem.Order > 0 && k < term.Parameters.Count; k++)
            {
                int cell = map.CellOf[(term.Process * map.Parameters) + term.Parameters[k]];
                for (int j = 0; j < T; j++)
                {
                    Put(s.Slope + (cell * T) + j, first[(k * T) + j], true);
                }
            }
        }
    }
}
