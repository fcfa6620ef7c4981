namespace Nsbi.Kernels;

/// <summary>Fills the log-ratios of all events of one column.</summary>
/// <param name="column">k in 0..K−1</param>
/// <param name="logUp">length N: log r₊ of each event</param>
/// <param name="logDown">length N: log r₋ of each event</param>
public delegate void ColumnReader(int column, double[] logUp, double[] logDown);

/// <summary>
/// K columns of N pairs (log r₊, log r₋): what per-event factors g(α | log r₊, log r₋) of a mixture's
/// processes are interpolated from. Stored in tiles of 64 events as [tile][column][log-up 64 | log-down
/// 64], the columns ordered by process and then by parameter. Immutable.
/// </summary>
public sealed unsafe partial class InterpolatedColumns
{
    private const int T = EventTiles.TileEvents;
    private const double Int16Steps = 32767.0;

    private readonly ColumnPlace[] _places;
    private readonly int[] _slots;
    private readonly ColumnSide[] _up;
    private readonly ColumnSide[] _down;
    private readonly AlignedBlock _block;
    private readonly SharedMap _shared;

    private InterpolatedColumns(
        ColumnPlace[] places,
        int[] slots,
        ColumnSide[] up,
        ColumnSide[] down,
        int events,
        ColumnPrecision precision,
        SharedMap shared
    )
    {
        _shared = shared;
        _places = places;
        _slots = slots;
        _up = up;
        _down = down;
        Events = events;
        Precision = precision;
        _block = new AlignedBlock(Bytes(places.Length, events, precision));
    }

    /// <summary>Number of columns, K.</summary>
    public int Count => _places.Length;

    /// <summary>Number of events, N.</summary>
    public int Events { get; }

    /// <summary>How the log-ratios are stored.</summary>
    public ColumnPrecision Precision { get; }

    /// <summary>Process and parameter of each column.</summary>
    public IReadOnlyList<ColumnPlace> Places => _places;

    /// <summary>What was worked out for the terms and parameters of the last evaluation.</summary>
    internal CellMap? LastMap
    {
        get => _shared.Map;
        set => _shared.Map = value;
    }

    internal int Tiles => (Events + T - 1) / T;

    internal byte* Pointer => _block.Pointer;

    /// <summary>Bytes of one column in one tile.</summary>
    internal int ColumnBytes => 2 * T * Size(Precision);

    /// <summary>Where in a tile a column is.</summary>
    internal ReadOnlySpan<int> Slots => _slots;

    /// <summary>Memory that columns take, in bytes: known before anything is allocated.</summary>
    /// <param name="columns">K ≥ 0</param>
    /// <param name="events">N ≥ 0</param>
    /// <param name="precision">16, 8 or 4 bytes for an event and column, N rounded up to 64</param>
    public static long Bytes(int columns, int events, ColumnPrecision precision) =>
        checked((events + T - 1L) / T * T * columns * 2 * Size(precision));

    /// <summary>Reads columns one by one into tiles.</summary>
    /// <param name="places">process and parameter of each of the K columns</param>
    /// <param name="events">N ≥ 0</param>
    /// <param name="precision">how they are stored</param>
    /// <param name="read">called once for each column; the arrays are used again</param>
    /// <exception cref="ArgumentException">a negative place or N, or a log-ratio that is not finite
    /// (the message names column and event)</exception>
    /// <exception cref="OutOfMemoryException">there is not so much memory as
    /// <see cref="Bytes"/> says</exception>
    public static InterpolatedColumns Create(
        IReadOnlyList<ColumnPlace> places,
        int events,
        ColumnPrecision precision,
        ColumnReader read
    )
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        ColumnPlace[] all = places.ToArray();
        for (int k = 0; k < all.Length; k++)
        {
            if (all[k].Process < 0 || all[k].Parameter < 0)
            {
                throw new ArgumentException(
                    $"Column {k} names process {all[k].Process} and parameter {all[k].Parameter}.",
                    nameof(places)
                );
            }
        }

        int[] order = Enumerable
            .Range(0, all.Length)
            .OrderBy(k => all[k].Process)
            .ThenBy(k => all[k].Parameter)
            .ToArray();
        var slots = new int[all.Length];
        for (int slot = 0; slot < order.Length; slot++)
        {
            slots[order[slot]] = slot;
        }

