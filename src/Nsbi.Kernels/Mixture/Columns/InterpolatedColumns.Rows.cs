using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsbi.Kernels;

/// <content>Events one after the other: what columns of few events are gathered from.</content>
public sealed unsafe partial class InterpolatedColumns
{
    // Rows are made where they take up to half a gibibyte.
    private const long MostRowBytes = 1L << 29;

    // Events that the gathering loads run ahead.
    private const int EventsAhead = 8;

    private readonly Lock _rowsLock = new();
    private AlignedBlock? _rows;
    private AlignedBlock? _singleRows;

    /// <summary>The columns of some of these events, in the order given, as <see cref="Select"/> gives
    /// them, or in single precision where these are in double: the numbers that
    /// <see cref="Create"/> makes in single precision for the range of these columns.</summary>
    /// <param name="positions">each in 0..N−1; repeats are allowed</param>
    /// <param name="precision">that of these columns, or single for columns in double</param>
    /// <remarks>The first call copies all columns event by event (up to half a gibibyte), so that each
    /// event of a later one is read from one place. Slow twin: <see cref="Select"/>.</remarks>
    /// <exception cref="ArgumentException">a position or a precision that is not to be had</exception>
    public InterpolatedColumns Gather(ReadOnlySpan<int> positions, ColumnPrecision precision)
    {
        bool rounds = Precision == ColumnPrecision.Double && precision == ColumnPrecision.Single;
        if (precision != Precision && !rounds)
        {
            throw new ArgumentException(
                $"Columns in {Precision} are not to be had in {precision}.",
                nameof(precision)
            );
        }

        if (!rounds && Bytes(Count, Events, precision) > MostRowBytes)
        {
            return Select(positions);
        }

        foreach (int position in positions)
        {
            if ((uint)position >= (uint)Events)
            {
                throw new ArgumentException(
                    $"Position {position} is none of {Events} events.",
                    nameof(positions)
                );
            }
        }

        var gathered = new InterpolatedColumns(
            _places,
            _slots,
            _up,
            _down,
            positions.Length,
            precision,
            _shared
        );
        switch (precision)
        {
            case ColumnPrecision.Double:
                Gather<double>(gathered, positions);
                break;
            case ColumnPrecision.Single:
                Gather<float>(gathered, positions);
                break;
            default:
                Gather<short>(gathered, positions);
                break;
        }

        return gathered;
    }

    /// <summary>The columns of the events that are left, as <see cref="For(WeightedEvents)"/> gives
    /// them, by <see cref="Gather(ReadOnlySpan{int}, ColumnPrecision)"/>.</summary>
    /// <param name="events">made with this table's tiles, with events left out</param>
    /// <param name="precision">that of these columns, or single for columns in double</param>
    /// <exception cref="ArgumentException">they were made with tiles of another length, or all events
    /// are left</exception>
    public InterpolatedColumns For(WeightedEvents events, ColumnPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Total != Events || !events.IsCompacted)
        {
            throw new ArgumentException(
                $"The columns have {Events} events, of which these are none chosen.",
                nameof(events)
            );
        }

