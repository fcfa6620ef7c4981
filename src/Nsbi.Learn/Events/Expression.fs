namespace Nsbi.Learn.Events

open System
open System.Globalization
open System.Text

/// An operator between two numbers.
[<RequireQualifiedAccess>]
type Operator =
    /// a + b.
    | Add
    /// a − b.
    | Subtract
    /// a · b.
    | Multiply
    /// a / b.
    | Divide
    /// aᵇ.
    | Power

/// A function of one or two numbers.
[<RequireQualifiedAccess>]
type Function =
    /// |x|.
    | Abs
    /// ln x; −∞ at 0, NaN below.
    | Log
    /// √x; NaN below 0.
    | Sqrt
    /// eˣ.
    | Exp
    /// cos x, x in rad.
    | Cos
    /// sin x, x in rad.
    | Sin
    /// The smaller of two.
    | Min
    /// The larger of two.
    | Max
    /// The first to the power of the second.
    | Pow

/// <summary>Arithmetic over the columns of an event table.</summary>
/// <remarks>Numbers are not negative: a sign is a <c>Negate</c>. What is parsed keeps to this, and
/// then <c>parse (print e) = e</c>; a negative <c>Number</c> prints as the <c>Negate</c> it
/// means.</remarks>
type Expression =
    /// A constant.
    | Number of value: float
    /// The value of a column in the event.
    | Column of name: string
    /// −x.
    | Negate of operand: Expression
    /// Two expressions joined by an operator.
    | Binary of operator: Operator * left: Expression * right: Expression
    /// <summary>A function of as many expressions as it takes (<c>Expression.arity</c>).</summary>
    | Call of callee: Function * arguments: Expression list

    /// The expression as it is parsed.
    override this.ToString() =
        Expression.Print(StringBuilder(), 0, this).ToString()

    // Binding strength: 1 sum, 2 product, 3 sign, 4 power. The right operand of a power is a power
    // again (it associates to the right), that of a difference or a quotient must bind more
    // strongly.
    static member internal Print
        (text: StringBuilder, strength: int, expression: Expression)
        : StringBuilder =
        let enclosed own (write: unit -> unit) =
            if own < strength then
                text.Append '(' |> ignore

            write ()

            if own < strength then
                text.Append ')' |> ignore

            text

        let print strength expression =
            Expression.Print(text, strength, expression) |> ignore

        match expression with
        | Number value when value < 0.0 -> Expression.Print(text, strength, Negate(Number -value))
        | Number value -> text.Append(value.ToString("R", CultureInfo.InvariantCulture))
        | Column name -> text.Append(Expression.PrintName name)
        | Negate operand ->
            enclosed 3 (fun () ->
                text.Append '-' |> ignore
                print 3 operand)
        | Binary(operator, left, right) ->
            let own, symbol, leftStrength, rightStrength =
                match operator with
                | Operator.Add -> 1, " + ", 1, 2
                | Operator.Subtract -> 1, " - ", 1, 2
                | Operator.Multiply -> 2, " * ", 2, 3
                | Operator.Divide -> 2, " / ", 2, 3
                | Operator.Power -> 4, " ^ ", 5, 4

            enclosed own (fun () ->
                print leftStrength left
                text.Append symbol |> ignore
                print rightStrength right)
        | Call(callee, arguments) ->
            text.Append(string(callee).ToLowerInvariant()).Append('(') |> ignore

            arguments
            |> List.iteri (fun i argument ->
                if i > 0 then
                    text.Append ", " |> ignore

                print 0 argument)

            text.Append ')'

    /// A name as it is parsed: in back quotes (doubled inside) unless it is letters, digits, _ and
    /// dots.
    static member internal PrintName(name: string) : string =
        let plain (c: char) =
            Char.IsAsciiLetterOrDigit c || c = '_' || c = '.'

        let isPlain =
            name <> ""
            && (Char.IsAsciiLetter name[0] || name[0] = '_')
            && String.forall plain name

        if isPlain then
            name
        else
            "`" + name.Replace("`", "``") + "`"

