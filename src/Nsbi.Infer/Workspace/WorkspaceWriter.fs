namespace Nsbi.Infer

open System
open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Model.HistFactory

/// <summary>Writes a workspace; <c>WorkspaceFile.write</c> is the door.</summary>
[<RequireQualifiedAccess>]
module internal WorkspaceWriter =

    /// A column of numbers that goes to a file of its own.
    type private Column = {
        /// Path from the folder of the workspace, with forward slashes.
        File: string
        Values: float[]
    }

    let private kinds = [ TableKind.Reference, "reference"; TableKind.Observed, "observed" ]

    /// A name as part of a file name.
    let private safe (name: string) =
        let keep c = Char.IsAsciiLetterOrDigit c || c = '-'

        String.map (fun c -> if keep c then c else '_') name
        |> fun s -> s[.. min 40 s.Length - 1]

    /// Whether a source is written as log r, and its numbers.
    let private numbers (table: RatioTable) (source: RatioSource) : bool * float[] =
        match source with
        | Ratios values -> false, values
        | LogRatios values -> true, values
        | Function f -> true, f.LogRatios table.Features

    /// One side of a variation.
    type private Side = { IsLog: bool; Column: Column }

    /// A variation of a process in its columns.
    type private VariationColumns = {
        Process: string
        Variation: string
        Up: Side
        Down: Side option
    }

    /// The files of the columns of a table: of the weights, each ratio, each variation.
    let private columns
        (folder: string)
        (place: int)
        (kind: string)
        (channel: string)
        (table: RatioTable)
        =
        let file what =
            $"{folder}/{place}-{safe channel}-{kind}-{what}.npy"

        let weights = {
            File = file "weights"
            Values = table.Weights
        }

        let ratios =
            table.Ratios
            |> Map.toList
            |> List.mapi (fun k (name, source) ->
                let isLog, values = numbers table source

                name,
                isLog,
                {
                    File = file $"{k}-{safe name}"
                    Values = values
                })

        let variations =
            table.Variations
            |> Map.toList
            |> List.mapi (fun k ((proc, variation), given) ->
                let side word source =
                    let isLog, values = numbers table source

                    {
                        IsLog = isLog
                        Column = {
                            File = file $"v{k}-{safe proc}-{safe variation}-{word}"
                            Values = values
                        }
                    }

                {
                    Process = proc
                    Variation = variation
                    Up = side "up" given.Up
                    Down = given.Down |> Option.map (side "down")
                })

        weights, ratios, variations

    let private store (folder: string) (column: Column) : Result<string, Fault list> =
        let path = Path.Combine(folder, column.File)

        NpyFile.write path (NpyArray.ofVector column.Values)
        |> Result.map (fun () -> ContentHash.ofFile path)

    let private writeTable (json: Utf8JsonWriter) (folder: string) (weights, ratios, variations) =
        let faults = ResizeArray<Fault>()

        let reference (column: Column) =
            match store folder column with
            | Ok hash ->
                json.WriteString("file", column.File)
                json.WriteString("sha256", hash)
            | Error found -> faults.AddRange found

        json.WriteStartObject "weights"
        reference weights
        json.WriteEndObject()
        json.WriteStartArray "ratios"

        for name: string, isLog: bool, column in ratios do
            json.WriteStartObject()
            json.WriteString("process", name)
            json.WriteBoolean("log", isLog)
            reference column
            json.WriteEndObject()

        json.WriteEndArray()

        if not (List.isEmpty variations) then
            json.WriteStartArray "variations"

            let side (word: string) (side: Side) =
                json.WriteStartObject word
                json.WriteBoolean("log", side.IsLog)
                reference side.Column
                json.WriteEndObject()

            for v: VariationColumns in variations do
                json.WriteStartObject()
                json.WriteString("process", v.Process)
                json.WriteString("variation", v.Variation)
                side "up" v.Up
                v.Down |> Option.iter (side "down")
                json.WriteEndObject()

            json.WriteEndArray()

        List.ofSeq faults

    /// Event shapes are functions, which no file holds.
    let private shapeFaults (path: string) (workspace: Workspace) : Fault list = [
        for KeyValue((channel, kind), table) in workspace.Tables.Tables do
            for proc, name in table.Shapes.Keys do
                Fault.create
                    path
                    $"channel '{channel}', {kind}: the event shape '{name}' of process '{proc}' is \
                      a function, which a workspace cannot hold"
                    "fit it where it was made, or give its ratios at ±1 as a variation"
    ]

    let private writeNumbers (json: Utf8JsonWriter) (name: string) (values: float list) =
        json.WriteStartArray name

        for value in values do
            json.WriteNumberValue value

        json.WriteEndArray()

    /// Removes the files of the column folder that are not among the names: columns of a workspace
    /// written there before, such as observed ones that are closed now.
    let private removeOthers (columnFolder: string) (names: Set<string>) : unit =
        if Directory.Exists columnFolder then
            for file in Directory.GetFiles columnFolder do
                if not (names.Contains(Path.GetFileName file)) then
                    Durable.remove ignore file

    let private writeFiles (path: string) (workspace: Workspace) : Result<unit, Fault list> =
        let folder = Path.GetDirectoryName(Path.GetFullPath path)
        let columnFolder = Path.GetFileNameWithoutExtension path + ".columns"
        let faults = ResizeArray<Fault>()
        let written = ResizeArray<string>()
        use stream = new MemoryStream()

        let options =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        let channels =
            workspace.Tables.Tables |> Map.toList |> List.map (fst >> fst) |> List.distinct

        if not channels.IsEmpty then
            Directory.CreateDirectory(Path.Combine(folder, columnFolder)) |> ignore

        using (new Utf8JsonWriter(stream, options)) (fun json ->
            json.WriteStartObject()
            json.WriteNumber("nsbi-workspace", 1)
            json.WritePropertyName "model"
            ModelJson.writeTo json workspace.Model
            json.WriteStartArray "unbinned"

            channels
            |> List.iteri (fun place channel ->
                json.WriteStartObject()
                json.WriteString("channel", channel)

                for kind, word in kinds do
                    match workspace.Tables.Tables.TryFind(channel, kind) with
                    | None -> ()
                    | Some table ->
                        json.WriteStartObject word

                        let weights, ratios, variations =
                            columns columnFolder place word channel table

                        weights :: [ for _, _, column in ratios -> column ]
                        @ [
                            for v in variations do
                                v.Up.Column
                                yield! v.Down |> Option.map _.Column |> Option.toList
                        ]
                        |> List.iter (fun column -> written.Add(Path.GetFileName column.File))

                        writeTable json folder (weights, ratios, variations) |> faults.AddRange

                        json.WriteEndObject()

                json.WriteEndObject())

            json.WriteEndArray()
            json.WriteStartArray "binned"

            for KeyValue(channel, counts) in workspace.Counts do
                json.WriteStartObject()
                json.WriteString("channel", channel)
                writeNumbers json "counts" counts
                json.WriteEndObject()

            json.WriteEndArray()
            json.WriteStartArray "globals"

            for KeyValue(parameter, value) in workspace.Globals do
                json.WriteStartObject()
                json.WriteString("parameter", parameter)
                json.WriteNumber("observed", value)
                json.WriteEndObject()

            json.WriteEndArray()

            match workspace.HistFactory with
            | Some rest ->
                json.WritePropertyName "histfactory"
                RestJson.write json rest
            | None -> ()

            json.WriteEndObject())

        if faults.Count = 0 then
            stream.WriteByte(byte '\n')
            Durable.write ignore path (TextFile.bytes path (stream.ToArray()))
            removeOthers (Path.Combine(folder, columnFolder)) (Set.ofSeq written)
            Ok()
        else
            Error(List.ofSeq faults)

    /// Writes the columns, then the workspace that names them; then removes what else lies in the
    /// folder of the columns.
    let write (path: string) (workspace: Workspace) : Result<unit, Fault list> =
        match shapeFaults path workspace with
        | [] -> writeFiles path workspace
        | faults -> Error faults
