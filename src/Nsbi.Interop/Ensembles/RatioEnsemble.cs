namespace Nsbi.Interop;

/// <summary>Estimators of the same ratios that differ by what a plan says. j: replica, m: member.
/// Immutable; safe to use from several threads. <see cref="EnsembleTrainer"/> makes it.</summary>
public sealed class RatioEnsemble
{
    private readonly FEnsembles.Ensemble<FNetworks.RatioEstimator> _ensemble;
    private readonly FEvents.FittedFeatures _features;

    internal RatioEnsemble(
        FEnsembles.Ensemble<FNetworks.RatioEstimator> ensemble,
        FEvents.FittedFeatures features
    )
    {
        _ensemble = ensemble;
        _features = features;
        Plan = new EnsemblePlan(ensemble.Plan);
    }

    /// <summary>What it is made of.</summary>
    public EnsemblePlan Plan { get; }

    /// <summary>J.</summary>
    public int Replicas => _ensemble.Replicas;

    /// <summary>M.</summary>
    public int Members => _ensemble.Members;

    private void Require(int replica)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replica);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(replica, Replicas);
    }

    private void RequireMember(int member)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(member);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member, Members);
    }

    private RatioEstimator Wrap(FNetworks.RatioEstimator estimator) => new(estimator, _features);

    /// <summary>Member m of replica j, normalised on the events it had for that.</summary>
    /// <param name="replica">j, from 0</param>
    /// <param name="member">m, from 0</param>
    /// <exception cref="ArgumentOutOfRangeException">there is none of this number</exception>
    public RatioEstimator this[int replica, int member]
    {
        get
        {
            Require(replica);
            RequireMember(member);
            return Wrap(_ensemble[replica, member]);
        }
    }

    /// <summary>The mean of the ratios of all members of replica j, normalised on the events of the
    /// replica (of the data themselves, where the replica is they).</summary>
    /// <param name="replica">j, from 0</param>
    /// <exception cref="ArgumentOutOfRangeException">there is none of this number</exception>
    public RatioEstimator Average(int replica = 0)
    {
        Require(replica);
        return Wrap(_ensemble.Average(replica));
    }

    /// <summary>Carries a statistic through the ensemble: a ratio at x, a best fit, an interval.</summary>
    /// <typeparam name="T">of the statistic</typeparam>
    /// <param name="statistic">called once for each estimator and each average, one after the other
    /// </param>
    public EnsembleValues<T> Carry<T>(Func<RatioEstimator, T> statistic)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        T Of(FNetworks.RatioEstimator estimator) => statistic(Wrap(estimator));
        return new(_ensemble.Carry(FuncConvert.FromFunc<FNetworks.RatioEstimator, T>(Of)));
    }

    /// <summary>How often each event counts in replica j: Poisson numbers of mean 1, equal for events
    /// that are equal in all columns of the features; 1 where the replica is the data themselves.
    /// </summary>
    /// <param name="events">of any sample</param>
    /// <param name="replica">j, from 0</param>
    /// <exception cref="ArgumentException">a column of the features is missing</exception>
    /// <exception cref="ArgumentOutOfRangeException">there is none of this number</exception>
    public IReadOnlyList<int> Counts(EventSet events, int replica)
    {
        Require(replica);
        return Array.AsReadOnly(
            FEnsembles.EnsembleTraining.replicaCounts(
                _ensemble.Plan,
                Seed,
                GroupsOf(events),
                replica
            )
        );
    }

    /// <summary>How often each event counts in the training of member m of replica j.</summary>
    /// <param name="events">of any sample</param>
    /// <param name="replica">j, from 0</param>
    /// <param name="member">m, from 0</param>
    /// <exception cref="ArgumentException">a column of the features is missing</exception>
    /// <exception cref="ArgumentOutOfRangeException">there is none of this number</exception>
    public IReadOnlyList<int> Counts(EventSet events, int replica, int member)
    {
        Require(replica);
        RequireMember(member);
        return Array.AsReadOnly(
            FEnsembles.EnsembleTraining.memberCounts(
                _ensemble.Plan,
                Seed,
                GroupsOf(events),
                replica,
                member
            )
        );
    }

    private ulong Seed => _ensemble[0, 0].Settings.Seed;

    private ulong[] GroupsOf(EventSet events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return PreparedEvents.GroupsOf(_features, events.Table);
    }

    /// <summary>The plan and the samples.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"ratios of {string.Join(", ", _ensemble[0, 0].ClassNames)}: {Plan}";
}
