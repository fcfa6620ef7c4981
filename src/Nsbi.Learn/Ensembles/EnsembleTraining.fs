namespace Nsbi.Learn.Ensembles

open System.Collections.Generic
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>The trainings of an ensemble: one flat list of independent durable tasks. j: replica,
/// m: member.</summary>
/// <remarks>The network of a task depends on (j, m) and not on how many replicas or members there are: an
/// ensemble that grows keeps what was trained.</remarks>
[<RequireQualifiedAccess>]
module EnsembleTraining =
    /// Purposes of the counts, which also the normalisation and everything else of a replica uses.
    let private outerPurpose = "bootstrap of the data"
    let private innerPurpose = "bootstrap of a replica"

    /// <summary>The counts of replica j; the same for all tables of events that have one seed and one kind
    /// of group ids.</summary>
    /// <param name="seed">of the estimator's settings</param>
    /// <param name="replica">j</param>
    let bootstrap (seed: uint64) (replica: int) : PoissonBootstrap =
        PoissonBootstrap(seed, outerPurpose, uint64 replica)

    let private innerBootstrap (seed: uint64) replica memberNumber =
        PoissonBootstrap(seed, innerPurpose, (uint64 replica <<< 32) ||| uint64 memberNumber)

    /// <summary>How often each event counts in replica j: 1 where the replica is the data themselves.
    /// </summary>
    /// <param name="plan">the plan</param>
    /// <param name="seed">of the estimator's settings</param>
    /// <param name="groups">the group of each event</param>
    /// <param name="replica">j, from 0</param>
    let replicaCounts (plan: EnsemblePlan) (seed: uint64) groups (replica: int) : int[] =
        if plan.IsNested then
            PoissonBootstrap.counts (bootstrap seed replica) groups
        else
            Array.create groups.Length 1

    /// <summary>How often each event counts for member m of replica j.</summary>
    /// <param name="plan">the plan</param>
    /// <param name="seed">of the estimator's settings</param>
    /// <param name="groups">the group of each event</param>
    /// <param name="replica">j, from 0</param>
    /// <param name="memberNumber">m, from 0</param>
    let memberCounts (plan: EnsemblePlan) seed groups (replica: int) (memberNumber: int) : int[] =
        let counts = replicaCounts plan seed groups replica

        match plan.Inner with
        | Inner.Seeds -> counts
        | Inner.Bootstraps ->
            let inner = innerBootstrap seed replica memberNumber
            PoissonBootstrap.recounts inner groups counts

    let internal prefix (replica: int) (memberNumber: int) : string =
        $"replica{replica}-estimator{memberNumber}-"

    /// What the weights of (j, m) depend on beside the events and the seed.
    let private describe (plan: EnsemblePlan) (seed: uint64) replica memberNumber = [
        if plan.IsNested then
            "bootstrap", $"{outerPurpose}, seed {seed}, replica {replica}"
        if plan.Inner = Inner.Bootstraps then
            "inner bootstrap", $"{innerPurpose}, seed {seed}, member {memberNumber}"
    ]

    /// In a part with as many groups a bootstrap that leaves none is not to be expected: e⁻⁵⁰.
    [<Literal>]
    let private SafeGroups = 50

    /// The parts of the split with few groups of some class, and the rows of positive weight in them.
    let private thinParts (settings: EstimatorSettings) (events: LabelledEvents) = [
        for fold in 0 .. settings.Folds - 1 do
            let rows = Dictionary<struct (Role * int), ResizeArray<int>>()
            let groups = Dictionary<struct (Role * int), HashSet<uint64>>()
            let roles = TrainingTask.roles settings events fold

            for i in 0 .. roles.Length - 1 do
                if events.WeightArray[i] > 0.0 then
                    let part = struct (roles[i], events.ClassArray[i])

                    if not (rows.ContainsKey part) then
                        rows.Add(part, ResizeArray())
                        groups.Add(part, HashSet())

                    if groups[part].Count < SafeGroups then
                        groups[part].Add events.GroupArray[i] |> ignore
                        rows[part].Add i

            for KeyValue(struct (role, c), found) in groups do
                if found.Count < SafeGroups then
                    fold, role, c, rows[struct (role, c)].ToArray()
    ]

    /// A bootstrap that leaves a part of the split without an event of a class.
    let private emptyFaults
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        =
        let thin = thinParts settings events

        [
            for replica in 0 .. plan.Replicas - 1 do
                for memberNumber in 0 .. plan.Members - 1 do
                    // Without inner bootstraps the members of a replica have the same events.
                    if memberNumber = 0 || plan.Inner = Inner.Bootstraps then
                        for fold, role, c, rows in thin do
                            let groups = rows |> Array.map (fun row -> events.GroupArray[row])

                            let counts =
                                memberCounts
                                    plan
                                    settings.Seed
                                    (System.ReadOnlyMemory groups)
                                    replica
                                    memberNumber

                            if counts |> Array.forall ((=) 0) then
                                Fault.create
                                    $"class '{events.ClassNames[c]}'"
                                    "too few events for bootstraps: one of them leaves a part of the split empty"
                                    "give more events, fewer folds or larger fractions"
                                |> Fault.withValue
                                    $"{role} of fold {fold} in replica {replica}, member {memberNumber}"
        ]
        |> List.truncate 20

    /// Every fault of plan, settings, mixture and events.
    let internal faults plan settings mixture events : Fault list =
        match EnsemblePlan.faults plan @ TrainingTask.faults settings mixture events with
        | [] -> emptyFaults plan settings events
        | faults -> faults

    /// <summary>All trainings of an ensemble of ratio estimators, replica by replica: each to be run once,
    /// in any order and in any process. A training makes the weights of its replica when it begins.</summary>
    /// <param name="plan">how many, and how they differ</param>
    /// <param name="settings">of each estimator: head, folds and members (networks per fold) stay as they
    /// are; its seed is that of the bootstraps too</param>
    /// <param name="mixture">the reference</param>
    /// <param name="events">the events, of count 1 each</param>
    /// <returns>the tasks, or every fault of plan, settings, mixture and events</returns>
    let tasks
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        : Result<TrainingTask list, Fault list> =
        match faults plan settings mixture events with
        | [] ->
            let description = TrainingTask.description settings mixture events
            let rows = TrainingTask.roleRows settings events

            Ok [
                for replica in 0 .. plan.Replicas - 1 do
                    for memberNumber in 0 .. plan.Members - 1 do
                        let counted () =
                            PoissonBootstrap.apply
                                (memberCounts plan settings.Seed events.Groups replica memberNumber)
                                events

                        yield!
                            TrainingTask.prefixed
                                (prefix replica memberNumber)
                                (description @ describe plan settings.Seed replica memberNumber)
                                rows
                                settings
                                mixture
                                counted
            ]
        | faults -> Error faults

    /// <summary>All trainings of an ensemble of variation ratios.</summary>
    /// <param name="plan">how many, and how they differ</param>
    /// <param name="settings">the head is not used: there is one binary network per variation</param>
    /// <param name="events">events whose class 0 is the nominal one</param>
    /// <returns>the tasks, or every fault of plan, settings and events</returns>
    let variationTasks
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        : Result<TrainingTask list, Fault list> =
        tasks
            plan
            (VariationEstimator.separate settings)
            (VariationEstimator.reference events)
            events

    /// <summary>Runs trainings in memory, without checkpoints: side by side with one thread each, or one by
    /// one with all threads where there are fewer trainings than threads. The bytes do not depend on it.
    /// </summary>
    /// <param name="context">the team, progress (then told from several threads) and cancellation</param>
    /// <param name="tasks">the trainings</param>
    /// <returns>name and bytes of each, in their order</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let run (context: TrainingContext) (tasks: TrainingTask list) : (string * byte[]) list =
        let tasks = Array.ofList tasks
        let results = Array.zeroCreate<byte[]> tasks.Length

        let context = {
            context with
                Checkpoint = None
                Save = ignore
        }

        if tasks.Length < context.Team.Threads then
            for i in 0 .. tasks.Length - 1 do
                results[i] <- tasks[i].Run context
        else
            context.Team.For(
                tasks.Length,
                (fun i _ ->
                    use team = new Nsbi.Kernels.ThreadTeam(1)
                    results[i] <- tasks[i].Run { context with Team = team })
            )

        List.ofArray (Array.map2 (fun (task: TrainingTask) bytes -> task.Name, bytes) tasks results)
