namespace Nsbi.Interop;

/// <summary>Which columns a transport moves, and which it leaves as conditions.</summary>
internal sealed record TransportColumns(
    IReadOnlyList<string> Features,
    IReadOnlyList<string> Conditions
)
{
    /// <summary>Rows of some columns in double precision.</summary>
    public static double[] Rows(EventSet events, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(events);
        SetRows.Require(events, columns);
        var rows = new double[events.Count * columns.Count];

        for (var a = 0; a < columns.Count; a++)
        {
            var column = events.Column(columns[a]).Span;

            for (var i = 0; i < column.Length; i++)
            {
                rows[i * columns.Count + a] = column[i];
            }
        }

        return rows;
    }

    public FTransport.TransportSample Sample(EventSet events) =>
        new(Rows(events, Features), Rows(events, Conditions), events.Weights.ToArray());

    public FTransport.TransportEvents Events(EventSet source, EventSet target) =>
        FTransport
            .TransportEventsModule.create(
                Features.Count,
                Conditions.Count,
                Sample(source),
                Sample(target)
            )
            .OrThrow();

    /// <summary>The events with other values of the features.</summary>
    public EventSet Replace(EventSet events, double[] rows) => With(events, Features, rows);

    public static EventSet With(EventSet events, IReadOnlyList<string> names, double[] rows)
    {
        for (var a = 0; a < names.Count; a++)
        {
            var values = new double[events.Count];

            for (var i = 0; i < values.Length; i++)
            {
                values[i] = rows[i * names.Count + a];
            }

            events = events.WithColumn(names[a], values);
        }

        return events;
    }
}
