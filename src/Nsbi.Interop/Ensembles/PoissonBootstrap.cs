namespace Nsbi.Interop;

/// <summary>How often each event of one bootstrapped data set counts: a Poisson number of mean 1 that is a
/// pure function of (seed, purpose, replica, group). All copies of an event, nominal and varied, in any set
/// and any order, count equally often. Immutable.</summary>
/// <remarks>Source: Efron, Ann. Statist. 7 (1979) 1, with Poisson numbers as in arXiv:2412.01600.
/// </remarks>
public sealed class PoissonBootstrap
{
    private readonly FEnsembles.PoissonBootstrap _bootstrap;

    /// <summary>A replica.</summary>
    /// <param name="seed">of all replicas</param>
    /// <param name="purpose">tells this family of replicas from others of the seed</param>
    /// <param name="replica">its number</param>
    public PoissonBootstrap(ulong seed, string purpose, ulong replica)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        _bootstrap = new(seed, purpose, replica);
    }

    /// <summary>The seed of all replicas.</summary>
    public ulong Seed => _bootstrap.Seed;

    /// <summary>What tells this family of replicas from others of the seed.</summary>
    public string Purpose => _bootstrap.Purpose;

    /// <summary>The number of the replica.</summary>
    public ulong Replica => _bootstrap.Replica;

    /// <summary>How often the events of a group count: Pois(1).</summary>
    /// <param name="group">any number that the events of a group share, such as the event's own</param>
    public int Count(ulong group) => _bootstrap.Count(group);

    /// <summary>How often the events of a group count in a bootstrap of a data set in which they count
    /// already: Pois(count).</summary>
    /// <param name="group">the group of the event</param>
    /// <param name="count">from 0 to 700</param>
    /// <exception cref="ArgumentException">another count</exception>
    public int Recount(ulong group, int count) => _bootstrap.Recount(group, count);

    /// <summary>How often each event of a set counts.</summary>
    /// <param name="events">the events</param>
    /// <param name="columns">events that are equal in all of them are one group</param>
    /// <exception cref="ArgumentException">no column, or one that is not there</exception>
    public IReadOnlyList<int> Counts(EventSet events, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(columns);

        if (columns.Count == 0)
        {
            throw new ArgumentException(
                "Give the columns that tell events apart.",
                nameof(columns)
            );
        }

        var groups = FEvents.Fold.groupsByValue(columns.ToFSharp(), events.Table);
        return Array.AsReadOnly(FEnsembles.PoissonBootstrapModule.counts(_bootstrap, groups));
    }

    /// <summary>The events with their weights times their counts. Those of count 0 stay, with weight 0.
    /// </summary>
    /// <param name="events">the events</param>
    /// <param name="columns">events that are equal in all of them are one group</param>
    /// <exception cref="ArgumentException">no column, or one that is not there</exception>
    public EventSet Apply(EventSet events, IReadOnlyList<string> columns)
    {
        var counts = Counts(events, columns);
        var weights = events.Weights;
        return events.WithWeights([.. counts.Select((count, i) => count * weights.Span[i])]);
    }

    /// <summary>Seed, purpose and replica.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Purpose}, seed {Seed}, replica {Replica}";
}
