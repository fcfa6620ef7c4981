namespace Nsbi.Infer

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Model
open Nsbi.Model.HistFactory

/// <summary>Workspaces of pyhf as workspaces, and back. The semantics are those of
/// <see cref="T:Nsbi.Model.HistFactory.HistFactoryModule" />.</summary>
[<RequireQualifiedAccess>]
module PyhfWorkspace =

    /// <summary>The workspace of a document under one of its measurements.</summary>
    /// <param name="source">how faults name the document, as a file name</param>
    /// <param name="measurement">the name of the measurement; the first one if none is
    /// given</param>
    /// <param name="document">the document</param>
    /// <returns>a workspace with a valid model, or every fault</returns>
    let ofDocument
        (source: string)
        (measurement: string option)
        (document: Document)
        : Result<Workspace, Fault list> =
        HistFactory.model measurement document
        |> Result.bind (fun found ->
            Model.validate found.Model
            |> Result.map (fun _ -> {
                Workspace.create found.Model RatioTables.empty with
                    Counts = Map.ofList found.Counts
                    HistFactory = Some found.Rest
            }))
        |> Result.mapError (List.map (Workspace.faultOf source))

    /// <summary>The document of a workspace.</summary>
    /// <param name="source">how faults name the workspace, as a file name</param>
    /// <param name="workspace">the workspace; global observables of its own become settings of the
    /// measurement</param>
    /// <returns>the document; or everything that pyhf cannot say, with its place: unbinned
    /// channels, coefficients other than products of parameters, other interpolations, infinite
    /// bounds, missing counts</returns>
    let toDocument (source: string) (workspace: Workspace) : Result<Document, Fault list> =
        let observed (p: Parameter) =
            match workspace.Globals.TryFind p.Name with
            | Some a -> {
                p with
                    Constraint = Constraint.withObserved a p.Constraint
              }
            | None -> p

        let rest =
            workspace.HistFactory
            |> Option.defaultWith (fun () -> HistFactory.rest workspace.Model)

        workspace.Model
        |> Model.mapParameters observed
        |> HistFactory.document rest workspace.Counts
        |> Result.mapError (List.map (Workspace.faultOf source))

    /// <summary>The same workspace under another of its measurements.</summary>
    /// <returns>the workspace; or a fault: it was not made from a pyhf workspace, or is none any
    /// more, or has no such measurement</returns>
    let withMeasurement
        (source: string)
        (measurement: string)
        (workspace: Workspace)
        : Result<Workspace, Fault list> =
        match workspace.HistFactory with
        | Some rest when rest.Measurement = measurement -> Ok workspace
        | Some _ ->
            toDocument source workspace
            |> Result.bind (ofDocument source (Some measurement))
        | None ->
            Error [
                Fault.create
                    source
                    $"it has no measurement '{measurement}': it is no pyhf workspace and was not \
                      converted from one"
                    "leave the measurement out"
            ]

    let private faultsOf (source: string) (result: Result<'a, ModelError list>) =
        result |> Result.mapError (List.map (Workspace.faultOf source))

    let private patchSet (file: string) (patch: string) (key: string option) (json: string) =
        PatchSet.read patch
        |> faultsOf file
        |> Result.bind (fun set ->
            match key, set.Patches with
            | Some key, _ -> PatchSet.apply key json set |> faultsOf file
            | None, [ only ] -> PatchSet.apply only.Name json set |> faultsOf file
            | None, patches ->
                let names = patches |> List.truncate 10 |> List.map _.Name |> String.concat ", "

                Error [
                    Fault.create
                        file
                        $"it holds {patches.Length} patches, and none is chosen"
                        $"name one, as: {names}"
                ])

    /// <summary>The JSON text of a pyhf workspace after a patch.</summary>
    /// <param name="source">how faults name the workspace, as a file name</param>
    /// <param name="file">how faults name the patch</param>
    /// <param name="patch">the JSON text of a patch (RFC 6902) or of a patch set</param>
    /// <param name="key">of a patch set: the name of the patch, or its values as 300,100; may be
    /// left out where there is one patch only</param>
    /// <param name="json">the JSON text of the workspace; a patch set checks its digests</param>
    /// <returns>the new text, or every fault of the patch, or what cannot be done</returns>
    let patch
        (source: string)
        (file: string)
        (patch: string)
        (key: string option)
        (json: string)
        : Result<string, Fault list> =
        let isSet =
            TextFile.parse file patch
            |> Result.map (fun document ->
                use document = document
                PatchSet.isPatchSet document.RootElement)

        match isSet, key with
        | Error faults, _ -> Error faults
        | Ok true, _ -> patchSet file patch key json
        | Ok false, Some key ->
            Error [
                Fault.create
                    file
                    $"it is a single patch, in which there is none of the name '{key}'"
                    "leave the name out, or give the patch set"
            ]
        | Ok false, None ->
            JsonPatch.read patch
            |> faultsOf file
            |> Result.bind (fun patch -> JsonPatch.apply patch json |> faultsOf source)

    /// Whether a JSON value looks like a pyhf workspace.
    let internal isPyhf (element: JsonElement) : bool = DocumentJson.isDocument element

    /// The workspace of a JSON value.
    let internal read (source: string) (measurement: string option) (element: JsonElement) =
        DocumentJson.readElement element
        |> faultsOf source
        |> Result.bind (ofDocument source measurement)
