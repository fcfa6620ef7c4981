namespace Nsbi.Interop;

/// <summary>Weighted events with the density ratios r_c(x_i) = p_c(x_i)/p_ref(x_i) of the processes
/// of a channel. Immutable; the numbers are copied.</summary>
/// <example><code>
/// var table = new RatioTable(weights).WithRatios("S", ratiosS).WithRatios("B", ratiosB);
/// </code></example>
public sealed class RatioTable
{
    private readonly double[] _weights;
    private readonly IReadOnlyDictionary<string, FInfer.RatioSource> _sources;
    private readonly IReadOnlyDictionary<
        (string Process, string Variation),
        FInfer.VariationRatios
    > _variations;

    private RatioTable(
        double[] weights,
        IReadOnlyDictionary<string, FInfer.RatioSource> sources,
        IReadOnlyDictionary<
            (string Process, string Variation),
            FInfer.VariationRatios
        >? variations = null
    )
    {
        _weights = weights;
        _sources = sources;
        _variations = variations ?? new Dictionary<(string, string), FInfer.VariationRatios>();
    }

    /// <summary>A table without ratios so far.</summary>
    /// <param name="weights">one per event: w_ref of a reference table, the events' own weights (1
    /// for data) of an observed one</param>
    public RatioTable(IReadOnlyList<double> weights)
        : this(Copy(weights), new Dictionary<string, FInfer.RatioSource>()) { }

    /// <summary>A table of events of weight 1, without ratios so far.</summary>
    /// <param name="events">how many</param>
    public static RatioTable Unweighted(int events)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        return new([.. Enumerable.Repeat(1.0, events)]);
    }

    private static double[] Copy(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return [.. values];
    }

    /// <summary>The same table with the ratios of one more process, or with other ones.</summary>
    /// <param name="process">its name in the model</param>
    /// <param name="ratios">r_c(x_i), one non-negative number per event</param>
    public RatioTable WithRatios(string process, IReadOnlyList<double> ratios) =>
        With(process, FInfer.RatioSource.NewRatios(Copy(ratios)));

    /// <summary>The same table with the log ratios of one more process, or with other ones.
    /// </summary>
    /// <param name="process">its name in the model</param>
    /// <param name="logRatios">ln r_c(x_i), one number per event; −∞ for a ratio of zero</param>
    public RatioTable WithLogRatios(string process, IReadOnlyList<double> logRatios) =>
        With(process, FInfer.RatioSource.NewLogRatios(Copy(logRatios)));

    private RatioTable With(string process, FInfer.RatioSource source)
    {
        ArgumentNullException.ThrowIfNull(process);
        return new(
            _weights,
            new Dictionary<string, FInfer.RatioSource>(_sources) { [process] = source },
            _variations
        );
    }

    /// <summary>The same table with the ratios r±(x_i) = p_c(x_i|±1)/p_c(x_i|0) of one more
    /// variation of a process.</summary>
    /// <param name="process">its name in the model</param>
    /// <param name="variation">the variation's name in the model: its parameter's</param>
    /// <param name="up">r₊, one positive number per event</param>
    /// <param name="down">r₋; null where the model makes it from r₊</param>
    public RatioTable WithVariation(
        string process,
        string variation,
        IReadOnlyList<double> up,
        IReadOnlyList<double>? down = null
    )
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(variation);
        var high = FInfer.RatioSource.NewRatios(Copy(up));

        var ratios = down is null
            ? FInfer.VariationRatiosModule.up(high)
            : FInfer.VariationRatiosModule.between(FInfer.RatioSource.NewRatios(Copy(down)), high);

        return new(
            _weights,
            _sources,
            new Dictionary<(string, string), FInfer.VariationRatios>(_variations)
            {
                [(process, variation)] = ratios,
            }
        );
    }

    /// <summary>The same ratios with other weights.</summary>
    /// <param name="weights">one per event</param>
    public RatioTable WithWeights(IReadOnlyList<double> weights) =>
        new(Copy(weights), _sources, _variations);

    /// <summary>Number of events.</summary>
    public int Count => _weights.Length;

    /// <summary>The weight of each event.</summary>
    public IReadOnlyList<double> Weights => Array.AsReadOnly(_weights);

    /// <summary>The processes that have ratios.</summary>
    public IReadOnlyList<string> Processes => [.. _sources.Keys.Order(StringComparer.Ordinal)];

    /// <summary>r_c(x_i) of each event.</summary>
    /// <param name="process">the process c</param>
    /// <exception cref="KeyNotFoundException">it has no ratios</exception>
    public IReadOnlyList<double> Ratios(string process) =>
        Array.AsReadOnly(FInfer.RatioSourceModule.ratios([], _sources[process]));

    /// <summary>The table as the likelihood takes it.</summary>
    internal FInfer.RatioTable ToFSharp() =>
        _variations.Aggregate(
            FInfer.RatioTableModule.weighted(
                _weights,
                _sources.Select(pair => Tuple.Create(pair.Key, pair.Value)).ToFSharp()
            ),
            (table, pair) =>
                FInfer.RatioTableModule.withVariation(
                    pair.Key.Process,
                    pair.Key.Variation,
                    pair.Value,
                    table
                )
        );

    /// <summary>A line: events, sum of weights, processes.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Count.ToString("N0", CultureInfo.InvariantCulture)} events, sum of weights "
        + $"{TextTable.Number(_weights.Sum())}, ratios of {string.Join(", ", Processes)}";
}
