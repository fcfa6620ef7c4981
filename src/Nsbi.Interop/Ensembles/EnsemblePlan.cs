namespace Nsbi.Interop;

/// <summary>Which estimators an ensemble is made of. j: replica of the data, m: member. Immutable.
/// </summary>
/// <remarks>What each of them tells of the uncertainty of a result: members on the same data, the noise
/// of the training; bootstraps, that and the finite sample together, of one member; nested ones, both, of
/// the mean of M members. Source: Shyamsundar, comment on arXiv:2412.01600 (2025), §5.</remarks>
public sealed class EnsemblePlan
{
    internal EnsemblePlan(FEnsembles.EnsemblePlan plan)
    {
        Plan = plan;
    }

    internal FEnsembles.EnsemblePlan Plan { get; }

    private static EnsemblePlan Validate(FEnsembles.EnsemblePlan plan) =>
        new(FEnsembles.EnsemblePlanModule.validate(plan).OrThrow());

    /// <summary>M members on the same data.</summary>
    /// <param name="members">M, from 2 to 10000</param>
    /// <exception cref="NsbiException">a number out of range</exception>
    public static EnsemblePlan Seeds(int members) =>
        Validate(FEnsembles.EnsemblePlan.NewSeeds(members));

    /// <summary>M members, each on a bootstrap of the data.</summary>
    /// <param name="members">M, from 2 to 10000</param>
    /// <exception cref="NsbiException">a number out of range</exception>
    public static EnsemblePlan Bootstraps(int members) =>
        Validate(FEnsembles.EnsemblePlan.NewBootstraps(members));

    /// <summary>J bootstraps of the data, and on each of them M members.</summary>
    /// <param name="replicas">J, from 1 to 10000</param>
    /// <param name="members">M, from 1 to 10000</param>
    /// <param name="inner">how the members of a replica differ</param>
    /// <exception cref="NsbiException">every fault: numbers out of range, one estimator in all
    /// </exception>
    public static EnsemblePlan Nested(
        int replicas,
        int members,
        InnerMembers inner = InnerMembers.Seeds
    ) =>
        Validate(
            FEnsembles.EnsemblePlan.NewNested(
                replicas,
                members,
                inner == InnerMembers.Bootstraps
                    ? FEnsembles.Inner.Bootstraps
                    : FEnsembles.Inner.Seeds
            )
        );

    /// <summary>J: replicas of the data; 1 where only the data themselves are used.</summary>
    public int Replicas => Plan.Replicas;

    /// <summary>M: members of each replica.</summary>
    public int Members => Plan.Members;

    /// <summary>J·M: estimators in all.</summary>
    public int Count => Plan.Count;

    /// <summary>Whether the replicas are bootstraps of the data.</summary>
    public bool IsNested => Plan.IsNested;

    /// <summary>How the members of a replica differ.</summary>
    public InnerMembers Inner =>
        Plan.Inner.IsBootstraps ? InnerMembers.Bootstraps : InnerMembers.Seeds;

    /// <summary>The plan in words.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Plan.ToString();
}
