namespace Nsbi.Learn.Ensembles

open Nsbi.Learn

/// How the members of one replica differ.
[<RequireQualifiedAccess>]
type Inner =
    /// In their random numbers alone: first weights, order of events, dropout.
    | Seeds
    /// In their random numbers, and each is trained on a bootstrap of the replica's data.
    | Bootstraps

/// <summary>Which estimators an ensemble is made of. j: replica of the data, m: member.</summary>
/// <remarks>What each of them tells of the uncertainty of a result: members on the same data, σ_ε of the
/// training; bootstraps, σ_ε and the finite sample together, of one member; nested ones, both, of the mean
/// of M members. Source: Shyamsundar, comment on arXiv:2412.01600 (2025), §5.</remarks>
[<RequireQualifiedAccess>]
type EnsemblePlan =
    /// M members on the same data.
    | Seeds of members: int
    /// M members, each on a bootstrap of the data.
    | Bootstraps of members: int
    /// J bootstraps of the data, and on each of them M members.
    | Nested of replicas: int * members: int * inner: Inner

    /// J: replicas of the data; 1 where only the data themselves are used.
    member this.Replicas: int =
        match this with
        | EnsemblePlan.Seeds _
        | EnsemblePlan.Bootstraps _ -> 1
        | EnsemblePlan.Nested(replicas, _, _) -> replicas

    /// M: members of each replica.
    member this.Members: int =
        match this with
        | EnsemblePlan.Seeds members
        | EnsemblePlan.Bootstraps members
        | EnsemblePlan.Nested(_, members, _) -> members

    /// How the members of a replica differ.
    member this.Inner: Inner =
        match this with
        | EnsemblePlan.Seeds _ -> Inner.Seeds
        | EnsemblePlan.Bootstraps _ -> Inner.Bootstraps
        | EnsemblePlan.Nested(_, _, inner) -> inner

    /// J·M: estimators in all.
    member this.Count: int = this.Replicas * this.Members

    /// A line for people.
    override this.ToString() : string =
        let members =
            if this.Members = 1 then
                "1 member"
            else
                $"{this.Members} members"

        match this with
        | EnsemblePlan.Seeds _ -> $"{members} on the same data"
        | EnsemblePlan.Bootstraps _ -> $"{members}, each on a bootstrap of the data"
        | EnsemblePlan.Nested(replicas, _, Inner.Seeds) ->
            $"{replicas} bootstraps of the data with {members} each"
        | EnsemblePlan.Nested(replicas, _, Inner.Bootstraps) ->
            $"{replicas} bootstraps of the data with {members} each, on bootstraps of them"

/// Checking plans.
[<RequireQualifiedAccess>]
module EnsemblePlan =
    let internal faults (plan: EnsemblePlan) : Fault list = [
        for name, count in [ "bootstraps", plan.Replicas; "members", plan.Members ] do
            if count < 1 || count > 10000 then
                Fault.create "ensemble" $"the number of {name} is out of range" "from 1 to 10000"
                |> Fault.withValue (string count)
        match plan with
        | EnsemblePlan.Nested(1, _, _) ->
            Fault.create
                "ensemble"
                "one bootstrap alone has no spread"
                "ask for two bootstraps at least, or for none"
        | EnsemblePlan.Seeds 1
        | EnsemblePlan.Bootstraps 1 ->
            Fault.create
                "ensemble"
                "one estimator alone has no spread"
                "ask for two members at least, or for bootstraps"
        | _ -> ()
    ]

    /// <summary>The plan of so many bootstraps of the data; with none of them the members are trained on
    /// the data themselves, or on a bootstrap each.</summary>
    /// <param name="bootstraps">J, or 0</param>
    /// <param name="members">M</param>
    /// <param name="inner">how members differ</param>
    let create (bootstraps: int) (members: int) (inner: Inner) : EnsemblePlan =
        match bootstraps, inner with
        | 0, Inner.Seeds -> EnsemblePlan.Seeds members
        | 0, Inner.Bootstraps -> EnsemblePlan.Bootstraps members
        | _ -> EnsemblePlan.Nested(bootstraps, members, inner)

    /// <summary>The same plan, or every fault: numbers outside 1 … 10000, one estimator in all.</summary>
    let validate (plan: EnsemblePlan) : Result<EnsemblePlan, Fault list> =
        match faults plan with
        | [] -> Ok plan
        | faults -> Error faults
