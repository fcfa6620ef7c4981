namespace Nsbi.Model

/// <summary>A scalar expression of parameters, the f_c(μ) of a mixture: constants, parameters and
/// the operators + − * / **, sqrt, exp and log. Plain data: it can be printed, parsed and compared.
/// <c>1.0 - sqrt mu</c> works without conversions.</summary>
/// <remarks>Build with the operators: they fold the negation of a constant into the constant, so
/// that every expression has one printed form.</remarks>

type Coefficient =
    | Constant of value: float
    | Parameter of parameter: Parameter
    | Negation of operand: Coefficient
    | Sum of left: Coefficient * right: Coefficient
    | Difference of left: Coefficient * right: Coefficient
    | Product of left: Coefficient * right: Coefficient
    | Quotient of left: Coefficient * right: Coefficient
    | Power of base': Coefficient * exponent: float
    | SquareRoot of operand: Coefficient
    | Exponential of operand: Coefficient
    | Logarithm of operand: Coefficient

    static member (~-)(a: Coefficient) : Coefficient =
        match a with
        | Constant c -> Constant(-c)
        | a -> Negation a

    static member (+)(a: Coefficient, b: Coefficient) : Coefficient = Sum(a, b)
    static member (+)(a: float, b: Coefficient) : Coefficient = Sum(Constant a, b)
    static member (+)(a: Coefficient, b: float) : Coefficient = Sum(a, Constant b)
    static member (-)(a: Coefficient, b: Coefficient) : Coefficient = Difference(a, b)
    static member (-)(a: float, b: Coefficient) : Coefficient = Difference(Constant a, b)
    static member (-)(a: Coefficient, b: float) : Coefficient = Difference(a, Constant b)
    static member (*)(a: Coefficient, b: Coefficient) : Coefficient = Product(a, b)
    static member (*)(a: float, b: Coefficient) : Coefficient = Product(Constant a, b)
    static member (*)(a: Coefficient, b: float) : Coefficient = Product(a, Constant b)
    static member (/)(a: Coefficient, b: Coefficient) : Coefficient = Quotient(a, b)
    static member (/)(a: float, b: Coefficient) : Coefficient = Quotient(Constant a, b)
    static member (/)(a: Coefficient, b: float) : Coefficient = Quotient(a, Constant b)
    /// a ** n for a constant exponent n.
    static member Pow(a: Coefficient, n: float) : Coefficient = Power(a, n)
    static member Sqrt(a: Coefficient) : Coefficient = SquareRoot a
    static member Exp(a: Coefficient) : Coefficient = Exponential a
    static member Log(a: Coefficient) : Coefficient = Logarithm a
