namespace Nsbi.Model

open FParsec

/// <summary>Coefficients as text.</summary>
/// <remarks>
/// The grammar, loosest first: sums and differences; products and quotients; negation; powers with a
/// number as exponent; and numbers, names, <c>sqrt(…)</c>, <c>exp(…)</c>, <c>log(…)</c>,
/// <c>spline(…, x: y, x: y, …)</c>, brackets.
/// A name that is not a plain word stands between backquotes. A minus directly before a number that
/// has no exponent belongs to the number.
/// </remarks>
[<RequireQualifiedAccess>]
module CoefficientText =

    // Far beyond any model, within any stack.
    let private longest = 20_000
    let private deepest = 200

    /// What a bare number is must be known to the minus before it.
    type private Operand =
        | Literal of float
        | Whole of Coefficient

    let private coefficient (operand: Operand) : Coefficient =
        match operand with
        | Literal x -> Constant x
        | Whole c -> c

    let private token (parser: Parser<'a, unit>) : Parser<'a, unit> = parser .>> spaces
    let private symbol (text: string) : Parser<unit, unit> = token (skipString text)

    // A star that does not begin a power.
    let private times: Parser<unit, unit> =
        token (attempt (skipChar '*' .>> notFollowedBy (skipChar '*')))

    let private digits: Parser<float, unit> =
        let options =
            NumberLiteralOptions.AllowFraction
            ||| NumberLiteralOptions.AllowFractionWOIntegerPart
            ||| NumberLiteralOptions.AllowExponent

        let invariant = System.Globalization.CultureInfo.InvariantCulture

        numberLiteral options "a number"
        |>> fun literal -> System.Double.Parse(literal.String, invariant)

    let private plainName: Parser<string, unit> =
        many1Satisfy2L CoefficientNames.isFirst CoefficientNames.isLater "a name"

    let private quotedName: Parser<string, unit> =
        between (skipChar '`') (skipChar '`') (manySatisfy (fun c -> c <> '`'))

    let private number: Parser<float, unit> =
        token (digits <|> (skipString "inf" >>% infinity) <|> (skipString "nan" >>% nan))

    let private signed: Parser<float, unit> =
        pipe2 (opt (symbol "-")) number (fun sign x -> if sign.IsSome then -x else x)

    /// The grammar over names that a lookup turns into parameters; names it does not know and knots that
    /// make no spline are collected, so that all of them are reported.
    let private grammar
        (lookup: string -> Parameter option)
        (unknown: ResizeArray<string>)
        (faults: ResizeArray<string>)
        =
        let expression, expressionRef = createParserForwardedToRef<Coefficient, unit>()

        let parameter name =
            match lookup name with
            | Some p -> Parameter p
            | None ->
                unknown.Add name
                Constant nan

        let bracketed = between (symbol "(") (symbol ")") expression

        let knot = pipe2 signed (symbol ":" >>. signed) (fun x y -> x, y)

        let spline =
            symbol "(" >>. expression .>>. many1 (symbol "," >>. knot) .>> symbol ")"
            |>> fun (a, knots) ->
                match Spline.tryCreate knots with
                | Result.Ok curve -> Whole(Interpolated(a, curve))
                | Result.Error what ->
                    faults.Add what
                    Whole(Constant nan)

        let word =
            token plainName
            >>= function
                | "sqrt" -> bracketed |>> (SquareRoot >> Whole)
                | "exp" -> bracketed |>> (Exponential >> Whole)
                | "log" -> bracketed |>> (Logarithm >> Whole)
                | "spline" -> spline
                | "inf" -> preturn (Literal infinity)
                | "nan" -> preturn (Literal nan)
                | name -> preturn (Whole(parameter name))

        let atom =
            choice [
                token digits |>> Literal
                word
                token quotedName |>> (parameter >> Whole)
                bracketed |>> Whole
            ]

        let power =
            pipe2 atom (opt (symbol "**" >>. signed)) (fun a exponent ->
                match exponent with
                | Some p -> Whole(Power(coefficient a, p))
                | None -> a)

        let negated =
            pipe2 (many (symbol "-")) power (fun signs a ->
                match a, signs with
                | Literal x, _ :: rest -> List.fold (fun c () -> Negation c) (Constant -x) rest
                | a, signs -> List.fold (fun c () -> Negation c) (coefficient a) signs)

        let product =
            let operator =
                (times >>% fun a b -> Product(a, b))
                <|> (symbol "/" >>% fun a b -> Quotient(a, b))

            chainl1 negated operator

        let sum =
            let operator =
                (symbol "+" >>% fun a b -> Sum(a, b))
                <|> (symbol "-" >>% fun a b -> Difference(a, b))

            chainl1 product operator

        expressionRef.Value <- sum
        spaces >>. expression .>> eof

    let private depth (text: string) : int =
        let step (now, most) c =
            match c with
            | '(' -> now + 1, max most (now + 1)
            | ')' -> now - 1, most
            | _ -> now, most

        text |> Seq.fold step (0, 0) |> snd

    // FParsec's message without its picture of the line: what it expected, on one line.
    let private oneLine (message: string) : string =
        message.Split('\n', System.StringSplitOptions.TrimEntries)
        |> Array.filter (fun line -> line.StartsWith "Expecting" || line.StartsWith "Unexpected")
        |> String.concat "; "

    /// <summary>The text of a coefficient; <see cref="M:Nsbi.Model.CoefficientText.parse" /> reads
    /// the same structure back, to the last bit of every number.</summary>
    let print (coefficient: Coefficient) : string = coefficient.Text

    /// <summary>Reads a coefficient.</summary>
    /// <param name="lookup">the parameter of a name, if there is one</param>
    /// <param name="text">for instance <c>mu - sqrt(mu)</c></param>
    /// <returns>the coefficient; or what is wrong: the column where the text stops making sense, or
    /// every unknown name and every spline that is none</returns>
    let parse
        (lookup: string -> Parameter option)
        (text: string)
        : Result<Coefficient, string list> =
        let unknown, faults = ResizeArray<string>(), ResizeArray<string>()

        if text.Length > longest then
            Result.Error [ $"the expression is longer than {longest} characters" ]
        elif depth text > deepest then
            Result.Error [ $"the expression has brackets more than {deepest} deep" ]
        else
            match run (grammar lookup unknown faults) text with
            | Success(c, _, _) when unknown.Count = 0 && faults.Count = 0 -> Result.Ok c
            | Success _ ->
                unknown
                |> Seq.distinct
                |> Seq.map (fun name -> $"'{name}' is not a declared parameter")
                |> Seq.append faults
                |> Seq.toList
                |> Result.Error
            | Failure(message, error, _) ->
                Result.Error [ $"column {error.Position.Column} of \"{text}\": {oneLine message}" ]