/// Values and names of expressions.
[<RequireQualifiedAccess>]
module Expression =
    /// The columns an expression reads, in the order of their first appearance.
    let columns (expression: Expression) : string list =
        let rec walk expression =
            match expression with
            | Number _ -> []
            | Column name -> [ name ]
            | Negate operand -> walk operand
            | Binary(_, left, right) -> walk left @ walk right
            | Call(_, arguments) -> List.collect walk arguments

        walk expression |> List.distinct

    /// How many arguments a function takes.
    let arity (callee: Function) : int =
        match callee with
        | Function.Min
        | Function.Max
        | Function.Pow -> 2
        | _ -> 1

    let private unary callee : float -> float =
        match callee with
        | Function.Abs -> abs
        | Function.Log -> Math.Log
        | Function.Sqrt -> Math.Sqrt
        | Function.Exp -> Math.Exp
        | Function.Cos -> Math.Cos
        | _ -> Math.Sin

    let private binary callee : float -> float -> float =
        match callee with
        | Function.Min -> fun a b -> Math.Min(a, b)
        | Function.Max -> fun a b -> Math.Max(a, b)
        | _ -> fun a b -> Math.Pow(a, b)

    /// <summary>The value for one event, by definition: the slow twin of <c>evaluate</c>.</summary>
    /// <param name="value">value of a column in this event</param>
    /// <param name="expression">what to compute</param>
    let rec evaluateOne (value: string -> float) (expression: Expression) : float =
        match expression with
        | Number number -> number
        | Column name -> value name
        | Negate operand -> -(evaluateOne value operand)
        | Binary(operator, left, right) ->
            let a = evaluateOne value left
            let b = evaluateOne value right

            match operator with
            | Operator.Add -> a + b
            | Operator.Subtract -> a - b
            | Operator.Multiply -> a * b
            | Operator.Divide -> a / b
            | Operator.Power -> Math.Pow(a, b)
        | Call(callee, [ argument ]) -> unary callee (evaluateOne value argument)
        | Call(callee, [ a; b ]) -> binary callee (evaluateOne value a) (evaluateOne value b)
        | Call(callee, _) ->
            invalidArg (nameof expression) $"{callee} with a wrong number of arguments"

    /// Events that are evaluated at a time: an array of them stays in the first-level cache.
    [<Literal>]
    let internal Tile = 512

    /// The values of the events from start on, a fresh array of the given length.
    let rec internal evaluateTile
        (table: EventTable)
        (start: int)
        (length: int)
        (expression: Expression)
        : float[] =
        let inner = evaluateTile table start length

        let map (f: float -> float) (values: float[]) =
            for i in 0 .. values.Length - 1 do
                values[i] <- f values[i]

            values

        let inline map2 (f: float -> float -> float) (a: float[]) (b: float[]) =
            for i in 0 .. a.Length - 1 do
                a[i] <- f a[i] b[i]

            a

        match expression with
        | Number number -> Array.create length number
        | Column name -> Array.sub (table.ColumnArray name) start length
        | Negate operand -> map (~-) (inner operand)
        | Binary(Operator.Add, a, b) -> map2 (fun a b -> a + b) (inner a) (inner b)
        | Binary(Operator.Subtract, a, b) -> map2 (fun a b -> a - b) (inner a) (inner b)
        | Binary(Operator.Multiply, a, b) -> map2 (fun a b -> a * b) (inner a) (inner b)
        | Binary(Operator.Divide, a, b) -> map2 (fun a b -> a / b) (inner a) (inner b)
        | Binary(Operator.Power, a, b) -> map2 (fun a b -> Math.Pow(a, b)) (inner a) (inner b)
        | Call(callee, [ argument ]) -> map (unary callee) (inner argument)
        | Call(callee, [ a; b ]) ->
            let f = binary callee
            map2 (fun a b -> f a b) (inner a) (inner b)
        | Call(callee, _) ->
            invalidArg (nameof expression) $"{callee} with a wrong number of arguments"

    /// <summary>The value for every event of a table; length Count. NaN and ±∞ follow IEEE
    /// 754.</summary>
    /// <exception cref="T:System.ArgumentException">a column that is not in the table</exception>
    let evaluate (expression: Expression) (table: EventTable) : float[] =
        let values = Array.zeroCreate table.Count

        for start in 0..Tile .. table.Count - 1 do
            let length = min Tile (table.Count - start)
            let tile = evaluateTile table start length expression
            Array.blit tile 0 values start length

        values