        return Gather(events.Positions, precision);
    }

    private void Gather<E>(InterpolatedColumns target, ReadOnlySpan<int> positions)
        where E : unmanaged
    {
        int width = 2 * Count;
        AlignedBlock block = Rows<E>();
        var rows = (E*)block.Pointer;
        fixed (int* at = positions)
        {
            for (int tile = 0; tile < target.Tiles; tile++)
            {
                E* to = (E*)target.Column(tile, 0);
                int first = tile * T;
                int count = Math.Min(T, positions.Length - first);
                if (count < T)
                {
                    new Span<E>(to, width * T).Clear();
                }

                int j = 0;
                for (; typeof(E) == typeof(float) && j <= count - 4; j += 4)
                {
                    for (int n = 0; n < 4; n++)
                    {
                        Prefetch(rows, at, first + j + n + EventsAhead, positions.Length, width);
                    }

                    Four((float*)rows, at + first + j, width, (float*)to + j);
                }

                for (; j < count; j++)
                {
                    Prefetch(rows, at, first + j + EventsAhead, positions.Length, width);
                    E* from = rows + ((long)at[first + j] * width);
                    for (int n = 0; n < width; n++)
                    {
                        to[(n * T) + j] = from[n];
                    }
                }
            }
        }

        GC.KeepAlive(block);
        GC.KeepAlive(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<E>(E* rows, int* at, int index, int count, int width)
        where E : unmanaged
    {
        if (Sse.IsSupported && index < count)
        {
            var next = (byte*)(rows + ((long)at[index] * width));
            for (int b = 0; b < width * sizeof(E); b += 64)
            {
                Sse.Prefetch0(next + b);
            }
        }
    }

    /// <summary>Four events: blocks of four numbers of each are turned into four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* rows, int* at, int width, float* to)
    {
        float* a = rows + ((long)at[0] * width);
        float* b = rows + ((long)at[1] * width);
        float* c = rows + ((long)at[2] * width);
        float* d = rows + ((long)at[3] * width);
        int n = 0;
        for (; Sse.IsSupported && n <= width - 4; n += 4)
        {
            var va = Vector128.Load(a + n);
            var vb = Vector128.Load(b + n);
            var vc = Vector128.Load(c + n);
            var vd = Vector128.Load(d + n);
            Vector128<float> ab = Sse.UnpackLow(va, vb);
            Vector128<float> cd = Sse.UnpackLow(vc, vd);
            Sse.MoveLowToHigh(ab, cd).Store(to + (n * T));
            Sse.MoveHighToLow(cd, ab).Store(to + ((n + 1) * T));
            ab = Sse.UnpackHigh(va, vb);
            cd = Sse.UnpackHigh(vc, vd);
            Sse.MoveLowToHigh(ab, cd).Store(to + ((n + 2) * T));
            Sse.MoveHighToLow(cd, ab).Store(to + ((n + 3) * T));
        }

        for (; n < width; n++)
        {
            float* lane = to + (n * T);
            lane[0] = a[n];
            lane[1] = b[n];
            lane[2] = c[n];
            lane[3] = d[n];
        }
    }

    /// <summary>All columns as [event][column][log-up, log-down], made at the first call.</summary>
    private AlignedBlock Rows<E>()
        where E : unmanaged
    {
        bool rounds = Precision == ColumnPrecision.Double && typeof(E) == typeof(float);
        AlignedBlock? made = Volatile.Read(ref rounds ? ref _singleRows : ref _rows);
        if (made is not null)
        {
            return made;
        }

        lock (_rowsLock)
        {
            ref AlignedBlock? kept = ref rounds ? ref _singleRows : ref _rows;
            if (kept is null)
            {
                var block = new AlignedBlock((long)Events * Count * 2 * sizeof(E));
                Fill((E*)block.Pointer, rounds);
                GC.KeepAlive(this);
                Volatile.Write(ref kept, block);
            }

            return kept;
        }
    }

    private void Fill<E>(E* rows, bool rounds)
        where E : unmanaged
    {
        int width = 2 * Count;
        for (int k = 0; k < Count; k++)
        {
            int slot = _slots[k];
            for (int side = 0; side < 2; side++)
            {
                ColumnSide range = side == 0 ? _up[k] : _down[k];
                double scale = range.Half > 0.0 ? 1.0 / range.Half : 0.0;
                for (int i = 0; i < Events; i++)
                {
                    byte* from = Column(i / T, slot);
                    int lane = (side * T) + (i % T);
                    E* to = rows + ((long)i * width) + (2 * slot) + side;
                    *to = rounds
                        ? (E)(object)(float)Normal(((double*)from)[lane], range.Middle, scale)
                        : ((E*)from)[lane];
                }
            }
        }
    }

    /// <summary>(x − middle)/half between −1 and 1.</summary>
    private static double Normal(double x, double middle, double scale) =>
        Math.Clamp((x - middle) * scale, -1.0, 1.0);
}
