namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>Ratio estimators out of trained networks.</summary>
[<RequireQualifiedAccess>]
module EstimatorAssembly =
    /// The networks of a fold in the order of targets and members.
    let private networksOf settings mixture (find: string -> Result<Network, Fault list>) fold =
        let wanted =
            TrainingTask.targets settings.Head mixture
            |> List.map (fun target ->
                List.init settings.Members (fun m -> find (TrainingTask.nameOf target fold m)))

        match
            wanted
            |> List.concat
            |> List.collect (function
                | Ok _ -> []
                | Error e -> e)
        with
        | [] ->
            wanted
            |> List.map (List.choose Result.toOption >> Array.ofList)
            |> Array.ofList
            |> Ok
        | faults -> Error faults

    let private normaliseFold
        (team: ThreadTeam)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (fold: int)
        (networks: Network[][])
        : FoldEstimator * NormalisationRecord list =
        let w = mixture.WeightArray
        let roles = TrainingTask.roles settings events fold

        let at (values: 'T[]) (rows: int[]) =
            rows |> Array.map (fun row -> values[row])

        let seen = [ Role.Training; Role.Validation ]

        let rows = {|
            Train = [|
                for i in 0 .. roles.Length - 1 do
                    if List.contains roles[i] seen then
                        i
            |]
            Normalise = TrainingTask.rowsOf roles Role.Normalisation
            Check = TrainingTask.rowsOf roles Role.Check
        |}

        let raw rows =
            RawRatios.gather events.FeatureCount events.Features rows
            |> RawRatios.ofNetworks team settings.Head w networks

        let mean rows (ratio: float[]) =
            Normalisation.mean w (at events.ClassArray rows) (at events.WeightArray rows) ratio

        let before = raw rows.Normalise

        let q =
            Normalisation.referenceWeights
                w
                (at events.ClassArray rows.Normalise)
                (at events.WeightArray rows.Normalise)

        let normalisation =
            match settings.Head with
            | Head.Softmax -> Normalisation.joint w q before
            | Head.Separate -> Normalisation.divide q before

        let after = Normalisation.apply w normalisation before
        let train = raw rows.Train
        let check = raw rows.Check |> Normalisation.apply w normalisation

        let records =
            List.init w.Length (fun c ->
                let closure = mean rows.Check check[c]
                let own = mean rows.Normalise after[c]

                {
                    Fold = fold
                    Class = mixture.ClassNames[c]
                    Train = mean rows.Train train[c]
                    Before = mean rows.Normalise before[c]
                    Check = {
                        closure with
                            Error = sqrt (closure.Error * closure.Error + own.Error * own.Error)
                    }
                })

        {
            Networks = networks
            Normalisation = normalisation
        },
        records

    /// <summary>The estimator of trained networks: reads them, and normalises the ratios of each fold on
    /// events that its networks never saw.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">as in <c>TrainingTask.ofEstimator</c></param>
    /// <param name="mixture">likewise</param>
    /// <param name="events">likewise</param>
    /// <param name="preprocessing">what prepares the features, as text; carried along</param>
    /// <param name="networks">task name and bytes, in any order</param>
    /// <returns>faults: a network that is missing, damaged, or of other features</returns>
    let ofNetworks
        (team: ThreadTeam)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<RatioEstimator, Fault list> =
        let bytes = Map.ofList networks

        let find name =
            match Map.tryFind name bytes with
            | None -> Error [ Fault.create name "the network is missing" "train it" ]
            | Some bytes ->
                match Network.ofBytes name bytes with
                | Ok network when network.InputCount <> events.FeatureCount ->
                    Fault.create name "the network has other features" "train it again"
                    |> Fault.withValue $"{network.InputCount} and {events.FeatureCount}"
                    |> List.singleton
                    |> Error
                | result -> result

        let folds = List.init settings.Folds (networksOf settings mixture find)

        match
            folds
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)
        with
        | [] ->
            let normalised =
                folds
                |> List.choose Result.toOption
                |> List.mapi (normaliseFold team settings mixture events)

            RatioEstimator(
                settings,
                mixture,
                preprocessing,
                normalised |> List.map fst |> Array.ofList,
                normalised |> List.collect snd
            )
            |> Ok
        | faults -> Error faults

    /// <summary>Trains all networks one after the other and assembles them; without checkpoints.</summary>
    /// <returns>every fault of settings, mixture and events</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let train
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (preprocessing: string option)
        (context: TrainingContext)
        : Result<RatioEstimator, Fault list> =
        let context = {
            context with
                Checkpoint = None
                Save = ignore
        }

        TrainingTask.ofEstimator settings mixture events
        |> Result.map (List.map (fun task -> task.Name, task.Run context))
        |> Result.bind (ofNetworks context.Team settings mixture events preprocessing)
