namespace Nsbi.Learn.Networks

open System
open System.Runtime.InteropServices
open System.Security.Cryptography
open Nsbi.Learn

/// <summary>One network of an estimator: an independent piece of work whose result is bytes.</summary>
type TrainingTask = {
    /// Unique in the estimator; letters, digits and '-'.
    Name: string
    /// The fold that the network never sees.
    Fold: int
    /// Its number in the ensemble of the fold.
    Member: int
    /// What it tells apart.
    Target: ClassifierTarget
    /// The seed of its random numbers.
    Seed: uint64
    /// Everything its result depends on beside the seed: settings, mixture, SHA-256 of the events. Equal
    /// lists give equal bytes.
    Settings: (string * string) list
    /// Trains, or resumes from the context's checkpoint; returns the network's bytes. Reentrant, as long as
    /// each run has a team of its own.
    Run: TrainingContext -> byte[]
}

/// The trainings of which a ratio estimator is made.
[<RequireQualifiedAccess>]
module TrainingTask =
    let internal hashOf (events: LabelledEvents) : string =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

        let add (values: 'T[]) =
            hash.AppendData(MemoryMarshal.AsBytes(ReadOnlySpan values))

        add [| events.ClassCount; events.FeatureCount; events.Count |]
        add events.FeatureArray
        add events.ClassArray
        add events.WeightArray
        add events.GroupArray
        events.Origins |> Option.iter add
        Convert.ToHexStringLower(hash.GetHashAndReset())

    /// <summary>What the networks of a fold tell apart: one softmax, or one network per class that is not
    /// itself the whole reference.</summary>
    let internal targets (head: Head) (mixture: ReferenceMixture) : ClassifierTarget list =
        match head with
        | Head.Softmax -> [ ClassifierTarget.AllClasses ]
        | Head.Separate -> [
            for c in 0 .. mixture.WeightArray.Length - 1 do
                if mixture.WeightArray[c] < 1.0 then
                    ClassifierTarget.AgainstReference c
          ]

    let internal nameOf (target: ClassifierTarget) (fold: int) (memberNumber: int) : string =
        match target with
        | ClassifierTarget.AllClasses
        | ClassifierTarget.Parameterised -> $"network-fold{fold}-member{memberNumber}"
        | ClassifierTarget.AgainstReference c -> $"network-class{c}-fold{fold}-member{memberNumber}"

    /// Roles of all events in a fold's training.
    let internal roles (settings: EstimatorSettings) (events: LabelledEvents) (fold: int) : Role[] =
        events.GroupArray |> Array.map (DataSplit.role settings fold)

    let internal rowsOf (roles: Role[]) (role: Role) : int[] =
        let rows = ResizeArray()

        for i in 0 .. roles.Length - 1 do
            if roles[i] = role then
                rows.Add i

        rows.ToArray()

    let private mixtureFaults (settings: EstimatorSettings) (mixture: ReferenceMixture) events = [
        let names (list: string seq) = String.Join(", ", list)
        let classes = (events: LabelledEvents).ClassNames

        if List.ofSeq mixture.ClassNames <> List.ofSeq classes then
            Fault.create
                "reference mixture"
                "its classes are not those of the events"
                $"give a weight to each of {names classes}, in this order; 0 leaves one out"
            |> Fault.withValue (names mixture.ClassNames)

        if settings.Head = Head.Softmax then
            for name, weight in Seq.zip mixture.ClassNames mixture.Weights do
                if not (weight > 0.0) then
                    Fault.create
                        "reference mixture"
                        "the softmax head needs every class in the reference"
                        "give it a weight above 0, or choose the head 'separate'"
                    |> Fault.inColumn name
    ]

    /// Every role of every fold needs events of every class.
    let internal roleFaults (settings: EstimatorSettings) (events: LabelledEvents) = [
        for fold in 0 .. settings.Folds - 1 do
            let roles = roles settings events fold

            let filled =
                Array.zip3 roles events.ClassArray events.WeightArray
                |> Array.filter (fun (_, _, weight) -> weight > 0.0)
                |> Array.map (fun (role, c, _) -> struct (role, c))
                |> Array.distinct
                |> Set.ofArray

            for c in 0 .. events.ClassCount - 1 do
                for role in [ Role.Training; Role.Validation; Role.Normalisation; Role.Check ] do
                    if not (filled.Contains(struct (role, c))) then
                        Fault.create
                            $"class '{events.ClassNames[c]}'"
                            "too few events: a part of the split is empty"
                            "give more events, fewer folds or larger fractions"
                        |> Fault.withValue $"{role} of fold {fold}"
    ]

    /// Every fault of settings, mixture and events.
    let internal faults settings mixture events : Fault list =
        match EstimatorSettings.faults "network settings" settings with
        | [] -> mixtureFaults settings mixture events @ roleFaults settings events
        | faults -> faults

    /// What results depend on beside the seed and the networks' own settings.
    let internal description settings mixture events : (string * string) list = [
        "network", EstimatorSettings.toJson { settings with Members = 1 }
        "mixture", string mixture
        "events", hashOf events
    ]

    /// The rows of each role in each fold, found when first asked for: r fold role.
    let internal roleRows settings events : int -> Role -> int[] =
        let folds =
            Array.init settings.Folds (fun fold ->
                lazy
                    (let roles = roles settings events fold
                     rowsOf roles Role.Training, rowsOf roles Role.Validation))

        fun fold role ->
            let training, validation = folds[fold].Value
            if role = Role.Training then training else validation

    /// The trainings of one estimator on events that are made when a training begins. The names have a
    /// prefix, on which the seeds depend as well.
    let internal prefixed
        (prefix: string)
        (description: (string * string) list)
        (rows: int -> Role -> int[])
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: unit -> LabelledEvents)
        : TrainingTask list = [
        for fold in 0 .. settings.Folds - 1 do
            for target in targets settings.Head mixture do
                for memberNumber in 0 .. settings.Members - 1 do
                    let name = prefix + nameOf target fold memberNumber
                    let seed = DataSplit.networkSeed settings.Seed name

                    {
                        Name = name
                        Fold = fold
                        Member = memberNumber
                        Target = target
                        Seed = seed
                        Settings = description
                        Run =
                            fun context ->
                                let problem = {
                                    Name = name
                                    Settings = settings.Training
                                    Target = target
                                    Mixture = mixture
                                    Events = events ()
                                    TrainingRows = rows fold Role.Training
                                    ValidationRows = rows fold Role.Validation
                                    Seed = seed
                                }

                                use training = new ClassifierTraining(context.Team, problem)

                                training.Run(fold, memberNumber, context) |> Network.toBytes
                    }
    ]

    /// <summary>The trainings of an estimator, fold by fold: independent of one another, each to be run
    /// once, in any order and in any process.</summary>
    /// <returns>the tasks, k M of them for the softmax head, else k M times the number of classes that are
    /// not the whole reference; or every fault of settings, mixture and events</returns>
    let ofEstimator
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (events: LabelledEvents)
        : Result<TrainingTask list, Fault list> =
        match faults settings mixture events with
        | [] ->
            let description = description settings mixture events
            let rows = roleRows settings events

            prefixed "" description rows settings mixture (fun () -> events) |> Ok
        | faults -> Error faults
