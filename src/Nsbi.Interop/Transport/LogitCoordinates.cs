namespace Nsbi.Interop;

/// <summary>Coordinates of K probabilities on the whole line, in which maps are trained and applied so that
/// they cannot lead out of [0, 1]. Immutable.</summary>
public sealed class LogitCoordinates
{
    private readonly FTransport.LogitCoordinates _coordinates;

    private LogitCoordinates(FTransport.LogitCoordinates coordinates)
    {
        _coordinates = coordinates;
    }

    /// <summary>ln p/(1 − p) of each on its own, K coordinates; the sum is free on the way back.</summary>
    public static LogitCoordinates Independent { get; } =
        new(FTransport.LogitCoordinates.Independent);

    /// <summary>ln p_k/p_K, K − 1 coordinates; probabilities add up to one on the way back.</summary>
    public static LogitCoordinates LogRatio { get; } = new(FTransport.LogitCoordinates.LogRatio);

    /// <summary>Isometric log-ratios, K − 1 coordinates, whose distances treat all classes alike: the choice
    /// for transport with <see cref="TransportCost.Euclidean"/>.</summary>
    public static LogitCoordinates Isometric { get; } = new(FTransport.LogitCoordinates.Isometric);

    /// <summary>Number of coordinates of some probabilities.</summary>
    /// <param name="classes">K</param>
    public int Count(int classes) => FTransport.LogitCoordinatesModule.count(_coordinates, classes);

    /// <summary>The events with the coordinates of probabilities as further columns.</summary>
    /// <param name="events">with the columns of the probabilities, from 0 to 1; nearer than 1e-9 to either
    /// counts as that</param>
    /// <param name="probabilities">K columns</param>
    /// <param name="coordinates">names of the new columns, <see cref="Count"/> of K</param>
    /// <exception cref="NsbiException">every missing column</exception>
    /// <exception cref="ArgumentException">another number of names</exception>
    public EventSet Forwards(
        EventSet events,
        IReadOnlyList<string> probabilities,
        IReadOnlyList<string> coordinates
    )
    {
        Require(probabilities, coordinates);
        var values = FTransport.LogitCoordinatesModule.forwards(
            _coordinates,
            probabilities.Count,
            TransportColumns.Rows(events, probabilities)
        );
        return TransportColumns.With(events, coordinates, values.Coordinates);
    }

    /// <summary>The events with the probabilities of coordinates as further columns.</summary>
    /// <param name="events">with the columns of the coordinates</param>
    /// <param name="coordinates">as many columns as K probabilities have coordinates</param>
    /// <param name="probabilities">names of the K new columns; columns of these names are replaced</param>
    /// <exception cref="NsbiException">every missing column</exception>
    /// <exception cref="ArgumentException">another number of names</exception>
    public EventSet Backwards(
        EventSet events,
        IReadOnlyList<string> coordinates,
        IReadOnlyList<string> probabilities
    )
    {
        Require(probabilities, coordinates);
        var values = FTransport.LogitCoordinatesModule.backwards(
            _coordinates,
            probabilities.Count,
            TransportColumns.Rows(events, coordinates)
        );
        return TransportColumns.With(events, probabilities, values);
    }

    private void Require(IReadOnlyList<string> probabilities, IReadOnlyList<string> coordinates)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(coordinates);

        if (coordinates.Count != Count(probabilities.Count))
        {
            throw new ArgumentException(
                $"{probabilities.Count} probabilities have {Count(probabilities.Count)} coordinates, "
                    + $"not {coordinates.Count}.",
                nameof(coordinates)
            );
        }
    }

    /// <summary>The name of the coordinates.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _coordinates.ToString();
}
