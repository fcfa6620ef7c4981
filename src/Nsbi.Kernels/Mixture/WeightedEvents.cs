namespace Nsbi.Kernels;

/// <summary>
/// Events in tiles and their weights w_i: what the mixture kernel sums over. Events of weight zero
/// are left out, or kept and skipped. Immutable; blocks without zero weights share the tiles they
/// were made from.
/// </summary>
public sealed class WeightedEvents
{
    private readonly int[]? _positions;

    private WeightedEvents(EventTiles tiles, double[] weights, int total, int[]? positions)
    {
        Tiles = tiles;
        PaddedWeights = weights;
        Total = total;
        _positions = positions;
    }

    /// <summary>The events, those of weight zero left out unless they are kept.</summary>
    public EventTiles Tiles { get; }

    /// <summary>The weights of the events that are left, in the order of the tiles.</summary>
    public ReadOnlySpan<double> Weights => PaddedWeights.AsSpan(0, Tiles.Events);

    /// <summary>Number of events that weights were given for.</summary>
    public int Total { get; }

    /// <summary>Whether events were left out, so that positions differ from those in the tiles the
    /// weights were given for.</summary>
    public bool IsCompacted => _positions is not null;

    /// <summary>The positions of the events that are left in the tiles the weights were given for;
    /// empty if none was left out.</summary>
    public ReadOnlySpan<int> Positions => _positions;

    internal double[] PaddedWeights { get; }

    /// <summary>Whether all weights of a tile are zero.</summary>
    internal bool IsIdle(int tile) =>
        !PaddedWeights
            .AsSpan(tile * EventTiles.TileEvents, EventTiles.TileEvents)
            .ContainsAnyExcept(0.0);

    /// <summary>Weights all events of the tiles and keeps those of weight zero, so that columns of
    /// the same events fit without a copy; they add nothing.</summary>
    /// <param name="tiles">N events</param>
    /// <param name="weights">N finite weights</param>
    /// <exception cref="ArgumentException">lengths differ, or a weight is not finite</exception>
    public static WeightedEvents CreateWhole(EventTiles tiles, ReadOnlySpan<double> weights)
    {
        Check(tiles, weights);
        var padded = new double[EventTiles.Padded(weights.Length)];
        weights.CopyTo(padded);
        return new WeightedEvents(tiles, padded, weights.Length, null);
    }

    /// <summary>Weights all events of the tiles, and leaves out those of weight zero.</summary>
    /// <param name="tiles">N events</param>
    /// <param name="weights">N finite weights</param>
    /// <exception cref="ArgumentException">lengths differ, or a weight is not finite</exception>
    public static WeightedEvents Create(EventTiles tiles, ReadOnlySpan<double> weights)
    {
        int kept = Check(tiles, weights);
        var padded = new double[EventTiles.Padded(kept)];
        if (kept == weights.Length)
        {
            weights.CopyTo(padded);
            return new WeightedEvents(tiles, padded, kept, null);
        }

        var positions = new int[kept];
        int next = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] != 0.0)
            {
                padded[next] = weights[i];
                positions[next++] = i;
            }
        }

        return new WeightedEvents(tiles.Select(positions), padded, weights.Length, positions);
    }

    /// <summary>Weights some events of the tiles and leaves out the others, in time proportional to
    /// their number.</summary>
    /// <param name="tiles">N events</param>
    /// <param name="positions">K positions in the tiles, each in 0..N−1</param>
    /// <param name="weights">K finite weights</param>
    /// <exception cref="ArgumentException">lengths differ, a weight is not finite, or a position is
    /// not one of the tiles</exception>
    /// <remarks>The slow twin is <see cref="Create"/> with N weights, most of them zero.</remarks>
    public static WeightedEvents CreateAt(
        EventTiles tiles,
        ReadOnlySpan<int> positions,
        ReadOnlySpan<double> weights
    )
    {
        ArgumentNullException.ThrowIfNull(tiles);
        if (weights.Length != positions.Length)
        {
            throw new ArgumentException(
                $"{weights.Length} weights for {positions.Length} positions.",
                nameof(weights)
            );
        }

        for (int k = 0; k < positions.Length; k++)
        {
            if ((uint)positions[k] >= (uint)tiles.Events)
            {
                throw new ArgumentException(
                    $"Position {positions[k]} is none of {tiles.Events} events.",
                    nameof(positions)
                );
            }

            if (!double.IsFinite(weights[k]))
            {
                throw new ArgumentException(
                    $"The weight of event {positions[k]} is not finite.",
                    nameof(weights)
                );
            }
        }

        var padded = new double[EventTiles.Padded(weights.Length)];
        weights.CopyTo(padded);
        return new WeightedEvents(
            tiles.Gather(positions),
            padded,
            tiles.Events,
            positions.ToArray()
        );
    }

    /// <returns>the number of weights that are not zero</returns>
    private static int Check(EventTiles tiles, ReadOnlySpan<double> weights)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        if (weights.Length != tiles.Events)
        {
            throw new ArgumentException(
                $"{weights.Length} weights for {tiles.Events} events.",
                nameof(weights)
            );
        }

        int kept = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (!double.IsFinite(weights[i]))
            {
                throw new ArgumentException(
                    $"The weight of event {i} is not finite.",
                    nameof(weights)
                );
            }

            kept += weights[i] != 0.0 ? 1 : 0;
        }

        return kept;
    }
}
