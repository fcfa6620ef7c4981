namespace Nsbi.Learn.Ensembles

open Nsbi.Learn.Networks

/// <summary>What a statistic is for each estimator of an ensemble. j: replica, m: member.</summary>
type EnsembleValues<'Value> = {
    /// What they are of.
    Plan: EnsemblePlan
    /// Values[j][m] of the estimators.
    Members: 'Value[][]
    /// Values[j] of the estimators whose ratios are the means over the members of replica j.
    Averages: 'Value[]
}

/// What can be read off carried values.
[<RequireQualifiedAccess>]
module EnsembleValues =
    /// <summary>Another statistic of each value.</summary>
    let map (statistic: 'A -> 'B) (values: EnsembleValues<'A>) : EnsembleValues<'B> = {
        Plan = values.Plan
        Members = values.Members |> Array.map (Array.map statistic)
        Averages = values.Averages |> Array.map statistic
    }

    /// <summary>Values of single estimators, each on a bootstrap of the data: of <c>Bootstraps</c> all
    /// members; of <c>Nested</c> with members that differ in their seeds the first member of each replica;
    /// else none, since they would not be independent given the data.</summary>
    let bootstraps (values: EnsembleValues<'A>) : 'A[] =
        match values.Plan with
        | EnsemblePlan.Bootstraps _ -> values.Members[0]
        | EnsemblePlan.Nested(_, _, Inner.Seeds) -> values.Members |> Array.map Array.head
        | _ -> [||]

    /// <summary>Values of estimators on the same data, for each data set that has two or more of them.
    /// </summary>
    let seeds (values: EnsembleValues<'A>) : 'A[][] =
        match values.Plan.Inner with
        | Inner.Seeds when values.Plan.Members > 1 -> values.Members
        | _ -> [||]

    /// <summary>Values of the averages over the members of each bootstrap of the data; none where the
    /// replica is the data themselves.</summary>
    let nested (values: EnsembleValues<'A>) : 'A[] =
        if values.Plan.IsNested then values.Averages else [||]

/// <summary>Estimators that differ by what a plan says, as one value. Immutable; may be used from several
/// threads where the estimators may. j: replica, m: member.</summary>
[<Sealed>]
type Ensemble<'Estimator>
    internal (plan: EnsemblePlan, members: 'Estimator[][], averages: 'Estimator[]) =
    /// What it is made of.
    member _.Plan: EnsemblePlan = plan
    /// J.
    member _.Replicas: int = members.Length
    /// M.
    member _.Members: int = plan.Members

    /// <summary>Member m of replica j, normalised on the events it had for that.</summary>
    member _.Item
        with get (replica: int, memberNumber: int): 'Estimator = members[replica].[memberNumber]

    /// <summary>The mean of the ratios of all members of replica j, normalised on the events of the replica
    /// (of the data themselves, where the replica is they).</summary>
    member _.Average(replica: int) : 'Estimator = averages[replica]

    /// <summary>Carries a statistic through: a ratio at x, a best fit, an interval.</summary>
    /// <param name="statistic">called once for each estimator and average, one after the other</param>
    member _.Carry(statistic: 'Estimator -> 'Value) : EnsembleValues<'Value> = {
        Plan = plan
        Members = members |> Array.map (Array.map statistic)
        Averages = averages |> Array.map statistic
    }

    /// A line for people.
    override _.ToString() : string = string plan

/// Ensembles of ratio estimators.
type RatioEnsemble = Ensemble<RatioEstimator>

/// Ensembles of variation ratios.
type VariationEnsemble = Ensemble<VariationEstimator>
