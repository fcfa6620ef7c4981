namespace Nsbi.Infer

open System
open System.IO
open System.Text.Json
open Nsbi.Learn
open Nsbi.Model

/// Files that people write: JSON with comments, and every fault of one at once.
[<RequireQualifiedAccess>]
module internal PlanFile =

    /// A plan from its text.
    /// <param name="file">how faults should name the file</param>
    /// <param name="json">the text</param>
    /// <param name="root">reads the outermost object; its faults go to the log or to the reader</param>
    /// <param name="check">of a plan that could be read: it, or more faults</param>
    let parse
        (file: string)
        (json: string)
        (root: FaultLog -> JsonReader -> JsonPlace -> 'read option)
        (check: 'read -> 'plan * Fault list)
        : Result<'plan, Fault list> =
        try
            let options = JsonDocumentOptions(CommentHandling = JsonCommentHandling.Skip)
            use document = JsonDocument.Parse(json, options)
            let reader = JsonReader()
            let faults = FaultLog()

            let read =
                root faults reader {
                    Path = "$"
                    Element = document.RootElement
                }

            for error in reader.Faults do
                Fault.create file error.Fault error.Remedy
                |> Fault.inJson file error.Place
                |> faults.Add

            match read with
            | Some read ->
                let plan, found = check read
                faults.AddRange found
                if faults.IsEmpty then Ok plan else Error(faults.ToList())
            | None -> Error(faults.ToList())
        with :? JsonException as error ->
            let line = error.LineNumber.GetValueOrDefault() + 1L |> int32
            let remedy = "look for a missing comma, quote or bracket before this place"
            Error [ Fault.create file "the text is no JSON here" remedy |> Fault.atLine line ]

    /// A plan from a file; or every fault, of the file itself among them.
    let read
        (path: string)
        (parse: string -> string -> Result<'plan, Fault list>)
        : Result<'plan, Fault list> =
        try
            parse path (File.ReadAllText path)
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException ->
            Error [ Fault.create path "there is no such file" "check the path" ]
        | :? UnauthorizedAccessException
        | :? IOException as error ->
            Error [ Fault.create path "the file cannot be read" error.Message ]
