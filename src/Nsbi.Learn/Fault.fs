namespace Nsbi.Learn

open System
open System.Collections.Generic
open System.Globalization
open System.Text

/// <summary>
/// One fault of something a person gave (an event file, a JSON document, an expression): where it
/// is, what it says there, and what would be right.
/// </summary>
type Fault = {
    /// The file as it was named, or what stands for one ("selection", "features").
    Source: string
    /// <summary>JSON path inside the file, such as <c>$.samples[0].weight</c>.</summary>
    Path: string option
    /// Line of the file, counted from 1 (the header is line 1).
    Line: int option
    /// Event (row) of the file or table, counted from 1, without the header.
    Event: int option
    /// Name of the column.
    Column: string option
    /// Position (counted from 1) in an expression, and that expression.
    Character: (int * string) option
    /// What is wrong, without numbers or names that differ from case to case: faults with the same
    /// source and problem are of one kind.
    Problem: string
    /// What stands there.
    Value: string option
    /// What would be right, or what to do.
    Remedy: string
    /// How many faults this record stands for: 1, or more where a long list was cut.
    Count: int
} with

    /// One sentence: source, place, problem, value, remedy.
    override this.ToString() =
        let text = StringBuilder(this.Source)

        let where (format: string) value =
            text
                .Append(", ")
                .Append(String.Format(CultureInfo.InvariantCulture, format, [| box value |]))
            |> ignore

        this.Path |> Option.iter (where "{0}")
        this.Line |> Option.iter (where "line {0}")
        this.Event |> Option.iter (where "event {0}")
        this.Column |> Option.iter (where "column '{0}'")
        this.Character |> Option.iter (fst >> where "character {0}")
        text.Append(": ") |> ignore

        if this.Count > 1 then
            let count = this.Count.ToString("N0", CultureInfo.InvariantCulture)
            text.Append("and ").Append(count).Append(" more: ") |> ignore

        text.Append(this.Problem) |> ignore

        this.Value
        |> Option.iter (fun value ->
            let short =
                if value.Length > 60 then
                    value.Substring(0, 57) + "..."
                else
                    value

            text.Append(" ('").Append(short.ReplaceLineEndings " ").Append("')") |> ignore)

        if this.Remedy <> "" then
            text.Append("; ").Append(this.Remedy) |> ignore

        if text[text.Length - 1] <> '?' then
            text.Append '.' |> ignore

        this.Character
        |> Option.iter (fun (position, expression) ->
            text.Append("\n    ").Append(expression).Append("\n    ") |> ignore
            text.Append(' ', max 0 (position - 1)).Append('^') |> ignore)

        text.ToString()

