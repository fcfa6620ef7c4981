namespace Nsbi.Infer

open System
open System.Collections.Concurrent
open System.Globalization
open System.IO
open System.Text
open System.Text.Json

/// <summary>A finished task: the files it produced and where they lie.</summary>
type TaskResult = {
    /// <summary>The task's name.</summary>
    Name: string
    /// <summary>Hash of its specification, as in its manifest.</summary>
    Hash: string
    /// <summary>True where an earlier run had finished it and its files verified.</summary>
    Reused: bool
    /// <summary>The folder that holds the files.</summary>
    Folder: string
    /// <summary>The files, in the order in which the task gave them.</summary>
    Files: TaskFile list
} with

    /// <summary>The file of this name; ArgumentException where the task produced none.</summary>
    member this.File(name: string) : TaskFile =
        match this.Files |> List.tryFind (fun file -> file.Name = name) with
        | Some file -> file
        | None -> invalidArg (nameof name) $"The task '{this.Name}' has no file '{name}'."

    /// <summary>The bytes of a file; ArgumentException where the task produced none.</summary>
    member this.Read(name: string) : byte[] =
        File.ReadAllBytes(Path.Combine(this.Folder, this.File(name).Name))

    /// <summary>Name and hash of a file, as an input of another task.</summary>
    member this.Input(name: string) : string * string =
        $"{this.Name}/{name}", this.File(name).Sha256

/// <summary>What a running task may ask of its store.</summary>
type ITaskContext =
    /// <summary>The task being run.</summary>
    abstract Spec: TaskSpec

    /// <summary>
    /// Keeps bytes from which the task can go on after a kill, in place of those kept before.
    /// They are removed when the task is finished.
    /// </summary>
    abstract SaveCheckpoint: bytes: byte[] -> unit

    /// <summary>
    /// What was last kept by a task of equal specification that did not finish; None where there
    /// is nothing or it is damaged.
    /// </summary>
    abstract LoadCheckpoint: unit -> byte[] option

