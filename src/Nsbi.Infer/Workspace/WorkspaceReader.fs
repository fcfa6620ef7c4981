namespace Nsbi.Infer

open System.IO
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Model.HistFactory

/// <summary>Reads a workspace with every fault of it; <c>WorkspaceFile.read</c> is the door.
/// </summary>
[<Sealed>]
type internal WorkspaceReader(file: string) =
    let folder = Path.GetDirectoryName(Path.GetFullPath file)
    let json = JsonReader()
    let faults = ResizeArray<Fault>()

    let report (place: JsonPlace) (problem: string) (remedy: string) =
        faults.Add(Fault.create file problem remedy |> Fault.inJson file place.Path)

    let required (key: string -> JsonPlace option) name read = key name |> Option.bind read

    let listOf (key: string -> JsonPlace option) name read =
        match key name with
        | None -> Some []
        | Some place -> json.ListOf(place, read)

    /// The numbers of a column file, its hash checked.
    let column (place: JsonPlace) (name: string) (hash: string) : float[] option =
        let path = Path.Combine(folder, name)

        if Path.IsPathRooted name then
            report
                place
                "the file of a column is named by an absolute path"
                "name it by its path from the folder of the workspace"

            None
        elif not (File.Exists path) then
            report place $"there is no file '{name}'" "put it back beside the workspace"
            None
        else
            let found = ContentHash.ofFile path

            if found <> hash then
                report
                    place
                    $"the file '{name}' is not the one the workspace was written with: its \
                      SHA-256 is {found}, not {hash}"
                    "put the old file back, or write the workspace again"

                None
            else
                match NpyFile.read path with
                | Error found ->
                    found |> List.map (Fault.inJson file place.Path) |> faults.AddRange
                    None
                | Ok array when array.Shape.Length <> 1 ->
                    report
                        place
                        $"the array in '{name}' has the shape {array.Shape}"
                        "give one axis"

                    None
                | Ok array -> Some(NpyArray.toFloats array)

    let reference (place: JsonPlace) key : float[] option =
        match required key "file" json.Text, required key "sha256" json.Text with
        | Some name, Some hash -> column place name hash
        | _ -> None

    let weights (place: JsonPlace) : float[] option =
        json.Object(place, [ "file"; "sha256" ], []) |> Option.bind (reference place)

    let ratio (place: JsonPlace) : (string * RatioSource) option =
        json.Object(place, [ "process"; "file"; "sha256" ], [ "log" ])
        |> Option.bind (fun key ->
            let name = required key "process" json.Text

            let isLog =
                match key "log" with
                | None -> Some false
                | Some place -> json.Truth place

            match name, isLog, reference place key with
            | Some name, Some true, Some values -> Some(name, LogRatios values)
            | Some name, Some false, Some values -> Some(name, Ratios values)
            | _ -> None)

    let side (place: JsonPlace) : RatioSource option =
        json.Object(place, [ "file"; "sha256" ], [ "log" ])
        |> Option.bind (fun key ->
            let isLog =
                match key "log" with
                | None -> Some false
                | Some place -> json.Truth place

            match isLog, reference place key with
            | Some true, Some values -> Some(LogRatios values)
            | Some false, Some values -> Some(Ratios values)
            | _ -> None)

    let variation (place: JsonPlace) : ((string * string) * VariationRatios) option =
        json.Object(place, [ "process"; "variation"; "up" ], [ "down" ])
        |> Option.bind (fun key ->
            let proc = required key "process" json.Text
            let name = required key "variation" json.Text

            let down =
                match key "down" with
                | None -> Some None
                | Some place -> side place |> Option.map Some

            match proc, name, required key "up" side, down with
            | Some proc, Some name, Some up, Some down ->
                Some((proc, name), { Up = up; Down = down })
            | _ -> None)

    let distinct (place: JsonPlace) (what: string) (names: string list) =
        for name, count in List.countBy id names do
            if count > 1 then
                report place $"the {what} '{name}' occurs {count} times" "give it once"

    let table (place: JsonPlace) : RatioTable option =
        json.Object(place, [ "weights"; "ratios" ], [ "variations" ])
        |> Option.bind (fun key ->
            let ratios =
                required key "ratios" (fun place ->
                    let found = json.ListOf(place, ratio)
                    found |> Option.iter (List.map fst >> distinct place "process")
                    found)

            let variations = listOf key "variations" variation

            variations
            |> Option.iter (
                List.map (fun ((proc, name), _) -> $"{name}' of process '{proc}")
                >> distinct place "variation"
            )

            match required key "weights" weights, ratios, variations with
            | Some weights, Some ratios, Some variations ->
                Some {
                    RatioTable.weighted weights ratios with
                        Variations = Map.ofList variations
                }
            | _ -> None)

    let unbinned (place: JsonPlace) : ((string * TableKind) * RatioTable) list option =
        json.Object(place, [ "channel" ], [ "reference"; "observed" ])
        |> Option.bind (fun key ->
            let channel = required key "channel" json.Text

            let read word kind =
                match key word with
                | None -> Some []
                | Some place ->
                    match channel, table place with
                    | Some name, Some table -> Some [ (name, kind), table ]
                    | _ -> None

            Option.map2
                (@)
                (read "reference" TableKind.Reference)
                (read "observed" TableKind.Observed))

    let binned (place: JsonPlace) : (string * float list) option =
        json.Object(place, [ "channel"; "counts" ], [])
        |> Option.bind (fun key ->
            Option.map2
                (fun name counts -> name, counts)
                (required key "channel" json.Text)
                (required key "counts" (fun place -> json.ListOf(place, json.Number))))

    let globals (place: JsonPlace) : (string * float) option =
        json.Object(place, [ "parameter"; "observed" ], [])
        |> Option.bind (fun key ->
            Option.map2
                (fun name value -> name, value)
                (required key "parameter" json.Text)
                (required key "observed" json.Number))

    let model (place: JsonPlace) : Model option =
        match ModelJson.readElement place.Path place.Element with
        | Error errors ->
            for error in errors do
                json.Report(error.Place, error.Fault, error.Remedy)

            None
        | Ok model ->
            match Model.validate model with
            | Error errors ->
                for error in errors do
                    json.Report(place.Path, $"{error.Place}: {error.Fault}", error.Remedy)

                None
            | Ok _ -> Some model

    let version (place: JsonPlace) =
        match json.Number place with
        | Some 1.0 -> ()
        | Some other ->
            report place $"the version of the workspace is {other}" "this program reads version 1"
        | None -> ()

    let root (place: JsonPlace) : Workspace option =
        json.Object(
            place,
            [ "nsbi-workspace"; "model" ],
            [ "unbinned"; "binned"; "globals"; "histfactory" ]
        )
        |> Option.bind (fun key ->
            key "nsbi-workspace" |> Option.iter version
            let model = required key "model" model
            let tables = listOf key "unbinned" unbinned |> Option.map List.concat
            let counts = listOf key "binned" binned
            let observables = listOf key "globals" globals

            let histFactory =
                match key "histfactory" with
                | None -> Some None
                | Some place -> RestJson.read json place |> Option.map Some

            tables
            |> Option.iter (
                List.map (fun ((channel, kind), _) -> $"{channel}, {kind}")
                >> distinct place "channel"
            )

            counts |> Option.iter (List.map fst >> distinct place "binned channel")
            observables |> Option.iter (List.map fst >> distinct place "parameter")

            match model, tables, counts, observables, histFactory with
            | Some model, Some tables, Some counts, Some observables, Some histFactory ->
                Some {
                    Model = model
                    Tables = { Tables = Map.ofList tables }
                    Counts = Map.ofList counts
                    Globals = Map.ofList observables
                    HistFactory = histFactory
                }
            | _ -> None)

    /// The workspace of a JSON value, or every fault.
    member _.Read(element: JsonElement) : Result<Workspace, Fault list> =
        let workspace = root { Path = "$"; Element = element }

        let found =
            json.Faults
            |> List.map (fun error ->
                Fault.create file error.Fault error.Remedy |> Fault.inJson file error.Place)

        match workspace, found @ List.ofSeq faults with
        | Some workspace, [] -> Ok workspace
        | _, faults -> Error faults
