namespace Nsbi.Learn.Ensembles

open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>Ensembles of ratio estimators: trainings, assembly, and what is carried through. j: replica,
/// m: member.</summary>
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module RatioEnsemble =

    let private zip3 f (a: float[][]) (b: float[][]) = Array.map2 (Array.map2 f) a b

    /// a + b/M of the ratios of a fold.
    let private add share (a: EstimatorAssembly.FoldRatios) (b: EstimatorAssembly.FoldRatios) =
        let add = zip3 (fun x y -> x + share * y)

        {
            a with
                Train = add a.Train b.Train
                Normalise = add a.Normalise b.Normalise
                Check = add a.Check b.Check
        }

    let private zero (a: EstimatorAssembly.FoldRatios) =
        let zero = Array.map (Array.map (fun _ -> 0.0))

        {
            a with
                Train = zero a.Train
                Normalise = zero a.Normalise
                Check = zero a.Check
        }

    let private counted plan seed (events: LabelledEvents) count =
        PoissonBootstrap.apply (count plan seed events.Groups) events

    /// The estimators of replica j and their average, with the events of each.
    let private replica
        team
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        mixture
        (events: LabelledEvents)
        preprocessing
        (rows: EstimatorAssembly.FoldRows list)
        (networks: Network[][] list[])
        j
        =
        let share = 1.0 / float plan.Members

        let ofReplica =
            lazy
                (counted plan settings.Seed events (fun p s g ->
                    EnsembleTraining.replicaCounts p s g j))

        let mutable sum = None

        let members =
            networks
            |> Array.mapi (fun m networks ->
                let ratios =
                    List.map2
                        (EstimatorAssembly.ratiosOf team settings mixture events)
                        rows
                        networks

                let before = sum |> Option.defaultWith (fun () -> List.map zero ratios)
                sum <- Some(List.map2 (add share) before ratios)

                let ofMember =
                    match plan.Inner with
                    | Inner.Seeds -> ofReplica.Value
                    | Inner.Bootstraps ->
                        counted plan settings.Seed events (fun p s g ->
                            EnsembleTraining.memberCounts p s g j m)

                ofMember,
                EstimatorAssembly.build settings mixture ofMember preprocessing networks ratios)

        let joined =
            List.init settings.Folds (fun fold ->
                Array.init networks[0].[fold].Length (fun target ->
                    networks |> Array.collect (fun folds -> folds[fold].[target])))

        let average =
            EstimatorAssembly.build
                {
                    settings with
                        Members = plan.Members * settings.Members
                }
                mixture
                ofReplica.Value
                preprocessing
                joined
                sum.Value

        members, (ofReplica.Value, average)

    let private faultsOf result =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    /// The ensemble, each estimator made something of together with its events.
    let private assemble
        (finish: LabelledEvents -> RatioEstimator -> Result<'Estimator, Fault list>)
        (team: ThreadTeam)
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<Ensemble<'Estimator>, Fault list> =
        match EnsembleTraining.faults plan settings mixture events with
        | [] ->
            let bytes = Map.ofList networks

            let read =
                Array.init plan.Replicas (fun j ->
                    Array.init plan.Members (fun m ->
                        EnsembleTraining.prefix j m
                        |> EstimatorAssembly.readNetworks
                            settings
                            mixture
                            events.FeatureCount
                            bytes))

            match read |> Seq.concat |> Seq.collect faultsOf |> List.ofSeq with
            | [] ->
                let rows = EstimatorAssembly.rowsOf settings events

                let replicas =
                    read
                    |> Array.mapi (fun j found ->
                        let found = found |> Array.choose Result.toOption

                        let members, average =
                            replica team plan settings mixture events preprocessing rows found j

                        members |> Array.map (fun (events, found) -> finish events found),
                        average ||> finish)

                let results = Seq.append (replicas |> Seq.collect fst) (replicas |> Seq.map snd)

                match results |> Seq.collect faultsOf |> List.ofSeq with
                | [] ->
                    let valueOf result =
                        match result with
                        | Ok value -> value
                        | Error faults -> invalidOp (Fault.render faults)

                    Ensemble(
                        plan,
                        replicas |> Array.map (fst >> Array.map valueOf),
                        replicas |> Array.map (snd >> valueOf)
                    )
                    |> Ok
                | faults -> Error faults
            | faults -> Error faults
        | faults -> Error faults

    /// <summary>The trainings; see <c>EnsembleTraining.tasks</c>.</summary>
    let tasks
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        : Result<TrainingTask list, Fault list> =
        EnsembleTraining.tasks plan settings mixture events

    /// <summary>The ensemble of trained networks. Each estimator is normalised on the events of its own
    /// replica, with their counts; averages are means of ratios, normalised afterwards.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="plan">as in <c>tasks</c></param>
    /// <param name="settings">likewise</param>
    /// <param name="mixture">likewise</param>
    /// <param name="events">likewise</param>
    /// <param name="preprocessing">what prepares the features, as text; carried along</param>
    /// <param name="networks">task name and bytes, in any order</param>
    /// <returns>faults: a network that is missing, damaged, or of other features</returns>
    let ofNetworks
        (team: ThreadTeam)
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<RatioEnsemble, Fault list> =
        let finish _ estimator = Ok estimator
        assemble finish team plan settings mixture events preprocessing networks

    /// <summary>The same, with something made of each estimator: a calibrated one, say.</summary>
    /// <param name="finish">given the events with their counts in the replica of the estimator, and the
    /// estimator</param>
    /// <param name="team">the threads to run on</param>
    /// <param name="plan">as in <c>tasks</c></param>
    /// <param name="settings">likewise</param>
    /// <param name="mixture">likewise</param>
    /// <param name="events">likewise</param>
    /// <param name="preprocessing">what prepares the features, as text; carried along</param>
    /// <param name="networks">task name and bytes, in any order</param>
    /// <returns>every fault of networks and of what is made of them</returns>
    let ofNetworksWith
        (finish: LabelledEvents -> RatioEstimator -> Result<RatioEstimator, Fault list>)
        (team: ThreadTeam)
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<RatioEnsemble, Fault list> =
        assemble finish team plan settings mixture events preprocessing networks

    /// <summary>Trains all networks in memory and assembles them: side by side on the threads of the
    /// context's team.</summary>
    /// <param name="plan">how many, and how they differ</param>
    /// <param name="settings">of each estimator; its seed is that of the bootstraps too</param>
    /// <param name="mixture">the reference</param>
    /// <param name="events">the events</param>
    /// <param name="context">the team, progress and cancellation</param>
    /// <returns>every fault of plan, settings, mixture and events</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let train
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (context: TrainingContext)
        : Result<RatioEnsemble, Fault list> =
        tasks plan settings mixture events
        |> Result.bind (
            EnsembleTraining.run context
            >> ofNetworks context.Team plan settings mixture events None
        )

    /// <summary>Carries a statistic through the ensemble: a ratio at x, a best fit, an interval.</summary>
    /// <param name="statistic">called once for each estimator and each average</param>
    /// <param name="ensemble">the estimators</param>
    let carry
        (statistic: RatioEstimator -> 'Value)
        (ensemble: RatioEnsemble)
        : EnsembleValues<'Value> =
        ensemble.Carry statistic

    /// <summary>The ensemble of variation ratios of trained networks; see <c>ofNetworks</c>.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="plan">as in <c>EnsembleTraining.variationTasks</c></param>
    /// <param name="settings">likewise; with the seed, the groups and the plan of an ensemble of ratios, j
    /// is the same replica in both</param>
    /// <param name="events">likewise</param>
    /// <param name="preprocessing">what prepares the features, as text; carried along</param>
    /// <param name="networks">task name and bytes, in any order</param>
    let variations
        (team: ThreadTeam)
        (plan: EnsemblePlan)
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<VariationEnsemble, Fault list> =
        assemble
            (fun counted estimator ->
                let records = VariationEstimator.recordsOf team counted estimator
                Ok(VariationEstimator(estimator, records)))
            team
            plan
            (VariationEstimator.separate settings)
            (VariationEstimator.reference events)
            events
            preprocessing
            networks