/// <summary>
/// A folder of results of independent tasks. A task is finished when its manifest is there; a
/// finished task of equal specification whose files verify is not run again. Killed at any moment
/// and run again, the folder ends with the same bytes. Everything that may differ between two
/// runs (dates, durations, host, threads, absolute paths) lies in its sub-folder <c>log</c>.
/// Tasks of different names may be run from several threads.
/// </summary>
[<Sealed>]
type TaskStore
    internal (folder: string, identity: RunIdentity, held: IDisposable, step: DurableStep -> unit) =
    let tasks = Path.Combine(folder, "tasks")
    let log = Path.Combine(folder, "log")
    let seen = ConcurrentDictionary<string, bool>()
    let gate = obj ()

    let checkpointFile = "checkpoint.bin"

    let isName (text: string) =
        not (String.IsNullOrEmpty text)
        && text.Length <= 120
        && text[0] <> '.'
        && not (text.EndsWith(Durable.temporarySuffix, StringComparison.OrdinalIgnoreCase))
        && text |> Seq.forall (fun c -> Char.IsAsciiLetterOrDigit c || "-_.".Contains c)

    let requireDistinct (what: string) (spec: TaskSpec) (keys: string list) =
        match keys |> List.countBy id |> List.tryFind (fun (_, count) -> count > 1) with
        | Some(key, _) ->
            invalidArg (nameof spec) $"The task '{spec.Name}' names the {what} '{key}' twice."
        | None -> ()

    let context (spec: TaskSpec) (hash: string) (path: string) =
        let header (bytes: byte[]) =
            Encoding.ASCII.GetBytes(hash + ContentHash.ofBytes bytes)

        {
            new ITaskContext with
                member _.Spec = spec

                member _.SaveCheckpoint(bytes) =
                    Durable.write step path (Array.append (header bytes) bytes)

                member _.LoadCheckpoint() =
                    if not (File.Exists path) then
                        None
                    else
                        let all = File.ReadAllBytes path

                        if all.Length < 128 then
                            None
                        else
                            let bytes = all[128..]

                            if all.AsSpan(0, 128).SequenceEqual(header bytes) then
                                Some bytes
                            else
                                None
        }

    let publishName (spec: TaskSpec) (name: string) =
        if not (isName name) || name = TaskManifest.fileName || name = checkpointFile then
            invalidOp $"The task '{spec.Name}' cannot write a file named '{name}'."

    /// <summary>The folder.</summary>
    member _.Folder: string = folder

    /// <summary>The program and the instruction path of all results in the folder.</summary>
    member _.Identity: RunIdentity = identity

    /// <summary>Adds a line with the present time to <c>log/run.log</c>.</summary>
    member _.Log(line: string) : unit =
        let now =
            DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)

        lock gate (fun () -> File.AppendAllText(Path.Combine(log, "run.log"), $"{now} {line}\n"))

    /// <summary>
    /// Writes a file at the top of the folder, whole or not at all, over an older one.
    /// ArgumentException where the name is not a plain file name.
    /// </summary>
    member _.Publish(name: string, bytes: byte[]) : unit =
        if not (isName name) || name = "store.json" then
            invalidArg (nameof name) $"'{name}' is not a name for a file of results."

        Durable.write step (Path.Combine(folder, name)) bytes

    /// <summary>
    /// Runs a task, or finds it finished. Whatever <c>work</c> raises comes out here and leaves
    /// the task unfinished, with its last checkpoint. ArgumentException for a bad or repeated name.
    /// </summary>
    /// <param name="spec">what the task is; equal specifications must give equal bytes</param>
    /// <param name="work">gives file names and bytes; called at most once</param>
    member this.Run(spec: TaskSpec, work: ITaskContext -> (string * byte[]) list) : TaskResult =
        if not (isName spec.Name) then
            invalidArg (nameof spec) $"'{spec.Name}' is not a name for a task."

        if not (seen.TryAdd(spec.Name, true)) then
            invalidArg (nameof spec) $"The task '{spec.Name}' was already run in this store."

        requireDistinct "input" spec (spec.Inputs |> List.map fst)
        requireDistinct "setting" spec (spec.Settings |> List.map fst)
        let hash = TaskSpec.hash identity spec
        let home = Path.Combine(tasks, spec.Name)
        Directory.CreateDirectory home |> ignore
        let started = DateTime.UtcNow

        let removeAllBut (keep: Set<string>) =
            for path in Directory.GetFiles home do
                if not (keep.Contains(Path.GetFileName path)) then
                    Durable.remove step path

        let result (reused: bool) (files: TaskFile list) = {
            Name = spec.Name
            Hash = hash
            Reused = reused
            Folder = home
            Files = files
        }

        match TaskManifest.tryRead home with
        | Some(found, files) when found = hash && files |> List.forall (TaskManifest.verifies home) ->
            let listed = files |> List.map _.Name |> Set.ofList
            removeAllBut (listed.Add TaskManifest.fileName)
            this.Log $"{spec.Name}: finished before"
            result true files
        | _ ->
            // The manifest goes first: from here on the task is unfinished for everyone.
            Durable.remove step (Path.Combine(home, TaskManifest.fileName))
            removeAllBut (Set.singleton checkpointFile)
            let checkpoint = Path.Combine(home, checkpointFile)
            let outputs = work (context spec hash checkpoint)
            outputs |> List.iter (fst >> publishName spec)
            requireDistinct "output" spec (outputs |> List.map fst)

            let files = [
                for name, bytes in outputs do
                    Durable.write step (Path.Combine(home, name)) bytes

                    {
                        Name = name
                        Length = bytes.LongLength
                        Sha256 = ContentHash.ofBytes bytes
                    }
            ]

            let manifest = {
                Hash = hash
                Spec = spec
                Outputs = files
            }

            TaskManifest.write identity manifest
            |> Durable.write step (Path.Combine(home, TaskManifest.fileName))

            Durable.remove step checkpoint
            let seconds = (DateTime.UtcNow - started).TotalSeconds
            this.Log(FormattableString.Invariant $"{spec.Name}: {seconds:F3} s")
            result false files

    /// <summary>
    /// Removes the results of tasks that were not run through this store object: what an earlier
    /// run with other settings left. Call it when all tasks of a run are finished.
    /// </summary>
    member _.RemoveOthers() : unit =
        for home in Directory.GetDirectories tasks do
            if not (seen.ContainsKey(Path.GetFileName home)) then
                Durable.remove step (Path.Combine(home, TaskManifest.fileName))
                Directory.Delete(home, recursive = true)

    interface IDisposable with
        member _.Dispose() = held.Dispose()

