namespace Nsbi.Infer

open System
open System.IO
open System.Text.Json

/// <summary>What makes results comparable: the program and how it computes.</summary>
type RunIdentity = {
    /// <summary>Version of the program.</summary>
    Version: string
    /// <summary>Instruction path of the kernels: avx512, avx2 or portable.</summary>
    InstructionPath: string
}

/// <summary>A file that a task produced, in the task's folder.</summary>
type TaskFile = {
    /// <summary>File name without folder.</summary>
    Name: string
    /// <summary>Length in bytes.</summary>
    Length: int64
    /// <summary>SHA-256 of the bytes, 64 lower-case hexadecimal digits.</summary>
    Sha256: string
}

/// <summary>What a task is: equal specifications give equal bytes.</summary>
type TaskSpec = {
    /// <summary>Name, unique in its store; letters, digits, '-', '_' and '.'.</summary>
    Name: string
    /// <summary>Seed of the task's random numbers.</summary>
    Seed: uint64
    /// <summary>Name and SHA-256 of everything that the task reads.</summary>
    Inputs: (string * string) list
    /// <summary>Name and value of everything else that its result depends on.</summary>
    Settings: (string * string) list
}

/// <summary>Identification of tasks.</summary>
[<RequireQualifiedAccess>]
module TaskSpec =
    /// <summary>
    /// SHA-256 over the canonical description: name, version, instruction path, seed, inputs and
    /// settings. The order in which inputs or settings are listed does not matter.
    /// </summary>
    let hash (identity: RunIdentity) (spec: TaskSpec) : string =
        let pairs (title: string) (list: (string * string) list) =
            let sorted =
                list |> List.sortWith (fun (a, _) (b, _) -> String.CompareOrdinal(a, b))

            title
            :: string list.Length
            :: (sorted |> List.collect (fun (key, value) -> [ key; value ]))

        ContentHash.ofParts (
            [
                "nsbi-task-1"
                spec.Name
                identity.Version
                identity.InstructionPath
                string spec.Seed
            ]
            @ pairs "inputs" spec.Inputs
            @ pairs "settings" spec.Settings
        )

/// The record that makes a task finished; written last.
type internal TaskManifest = {
    Hash: string
    Spec: TaskSpec
    Outputs: TaskFile list
}

[<RequireQualifiedAccess>]
module internal TaskManifest =
    let fileName = "manifest.json"

    let private options = JsonWriterOptions(Indented = true, NewLine = "\n")

    let write (identity: RunIdentity) (manifest: TaskManifest) : byte[] =
        use stream = new MemoryStream()

        do
            use json = new Utf8JsonWriter(stream, options)

            let pairs (title: string) (list: (string * string) list) =
                json.WriteStartObject title

                for key, value in
                    list |> List.sortWith (fun (a, _) (b, _) -> String.CompareOrdinal(a, b)) do
                    json.WriteString(key, value)

                json.WriteEndObject()

            json.WriteStartObject()
            json.WriteNumber("schema", 1)
            json.WriteString("task", manifest.Spec.Name)
            json.WriteString("hash", manifest.Hash)
            json.WriteString("version", identity.Version)
            json.WriteString("instructionPath", identity.InstructionPath)
            json.WriteNumber("seed", manifest.Spec.Seed)
            pairs "inputs" manifest.Spec.Inputs
            pairs "settings" manifest.Spec.Settings
            json.WriteStartArray "outputs"

            for file in manifest.Outputs do
                json.WriteStartObject()
                json.WriteString("name", file.Name)
                json.WriteNumber("bytes", file.Length)
                json.WriteString("sha256", file.Sha256)
                json.WriteEndObject()

            json.WriteEndArray()
            json.WriteEndObject()

        stream.WriteByte(byte '\n')
        stream.ToArray()

    /// The hash of the specification and the files; None where the file is absent or damaged.
    let tryRead (folder: string) : (string * TaskFile list) option =
        let path = Path.Combine(folder, fileName)

        if not (File.Exists path) then
            None
        else
            try
                use json = JsonDocument.Parse(File.ReadAllBytes path)
                let root = json.RootElement
                let text (element: JsonElement) (key: string) = element.GetProperty(key).GetString()

                let files = [
                    for element in root.GetProperty("outputs").EnumerateArray() ->
                        {
                            Name = text element "name"
                            Length = element.GetProperty("bytes").GetInt64()
                            Sha256 = text element "sha256"
                        }
                ]

                Some(text root "hash", files)
            with
            | :? JsonException
            | :? InvalidOperationException
            | :? System.Collections.Generic.KeyNotFoundException -> None

    /// Whether a file is there with the length and the hash that the manifest gives.
    let verifies (folder: string) (file: TaskFile) : bool =
        let path = Path.Combine(folder, file.Name)

        File.Exists path
        && FileInfo(path).Length = file.Length
        && ContentHash.ofFile path = file.Sha256
