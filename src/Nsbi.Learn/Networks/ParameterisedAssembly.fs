namespace Nsbi.Learn.Networks

open System
open System.Runtime.InteropServices
open System.Security.Cryptography
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>Training and assembling parameterised estimators.</summary>
[<RequireQualifiedAccess>]
module ParameterisedAssembly =
    let private target = ClassifierTarget.Parameterised

    let private hashOf (values: float[]) =
        SHA256.HashData(MemoryMarshal.AsBytes(ReadOnlySpan values))
        |> Convert.ToHexStringLower

    /// <summary>The trainings: for each fold and member one network, independent of one another.
    /// </summary>
    /// <param name="settings">how</param>
    /// <param name="events">samples at several α and the reference</param>
    /// <returns>the tasks, or every fault of settings and events</returns>
    let tasks
        (settings: ParameterisedSettings)
        (events: ParameterisedEvents)
        : Result<TrainingTask list, Fault list> =
        let estimator, labelled = settings.Estimator, events.Labelled

        match ParameterisedSettings.faults "network settings" settings with
        | [] ->
            match TrainingTask.roleFaults estimator labelled with
            | [] ->
                let one = {
                    settings with
                        Estimator = { estimator with Members = 1 }
                }

                let description = [
                    "network", ParameterisedSettings.toJson one
                    "parameters", String.Join(", ", events.NameArray)
                    "events", TrainingTask.hashOf labelled
                    "parameter values", hashOf events.ParameterArray
                ]

                Ok [
                    for fold in 0 .. estimator.Folds - 1 do
                        let rows =
                            lazy (TrainingTask.rowsOf (TrainingTask.roles estimator labelled fold))

                        for memberNumber in 0 .. estimator.Members - 1 do
                            let name = TrainingTask.nameOf target fold memberNumber
                            let seed = DataSplit.networkSeed estimator.Seed name

                            {
                                Name = name
                                Fold = fold
                                Member = memberNumber
                                Target = target
                                Seed = seed
                                Settings = description
                                Run =
                                    fun context ->
                                        ParameterisedSet.train
                                            events
                                            settings
                                            name
                                            seed
                                            (rows.Value Role.Training)
                                            (rows.Value Role.Validation)
                                            fold
                                            memberNumber
                                            context
                                        |> Network.toBytes
                            }
                ]
            | faults -> Error faults
        | faults -> Error faults

    /// Events of one class.
    let private classOf (labelled: LabelledEvents) (c: int) : ClassEvents =
        let rows =
            [| 0 .. labelled.Count - 1 |]
            |> Array.filter (fun i -> labelled.ClassArray[i] = c)

        {
            Name = labelled.ClassNames[c]
            Features = (RawRatios.gather labelled.FeatureCount labelled.Features rows).ToArray()
            Weights = rows |> Array.map (fun row -> labelled.WeightArray[row])
            Groups = rows |> Array.map (fun row -> labelled.GroupArray[row])
        }

    let private recordsOf team (events: ParameterisedEvents) (estimator: ParameterisedEstimator) =
        let reference = classOf events.Labelled 0

        [
            for s, point in Seq.indexed events.Points do
                match point with
                | Some point ->
                    let sample = classOf events.Labelled (s + 1)
                    ParameterisedCheck.ofEvents team estimator reference sample point true
                | None -> ()
        ]

    /// <summary>The estimator of trained networks, measured at the points of the training samples.
    /// </summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">as in <c>tasks</c></param>
    /// <param name="events">likewise</param>
    /// <param name="preprocessing">what prepares the features, as text; carried along</param>
    /// <param name="networks">task name and bytes, in any order</param>
    /// <returns>faults: a network that is missing, damaged, or of other inputs</returns>
    let ofNetworks
        (team: ThreadTeam)
        (settings: ParameterisedSettings)
        (events: ParameterisedEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<ParameterisedEstimator, Fault list> =
        let bytes = Map.ofList networks
        let inputs = events.FeatureCount + events.NameArray.Length

        let find name =
            EstimatorAssembly.findNetwork bytes inputs name

        let found =
            List.init settings.Estimator.Folds (fun fold ->
                List.init settings.Estimator.Members (fun m ->
                    find (TrainingTask.nameOf target fold m)))

        match
            found
            |> List.concat
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)
        with
        | [] ->
            let folds =
                found |> List.map (List.choose Result.toOption >> Array.ofList) |> Array.ofList

            let make records =
                ParameterisedEstimator(
                    settings,
                    events.NameArray,
                    Array.ofSeq events.Ranges,
                    preprocessing,
                    folds,
                    records
                )

            Ok(make (recordsOf team events (make [])))
        | faults -> Error faults

    /// <summary>Trains all networks one after the other and assembles them; without checkpoints.</summary>
    /// <returns>every fault of settings and events</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let train
        (settings: ParameterisedSettings)
        (events: ParameterisedEvents)
        (preprocessing: string option)
        (context: TrainingContext)
        : Result<ParameterisedEstimator, Fault list> =
        let context = {
            context with
                Checkpoint = None
                Save = ignore
        }

        tasks settings events
        |> Result.map (List.map (fun task -> task.Name, task.Run context))
        |> Result.bind (ofNetworks context.Team settings events preprocessing)
