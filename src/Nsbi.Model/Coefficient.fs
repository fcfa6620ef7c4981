namespace Nsbi.Model

/// How names and numbers stand in the text of a coefficient.
module internal CoefficientNames =

    /// Words of the grammar, which no bare name may be.
    let reserved: Set<string> =
        Set.ofList [ "sqrt"; "exp"; "log"; "spline"; "inf"; "nan" ]

    let isFirst (c: char) : bool = System.Char.IsLetter c || c = '_'

    let isLater (c: char) : bool =
        isFirst c || System.Char.IsDigit c || c = '.'

    /// A name, between backquotes where it is not a plain word.
    let print (name: string) : string =
        let plain =
            name <> ""
            && isFirst name[0]
            && Seq.forall isLater name
            && not (reserved.Contains name)

        if plain then name else $"`{name}`"

    /// The shortest text that is read back as the same number.
    let printNumber (x: float) : string =
        if System.Double.IsNaN x then
            "nan"
        elif System.Double.IsPositiveInfinity x then
            "inf"
        elif System.Double.IsNegativeInfinity x then
            "-inf"
        else
            x.ToString("R", System.Globalization.CultureInfo.InvariantCulture)

/// <summary>A scalar expression of parameters, the f_c(μ) of a mixture: constants, parameters and
/// the operators + − * / **, sqrt, exp, log and tabulated functions. Plain data: it can be printed, parsed and compared.
/// <c>1.0 - sqrt mu</c> works without conversions.</summary>
/// <remarks>The operators fold the negation of a constant into the constant and nothing else: an
/// expression keeps the structure in which it was written.</remarks>
[<StructuredFormatDisplay("{Text}")>]
type Coefficient =
    /// A number.
    | Constant of value: float
    /// A parameter of the model.
    | Parameter of parameter: Parameter
    /// −a.
    | Negation of operand: Coefficient
    /// a + b.
    | Sum of left: Coefficient * right: Coefficient
    /// a − b.
    | Difference of left: Coefficient * right: Coefficient
    /// a·b.
    | Product of left: Coefficient * right: Coefficient
    /// a/b.
    | Quotient of left: Coefficient * right: Coefficient
    /// a^p for a constant p; NaN where a is negative and p is not an integer.
    | Power of base': Coefficient * exponent: float
    /// √a; NaN where a is negative.
    | SquareRoot of operand: Coefficient
    /// exp a.
    | Exponential of operand: Coefficient
    /// ln a; −∞ at 0, NaN where a is negative.
    | Logarithm of operand: Coefficient
    /// A tabulated function of a.
    | Interpolated of operand: Coefficient * curve: Spline

    /// −a; a constant is negated in place.
    static member (~-)(a: Coefficient) : Coefficient =
        match a with
        | Constant c -> Constant(-c)
        | a -> Negation a

    /// a + b.
    static member (+)(a: Coefficient, b: Coefficient) : Coefficient = Sum(a, b)
    /// a + b.
    static member (+)(a: float, b: Coefficient) : Coefficient = Sum(Constant a, b)
    /// a + b.
    static member (+)(a: Coefficient, b: float) : Coefficient = Sum(a, Constant b)
    /// a − b.
    static member (-)(a: Coefficient, b: Coefficient) : Coefficient = Difference(a, b)
    /// a − b.
    static member (-)(a: float, b: Coefficient) : Coefficient = Difference(Constant a, b)
    /// a − b.
    static member (-)(a: Coefficient, b: float) : Coefficient = Difference(a, Constant b)
    /// a·b.
    static member (*)(a: Coefficient, b: Coefficient) : Coefficient = Product(a, b)
    /// a·b.
    static member (*)(a: float, b: Coefficient) : Coefficient = Product(Constant a, b)
    /// a·b.
    static member (*)(a: Coefficient, b: float) : Coefficient = Product(a, Constant b)
    /// a/b.
    static member (/)(a: Coefficient, b: Coefficient) : Coefficient = Quotient(a, b)
    /// a/b.
    static member (/)(a: float, b: Coefficient) : Coefficient = Quotient(Constant a, b)
    /// a/b.
    static member (/)(a: Coefficient, b: float) : Coefficient = Quotient(a, Constant b)
    /// a ** n for a constant exponent n.
    static member Pow(a: Coefficient, n: float) : Coefficient = Power(a, n)
    /// √a, by the function sqrt.
    static member Sqrt(a: Coefficient) : Coefficient = SquareRoot a
    /// exp a, by the function exp.
    static member Exp(a: Coefficient) : Coefficient = Exponential a
    /// ln a, by the function log.
    static member Log(a: Coefficient) : Coefficient = Logarithm a

    // Strength of the operators: 1 sums, 2 products, 3 negation, 4 powers, 5 what needs no brackets.
    static member private Print(context: int, coefficient: Coefficient) : string =
        let print context (c: Coefficient) = Coefficient.Print(context, c)

        let strength, text =
            match coefficient with
            | Constant c ->
                (if c < 0.0 || 1.0 / c < 0.0 then 3 else 5), CoefficientNames.printNumber c
            | Parameter p -> 5, CoefficientNames.print p.Name
            | Negation(Constant c) -> 3, $"-({CoefficientNames.printNumber c})"
            | Negation a -> 3, $"-{print 3 a}"
            | Sum(a, b) -> 1, $"{print 1 a} + {print 2 b}"
            | Difference(a, b) -> 1, $"{print 1 a} - {print 2 b}"
            | Product(a, b) -> 2, $"{print 2 a} * {print 3 b}"
            | Quotient(a, b) -> 2, $"{print 2 a} / {print 3 b}"
            | Power(a, p) -> 4, $"{print 5 a} ** {CoefficientNames.printNumber p}"
            | SquareRoot a -> 5, $"sqrt({print 0 a})"
            | Exponential a -> 5, $"exp({print 0 a})"
            | Logarithm a -> 5, $"log({print 0 a})"
            | Interpolated(a, curve) ->
                let number = CoefficientNames.printNumber

                let knots =
                    curve.Knots
                    |> List.map (fun (x, y) -> $"{number x}: {number y}")
                    |> String.concat ", "

                5, $"spline({print 0 a}, {knots})"

        if strength < context then $"({text})" else text

    /// <summary>The expression as it is read back: <c>mu - sqrt(mu)</c>.</summary>
    member this.Text: string = Coefficient.Print(0, this)

    /// The expression as it is read back.
    override this.ToString() : string = this.Text

