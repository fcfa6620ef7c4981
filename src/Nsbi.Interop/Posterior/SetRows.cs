namespace Nsbi.Interop;

/// <summary>Events between columns by name, as programs have them, and rows of single precision, as
/// networks have them.</summary>
internal static class SetRows
{
    /// <summary>Tells of every column that is missing.</summary>
    public static void Require(EventSet events, IReadOnlyList<string> features)
    {
        var missing = features.Where(name => !events.Table.Has(name)).ToList();

        if (missing.Count > 0)
        {
            throw new NsbiException([
                .. missing.Select(name =>
                    FLearn
                        .FaultModule.unknown("events", "no such column", name, events.Columns)
                        .ToString()
                ),
            ]);
        }
    }

    /// <summary>n x F, row-major.</summary>
    public static float[] Of(EventSet events, IReadOnlyList<string> features)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require(events, features);
        var rows = new float[events.Count * features.Count];

        for (var j = 0; j < features.Count; j++)
        {
            var column = events.Column(features[j]).Span;

            for (var i = 0; i < column.Length; i++)
            {
                rows[i * features.Count + j] = (float)column[i];
            }
        }

        return rows;
    }

    /// <summary>The weights; none where all are 1.</summary>
    public static double[] Weights(EventSet events)
    {
        var weights = events.Weights.ToArray();
        return Array.TrueForAll(weights, weight => weight == 1.0) ? [] : weights;
    }

    public static EventSet ToEvents(
        IReadOnlyList<string> features,
        ReadOnlyMemory<float> rows,
        double[] weights
    )
    {
        var count = rows.Length / features.Count;
        var columns = features.Select(
            (name, j) =>
            {
                var values = new double[count];

                for (var i = 0; i < count; i++)
                {
                    values[i] = rows.Span[i * features.Count + j];
                }

                return Tuple.Create(name, values);
            }
        );
        return new(
            FEvents.EventTableModule.ofColumns(
                columns.ToFSharp(),
                (weights.Length > 0 ? weights : null).ToOption()
            )
        );
    }
}
