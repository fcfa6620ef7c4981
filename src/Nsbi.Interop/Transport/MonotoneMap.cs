namespace Nsbi.Interop;

/// <summary>The optimal transport of one feature, exact for weighted events, in bins of one condition if
/// there is one: the baseline of learned maps. Immutable; safe to use from several threads.</summary>
public sealed class MonotoneMap
{
    private readonly TransportColumns _columns;
    private readonly FTransport.MonotoneMap _map;

    private MonotoneMap(FTransport.MonotoneMap map, TransportColumns columns)
    {
        _map = map;
        _columns = columns;
    }

    private static TransportColumns Columns(string feature, string? condition)
    {
        ArgumentNullException.ThrowIfNull(feature);
        return new([feature], condition is null ? [] : [condition]);
    }

    /// <summary>The map of the source onto the target.</summary>
    /// <param name="source">the events that are moved; weights count, none negative</param>
    /// <param name="target">the events that say where to; weights count, none negative</param>
    /// <param name="feature">the column that is moved</param>
    /// <param name="condition">a column that stays, in whose bins there is a map each</param>
    /// <param name="bins">with about equal numbers of source events; 1 without a condition</param>
    /// <exception cref="NsbiException">every fault of the samples: missing columns, negative weights, a
    /// condition that is distributed differently, a bin with events of one side only</exception>
    public static MonotoneMap Of(
        EventSet source,
        EventSet target,
        string feature,
        string? condition = null,
        int bins = 1
    )
    {
        var columns = Columns(feature, condition);
        var map = FTransport.MonotoneMapModule.create(bins, columns.Events(source, target));
        return new(map.OrThrow(), columns);
    }

    /// <summary>Reads a map from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <param name="feature">the column that is moved</param>
    /// <param name="condition">the column that stays</param>
    /// <exception cref="NsbiException">the file cannot be read, is another one, is damaged, or has bins of
    /// a condition that is not named</exception>
    public static MonotoneMap Load(string path, string feature, string? condition = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var map = FTransport.MonotoneMapModule.ofBytes(path, Disk.Read(path)).OrThrow();
        return map.Edges.Length > 0 && condition is null
            ? throw new NsbiException([
                $"{path}: the map has bins of a condition; name its column.",
            ])
            : new(map, Columns(feature, condition));
    }

    /// <summary>Writes the map to one JSON file, without the names of its columns; equal maps give equal
    /// bytes.</summary>
    /// <param name="path">the file; an older one is replaced</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Disk.Write(path, FTransport.MonotoneMapModule.toBytes(_map));
    }

    /// <summary>The inner edges of the bins of the condition.</summary>
    public ReadOnlyMemory<double> Edges => _map.Edges;

    /// <summary>The events where the map takes them; other columns and weights stay.</summary>
    /// <param name="events">with the columns of the map</param>
    /// <exception cref="NsbiException">every missing column</exception>
    public EventSet Apply(EventSet events)
    {
        var sample = _columns.Sample(events);
        return _columns.Replace(events, _map.Apply(sample.Features, sample.Conditions));
    }

    /// <summary>The events where the map takes them from; other columns and weights stay.</summary>
    /// <param name="events">with the columns of the map</param>
    /// <exception cref="NsbiException">every missing column</exception>
    public EventSet Inverse(EventSet events)
    {
        var sample = _columns.Sample(events);
        return _columns.Replace(events, _map.Inverse(sample.Features, sample.Conditions));
    }

    /// <summary>A line: the columns.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"monotone map of {_columns.Features[0]}"
        + (Edges.Length == 0 ? "" : $" in {Edges.Length + 1} bins of {_columns.Conditions[0]}");
}
