namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>Ratio estimators out of trained networks.</summary>
[<RequireQualifiedAccess>]
module EstimatorAssembly =
    /// A network of a task's bytes, with as many inputs as wanted.
    let internal findNetwork (bytes: Map<string, byte[]>) (inputs: int) (name: string) =
        match Map.tryFind name bytes with
        | None -> Error [ Fault.create name "the network is missing" "train it" ]
        | Some bytes ->
            match Network.ofBytes name bytes with
            | Ok network when network.InputCount <> inputs ->
                Fault.create name "the network has other features" "train it again"
                |> Fault.withValue $"{network.InputCount} and {inputs}"
                |> List.singleton
                |> Error
            | result -> result

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

    /// The networks of all folds, or every fault of them.
    let internal readNetworks
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (inputs: int)
        (bytes: Map<string, byte[]>)
        (prefix: string)
        : Result<Network[][] list, Fault list> =
        let find name =
            findNetwork bytes inputs (prefix + name)

        let folds = List.init settings.Folds (networksOf settings mixture find)

        match
            folds
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)
        with
        | [] -> Ok(folds |> List.choose Result.toOption)
        | faults -> Error faults

    /// The events of a fold's roles: those its networks have seen, and those they have not.
    type internal FoldRows = {
        Seen: int[]
        ToNormalise: int[]
        ToCheck: int[]
    }

    /// The ratios of a fold's networks on the events of each of its roles, not yet normalised.
    type internal FoldRatios = {
        Rows: FoldRows
        Train: float[][]
        Normalise: float[][]
        Check: float[][]
    }

    /// The rows of all folds: they depend on groups alone.
    let internal rowsOf (settings: EstimatorSettings) (events: LabelledEvents) : FoldRows list =
        List.init settings.Folds (fun fold ->
            let roles = TrainingTask.roles settings events fold

            {
                Seen = [|
                    for i in 0 .. roles.Length - 1 do
                        if roles[i] = Role.Training || roles[i] = Role.Validation then
                            i
                |]
                ToNormalise = TrainingTask.rowsOf roles Role.Normalisation
                ToCheck = TrainingTask.rowsOf roles Role.Check
            })

    /// Ratios of a fold's networks; they do not depend on weights of events.
    let internal ratiosOf
        team
        settings
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (rows: FoldRows)
        networks
        : FoldRatios =
        let raw rows =
            RawRatios.gather events.FeatureCount events.Features rows
            |> RawRatios.ofNetworks team settings.Head mixture.WeightArray networks

        {
            Rows = rows
            Train = raw rows.Seen
            Normalise = raw rows.ToNormalise
            Check = raw rows.ToCheck
        }

    /// Standard error of E_ref[r] of a fold beyond which folds are normalised together.
    [<Literal>]
    let private pooledBeyond = 0.01

    /// <summary>Normalises each fold for itself where its events fix every E_ref[r] to 1 %. Where they
    /// do not, constants of each fold would add their noise to the ratios, and one normalisation serves
    /// all folds: that of the cross-fitted ratio, which gives every event to the networks of its own
    /// fold.</summary>
    let private normalise
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (folds: FoldRatios list)
        : (Normalisation * NormalisationRecord list) list =
        let w = mixture.WeightArray

        let at (values: 'T[]) (rows: int[]) =
            rows |> Array.map (fun row -> values[row])

        let mean rows (ratio: float[]) =
            Normalisation.mean w (at events.ClassArray rows) (at events.WeightArray rows) ratio

        /// The normalisation that events fix, and the error of E_ref[r] that it leaves.
        let fit (rows: int[]) (ratios: float[][]) =
            let q =
                Normalisation.referenceWeights
                    w
                    (at events.ClassArray rows)
                    (at events.WeightArray rows)

            let normalisation =
                match settings.Head with
                | Head.Softmax -> Normalisation.joint w q ratios
                | Head.Separate -> Normalisation.divide q ratios

            let after = Normalisation.apply w normalisation ratios
            normalisation, after |> Array.map (fun ratio -> (mean rows ratio).Error)

        let own = folds |> List.map (fun fold -> fit fold.Rows.ToNormalise fold.Normalise)

        let fits =
            if own |> List.forall (fun (_, errors) -> Array.max errors <= pooledBeyond) then
                own
            else
                let pooled =
                    Array.init w.Length (fun c ->
                        folds |> Seq.map (fun fold -> fold.Normalise[c]) |> Array.concat)

                let one = fit (folds |> Seq.map _.Rows.ToNormalise |> Array.concat) pooled
                folds |> List.map (fun _ -> one)

        let record fold (ratios: FoldRatios) (normalisation, errors: float[]) =
            let check = Normalisation.apply w normalisation ratios.Check

            normalisation,
            List.init w.Length (fun c ->
                let closure = mean ratios.Rows.ToCheck check[c]

                {
                    Fold = fold
                    Class = mixture.ClassNames[c]
                    Train = mean ratios.Rows.Seen ratios.Train[c]
                    Before = mean ratios.Rows.ToNormalise ratios.Normalise[c]
                    Check = {
                        closure with
                            Error = sqrt (closure.Error * closure.Error + errors[c] * errors[c])
                    }
                })

        List.zip folds fits
        |> List.mapi (fun fold (ratios, fitted) -> record fold ratios fitted)

    /// The estimator of networks whose ratios on the events are known.
    let internal build
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: Network[][] list)
        (ratios: FoldRatios list)
        : RatioEstimator =
        let normalised = normalise settings mixture events ratios

        let folds = [|
            for members, (normalisation, _) in List.zip networks normalised ->
                {
                    Networks = members
                    Normalisation = normalisation
                }
        |]

        let records = List.collect snd normalised
        RatioEstimator(settings, mixture, preprocessing, folds, records)

    /// <summary>The estimator of trained networks: reads them, and normalises the ratios on events that
    /// the networks which evaluate them never saw.</summary>
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
        readNetworks settings mixture events.FeatureCount (Map.ofList networks) ""
        |> Result.map (fun networks ->
            List.map2 (ratiosOf team settings mixture events) (rowsOf settings events) networks
            |> build settings mixture events preprocessing networks)

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
