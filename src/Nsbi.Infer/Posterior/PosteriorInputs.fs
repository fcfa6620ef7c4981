namespace Nsbi.Infer

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

/// <summary>What a study is asked for beside its plan.</summary>
type PosteriorRequest = {
    /// Files of observed events in place of the plan's data; empty for those.
    Data: string list
    /// <summary>A file with the state of events seen before: the events of all data are added to it, it is
    /// written back, and the posterior is that of all of them. None: each set by itself.</summary>
    State: string option
    /// Whether the posterior is checked.
    Checks: bool
}

/// The sets of a study: for training, for checks, observed.
[<RequireQualifiedAccess>]
module internal PosteriorInputs =
    let private requestOf (plan: PosteriorPlan) (files: PosteriorSets) : EventSetsRequest = {
        Events = files.Events
        Set = files.Set
        Features = plan.Features
        Weight = files.Weight
        Selection = files.Selection
        Parameters = plan.Prior.Names
        Values = files.Values
    }

    /// Sets for training (none: of a simulator) and for the checks.
    let sets (plan: PosteriorPlan) (team: ThreadTeam) =
        match plan.Source with
        | PosteriorSource.Toy(name, least, most) ->
            let simulator = PosteriorToy.simulator name plan.Prior least most
            let seed = DataSplit.networkSeed plan.Seed "posterior checks"

            let checks = lazy (SetSimulator.sets team seed plan.Checking.Sets simulator)

            Ok(Choice1Of2 simulator, checks)
        | PosteriorSource.Files files ->
            EventSetsFile.read (requestOf plan files)
            |> Result.bind (fun all ->
                let order = Array.init all.Count id
                let mutable stream = RandomStream(plan.Seed, "sets held out", 0UL)
                stream.Shuffle(Span order)
                let held = int (Math.Round(plan.Checking.HeldOut * float all.Count))

                if held < 20 || all.Count - held < 20 then
                    Error [
                        Fault.create
                            files.Events
                            "there are too few sets to train with and to check"
                            "at least 20 each"
                        |> Fault.withValue $"{all.Count - held} and {held}"
                    ]
                else
                    let part (numbers: int[]) = EventSets.take (Array.sort numbers) all
                    let checks = lazy (part order[.. held - 1])
                    Ok(Choice2Of2(part order[held..]), checks))

    /// What is trained with, without the folders of files.
    let describe (plan: PosteriorPlan) : string =
        match plan.Source with
        | PosteriorSource.Toy(name, least, most) -> $"toy {name} of {least} to {most} events"
        | PosteriorSource.Files files ->
            let orNone = Option.defaultValue "none"

            String.Join(
                "; ",
                [
                    $"set {files.Set}"
                    $"weight {orNone files.Weight}"
                    $"selection {files.Selection |> Option.map string |> orNone}"
                ]
            )

    /// Names and hashes of the files that are read for it.
    let hashes (plan: PosteriorPlan) : (string * string) list =
        match plan.Source with
        | PosteriorSource.Toy _ -> []
        | PosteriorSource.Files files -> [
            $"events {Path.GetFileName files.Events}", ContentHash.ofFile files.Events

            match files.Values with
            | Some path -> $"values {Path.GetFileName path}", ContentHash.ofFile path
            | None -> ()
          ]

    /// Events of a file as features in a row.
    let private ofFile (plan: PosteriorPlan) (path: string) : Result<float32[], Fault list> =
        let selection =
            match plan.Source with
            | PosteriorSource.Files files -> files.Selection
            | PosteriorSource.Toy _ -> None

        EventFile.read
            {
                EventRequest.columns plan.Features with
                    Selection = selection
            }
            path
        |> Result.map (fun table ->
            let columns = plan.Features |> List.map (fun name -> EventTable.values name table)

            [|
                for i in 0 .. table.Count - 1 do
                    for column in columns do
                        float32 column[i]
            |])

    let private events (plan: PosteriorPlan) (number: int) (data: PosteriorData) =
        match data.Events, plan.Source with
        | PosteriorEvents.File path, _ -> ofFile plan path
        | PosteriorEvents.Drawn(phi, count), PosteriorSource.Toy(name, least, most) ->
            let simulator = PosteriorToy.simulator name plan.Prior least most
            let mutable stream = RandomStream(plan.Seed, "observed set", uint64 number)
            Ok(simulator.DrawAt(Array.ofList phi, count, &stream).Features)
        | PosteriorEvents.Drawn _, PosteriorSource.Files _ ->
            Error [ Fault.create data.Name "events can be drawn of a toy alone" "give a file" ]

    let private before (estimator: PosteriorEstimator) (path: string) =
        if File.Exists path then
            try
                PosteriorState.ofBytes path estimator (File.ReadAllBytes path)
            with :? IOException as error ->
                Error [ Fault.create path "the file cannot be read" error.Message ]
        else
            Ok(PosteriorState.empty estimator)

    /// Names, states and true parameters of what is observed; a file of a state is written.
    let observed (request: PosteriorRequest) (plan: PosteriorPlan) team estimator =
        let data =
            match request.Data with
            | [] -> plan.Data
            | files -> [
                for path in files ->
                    {
                        Name = Path.GetFileName path
                        Events = PosteriorEvents.File path
                    }
              ]

        let truth (it: PosteriorData) =
            match it.Events with
            | PosteriorEvents.Drawn(phi, _) -> Some phi
            | PosteriorEvents.File _ -> None

        data
        |> List.mapi (events plan)
        |> Fault.collect
        |> Result.bind (fun sets ->
            match request.State with
            | None ->
                List.map2
                    (fun (it: PosteriorData) set ->
                        it.Name,
                        PosteriorState.ofEvents team estimator (ReadOnlyMemory set),
                        truth it)
                    data
                    sets
                |> Ok
            | Some path ->
                before estimator path
                |> Result.map (fun state ->
                    let add state set =
                        PosteriorState.add team estimator (ReadOnlyMemory set) state

                    let state = List.fold add state sets
                    Durable.write ignore path (PosteriorState.toBytes state)
                    [ Path.GetFileName path, state, None ]))
