namespace Nsbi.Learn.Events

open System
open System.IO
open Nsbi.Learn

/// <summary>Events in NumPy files: records, a matrix with a row for each event, one column, or an
/// archive with a one-dimensional array for each column. They are read whole.</summary>
[<RequireQualifiedAccess>]
module internal NumPySource =
    let private notNumeric path name =
        Fault.create path "the column does not hold numbers" "leave it out of the request"
        |> Fault.inColumn name

    /// Columns of one array: its name if it is a vector, the names of the request if it is a
    /// matrix.
    let private ofArray path (request: EventRequest) (array: NpyArray) (log: FaultLog) =
        let values = NpyArray.toFloats array
        let names = List.toArray request.ArrayNames

        let matrix rows columns =
            if names.Length = columns then
                let column c =
                    Array.init rows (fun i -> values[i * columns + c])

                rows, Array.init columns (fun c -> names[c], Some(column c))
            else
                Fault.create
                    path
                    "the array has columns without names"
                    "name each of them, or save records with names"
                |> Fault.withValue $"{columns} columns, {names.Length} names"
                |> log.Add

                rows, [||]

        match array.Shape with
        | [ rows ] when names.Length = 0 ->
            rows, [| Path.GetFileNameWithoutExtension path, Some values |]
        | [ rows ] -> matrix rows 1
        | [ rows; columns ] -> matrix rows columns
        | shape ->
            Fault.create path "the array is not a table of events" "save an array of rows x columns"
            |> Fault.withValue ("shape " + String.Join(" x ", shape))
            |> log.Add

            0, [||]

    let private ofRecords count fields =
        count,
        fields
        |> List.map (fun (name, data) ->
            name,
            data
            |> Option.map (fun data -> NpyArray.toFloats (NpyArray.create [ count ] data)))
        |> List.toArray

    let private ofArchive path (contents: (string * NpyContent) list) (log: FaultLog) =
        let columns = [|
            for name, content in contents do
                match content with
                | NpyContent.Whole { Shape = [ _ ] } & NpyContent.Whole array ->
                    name, Some(NpyArray.toFloats array)
                | NpyContent.Whole array ->
                    Fault.create path "the array is not a column" "save a one-dimensional array"
                    |> Fault.inColumn name
                    |> Fault.withValue ("shape " + String.Join(" x ", array.Shape))
                    |> log.Add
                | NpyContent.Records _ -> notNumeric path name |> log.Add
        |]

        let lengths =
            columns
            |> Array.choose (fun (name, values) -> values |> Option.map (fun v -> name, v.Length))

        let count = if lengths.Length = 0 then 0 else snd lengths[0]

        for name, length in lengths do
            if length <> count then
                Fault.create path "the columns differ in length" $"'{fst lengths[0]}' has {count}"
                |> Fault.inColumn name
                |> Fault.withValue $"{length} values"
                |> log.Add

        count, columns

    /// The names a file has, the number of events, and the columns that were read.
    let private load
        (path: string)
        (request: EventRequest)
        (wanted: string -> bool)
        (log: FaultLog)
        =
        let failed faults =
            log.AddRange faults
            None

        if path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) then
            match NpzFile.readContents wanted path with
            | Error faults -> failed faults
            | Ok(names, contents) -> Some(List.toArray names, ofArchive path contents log)
        else
            match NpyFile.readContent wanted path with
            | Error faults -> failed faults
            | Ok content ->
                let count, columns =
                    match content with
                    | NpyContent.Whole array -> ofArray path request array log
                    | NpyContent.Records(count, fields) -> ofRecords count fields

                Some(Array.map fst columns, (count, columns))

    /// Opens a file. None, with the faults in the log, if its columns cannot be had.
    let tryOpen (path: string) (request: EventRequest) (log: FaultLog) : IEventSource option =
        let asked =
            match request.Columns with
            | None -> fun _ -> true
            | Some names ->
                let selected =
                    request.Selection |> Option.map Selection.columns |> Option.defaultValue []

                let asked = Set.ofList (names @ selected @ Option.toList request.Weight)
                fun name -> asked.Contains name

        load path request asked log
        |> Option.bind (fun (header, (count, columns)) ->
            let wanted = Wanted.resolve path header request log

            for name, text in Array.zip wanted.Names wanted.Texts do
                if text.IsSome then
                    Fault.create
                        path
                        "a NumPy file has no columns of texts"
                        "write numbers in place of the texts and compare with those"
                    |> Fault.withValue name
                    |> log.Add

            let column name =
                match columns |> Array.tryFind (fst >> (=) name) |> Option.bind snd with
                | Some values ->
                    values
                    |> Array.iteri (fun i value ->
                        if not (Double.IsFinite value) then
                            Wanted.notFinite path name value |> Fault.atEvent (i + 1) |> log.Add)

                    values
                | None ->
                    if log.IsEmpty then
                        notNumeric path name |> log.Add

                    [||]

            let values = wanted.Names |> Array.map column

            let weights =
                if wanted.Weight < 0 then
                    Array.create count 1.0
                else
                    column header[wanted.Weight]

            if not log.IsEmpty then
                None
            else
                let mutable met = 0

                Some
                    {
                        new IEventSource with
                            member _.Names = wanted.Names
                            member _.Met = met

                            member _.Next most =
                                if met = count then
                                    None
                                else
                                    let first = met
                                    let n = min most (count - met)
                                    met <- met + n

                                    let part (values: float[]) =
                                        if n = count then values else Array.sub values first n

                                    Some {
                                        First = first
                                        Rows = [||]
                                        Columns = Array.map part values
                                        Weights = part weights
                                    }

                            member _.Dispose() = ()
                    })
