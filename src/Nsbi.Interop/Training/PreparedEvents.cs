namespace Nsbi.Interop;

/// <summary>The events of samples, one after the other, as networks take them.</summary>
internal sealed class PreparedEvents
{
    private PreparedEvents(FEvents.FittedFeatures features, FEvents.EventTable table, int[] samples)
    {
        Features = features;
        Table = table;
        Samples = samples;
        Matrix = FEvents.FittedFeaturesModule.apply(features, table).OrThrow();
        Groups = GroupsOf(features, table);
    }

    public FEvents.FittedFeatures Features { get; }
    public FEvents.EventTable Table { get; }

    /// <summary>The number of the sample of each event.</summary>
    public int[] Samples { get; }
    public FEvents.FeatureMatrix Matrix { get; }
    public ulong[] Groups { get; }

    public static ulong[] GroupsOf(FEvents.FittedFeatures features, FEvents.EventTable table) =>
        FEvents.Fold.groupsByValue(FEvents.FittedFeaturesModule.columns(features), table);

    public static PreparedEvents Of(SimulatedSamples samples, FSharpList<FEvents.Feature> features)
    {
        var table = Join(samples, FEvents.FeatureModule.columns(features));
        var fitted = FEvents.FittedFeaturesModule.fit(features, table).OrThrow();
        return new(fitted, table, samples.Places());
    }

    public static PreparedEvents Of(SimulatedSamples samples, FEvents.FittedFeatures features)
    {
        var table = Join(samples, FEvents.FittedFeaturesModule.columns(features));
        return new(features, table, samples.Places());
    }

    private static FEvents.EventTable Join(SimulatedSamples samples, FSharpList<string> columns)
    {
        var faults =
            from name in samples.Names
            from column in columns
            where !samples[name].Columns.Contains(column)
            select $"sample '{name}': there is no column '{column}', which a feature needs; "
                + $"there are: {string.Join(", ", samples[name].Columns)}.";
        string[] all = [.. faults];
        return all.Length == 0 ? samples.Joined(columns) : throw new NsbiException(all);
    }

    /// <summary>The events as a training takes them.</summary>
    public FNetworks.LabelledEvents Labelled(
        IReadOnlyList<string> names,
        NegativeWeightPolicy policy
    ) =>
        FNetworks
            .LabelledEventsModule.create(
                policy switch
                {
                    NegativeWeightPolicy.Drop => FNetworks.NegativeWeights.Drop,
                    NegativeWeightPolicy.AbsoluteValue => FNetworks.NegativeWeights.AbsoluteValue,
                    _ => FNetworks.NegativeWeights.Refuse,
                },
                Matrix.Columns,
                Classes(names).ToFSharp()
            )
            .OrThrow();

    /// <summary>The events of each sample as a class of a training.</summary>
    private IEnumerable<FNetworks.ClassEvents> Classes(IReadOnlyList<string> names)
    {
        var weights = FEvents.EventTableModule.weights(Table);
        var start = 0;

        for (var k = 0; k < names.Count; k++)
        {
            var end = start;

            while (end < Samples.Length && Samples[end] == k)
            {
                end++;
            }

            var width = Matrix.Columns;
            yield return new(
                names[k],
                Matrix.Values[(start * width)..(end * width)],
                weights[start..end],
                Groups[start..end]
            );
            start = end;
        }
    }
}
