namespace Nsbi.Kernels;

/// <summary>
/// Non-negative numbers r[c, i] of C processes and N events, stored in tiles of 64 events as
/// [tile][process][64] in double precision; the last tile is filled up with zeros. Immutable.
/// </summary>
public sealed class EventTiles
{
    /// <summary>Events in a tile.</summary>
    public const int TileEvents = 64;

    // Numbers of all events one after the other are made where they take up to half a gibibyte.
    private const long MostGathered = (1L << 29) / sizeof(double);

    private readonly int[]? _rows;
    private double[]? _byEvent;

    private EventTiles(int processes, int events, double[] ratios, int[]? rows)
    {
        Processes = processes;
        Events = events;
        Ratios = ratios;
        _rows = rows;
    }

    /// <summary>Number of processes, C.</summary>
    public int Processes { get; }

    /// <summary>Number of events, N.</summary>
    public int Events { get; }

    /// <summary>Number of tiles, ⌈N/64⌉.</summary>
    public int Tiles => (Events + TileEvents - 1) / TileEvents;

    internal double[] Ratios { get; }

    /// <summary>Copies one column of N numbers per process into tiles.</summary>
    /// <param name="columns">C ≥ 1 columns of the same length N ≥ 0</param>
    /// <exception cref="ArgumentException">no column, or columns of different lengths</exception>
    public static EventTiles Create(IReadOnlyList<double[]> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
        {
            throw new ArgumentException("At least one column is needed.", nameof(columns));
        }

        int processes = columns.Count;
        int events = columns[0].Length;
        var ratios = new double[Padded(events) * processes];
        for (int c = 0; c < processes; c++)
        {
            double[] column = columns[c];
            if (column.Length != events)
            {
                throw new ArgumentException(
                    $"Column {c} has {column.Length} events, column 0 has {events}.",
                    nameof(columns)
                );
            }

            for (int i = 0; i < events; i++)
            {
                ratios[Index(processes, i, c)] = column[i];
            }
        }

        return new EventTiles(processes, events, ratios, null);
    }

    /// <summary>The number of process c at event i.</summary>
    /// <param name="process">c in 0..C−1</param>
    /// <param name="position">i in 0..N−1, a position in these tiles</param>
    public double this[int process, int position] => Ratios[Index(Processes, position, process)];

    /// <summary>
    /// The row in the original table of the event at a position in these tiles; they differ where
    /// events were left out.
    /// </summary>
    public int Row(int position) => _rows is null ? position : _rows[position];

    /// <summary>The tiles of some of these events, in the order given.</summary>
    /// <param name="positions">positions in these tiles, each in 0..N−1; repeats are allowed</param>
    public EventTiles Select(ReadOnlySpan<int> positions)
    {
        var ratios = new double[Padded(positions.Length) * Processes];
        var chosen = new int[positions.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            chosen[i] = Row(positions[i]);
            for (int c = 0; c < Processes; c++)
            {
                ratios[Index(Processes, i, c)] = this[c, positions[i]];
            }
        }

        return new EventTiles(Processes, positions.Length, ratios, chosen);
    }

    /// <summary>The same tiles by way of a copy of all numbers, event by event, that is made at the first
    /// call: for many calls of a few positions each.</summary>
    /// <param name="positions">positions in these tiles, each in 0..N−1; repeats are allowed</param>
    /// <remarks>Slow twin: <see cref="Select"/>.</remarks>
    public EventTiles Gather(ReadOnlySpan<int> positions)
    {
        if (Ratios.Length > MostGathered)
        {
            return Select(positions);
        }

        double[] byEvent = ByEvent();
        int width = Processes;
        var ratios = new double[Padded(positions.Length) * width];
        var chosen = new int[positions.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            int position = positions[i];
            chosen[i] = Row(position);
            int to = (i / TileEvents * width * TileEvents) + (i % TileEvents);
            ReadOnlySpan<double> from = byEvent.AsSpan(position * width, width);
            for (int c = 0; c < from.Length; c++)
            {
                ratios[to + (c * TileEvents)] = from[c];
            }
        }

        return new EventTiles(width, positions.Length, ratios, chosen);
    }

    /// <summary>Several threads may make it at the same time: they make the same.</summary>
    private double[] ByEvent()
    {
        double[]? made = Volatile.Read(ref _byEvent);
        if (made is not null)
        {
            return made;
        }

        made = new double[Events * Processes];
        for (int i = 0; i < Events; i++)
        {
            for (int c = 0; c < Processes; c++)
            {
                made[(i * Processes) + c] = this[c, i];
            }
        }

        Volatile.Write(ref _byEvent, made);
        return made;
    }

    internal static int Padded(int events) =>
        checked((events + TileEvents - 1) / TileEvents * TileEvents);

    private static int Index(int processes, int i, int c) =>
        checked(((i / TileEvents * processes) + c) * TileEvents) + (i % TileEvents);
}