/// <summary>Opening of stores.</summary>
[<RequireQualifiedAccess>]
module TaskStore =
    let private identityFile = "store.json"

    let private identityBytes (identity: RunIdentity) =
        use stream = new MemoryStream()

        do
            use json =
                new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true, NewLine = "\n"))

            json.WriteStartObject()
            json.WriteNumber("schema", 1)
            json.WriteString("version", identity.Version)
            json.WriteString("instructionPath", identity.InstructionPath)
            json.WriteEndObject()

        stream.WriteByte(byte '\n')
        stream.ToArray()

    let private readIdentity (path: string) : Result<RunIdentity option, string> =
        if not (File.Exists path) then
            Ok None
        else
            try
                use json = JsonDocument.Parse(File.ReadAllBytes path)

                let text (key: string) =
                    json.RootElement.GetProperty(key).GetString()

                Ok(
                    Some {
                        Version = text "version"
                        InstructionPath = text "instructionPath"
                    }
                )
            with
            | :? JsonException
            | :? InvalidOperationException
            | :? System.Collections.Generic.KeyNotFoundException ->
                Error $"'{identityFile}' in it is damaged"

    let private identityFaults (folder: string) (identity: RunIdentity) : StoreError list =
        match readIdentity (Path.Combine(folder, identityFile)) with
        | Error reason -> [ StoreError.Unusable(folder, reason) ]
        | Ok None -> []
        | Ok(Some found) -> [
            if found.Version <> identity.Version then
                StoreError.OtherVersion(folder, found.Version, identity.Version)
            if found.InstructionPath <> identity.InstructionPath then
                StoreError.OtherInstructionPath(
                    folder,
                    found.InstructionPath,
                    identity.InstructionPath
                )
          ]

    let private prepare step (identity: RunIdentity) (folder: string) (tasks: string) =
        Directory.CreateDirectory tasks |> ignore
        Durable.sweep step folder

        for home in Directory.GetDirectories tasks do
            Durable.sweep step home

        let path = Path.Combine(folder, identityFile)

        if not (File.Exists path) then
            Durable.write step path (identityBytes identity)

    /// Opens a store whose every change of the folder is announced to <c>step</c> when it is done.
    let internal openWith
        (step: DurableStep -> unit)
        (identity: RunIdentity)
        (folder: string)
        : Result<TaskStore, StoreError list> =
        try
            let log = Path.Combine(folder, "log")
            let tasks = Path.Combine(folder, "tasks")
            Directory.CreateDirectory log |> ignore

            match StoreLock.acquire log with
            | Error owner -> Error [ StoreError.InUse(folder, owner) ]
            | Ok held ->
                match identityFaults folder identity with
                | [] ->
                    try
                        prepare step identity folder tasks
                        Ok(new TaskStore(folder, identity, held, step))
                    with _ ->
                        held.Dispose()
                        reraise ()
                | faults ->
                    held.Dispose()
                    Error faults
        with
        | :? UnauthorizedAccessException as fault ->
            Error [ StoreError.Unusable(folder, fault.Message) ]
        | :? IOException as fault -> Error [ StoreError.Unusable(folder, fault.Message) ]

    /// <summary>
    /// Opens or creates a folder of results for this process alone, until the store is disposed
    /// of. Leftovers of killed runs are removed.
    /// </summary>
    /// <param name="identity">version and instruction path; those of the results in the folder</param>
    /// <param name="folder">the folder; created where it is missing</param>
    /// <returns>the store, or all reasons why the folder cannot be worked in</returns>
    let openAt (identity: RunIdentity) (folder: string) : Result<TaskStore, StoreError list> =
        if String.IsNullOrWhiteSpace folder then
            Error [ StoreError.Unusable(folder, "its name is empty") ]
        elif File.Exists folder then
            Error [ StoreError.Unusable(folder, "it is a file") ]
        else
            openWith ignore identity folder