        var columns = new InterpolatedColumns(
            all,
            slots,
            new ColumnSide[all.Length],
            new ColumnSide[all.Length],
            events,
            precision,
            new SharedMap()
        );
        var up = new double[events];
        var down = new double[events];
        foreach (int k in order)
        {
            read(k, up, down);
            CheckFinite(k, up);
            CheckFinite(k, down);
            columns._up[k] = ColumnSide.Of(up);
            columns._down[k] = ColumnSide.Of(down);
            columns.Write(k, 0, up, columns._up[k]);
            columns.Write(k, T, down, columns._down[k]);
            if (precision == ColumnPrecision.Int16)
            {
                // Rounding then moves single log-ratios but not their mean.
                columns._up[k] = columns._up[k].Shifted(columns.Lost(k, 0, up, columns._up[k]));
                columns._down[k] = columns
                    ._down[k]
                    .Shifted(columns.Lost(k, T, down, columns._down[k]));
            }
        }

        return columns;
    }

    /// <summary>The range of a column's log-ratios; of columns that were selected, the range of
    /// those they were selected from.</summary>
    /// <param name="column">k in 0..K−1</param>
    public ColumnRange Range(int column) =>
        new(_up[column].Low, _up[column].High, _down[column].Low, _down[column].High);

    /// <summary>log r₊ of one event as it is stored.</summary>
    /// <param name="column">k in 0..K−1</param>
    /// <param name="position">i in 0..N−1</param>
    public double LogUp(int column, int position) => Read(column, position, 0, _up[column]);

    /// <summary>log r₋ of one event as it is stored.</summary>
    /// <param name="column">k in 0..K−1</param>
    /// <param name="position">i in 0..N−1</param>
    public double LogDown(int column, int position) => Read(column, position, T, _down[column]);

    /// <summary>The columns of some of these events, in the order given.</summary>
    /// <param name="positions">each in 0..N−1; repeats are allowed</param>
    public InterpolatedColumns Select(ReadOnlySpan<int> positions)
    {
        foreach (int position in positions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position, nameof(positions));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
                position,
                Events,
                nameof(positions)
            );
        }

        var chosen = new InterpolatedColumns(
            _places,
            _slots,
            _up,
            _down,
            positions.Length,
            Precision,
            _shared
        );
        switch (Precision)
        {
            case ColumnPrecision.Double:
                Copy<double>(chosen, positions);
                break;
            case ColumnPrecision.Single:
                Copy<float>(chosen, positions);
                break;
            default:
                Copy<short>(chosen, positions);
                break;
        }

        return chosen;
    }

    /// <summary>The columns of the events that are left after those of weight zero were taken out;
    /// these columns themselves if none was.</summary>
    /// <param name="events">made with this table's tiles</param>
    /// <exception cref="ArgumentException">they were made with tiles of another length</exception>
    public InterpolatedColumns For(WeightedEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Total != Events)
        {
            throw new ArgumentException(
                $"The columns have {Events} events, the weights were given for {events.Total}.",
                nameof(events)
            );
        }

        return events.IsCompacted ? Select(events.Positions) : this;
    }

    internal ColumnSide Up(int column) => _up[column];

    internal ColumnSide Down(int column) => _down[column];

    private static int Size(ColumnPrecision precision) =>
        precision switch
        {
            ColumnPrecision.Double => sizeof(double),
            ColumnPrecision.Single => sizeof(float),
            _ => sizeof(short),
        };

    private static void CheckFinite(int column, ReadOnlySpan<double> logs)
    {
        for (int i = 0; i < logs.Length; i++)
        {
            if (!double.IsFinite(logs[i]))
            {
                throw new ArgumentException(
                    $"A log-ratio of column {column} is not finite at event {i}."
                );
            }
        }
    }

    /// <summary>What a stored number is multiplied with; 1 in double precision.</summary>
    internal double Step(ColumnSide side) =>
        Precision switch
        {
            ColumnPrecision.Double => 1.0,
            ColumnPrecision.Single => side.Half,
            _ => side.Half / Int16Steps,
        };

    /// <summary>The step of a stored integer, as a fraction of half the range.</summary>
    internal double Unit => 1.0 / Int16Steps;

    /// <summary>What is added to a stored number; 0 in double precision.</summary>
    internal double Offset(ColumnSide side) =>
        Precision == ColumnPrecision.Double ? 0.0 : side.Middle;

    internal byte* Column(int tile, int slot) =>
        _block.Pointer + ((((long)tile * Count) + slot) * ColumnBytes);

    /// <summary>A map that all columns made from the same ones share.</summary>
    private sealed class SharedMap
    {
        public CellMap? Map { get; set; }
    }
}
