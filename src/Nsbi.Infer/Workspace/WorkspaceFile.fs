namespace Nsbi.Infer

open System
open System.IO
open System.Text
open Nsbi.Learn
open Nsbi.Model.HistFactory

/// <summary>What is chosen of a workspace when it is read.</summary>
type WorkspaceChoice = {
    /// Of a pyhf workspace, the name of the measurement; the first one if none is given.
    Measurement: string option
    /// Of a pyhf workspace, the file of a patch (RFC 6902) or of a patch set.
    Patch: string option
    /// Of a patch set, the name of the patch, or its values as 300,100.
    PatchName: string option
}

/// <summary>What is chosen of a workspace when it is read.</summary>
[<RequireQualifiedAccess>]
module WorkspaceChoice =

    /// The first measurement, without patches.
    let standard: WorkspaceChoice = {
        Measurement = None
        Patch = None
        PatchName = None
    }

/// The formats of workspaces.
type WorkspaceFormat =
    /// Our own, which says everything.
    | Own
    /// pyhf's, which says binned channels of HistFactory.
    | Pyhf

/// <summary>Workspaces as files.</summary>
/// <remarks><c>{"nsbi-workspace": 1, "model": {…}, "unbinned": [{"channel", "reference":
/// {"weights": {"file", "sha256"}, "ratios": [{"process", "log", "file", "sha256"}], "variations":
/// [{"process", "variation", "up": {"log", "file", "sha256"}, "down": {…}}]}, "observed": {…}}],
/// "binned": [{"channel", "counts": […]}], "globals": [{"parameter", "observed"}], "histfactory":
/// {…}}</c>. The model is as in <see cref="T:Nsbi.Model.ModelJson" />. Files are NumPy arrays of
/// one axis, named by their path from the folder of the workspace; "log" says that they hold log r
/// instead of r. What "histfactory" holds is what a pyhf workspace says beyond model and counts.
/// Workspaces of pyhf are recognised and read wherever a workspace is; both may be compressed by
/// gzip.</remarks>
[<RequireQualifiedAccess>]
module WorkspaceFile =

    let private guarded (path: string) (action: unit -> Result<'a, Fault list>) =
        try
            if String.IsNullOrWhiteSpace path then
                Error [ Fault.create $"'{path}'" "it is no name of a file" "give the workspace" ]
            elif Directory.Exists path then
                Error [ Fault.create path "it is a folder" "give the file of the workspace" ]
            else
                action ()
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException ->
            Error [ Fault.create path "there is no such file or folder" "check the path" ]
        | :? InvalidDataException ->
            Error [ Fault.create path "it is no valid gzip file" "get the file again" ]
        | :? UnauthorizedAccessException
        | :? IOException as error ->
            Error [ Fault.create path $"it cannot be used: {error.Message}" "check the path" ]

    let private createFolder (path: string) : unit =
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath path))
        |> ignore

    let private patched (path: string) (choice: WorkspaceChoice) (text: string) =
        match choice.Patch, choice.PatchName with
        | Some file, key ->
            guarded file (fun () -> PyhfWorkspace.patch path file (TextFile.read file) key text)
        | None, Some key ->
            Error [
                Fault.create
                    path
                    $"the patch '{key}' is chosen of no patch set"
                    "give the file of the patch set too"
            ]
        | None, None -> Ok text

    let private own
        (path: string)
        (choice: WorkspaceChoice)
        element
        : Result<Workspace, Fault list> =
        let patches =
            match choice.Patch, choice.PatchName with
            | None, None -> []
            | _ -> [
                Fault.create
                    path
                    "it is no pyhf workspace, for which patches are"
                    "patch the pyhf workspace, then convert it"
              ]

        match WorkspaceReader(path).Read element, choice.Measurement, patches with
        | Ok workspace, Some name, [] -> PyhfWorkspace.withMeasurement path name workspace
        | Ok workspace, None, [] -> Ok workspace
        | Ok _, _, patches -> Error patches
        | Error faults, _, patches -> Error(faults @ patches)

    /// <summary>Reads a workspace of a choice and its format: as of read.</summary>
    /// <returns>the workspace and the format it stands in; or every fault, those of the choice
    /// among them: an unknown measurement or patch, a patch for another workspace</returns>
    let readWith
        (choice: WorkspaceChoice)
        (path: string)
        : Result<Workspace * WorkspaceFormat, Fault list> =
        guarded path (fun () ->
            let text = TextFile.read path

            TextFile.parse path text
            |> Result.bind (fun document ->
                use document = document

                if not (PyhfWorkspace.isPyhf document.RootElement) then
                    own path choice document.RootElement
                    |> Result.map (fun workspace -> workspace, Own)
                else
                    patched path choice text
                    |> Result.bind (TextFile.parse path)
                    |> Result.bind (fun document ->
                        use document = document

                        PyhfWorkspace.read path choice.Measurement document.RootElement
                        |> Result.map (fun workspace -> workspace, Pyhf))))

    /// <summary>Reads a workspace and the columns it names; of a pyhf workspace the first
    /// measurement.</summary>
    /// <returns>a workspace with a valid model; or every fault with its JSON path: unknown or
    /// missing keys, faults of the model, files that are missing or not the ones it was written
    /// with
    /// </returns>
    let read (path: string) : Result<Workspace, Fault list> =
        readWith WorkspaceChoice.standard path |> Result.map fst

    /// <summary>Writes a workspace, and its columns into a folder beside it: <c>fit.json</c> gets
    /// <c>fit.columns/</c>.</summary>
    /// <remarks>The columns come first, then the workspace as a whole file. The folder of the
    /// columns belongs to the workspace: other files in it, such as the columns of a workspace that
    /// was written there before, are deleted. Ratios that are functions are written as log r. The
    /// bytes depend on the workspace alone. A name that ends with .gz is that of a compressed file.
    /// </remarks>
    /// <returns>or why it cannot be written</returns>
    let write (path: string) (workspace: Workspace) : Result<unit, Fault list> =
        guarded path (fun () ->
            createFolder path
            WorkspaceWriter.write path workspace)

    /// <summary>Writes a document of PyhfWorkspace.toDocument in pyhf's format, whole or not at
    /// all; compressed if the name ends with .gz.</summary>
    /// <returns>or why it cannot be written</returns>
    let writePyhf (path: string) (document: Document) : Result<unit, Fault list> =
        guarded path (fun () ->
            createFolder path

            Encoding.UTF8.GetBytes(DocumentJson.write document)
            |> TextFile.bytes path
            |> Durable.write ignore path
            |> Ok)
