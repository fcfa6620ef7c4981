namespace Nsbi.Kernels;

/// <summary>
/// Events in tiles and their weights w_i: what the mixture kernel sums over. Events of weight zero
/// are left out. Immutable; blocks without zero weights share the tiles they were made from.
/// </summary>
public sealed class WeightedEvents
{
    private WeightedEvents(EventTiles tiles, double[] weights)
    {
        Tiles = tiles;
        PaddedWeights = weights;
    }

    /// <summary>The events, those of weight zero left out.</summary>
    public EventTiles Tiles { get; }

    /// <summary>The weights of the events that are left, in the order of the tiles.</summary>
    public ReadOnlySpan<double> Weights => PaddedWeights.AsSpan(0, Tiles.Events);

    internal double[] PaddedWeights { get; }

    /// <summary>Weights all events of the tiles, and leaves out those of weight zero.</summary>
    /// <param name="tiles">N events</param>
    /// <param name="weights">N finite weights</param>
    /// <exception cref="ArgumentException">lengths differ, or a weight is not finite</exception>
    public static WeightedEvents Create(EventTiles tiles, ReadOnlySpan<double> weights)
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

        var padded = new double[EventTiles.Padded(kept)];
        if (kept == weights.Length)
        {
            weights.CopyTo(padded);
            return new WeightedEvents(tiles, padded);
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

        return new WeightedEvents(tiles.Select(positions), padded);
    }
}
