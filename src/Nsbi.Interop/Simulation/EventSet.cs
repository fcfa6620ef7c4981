namespace Nsbi.Interop;

/// <summary>Events as columns by name, each with a weight. Immutable; safe to use from several
/// threads.</summary>
public sealed class EventSet
{
    internal EventSet(FEvents.EventTable table)
    {
        Table = table;
    }

    internal FEvents.EventTable Table { get; }

    /// <summary>Reads a file: <c>.csv</c>, <c>.csv.gz</c>, <c>.npy</c> or <c>.npz</c>.</summary>
    /// <param name="path">the file</param>
    /// <param name="columns">what to read; left out, all columns but the weight</param>
    /// <param name="weight">the column of weights; left out, every weight is 1</param>
    /// <param name="selection">which events to keep, such as <c>mass > 110 &amp;&amp; mass &lt;
    /// 160</c>; left out, all</param>
    /// <exception cref="NsbiException">every fault, with line and column: a missing column, a cell
    /// that is no finite number, no event left, a sum of weights that is not positive</exception>
    public static EventSet Read(
        string path,
        IReadOnlyList<string>? columns = null,
        string? weight = null,
        string? selection = null
    )
    {
        ArgumentNullException.ThrowIfNull(path);
        var request = new FEvents.EventRequest(
            columns?.ToFSharp().ToOption() ?? FSharpOption<FSharpList<string>>.None,
            FSharpList<Tuple<string, string>>.Empty,
            weight.ToOption(),
            selection is null ? null : FEvents.Selection.parse(selection).OrThrow().ToOption(),
            FSharpList<string>.Empty
        );
        return new(FEvents.EventFile.read(request, path).OrThrow());
    }

    /// <summary>As <see cref="Read"/>, on another thread.</summary>
    /// <param name="path">the file</param>
    /// <param name="columns">what to read; left out, all columns but the weight</param>
    /// <param name="weight">the column of weights; left out, every weight is 1</param>
    /// <param name="selection">which events to keep; left out, all</param>
    /// <param name="cancellation">asked before the file is opened</param>
    public static Task<EventSet> ReadAsync(
        string path,
        IReadOnlyList<string>? columns = null,
        string? weight = null,
        string? selection = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => Read(path, columns, weight, selection), cancellation);

    /// <summary>Events that a program made; the numbers are copied.</summary>
    /// <param name="columns">values by name, all of one length</param>
    /// <param name="weights">one per event; left out, 1 for each</param>
    /// <exception cref="NsbiException">every fault: lengths that differ, values that are not
    /// finite</exception>
    public static EventSet FromColumns(
        IReadOnlyDictionary<string, IReadOnlyList<double>> columns,
        IReadOnlyList<double>? weights = null
    )
    {
        ArgumentNullException.ThrowIfNull(columns);
        var values = columns.Select(pair => Tuple.Create(pair.Key, pair.Value.ToArray())).ToList();
        var count = values.Count == 0 ? 0 : values[0].Item2.Length;
        double[] own = weights is null ? [.. Enumerable.Repeat(1.0, count)] : [.. weights];
        return new(FEvents.EventTableModule.create("events", values.ToFSharp(), own).OrThrow());
    }

    /// <summary>Events of one column that a program made; the numbers are copied.</summary>
    /// <param name="name">the column</param>
    /// <param name="values">one per event</param>
    /// <param name="weights">one per event; left out, 1 for each</param>
    /// <exception cref="NsbiException">every fault: lengths that differ, values that are not
    /// finite</exception>
    public static EventSet FromColumn(
        string name,
        IReadOnlyList<double> values,
        IReadOnlyList<double>? weights = null
    ) => FromColumns(new Dictionary<string, IReadOnlyList<double>> { [name] = values }, weights);

    /// <summary>Writes the events to a file of one of the formats of <see cref="Read"/>; it is there
    /// whole or not at all.</summary>
    /// <param name="path">the file</param>
    /// <param name="weight">the column that is to hold the weights; left out, none</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Write(string path, string? weight = null) =>
        FEvents.EventFile.write(weight.ToOption(), path, Table).OrThrow();

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns => Table.Names;

    /// <summary>Number of events.</summary>
    public int Count => Table.Count;

    /// <summary>Σ w.</summary>
    public double SumOfWeights => Table.SumOfWeights;

    /// <summary>(Σ w)²/Σ w², the number of events of equal weight that would know as much.</summary>
    public double EffectiveSize => Table.EffectiveSize;

    /// <summary>The weight of each event.</summary>
    public ReadOnlyMemory<double> Weights => Table.Weights;

    /// <summary>The values of a column, one per event.</summary>
    /// <param name="name">the column</param>
    /// <exception cref="ArgumentException">there is no such column</exception>
    public ReadOnlyMemory<double> Column(string name) => Table.Column(name);

    /// <summary>The same events with one more column, or with that column replaced.</summary>
    /// <param name="name">the column</param>
    /// <param name="values">one per event; copied</param>
    /// <exception cref="ArgumentException">another number of values</exception>
    public EventSet WithColumn(string name, IReadOnlyList<double> values) =>
        new(FEvents.EventTableModule.withColumn(name, [.. values], Table));

    /// <summary>The same events with other weights.</summary>
    /// <param name="weights">one per event; copied</param>
    /// <exception cref="ArgumentException">another number of weights</exception>
    public EventSet WithWeights(IReadOnlyList<double> weights) =>
        new(FEvents.EventTableModule.withWeights([.. weights], Table));

    /// <summary>The events for which a condition holds.</summary>
    /// <param name="selection">such as <c>mass > 110 &amp;&amp; abs(eta) &lt; 2.5</c></param>
    /// <exception cref="NsbiException">every fault of the condition</exception>
    public EventSet Where(string selection)
    {
        var condition = FEvents.Selection.parse(selection).OrThrow();
        return new(FEvents.Selection.apply(condition, Table).OrThrow());
    }

    /// <summary>A line: events, weights, columns.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Table.ToString();
}
