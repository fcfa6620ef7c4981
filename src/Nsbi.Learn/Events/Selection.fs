namespace Nsbi.Learn.Events

open System
open Nsbi.Learn

/// What a condition says of one event. A comparison with NaN is undefined.
[<RequireQualifiedAccess; Struct>]
type Truth =
    /// It does not hold.
    | False
    /// It holds.
    | True
    /// Its value depends on a comparison with NaN.
    | Undefined

/// <summary>Which events of a table are kept.</summary>
/// <remarks>
/// Grammar, from weak to strong binding: <c>||</c>, <c>&amp;&amp;</c>, <c>!</c>, comparison
/// (<c>&lt; &lt;= > >= == !=</c>), <c>+ -</c>, <c>* /</c>, sign, <c>^</c> (to the right);
/// functions abs log sqrt exp cos sin min max pow; a column whose name is not letters, digits, _
/// and dots stands in back quotes. A column of texts is compared with a text in quotes, by
/// <c>==</c> and <c>!=</c> alone: <c>Label == 's'</c>.
/// A NaN in a comparison makes it undefined, and a connective is undefined only where its value
/// depends on that (Kleene): <c>x > 0 &amp;&amp; log(x) &lt; 3</c> is false for x = −1. An event
/// whose condition is undefined is a fault.
/// </remarks>
[<RequireQualifiedAccess>]
module Selection =
    /// <summary>The condition a text stands for.</summary>
    /// <returns>or the first place where it cannot be read, and what was expected there</returns>
    let parse (text: string) : Result<Condition, Fault> =
        ExpressionParser.run "selection" ExpressionParser.condition text

    /// <summary>The text of a condition, with <c>parse (print c) = Ok c</c>.</summary>
    let print (condition: Condition) : string = string condition

    let rec private leaves condition =
        match condition with
        | Compare _
        | Is _ -> [ condition ]
        | Not operand -> leaves operand
        | And(left, right)
        | Or(left, right) -> leaves left @ leaves right

    /// The columns of numbers that a condition reads, in the order of their first appearance.
    let columns (condition: Condition) : string list =
        leaves condition
        |> List.collect (fun leaf ->
            match leaf with
            | Compare(_, left, right) -> Expression.columns left @ Expression.columns right
            | _ -> [])
        |> List.distinct

    /// The columns of texts that a condition reads, each with a text it is compared with, in the
    /// order of their first appearance.
    let texts (condition: Condition) : (string * string) list =
        leaves condition
        |> List.choose (fun leaf ->
            match leaf with
            | Is(column, text) -> Some(column, text)
            | _ -> None)
        |> List.distinct

    let private negation truth =
        match truth with
        | Truth.True -> Truth.False
        | Truth.False -> Truth.True
        | Truth.Undefined -> Truth.Undefined

    let private conjunction a b =
        match a, b with
        | Truth.False, _
        | _, Truth.False -> Truth.False
        | Truth.True, Truth.True -> Truth.True
        | _ -> Truth.Undefined

    let private disjunction a b =
        negation (conjunction (negation a) (negation b))

    let private compare comparison (a: float) (b: float) =
        if Double.IsNaN a || Double.IsNaN b then
            Truth.Undefined
        else
            let holds =
                match comparison with
                | Comparison.Less -> a < b
                | Comparison.LessOrEqual -> a <= b
                | Comparison.Greater -> a > b
                | Comparison.GreaterOrEqual -> a >= b
                | Comparison.Equal -> a = b
                | Comparison.NotEqual -> a <> b

            if holds then Truth.True else Truth.False

    /// <summary>What the condition says of one event, by definition: the slow twin of
    /// <c>mask</c>.</summary>
    /// <param name="value">value of a column in this event; 1 or 0 for the printed comparison of a
    /// text</param>
    /// <param name="condition">what to check</param>
    let rec holds (value: string -> float) (condition: Condition) : Truth =
        match condition with
        | Compare(comparison, left, right) ->
            let a = Expression.evaluateOne value left
            compare comparison a (Expression.evaluateOne value right)
        | Is _ -> compare Comparison.NotEqual (value (string condition)) 0.0
        | Not operand -> negation (holds value operand)
        | And(left, right) -> conjunction (holds value left) (holds value right)
        | Or(left, right) -> disjunction (holds value left) (holds value right)

    let rec private tile table start length condition : Truth[] =
        let inner = tile table start length

        match condition with
        | Compare(comparison, left, right) ->
            let a = Expression.evaluateTile table start length left
            let b = Expression.evaluateTile table start length right
            Array.init length (fun i -> compare comparison a[i] b[i])
        | Is _ ->
            Expression.evaluateTile table start length (Column(string condition))
            |> Array.map (fun flag -> compare Comparison.NotEqual flag 0.0)
        | Not operand -> Array.map negation (inner operand)
        | And(left, right) -> Array.map2 conjunction (inner left) (inner right)
        | Or(left, right) -> Array.map2 disjunction (inner left) (inner right)

    /// The faults of a condition for a table with these columns: every name it does not have, and
    /// every comparison of a text that was not asked for when the table was read.
    let check (known: string seq) (condition: Condition) : Fault list =
        let known = Seq.toList known

        let numbers =
            columns condition
            |> List.filter (fun name -> not (List.contains name known))
            |> List.map (fun name -> Fault.unknown "selection" "no such column" name known)

        let flags =
            texts condition
            |> List.filter (fun pair -> not (List.contains (string (Is pair)) known))
            |> List.map (fun pair ->
                Fault.create
                    "selection"
                    "the events know nothing of this text"
                    "ask for the comparison when the file is read"
                |> Fault.withValue (string (Is pair)))

        numbers @ flags

    /// <summary>Which events are kept; length Count.</summary>
    /// <returns>faults: unknown columns; events for which a comparison meets NaN</returns>
    let mask (condition: Condition) (table: EventTable) : Result<bool[], Fault list> =
        match check table.Names condition with
        | [] ->
            let log = FaultLog()
            let keep = Array.zeroCreate table.Count

            for start in 0 .. Expression.Tile .. table.Count - 1 do
                let length = min Expression.Tile (table.Count - start)

                tile table start length condition
                |> Array.iteri (fun i truth ->
                    keep[start + i] <- (truth = Truth.True)

                    if truth = Truth.Undefined then
                        let struct (source, row) = table.Origin(start + i)

                        Fault.create
                            source
                            "the selection compares with NaN"
                            "guard it with a further condition, such as x > 0 && log(x) > 1"
                        |> Fault.atEvent row
                        |> Fault.withValue (string condition)
                        |> log.Add)

            if log.IsEmpty then Ok keep else Error(log.ToList())
        | faults -> Error faults

    /// <summary>The events for which the condition holds, in their order. May be empty.</summary>
    /// <returns>the faults of <c>mask</c></returns>
    let apply (condition: Condition) (table: EventTable) : Result<EventTable, Fault list> =
        mask condition table
        |> Result.map (fun keep ->
            if Array.forall id keep then
                table
            else
                EventTable.filter keep table)
