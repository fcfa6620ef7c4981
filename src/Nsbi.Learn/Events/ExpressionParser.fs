namespace Nsbi.Learn.Events

open System
open System.Globalization
open FParsec
open Nsbi.Learn

/// What a piece of text is: a number, a text in quotes, a condition, or neither (with the position and
/// the reason).
type internal Node =
    | Arithmetic of Expression
    | Quoted of text: string
    | Logical of Condition
    | Misfit of at: int64 * reason: string

/// The grammar that selections and features share.
[<RequireQualifiedAccess>]
module internal ExpressionParser =
    let private functions =
        [
            Function.Abs
            Function.Log
            Function.Sqrt
            Function.Exp
            Function.Cos
            Function.Sin
            Function.Min
            Function.Max
            Function.Pow
        ]
        |> List.map (fun callee -> string(callee).ToLowerInvariant(), callee)

    /// Position in the text, counted from 1.
    let position: Parser<int64, unit> = fun stream -> Reply(stream.Index + 1L)

    /// A name in letters, digits, _ and dots, or anything in back quotes.
    let name: Parser<string, unit> =
        let start c = isAsciiLetter c || c = '_'
        let more c = start c || isDigit c || c = '.'
        let quoted = many1Chars (noneOf "`\n" <|> (pstring "``" >>% '`'))

        (many1Satisfy2L start more "a column name"
         <|> between (pchar '`') (pchar '`') quoted)
        .>> spaces

    /// A text in single or double quotes, which are doubled inside.
    let private quoted: Parser<string, unit> =
        let inside (quote: char) =
            let more =
                manyChars (noneOf [ quote; '\n' ] <|> (pstring $"{quote}{quote}" >>% quote))

            between (pchar quote) (pchar quote) more

        (inside '\'' <|> inside '"') .>> spaces <?> "a text in quotes"

    let private numberFormat =
        NumberLiteralOptions.AllowFraction
        ||| NumberLiteralOptions.AllowFractionWOIntegerPart
        ||| NumberLiteralOptions.AllowExponent

    /// A number without a sign.
    let number: Parser<float, unit> =
        numberLiteral numberFormat "a number" .>> spaces
        >>= fun literal ->
            let value = Double.Parse(literal.String, CultureInfo.InvariantCulture)

            if Double.IsFinite value then
                preturn value
            else
                fail "the number is too large"

    let private arithmetic at name node =
        match node with
        | Arithmetic expression -> Result.Ok expression
        | Logical _ -> Result.Error(Misfit(at, $"{name} takes numbers, this is a condition"))
        | Quoted _ -> Result.Error(Misfit(at, $"{name} takes numbers, this is a text"))
        | Misfit _ -> Result.Error node

    let private both at name make a b =
        match arithmetic at name a, arithmetic at name b with
        | Result.Ok a, Result.Ok b -> make a b
        | Result.Error misfit, _
        | _, Result.Error misfit -> misfit

    let private comparison at symbol kind a b =
        match a, b with
        | Arithmetic(Column column), Quoted text
        | Quoted text, Arithmetic(Column column) when kind = Comparison.Equal ->
            Logical(Is(column, text))
        | Arithmetic(Column column), Quoted text
        | Quoted text, Arithmetic(Column column) when kind = Comparison.NotEqual ->
            Logical(Not(Is(column, text)))
        | Quoted _, _
        | _, Quoted _ -> Misfit(at, "a text is compared with a column, by == or !=")
        | Logical(Compare _), _
        | Logical(Is _), _ -> Misfit(at, "comparisons do not chain; write 110 < x && x < 160")
        | _ -> both at symbol (fun a b -> Logical(Compare(kind, a, b))) a b

    let private connective at symbol make a b =
        match a, b with
        | Logical a, Logical b -> Logical(make a b)
        | (Misfit _ as misfit), _
        | _, (Misfit _ as misfit) -> misfit
        | _ -> Misfit(at, $"{symbol} joins conditions; compare the number with something")

    let private call (at: int64) (name: string) (arguments: Node list) =
        match List.tryFind (fst >> (=) name) functions with
        | None ->
            let hint =
                match Fault.nearest name (List.map fst functions) with
                | Some close -> $"did you mean '{close}'?"
                | None -> "there are " + (functions |> List.map fst |> String.concat ", ")

            Misfit(at, $"there is no function '{name}'; {hint}")
        | Some(_, callee) ->
            let wanted = Expression.arity callee

            if arguments.Length <> wanted then
                Misfit(at, $"{name} takes {wanted} argument(s), here are {arguments.Length}")
            else
                let parts = arguments |> List.map (arithmetic at name)

                match
                    parts
                    |> List.tryPick (function
                        | Result.Error e -> Some e
                        | Result.Ok _ -> None)
                with
                | Some misfit -> misfit
                | None ->
                    let parts =
                        parts
                        |> List.choose (function
                            | Result.Ok e -> Some e
                            | Result.Error _ -> None)

                    Arithmetic(Call(callee, parts))

    let private operators = OperatorPrecedenceParser<Node, int64, unit>()

    /// An expression of numbers or a condition; what does not fit together is a Misfit.
    let node: Parser<Node, unit> = operators.ExpressionParser

    let private parenthesised =
        between (pchar '(' .>> spaces) (pchar ')' .>> spaces) node

    let private arguments =
        between (pchar '(' .>> spaces) (pchar ')' .>> spaces) (sepBy node (pchar ',' .>> spaces))

    let private named =
        position .>>. name .>>. opt arguments
        |>> fun ((at, name), arguments) ->
            match arguments with
            | Some arguments -> call at name arguments
            | None -> Arithmetic(Column name)

    do
        let infix (symbol: string) precedence associativity (make: int64 -> Node -> Node -> Node) =
            let length = int64 symbol.Length
            let at = position .>> spaces |>> fun after -> after - length

            InfixOperator(symbol, at, precedence, associativity, (), make)
            |> operators.AddOperator

        let prefix (symbol: string) precedence (make: int64 -> Node -> Node) =
            let at = position .>> spaces |>> fun after -> after - int64 symbol.Length
            PrefixOperator(symbol, at, precedence, true, (), make) |> operators.AddOperator

        let join symbol precedence make =
            infix symbol precedence Associativity.Left (fun at -> connective at symbol make)

        let compare symbol kind =
            infix symbol 4 Associativity.Left (fun at -> comparison at symbol kind)

        let compute symbol precedence associativity operator =
            infix symbol precedence associativity (fun at ->
                both at symbol (fun a b -> Arithmetic(Binary(operator, a, b))))

        operators.TermParser <-
            choice [ number |>> (Number >> Arithmetic); quoted |>> Quoted; parenthesised; named ]

        join "||" 1 (fun a b -> Or(a, b))
        join "&&" 2 (fun a b -> And(a, b))

        prefix "!" 3 (fun at operand ->
            match operand with
            | Logical condition -> Logical(Not condition)
            | Arithmetic _
            | Quoted _ -> Misfit(at, "! takes a condition; compare the value with something")
            | Misfit _ -> operand)

        compare "<" Comparison.Less
        compare "<=" Comparison.LessOrEqual
        compare ">" Comparison.Greater
        compare ">=" Comparison.GreaterOrEqual
        compare "==" Comparison.Equal
        compare "!=" Comparison.NotEqual
        compute "+" 5 Associativity.Left Operator.Add
        compute "-" 5 Associativity.Left Operator.Subtract
        compute "*" 6 Associativity.Left Operator.Multiply
        compute "/" 6 Associativity.Left Operator.Divide

        prefix "-" 7 (fun at operand ->
            match arithmetic at "-" operand with
            | Result.Ok operand -> Arithmetic(Negate operand)
            | Result.Error misfit -> misfit)

        compute "^" 8 Associativity.Right Operator.Power

    let rec private expectations (messages: ErrorMessageList) : string list =
        ErrorMessageList.ToSortedArray messages
        |> Array.toList
        |> List.collect (fun message ->
            match message with
            | Expected "infix operator" -> [ "an operator" ]
            | Expected "prefix operator" -> []
            | Expected label -> [ label ]
            | ExpectedString text
            | ExpectedStringCI text -> [ "'" + text + "'" ]
            | CompoundError(label, _, _, _) -> [ label ]
            | NestedError(_, _, inner) -> expectations inner
            | Message text -> [ text ]
            | _ -> [])
        |> List.distinct

    /// Longer texts and deeper brackets are no one's selection, and the parser is recursive.
    let private longest = 4000
    let private deepest = 200

    /// Where a text becomes too long or too deep, and the reason.
    let private excess (text: string) : (int64 * string) option =
        let mutable depth = 0
        let mutable at = 0

        while at < text.Length && depth <= deepest do
            if text[at] = '(' then
                depth <- depth + 1
            elif text[at] = ')' then
                depth <- depth - 1

            at <- at + 1

        if depth > deepest then
            Some(int64 at, $"brackets stand more than {deepest} deep")
        elif text.Length > longest then
            Some(int64 longest, $"the text is longer than {longest} characters")
        else
            None

    /// <summary>Runs a parser over a whole text.</summary>
    /// <param name="source">what the text is, for the fault ("selection", "feature")</param>
    /// <param name="parser">what the text is made of</param>
    /// <param name="text">the text; line ends count as spaces</param>
    let run
        (source: string)
        (parser: Parser<Result<'T, int64 * string>, unit>)
        (text: string)
        : Result<'T, Fault> =
        let text = text.Replace('\r', ' ').Replace('\n', ' ')

        let fault (at: int64) reason =
            Fault.create source "cannot be read" reason |> Fault.atCharacter (int at) text

        let failure (error: ParserError) =
            let reason =
                match expectations error.Messages with
                | [] -> "something is missing or too much here"
                | [ one ] -> "expected " + one
                | several ->
                    let last = List.last several
                    let first = several |> List.take (several.Length - 1) |> String.concat ", "
                    $"expected {first} or {last}"

            Result.Error(fault (error.Position.Index + 1L) reason)

        match excess text with
        | Some(at, reason) -> Result.Error(fault at reason)
        | None ->
            match runParserOnString (spaces >>. parser .>> eof) () source text with
            | Success(Result.Ok value, _, _) -> Result.Ok value
            | Success(Result.Error(at, reason), _, _) -> Result.Error(fault at reason)
            | Failure(_, error, _) -> failure error

    /// A condition.
    let condition: Parser<Result<Condition, int64 * string>, unit> =
        position .>>. node
        |>> fun (at, node) ->
            match node with
            | Logical condition -> Result.Ok condition
            | Arithmetic _ -> Result.Error(at, "this is a number; compare it with something")
            | Quoted _ -> Result.Error(at, "this is a text; compare a column with it")
            | Misfit(at, reason) -> Result.Error(at, reason)

    /// Numbers only.
    let expression: Parser<Result<Expression, int64 * string>, unit> =
        position .>>. node
        |>> fun (at, node) ->
            match node with
            | Arithmetic expression -> Result.Ok expression
            | Logical _ -> Result.Error(at, "this is a condition; a feature is a number")
            | Quoted _ -> Result.Error(at, "this is a text; a feature is a number")
            | Misfit(at, reason) -> Result.Error(at, reason)
