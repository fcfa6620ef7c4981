namespace Nsbi.Infer

open System
open System.IO
open Nsbi.Learn

/// <summary>Workspaces as files.</summary>
/// <remarks><c>{"nsbi-workspace": 1, "model": {…}, "unbinned": [{"channel", "reference": {"weights":
/// {"file", "sha256"}, "ratios": [{"process", "log", "file", "sha256"}], "variations":
/// [{"process", "variation", "up": {"log", "file", "sha256"}, "down": {…}}]}, "observed": {…}}],
/// "binned": [{"channel", "counts": […]}], "globals": [{"parameter", "observed"}]}</c>. The model is
/// as in <see cref="T:Nsbi.Model.ModelJson" />. Files are NumPy arrays of one axis, named by their
/// path from the folder of the workspace; "log" says that they hold log r instead of r.</remarks>
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
        | :? UnauthorizedAccessException
        | :? IOException as error ->
            Error [ Fault.create path $"it cannot be used: {error.Message}" "check the path" ]

    /// <summary>Reads a workspace and the columns it names.</summary>
    /// <returns>a workspace with a valid model; or every fault with its JSON path: unknown or
    /// missing keys, faults of the model, files that are missing or not the ones it was written with
    /// </returns>
    let read (path: string) : Result<Workspace, Fault list> =
        guarded path (fun () -> WorkspaceReader(path).Read(File.ReadAllText path))

    /// <summary>Writes a workspace, and its columns into a folder beside it: <c>fit.json</c> gets
    /// <c>fit.columns/</c>.</summary>
    /// <remarks>The columns come first, then the workspace as a whole file. The folder of the columns
    /// belongs to the workspace: other files in it, such as the columns of a workspace that was
    /// written there before, are deleted. Ratios that are functions are written as log r. The bytes
    /// depend on the workspace alone.</remarks>
    /// <returns>or why it cannot be written</returns>
    let write (path: string) (workspace: Workspace) : Result<unit, Fault list> =
        guarded path (fun () -> WorkspaceWriter.write path workspace)