/// <summary>What is asked of coefficient expressions: their parameters, value and derivatives.</summary>
[<RequireQualifiedAccess>]
module Coefficient =

    /// <summary>The operands of an expression, from left to right.</summary>
    let operands (coefficient: Coefficient) : Coefficient list =
        match coefficient with
        | Constant _
        | Parameter _ -> []
        | Negation a
        | Power(a, _)
        | SquareRoot a
        | Exponential a
        | Logarithm a
        | Interpolated(a, _) -> [ a ]
        | Sum(a, b)
        | Difference(a, b)
        | Product(a, b)
        | Quotient(a, b) -> [ a; b ]

    /// <summary>The same expression over other operands, each operand changed by a function.</summary>
    let mapOperands (change: Coefficient -> Coefficient) (coefficient: Coefficient) : Coefficient =
        match coefficient with
        | Constant _
        | Parameter _ -> coefficient
        | Negation a -> Negation(change a)
        | Power(a, p) -> Power(change a, p)
        | SquareRoot a -> SquareRoot(change a)
        | Exponential a -> Exponential(change a)
        | Logarithm a -> Logarithm(change a)
        | Interpolated(a, curve) -> Interpolated(change a, curve)
        | Sum(a, b) -> Sum(change a, change b)
        | Difference(a, b) -> Difference(change a, change b)
        | Product(a, b) -> Product(change a, change b)
        | Quotient(a, b) -> Quotient(change a, change b)

    /// <summary>Every mention of a parameter, from left to right, repetitions kept.</summary>
    let rec mentions (coefficient: Coefficient) : Parameter list =
        match coefficient with
        | Parameter p -> [ p ]
        | _ -> List.collect mentions (operands coefficient)

    /// <summary>The distinct parameters in the order of their first appearance.</summary>
    let parameters (coefficient: Coefficient) : Parameter list =
        coefficient |> mentions |> List.distinct

    /// <summary>Replaces every parameter by an expression.</summary>
    let rec substitute
        (replacement: Parameter -> Coefficient)
        (coefficient: Coefficient)
        : Coefficient =
        match coefficient with
        | Parameter p -> replacement p
        | _ -> mapOperands (substitute replacement) coefficient

    let rec private fold (leaf: Parameter -> float) (coefficient: Coefficient) : float =
        let value = fold leaf

        match coefficient with
        | Constant c -> c
        | Parameter p -> leaf p
        | Negation a -> -(value a)
        | Sum(a, b) -> value a + value b
        | Difference(a, b) -> value a - value b
        | Product(a, b) -> value a * value b
        | Quotient(a, b) -> value a / value b
        | Power(a, p) -> System.Math.Pow(value a, p)
        | SquareRoot a -> System.Math.Sqrt(value a)
        | Exponential a -> System.Math.Exp(value a)
        | Logarithm a -> System.Math.Log(value a)
        | Interpolated(a, curve) ->
            let struct (f, _, _) = Spline.evaluate curve (value a)
            f

    /// <summary>The value at the parameters' initial values.</summary>
    let nominal (coefficient: Coefficient) : float = fold _.Initial coefficient

    /// <summary>f(θ).</summary>
    /// <param name="index">the place in θ of each parameter</param>
    /// <param name="theta">parameter values in the order of the index</param>
    /// <param name="coefficient">the expression f</param>
    /// <returns>NaN for the square root or logarithm of a negative number, never an exception</returns>
    /// <exception cref="T:System.ArgumentException">a parameter is not in the index</exception>
    let value (index: ParameterIndex) (theta: float[]) (coefficient: Coefficient) : float =
        fold (fun p -> theta[index[p.Name]]) coefficient

    let rec private jet (leaf: Parameter -> Jet) (n: int) (coefficient: Coefficient) : Jet =
        let jet = jet leaf n

        match coefficient with
        | Constant c -> Jet.constant n c
        | Parameter p -> leaf p
        | Negation a -> Jet.negate (jet a)
        | Sum(a, b) -> Jet.add (jet a) (jet b)
        | Difference(a, b) -> Jet.subtract (jet a) (jet b)
        | Product(a, b) -> Jet.multiply (jet a) (jet b)
        | Quotient(a, b) -> Jet.divide (jet a) (jet b)
        | Power(a, p) -> Jet.power p (jet a)
        | SquareRoot a -> Jet.sqrt (jet a)
        | Exponential a -> Jet.exp (jet a)
        | Logarithm a -> Jet.log (jet a)
        | Interpolated(a, curve) ->
            let inner = jet a
            let struct (f, first, second) = Spline.evaluate curve inner.Value
            Jet.chain f first second inner

    /// <summary>f(θ) with its exact gradient and Hessian over all parameters of the index.</summary>
    /// <param name="index">the place in θ of each parameter; n parameters</param>
    /// <param name="theta">parameter values in the order of the index</param>
    /// <param name="coefficient">the expression f</param>
    /// <returns>a jet over n parameters; zeros for parameters that f does not mention</returns>
    /// <remarks>Cost: the jets are computed over the few parameters f mentions, then spread. At the
    /// boundary of a square root the derivatives are infinite: there use
    /// <see cref="T:Nsbi.Model.InnerCoordinates" />.</remarks>
    /// <exception cref="T:System.ArgumentException">a parameter is not in the index</exception>
    let evaluate (index: ParameterIndex) (theta: float[]) (coefficient: Coefficient) : Jet =
        let places =
            coefficient |> parameters |> List.map (fun p -> index[p.Name]) |> List.distinct

        let places = List.toArray places
        let m = places.Length

        let leaf (p: Parameter) =
            let place = index[p.Name]
            Jet.variable m (System.Array.IndexOf(places, place)) theta[place]

        let local = jet leaf m coefficient
        let spread = Jet.constant index.Count local.Value

        for a in 0 .. m - 1 do
            spread.Gradient[places[a]] <- local.Gradient[a]

            for b in 0 .. m - 1 do
                spread.Hessian[places[a], places[b]] <- local.Hessian[a, b]

        spread