/// Words that build faults, and the sentences of a list of them.
[<RequireQualifiedAccess>]
module Fault =
    /// How many faults of one kind (same source, same problem) are written out.
    [<Literal>]
    let Cap = 20

    /// <summary>A fault of a whole source; <c>|> Fault.atLine 3</c> and the like say where in
    /// it.</summary>
    /// <param name="source">the file as it was named</param>
    /// <param name="problem">what is wrong, equal for all faults of a kind</param>
    /// <param name="remedy">what would be right; may be empty</param>
    let create (source: string) (problem: string) (remedy: string) : Fault = {
        Source = source
        Path = None
        Line = None
        Event = None
        Column = None
        Character = None
        Problem = problem
        Value = None
        Remedy = remedy
        Count = 1
    }

    /// The same fault, at a line of the file (from 1).
    let atLine (line: int) (fault: Fault) : Fault = { fault with Line = Some line }

    /// The same fault, at an event of the file or table (from 1).
    let atEvent (event: int) (fault: Fault) : Fault = { fault with Event = Some event }

    /// The same fault, in a column.
    let inColumn (column: string) (fault: Fault) : Fault = { fault with Column = Some column }

    /// The same fault, at a position (from 1) of an expression.
    let atCharacter (position: int) (expression: string) (fault: Fault) : Fault = {
        fault with
            Character = Some(position, expression)
    }

    /// The same fault, with what stands there.
    let withValue (value: string) (fault: Fault) : Fault = { fault with Value = Some value }

    /// The same fault, inside a JSON document: its source becomes the file, the path is added.
    let inJson (file: string) (path: string) (fault: Fault) : Fault = {
        fault with
            Source = file
            Path = Some path
    }

    /// How many faults a list stands for.
    let total (faults: Fault list) : int = faults |> List.sumBy _.Count

    /// <summary>The same faults in the same order, each kind cut to <c>Cap</c> of them and one
    /// that counts the rest.</summary>
    let capped (faults: Fault list) : Fault list =
        faults
        |> List.groupBy (fun fault -> fault.Source, fault.Problem)
        |> List.collect (fun ((source, problem), kind) ->
            let written, counted = kind |> List.partition (fun fault -> fault.Count = 1)
            let shown = written |> List.truncate Cap
            let rest = written.Length - shown.Length + total counted

            if rest = 0 then
                shown
            else
                shown
                @ [
                    {
                        create source problem "" with
                            Count = rest
                    }
                ])

    /// One sentence for each fault of the capped list.
    let sentences (faults: Fault list) : string list = faults |> capped |> List.map string

    /// All sentences, one under the other.
    let render (faults: Fault list) : string =
        faults |> sentences |> String.concat "\n"

    /// Letters to change, add, drop or swap with their neighbour to come from a to b.
    let private distance (a: string) (b: string) : int =
        let d = Array2D.zeroCreate (a.Length + 1) (b.Length + 1)

        for i in 0 .. a.Length do
            for j in 0 .. b.Length do
                d[i, j] <-
                    if i = 0 || j = 0 then
                        i + j
                    else
                        let change = if a[i - 1] = b[j - 1] then 0 else 1

                        let best =
                            min (d[i - 1, j] + 1) (d[i, j - 1] + 1)
                            |> min (d[i - 1, j - 1] + change)

                        if i > 1 && j > 1 && a[i - 1] = b[j - 2] && a[i - 2] = b[j - 1] then
                            min best (d[i - 2, j - 2] + 1)
                        else
                            best

        d[a.Length, b.Length]

    /// <summary>The candidate closest in spelling, for "did you mean": at most a third of the
    /// letters may differ (case ignored; two neighbours swapped count as one).</summary>
    let nearest (name: string) (candidates: string seq) : string option =
        let wanted = name.ToLowerInvariant()

        candidates
        |> Seq.map (fun candidate -> candidate, distance wanted (candidate.ToLowerInvariant()))
        |> Seq.filter (fun (candidate, d) -> 3 * d <= max candidate.Length name.Length)
        |> Seq.sortBy snd
        |> Seq.tryHead
        |> Option.map fst

    /// <summary>The fault of a name that is not among those there are: names the closest one and,
    /// while they are few, all of them.</summary>
    let unknown (source: string) (problem: string) (name: string) (known: string seq) : Fault =
        let known = Seq.toList known

        let list =
            match known with
            | [] -> "there is none"
            | _ when known.Length <= 24 -> "there are " + String.concat ", " known
            | _ ->
                $"there are {known.Length}, the first are "
                + (known |> List.truncate 24 |> String.concat ", ")

        let remedy =
            match nearest name known with
            | Some close -> $"did you mean '{close}'? {list}"
            | None -> list

        create source problem remedy |> inColumn name

    /// <summary>All values, or the faults of all.</summary>
    let collect (results: Result<'T, Fault list> list) : Result<'T list, Fault list> =
        let faults =
            results
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)

        if faults.IsEmpty then
            Ok(List.choose Result.toOption results)
        else
            Error faults

/// <summary>Collects faults while a source is read: counts all, keeps <c>Fault.Cap</c> of a
/// kind.</summary>
/// <remarks>Not safe for several threads.</remarks>
[<Sealed>]
type FaultLog() =
    let kinds = Dictionary<struct (string * string), ResizeArray<Fault> * int ref>()
    let order = ResizeArray<struct (string * string)>()

    /// True while nothing was added.
    member _.IsEmpty: bool = order.Count = 0

    /// Adds one fault.
    member _.Add(fault: Fault) : unit =
        let key = struct (fault.Source, fault.Problem)

        match kinds.TryGetValue key with
        | true, (kept, rest) when kept.Count >= Fault.Cap || fault.Count > 1 ->
            rest.Value <- rest.Value + fault.Count
        | true, (kept, _) -> kept.Add fault
        | _ ->
            order.Add key
            kinds.Add(key, (ResizeArray [ fault ], ref 0))

    /// Adds several.
    member this.AddRange(faults: Fault seq) : unit =
        for fault in faults do
            this.Add fault

    /// All kinds in the order of their first fault; what was not kept is one fault with its count.
    member _.ToList() : Fault list = [
        for key in order do
            let kept, rest = kinds[key]
            yield! kept

            if rest.Value > 0 then
                let struct (source, problem) = key

                yield {
                    Fault.create source problem "" with
                        Count = rest.Value
                }
    ]
