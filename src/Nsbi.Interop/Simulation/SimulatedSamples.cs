namespace Nsbi.Interop;

/// <summary>Simulated samples by name, with their weights in the reference density
/// p_ref = Σ_k w_k p_k. Immutable.</summary>
public sealed class SimulatedSamples
{
    private readonly IReadOnlyList<KeyValuePair<string, EventSet>> _samples;
    private readonly IReadOnlyDictionary<string, double> _reference;

    private SimulatedSamples(
        IReadOnlyList<KeyValuePair<string, EventSet>> samples,
        IReadOnlyDictionary<string, double> reference
    )
    {
        _samples = samples;
        _reference = reference;
    }

    /// <summary>No samples so far.</summary>
    public SimulatedSamples()
        : this([], new Dictionary<string, double>()) { }

    /// <summary>The same samples with one more.</summary>
    /// <param name="name">of the sample; a process of this name finds its ratios by it</param>
    /// <param name="events">its events</param>
    /// <param name="reference">w_k before all of them are divided by their sum; 0 leaves the sample
    /// out of the reference, which needs <see cref="RatioHead.Separate"/></param>
    /// <exception cref="ArgumentException">there is a sample of this name</exception>
    public SimulatedSamples With(string name, EventSet events, double reference = 1.0)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(events);

        if (_reference.ContainsKey(name))
        {
            throw new ArgumentException($"There is a sample '{name}' already.", nameof(name));
        }

        return new(
            [.. _samples, new(name, events)],
            new Dictionary<string, double>(_reference) { [name] = reference }
        );
    }

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _samples.Select(sample => sample.Key)];

    /// <summary>The events of a sample.</summary>
    /// <param name="name">its name</param>
    /// <exception cref="KeyNotFoundException">there is no such sample</exception>
    public EventSet this[string name] =>
        _samples.FirstOrDefault(sample => sample.Key == name).Value
        ?? throw new KeyNotFoundException(
            $"There is no sample '{name}'; there are: {string.Join(", ", Names)}."
        );

    internal FNetworks.ReferenceMixture Mixture() =>
        FNetworks
            .ReferenceMixture.create(
                _samples
                    .Select(sample => Tuple.Create(sample.Key, _reference[sample.Key]))
                    .ToFSharp()
            )
            .OrThrow();

    /// <summary>All events with the columns that are needed, sample after sample.</summary>
    internal FEvents.EventTable Joined(FSharpList<string> columns) =>
        FEvents.EventTableModule.concat(
            _samples
                .Select(sample => FEvents.EventTableModule.select(columns, sample.Value.Table))
                .ToFSharp()
        );

    /// <summary>The number of the sample of each event of <see cref="Joined"/>.</summary>
    internal int[] Places() =>
        [.. _samples.SelectMany((sample, k) => Enumerable.Repeat(k, sample.Value.Count))];

    /// <summary>A line for each sample.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"{_samples.Count} samples",
            [
                ["sample", "events", "sum of weights", "in the reference"],
                .. _samples.Select(sample =>
                    new[]
                    {
                        sample.Key,
                        sample.Value.Count.ToString(CultureInfo.InvariantCulture),
                        TextTable.Number(sample.Value.SumOfWeights),
                        TextTable.Number(_reference[sample.Key]),
                    }
                ),
            ]
        );
}
