namespace Nsbi.Learn.Events

open System
open System.Globalization
open Nsbi.Learn

/// What is wanted of an event file.
type EventRequest = {
    /// Columns to read, or None for all of them but the weight and the columns of texts. Columns that
    /// are not read may hold anything. The columns of the selection are read as well.
    Columns: string list option
    /// Columns of texts, each with a text it is compared with; those of the selection are compared by
    /// themselves. The table has the answer as a column of 1 and 0 under the name of the comparison,
    /// such as <c>Label == 's'</c>, for selections that are applied to it later.
    Texts: (string * string) list
    /// The column of weights, or None for weight 1.
    Weight: string option
    /// Which events are kept.
    Selection: Condition option
    /// <summary>Names of the columns of an array that has none (<c>.npy</c> without record
    /// names).</summary>
    ArrayNames: string list
}

/// <summary>Words for requests: <c>EventRequest.columns [ "m"; "pt" ] |> EventRequest.weightedBy
/// "Weight"</c>.</summary>
[<RequireQualifiedAccess>]
module EventRequest =
    /// Every column, weight 1, every event.
    let all: EventRequest = {
        Columns = None
        Texts = []
        Weight = None
        Selection = None
        ArrayNames = []
    }

    /// These columns, weight 1, every event.
    let columns (names: string list) : EventRequest = { all with Columns = Some names }

    /// The same, with comparisons of columns of texts: column and text.
    let comparing (texts: (string * string) list) (request: EventRequest) : EventRequest = {
        request with
            Texts = texts
    }

    /// The same, with the weights of a column.
    let weightedBy (column: string) (request: EventRequest) : EventRequest = {
        request with
            Weight = Some column
    }

    /// The same, with only the events for which a condition holds.
    let selecting (condition: Condition) (request: EventRequest) : EventRequest = {
        request with
            Selection = Some condition
    }

    /// The same, with names for the columns of an array that has none.
    let naming (names: string list) (request: EventRequest) : EventRequest = {
        request with
            ArrayNames = names
    }

/// Columns of a file that are read: their names, where they stand, the text each is compared with (or
/// none for a number), where the weight stands (or −1).
type internal Wanted = {
    Names: string[]
    Indices: int[]
    Texts: string option[]
    Weight: int
}

/// What all formats share: which columns are read, and which numbers are refused.
[<RequireQualifiedAccess>]
module internal Wanted =
    /// Finds the columns of a request among those of a file; what is missing goes into the log and
    /// is left out.
    let resolve (path: string) (header: string[]) (request: EventRequest) (log: FaultLog) : Wanted =
        let find problem name =
            match Array.tryFindIndex ((=) name) header with
            | Some index when Array.FindLastIndex(header, (=) name) = index -> Some index
            | Some _ ->
                Fault.create path "the column is there more than once" "give each a name of its own"
                |> Fault.inColumn name
                |> log.Add

                None
            | None ->
                Fault.unknown path problem name header |> log.Add
                None

        let weight =
            request.Weight |> Option.bind (find "there is no such column for the weight")

        let texts =
            let selected =
                request.Selection |> Option.map Selection.texts |> Option.defaultValue []

            request.Texts @ selected |> List.distinct

        let ordinary =
            match request.Columns with
            | Some names -> names
            | None ->
                header
                |> Array.filter (fun name ->
                    Some name <> request.Weight && not (List.exists (fst >> (=) name) texts))
                |> List.ofArray

        let selected =
            request.Selection |> Option.map Selection.columns |> Option.defaultValue []

        let numbers =
            ordinary @ selected
            |> List.distinct
            |> List.choose (fun name ->
                find "there is no such column" name
                |> Option.map (fun index -> name, index, None))

        let flags =
            texts
            |> List.choose (fun (name, text) ->
                find "there is no such column" name
                |> Option.map (fun index -> string (Is(name, text)), index, Some text))

        let found = numbers @ flags |> List.toArray

        {
            Names = found |> Array.map (fun (name, _, _) -> name)
            Indices = found |> Array.map (fun (_, index, _) -> index)
            Texts = found |> Array.map (fun (_, _, text) -> text)
            Weight = defaultArg weight -1
        }

    /// The fault of a number that is NaN or infinite.
    let notFinite (path: string) (column: string) (value: float) : Fault =
        let problem =
            if Double.IsNaN value then
                "the value is NaN"
            else
                "the value is infinite"

        Fault.create path problem "remove the event, or repair the program that wrote it"
        |> Fault.inColumn column
        |> Fault.withValue (value.ToString CultureInfo.InvariantCulture)

/// A part of a file: one array for each wanted column, and the weights. Its events are consecutive
/// from First on, or, where faulty ones were left out, those of Rows.
type internal EventBlock = {
    First: int
    Rows: int[]
    Columns: float[][]
    Weights: float[]
}

/// A file that is read block by block. Faults go into a log; a fault leaves its event out.
type internal IEventSource =
    inherit IDisposable
    /// The columns that are read.
    abstract Names: string[]
    /// Events that were met so far, good or bad.
    abstract Met: int
    /// The next block of at most that many events, or None at the end.
    abstract Next: most: int -> EventBlock option
