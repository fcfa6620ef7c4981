namespace Nsbi.Infer

open System.IO
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Posterior
open Nsbi.Model

/// <summary>Reading <c>posterior.json</c>: every fault at once, with its JSON path.</summary>
[<RequireQualifiedAccess>]
module PosteriorPlanFile =
    /// <summary>The version that is read.</summary>
    [<Literal>]
    let Version = 1

    let private optional key name value read =
        AnalysisParts.optional key name value read |> Option.defaultValue value

    let private some read = AnalysisParts.some read

    /// The numbers of events: one, or from least to most.
    let private sizes (reader: JsonReader) (place: JsonPlace) : (int * int) option =
        let least = 1

        let checkedSizes low high =
            if low >= least && high >= low && high <= 10_000_000 then
                Some(low, high)
            else
                reader.Report(
                    place.Path,
                    $"sets of {low} to {high} events are not possible",
                    "give a number from 1 to 10000000, or a list of the least and the most"
                )

                None

        if place.Element.ValueKind = JsonValueKind.Array then
            match reader.ListOf(place, AnalysisParts.int reader) with
            | Some [ low; high ] -> checkedSizes low high
            | Some _ ->
                reader.Report(
                    place.Path,
                    "these are not two numbers",
                    "give the least and the most"
                )

                None
            | None -> None
        else
            AnalysisParts.int reader place |> Option.bind (fun n -> checkedSizes n n)

    let private toy (reader: JsonReader) (place: JsonPlace) =
        reader.Object(place, [ "name"; "events" ], [])
        |> Option.bind (fun key ->
            Option.map2
                (fun name (low, high) -> PosteriorSource.Toy(name, low, high))
                (key "name" |> Option.bind reader.Text)
                (key "events" |> Option.bind (sizes reader)))

    let private selection (reader: JsonReader) (place: JsonPlace) =
        reader.Text place
        |> Option.bind (fun text ->
            match Selection.parse text with
            | Ok condition -> Some(Some condition)
            | Error fault ->
                reader.Report(place.Path, fault.Problem, fault.Remedy)
                None)

    let private files (folder: string) (reader: JsonReader) (place: JsonPlace) =
        let path place =
            reader.Text place |> Option.map (fun file -> Path.Combine(folder, file))

        reader.Object(place, [ "events" ], [ "set"; "values"; "weight"; "selection" ])
        |> Option.bind (fun key ->
            key "events"
            |> Option.bind path
            |> Option.map (fun events ->
                PosteriorSource.Files {
                    Events = events
                    Set = optional key "set" "set" reader.Text
                    Values = optional key "values" None (some path)
                    Weight = optional key "weight" None (some reader.Text)
                    Selection = optional key "selection" None (selection reader)
                }))

    let private data folder isToy (prior: Prior option) (reader: JsonReader) (place: JsonPlace) =
        reader.Object(place, [ "name" ], [ "file"; "parameters"; "events" ])
        |> Option.bind (fun key ->
            let events =
                match key "file", key "parameters" with
                | Some file, None ->
                    reader.Text file
                    |> Option.map (fun file -> PosteriorEvents.File(Path.Combine(folder, file)))
                | None, Some parameters when isToy ->
                    let values = reader.ListOf(parameters, reader.Number)
                    let events = key "events" |> Option.bind (AnalysisParts.int reader)

                    match prior, values with
                    | Some prior, Some values when
                        values.Length <> prior.Count || not (prior.Supports(Array.ofList values))
                        ->
                        reader.Report(
                            parameters.Path,
                            "these are no parameters that the prior allows",
                            $"""give {String.concat ", " prior.Names}"""
                        )
                    | _ -> ()

                    if events |> Option.forall (fun n -> n < 1) then
                        reader.Report(
                            place.Path,
                            "it is not said how many events are drawn",
                            "give \"events\", at least 1"
                        )

                    Option.map2 (fun v n -> PosteriorEvents.Drawn(v, n)) values events
                | _ ->
                    let remedy =
                        if isToy then
                            "give either \"file\", or \"parameters\" and \"events\""
                        else
                            "give \"file\""

                    reader.Report(place.Path, "it is not said where the events come from", remedy)

                    None

            Option.map2
                (fun name events -> { Name = name; Events = events })
                (key "name" |> Option.bind reader.Text)
                events)

    let private checking (reader: JsonReader) (place: JsonPlace) =
        let standard = PosteriorPlan.checking

        reader.Object(place, [], [ "sets"; "heldOut"; "draws"; "level" ])
        |> Option.map (fun key ->
            let within name (low: float) high value =
                if not (value >= low && value <= high) then
                    reader.Report(
                        $"{place.Path}.{name}",
                        $"{value} is out of range",
                        $"give a number from {low} to {high}"
                    )

            let it = {
                Sets = optional key "sets" standard.Sets (AnalysisParts.int reader)
                HeldOut = optional key "heldOut" standard.HeldOut reader.Number
                Draws = optional key "draws" standard.Draws (AnalysisParts.int reader)
                Level = optional key "level" standard.Level reader.Number
            }

            within "sets" 20.0 1e6 (float it.Sets)
            within "heldOut" 0.001 0.9 it.HeldOut
            within "draws" 20.0 1e5 (float it.Draws)
            within "level" 1e-12 0.5 it.Level
            it)

    let private checkToy (reader: JsonReader) (plan: PosteriorPlan) =
        match plan.Source with
        | PosteriorSource.Toy(name, _, _) ->
            for what, remedy in PosteriorToy.faults name plan.Prior plan.Features do
                reader.Report("$.toy", what, remedy)
        | PosteriorSource.Files _ -> ()

    let private checkNames (reader: JsonReader) (plan: PosteriorPlan) =
        if plan.Features.IsEmpty then
            reader.Report("$.features", "there is no feature", "name at least one column")

        let sets = plan.Data |> List.map (fun (it: PosteriorData) -> it.Name)

        for what, names in [ "features", plan.Features; "data", sets ] do
            for name, count in List.countBy id names do
                if count > 1 then
                    reader.Report($"$.{what}", $"'{name}' is there {count} times", "name it once")

    let private root file folder (faults: FaultLog) (reader: JsonReader) (place: JsonPlace) =
        reader.Object(
            place,
            [ "nsbi-posterior"; "name"; "prior"; "features" ],
            [ "seed"; "toy"; "sets"; "networks"; "check"; "data"; "notes" ]
        )
        |> Option.bind (fun key ->
            match key "nsbi-posterior" |> Option.bind reader.Number with
            | Some found when found <> float Version ->
                reader.Report(
                    "$.nsbi-posterior",
                    $"the version is {found}",
                    $"this program reads version {Version}"
                )
            | _ -> ()

            let inner read place =
                AnalysisParts.settings file faults read place

            let source =
                match key "toy", key "sets" with
                | Some place, None -> toy reader place
                | None, Some place -> files folder reader place
                | _ ->
                    reader.Report(
                        "$",
                        "it is not said what the posterior is trained with",
                        "give either \"toy\" or \"sets\""
                    )

                    None

            let seed = optional key "seed" 1UL (AnalysisParts.seed reader)
            let prior = key "prior" |> Option.bind (inner Prior.ofJson)
            let name = key "name" |> Option.bind reader.Text
            let texts place = reader.ListOf(place, reader.Text)
            let features = key "features" |> Option.bind texts
            let isToy = (key "toy").IsSome

            let networks =
                optional key "networks" PosteriorSettings.standard (inner PosteriorSettings.ofJson)

            let checking = optional key "check" PosteriorPlan.checking (checking reader)

            let data =
                optional key "data" [] (fun place ->
                    reader.ListOf(place, data folder isToy prior reader))

            let notes = optional key "notes" [] texts

            match name, prior, features, source with
            | Some name, Some prior, Some features, Some source ->
                let plan = {
                    Name = name
                    Seed = seed
                    Prior = prior
                    Features = features
                    Source = source
                    Networks = { networks with Seed = seed }
                    Checking = checking
                    Data = data
                    Notes = notes
                }

                checkToy reader plan
                checkNames reader plan
                Some plan
            | _ -> None)

    /// <summary>A plan from its JSON text.</summary>
    /// <param name="file">how faults should name the file; paths in it are relative to its folder</param>
    /// <param name="json">the text</param>
    /// <returns>the plan, checked in itself but without a look at its event files; or every fault
    /// </returns>
    let parse (file: string) (json: string) : Result<PosteriorPlan, Fault list> =
        let folder = Path.GetDirectoryName file |> Option.ofObj |> Option.defaultValue ""
        PlanFile.parse file json (root file folder) (fun plan -> plan, [])

    /// <summary>A plan from a file.</summary>
    /// <returns>or every fault, of the file itself among them</returns>
    let read (path: string) : Result<PosteriorPlan, Fault list> = PlanFile.read path parse
