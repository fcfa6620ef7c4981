namespace Nsbi.Interop;

/// <summary>Sets of events with their parameters: what a posterior is trained on and checked with.
/// Immutable; safe to use from several threads. Features are kept in single precision.</summary>
public sealed class EventSets
{
    internal EventSets(FPosterior.EventSets sets)
    {
        Sets = sets;
    }

    internal FPosterior.EventSets Sets { get; }

    /// <summary>Sets that a program made; the numbers are copied.</summary>
    /// <param name="parameters">names of the parameters, each another one</param>
    /// <param name="features">the columns that are kept, each another one</param>
    /// <param name="sets">one or more; sets without events are allowed</param>
    /// <exception cref="NsbiException">every fault: missing columns, names twice, another number of
    /// parameters, numbers that are not finite, total weights that are not positive</exception>
    public static EventSets Of(
        IReadOnlyList<string> parameters,
        IReadOnlyList<string> features,
        IEnumerable<LabelledSet> sets
    )
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(sets);
        var inner = sets.Select(set => new FPosterior.EventSet(
                [.. set.Parameters],
                SetRows.Of(set.Events, features),
                SetRows.Weights(set.Events)
            ))
            .ToList();
        return new(
            FPosterior
                .EventSetsModule.create("sets", parameters.ToFSharp(), features.ToFSharp(), inner)
                .OrThrow()
        );
    }

    /// <summary>Names of the parameters.</summary>
    public IReadOnlyList<string> Parameters => Sets.Parameters;

    /// <summary>Names of the features.</summary>
    public IReadOnlyList<string> Features => Sets.Features;

    /// <summary>Number of sets.</summary>
    public int Count => Sets.Count;

    /// <summary>Number of events of all sets.</summary>
    public int Events => Sets.Events;

    /// <summary>A set; its events are copied.</summary>
    /// <param name="set">from 0</param>
    /// <exception cref="ArgumentOutOfRangeException">there is no such set</exception>
    public LabelledSet this[int set]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(set);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(set, Count);
            double[] weights = [.. Sets.Weights(set).ToArray().Select(weight => (double)weight)];
            return new(
                SetRows.ToEvents(Features, Sets.Set(set), weights),
                Sets.Values(set).ToArray()
            );
        }
    }

    /// <summary>A line: sets, events, features, parameters.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Sets.ToString();
}
