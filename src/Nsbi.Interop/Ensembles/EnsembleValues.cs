namespace Nsbi.Interop;

/// <summary>What a statistic is for each estimator of an ensemble. j: replica, m: member. Immutable.
/// </summary>
/// <typeparam name="T">of the statistic</typeparam>
public sealed class EnsembleValues<T>
{
    internal EnsembleValues(FEnsembles.EnsembleValues<T> values)
    {
        Values = values;
        Plan = new EnsemblePlan(values.Plan);
        Members = Lists(values.Members);
        Averages = Array.AsReadOnly(values.Averages);
    }

    private static IReadOnlyList<IReadOnlyList<T>> Lists(T[][] values) =>
        [.. values.Select(part => Array.AsReadOnly(part))];

    internal FEnsembles.EnsembleValues<T> Values { get; }

    /// <summary>What they are of.</summary>
    public EnsemblePlan Plan { get; }

    /// <summary>Members[j][m] of the estimators.</summary>
    public IReadOnlyList<IReadOnlyList<T>> Members { get; }

    /// <summary>Averages[j] of the estimators whose ratios are the means over the members of replica
    /// j.</summary>
    public IReadOnlyList<T> Averages { get; }

    /// <summary>Values of single estimators, each on a bootstrap of the data: of
    /// <see cref="EnsemblePlan.Bootstraps"/> all members; of nested plans with members that differ in
    /// their seeds the first member of each replica; else none, since they would not be independent given
    /// the data.</summary>
    public IReadOnlyList<T> Bootstraps =>
        Array.AsReadOnly(FEnsembles.EnsembleValues.bootstraps(Values));

    /// <summary>Values of estimators on the same data, for each data set that has two or more of them.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<T>> Seeds => Lists(FEnsembles.EnsembleValues.seeds(Values));

    /// <summary>Values of the averages over the members of each bootstrap of the data; none where the
    /// replica is the data themselves.</summary>
    public IReadOnlyList<T> Nested => Array.AsReadOnly(FEnsembles.EnsembleValues.nested(Values));

    /// <summary>Another statistic of each value.</summary>
    /// <typeparam name="TOther">of the other statistic</typeparam>
    /// <param name="statistic">called once for each member and average</param>
    public EnsembleValues<TOther> Select<TOther>(Func<T, TOther> statistic)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        return new(FEnsembles.EnsembleValues.map(FuncConvert.FromFunc(statistic), Values));
    }

    /// <summary>The plan.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"values of {Plan}";
}
