namespace Nsbi.Model

/// <summary>Powers of κ = √μ in coefficient expressions: the rewriting behind
/// <see cref="T:Nsbi.Model.InnerCoordinates" />.</summary>
module internal SquaredParameters =

    /// A coefficient as a product of powers of parameters and the rest of it.
    type Factored = {
        Powers: Map<string, Parameter * float>
        Rest: Coefficient
    }

    let private exponent (name: string) (powers: Map<string, Parameter * float>) : float =
        match powers.TryFind name with
        | Some(_, p) -> p
        | None -> 0.0

    let private multiplyPowers sign a b =
        (a, b)
        ||> Map.fold (fun sum name (parameter, p) ->
            match exponent name sum + sign * p with
            | 0.0 -> Map.remove name sum
            | total -> Map.add name (parameter, total) sum)

    let private times (a: Coefficient) (b: Coefficient) : Coefficient =
        match a, b with
        | Constant 1.0, c
        | c, Constant 1.0 -> c
        | Constant x, Constant y -> Constant(x * y)
        | _ -> Product(a, b)

    let private toThe (p: float) (a: Coefficient) : Coefficient =
        match a with
        | Constant 1.0 -> a
        | Constant c -> Constant(System.Math.Pow(c, p))
        | _ when p = 1.0 -> a
        | _ when p = 0.5 -> SquareRoot a
        | _ -> Power(a, p)

    /// The product of the powers and the rest.
    let expand (factored: Factored) : Coefficient =
        let powers =
            factored.Powers.Values
            |> Seq.map (fun (parameter, p) ->
                if p = 1.0 then
                    Parameter parameter
                else
                    Power(Parameter parameter, p))
            |> Seq.toList

        match powers with
        | [] -> factored.Rest
        | _ -> times factored.Rest (List.reduce times powers)

    /// Takes the powers of the parameters that are never negative out of an expression.
    /// `power` is the exponent that a mention of a parameter counts for, none for the others.
    let rec factor (power: Parameter -> float option) (coefficient: Coefficient) : Factored =
        let factor = factor power
        let whole rest = { Powers = Map.empty; Rest = rest }

        let raise p a =
            let f = factor a

            {
                Powers =
                    f.Powers
                    |> Map.map (fun _ (parameter, q) -> parameter, p * q)
                    |> Map.filter (fun _ (_, q) -> q <> 0.0)
                Rest = toThe p f.Rest
            }

        let common combine a b =
            let fa, fb = factor a, factor b

            let shared =
                fa.Powers
                |> Map.map (fun name (parameter, p) -> parameter, min p (exponent name fb.Powers))
                |> Map.filter (fun _ (_, p) -> p > 0.0)

            let remainder f =
                expand {
                    f with
                        Powers = multiplyPowers -1.0 f.Powers shared
                }

            {
                Powers = shared
                Rest = combine (remainder fa, remainder fb)
            }

        match coefficient with
        | Parameter p ->
            match power p with
            | Some q -> {
                Powers = Map.ofList [ p.Name, (p, q) ]
                Rest = Constant 1.0
              }
            | None -> whole coefficient
        | Negation a ->
            let f = factor a
            { f with Rest = -f.Rest }
        | Sum(a, b) -> common Sum a b
        | Difference(a, b) -> common Difference a b
        | Product(a, b) ->
            let fa, fb = factor a, factor b

            {
                Powers = multiplyPowers 1.0 fa.Powers fb.Powers
                Rest = times fa.Rest fb.Rest
            }
        | Quotient(a, b) ->
            let fa, fb = factor a, factor b

            let rest =
                if fb.Rest = Constant 1.0 then
                    fa.Rest
                else
                    Quotient(fa.Rest, fb.Rest)

            {
                Powers = multiplyPowers -1.0 fa.Powers fb.Powers
                Rest = rest
            }
        | SquareRoot a -> raise 0.5 a
        | Power(a, p) -> raise p a
        | Constant _
        | Exponential _
        | Interpolated _
        | Logarithm _ -> whole (Coefficient.mapOperands (factor >> expand) coefficient)

    /// The parameters that some root or power raises to an exponent at which the first or second
    /// derivative at 0 is infinite, though the value is finite: positive, below 2, no integer.
    let rec singular (coefficient: Coefficient) : Set<string> =
        let here =
            match coefficient with
            | SquareRoot _
            | Power _ ->
                (factor (fun _ -> Some 1.0) coefficient).Powers
                |> Map.toSeq
                |> Seq.filter (fun (_, (_, p)) -> p > 0.0 && p < 2.0 && p <> round p)
                |> Seq.map fst
                |> Set.ofSeq
            | _ -> Set.empty

        here :: List.map singular (Coefficient.operands coefficient) |> Set.unionMany

    /// The expression in κ, named as μ is, for the squared parameters μ = κ².
    let rewrite (squared: Set<string>) (coefficient: Coefficient) : Coefficient =
        let power (p: Parameter) =
            if squared.Contains p.Name then Some 2.0 else None

        let mentionsSquared =
            Coefficient.mentions >> List.exists (fun p -> squared.Contains p.Name)

        // Sums stay as written: factors are taken out only below roots, powers and quotients.
        let rec visit c =
            match c with
            | _ when not (mentionsSquared c) -> c
            | Parameter p when squared.Contains p.Name -> Power(c, 2.0)
            | SquareRoot _
            | Power _
            | Quotient _ -> expand (factor power c)
            | _ -> Coefficient.mapOperands visit c

        visit coefficient

/// <summary>The coordinates a fit runs in. A parameter μ ≥ 0 of which a coefficient has an infinite
/// derivative at 0 (√μ, μ^1.5, …) is replaced by κ = √μ, in which the model is smooth down to the
/// boundary; all others are their own inner coordinate. Inner coordinates keep the names and the
/// places of their parameters.</summary>
[<Sealed>]
type InnerCoordinates private (index: ParameterIndex, squared: Set<string>) =
    let isSquared = index.Names |> List.map squared.Contains |> List.toArray

    /// <summary>The inner coordinates of these parameters under these coefficients: squared are the
    /// ones whose lower bound is 0 and of which a coefficient is singular there.</summary>
    /// <remarks>Recognised are roots and powers of anything that has a power of μ as a factor:
    /// √μ, √(cμ), μ^0.5, μ^1.5, √(μ·ν), √(μ + 2μ²). Not recognised: sums that only vanish together
    /// (√(μ + ν)). Powers below ½ (μ^¼) stay singular in κ.</remarks>
    static member Of
        (parameters: Parameter list, coefficients: Coefficient list)
        : InnerCoordinates =
        let singular = coefficients |> List.map SquaredParameters.singular |> Set.unionMany

        let squared =
            parameters
            |> List.filter (fun p -> p.Lower = 0.0 && singular.Contains p.Name)
            |> List.map _.Name
            |> Set.ofList

        InnerCoordinates(ParameterIndex.OfNames(parameters |> List.map _.Name), squared)

    /// The place of each parameter, outer and inner alike.
    member _.Index: ParameterIndex = index

    /// The names of the parameters that are squares of their inner coordinate.
    member _.Squared: string list = index.Names |> List.filter squared.Contains

    /// <summary>Whether the parameter at a place is the square of its inner coordinate.</summary>
    member _.IsSquared(place: int) : bool = isSquared[place]

    /// <summary>The inner coordinates of a point: κ = √θ where squared, otherwise θ; NaN for a
    /// negative value of a squared parameter. Bounds are converted in the same way.</summary>
    member _.ToInner(theta: float[]) : float[] =
        Array.map2 (fun squared x -> if squared then sqrt x else x) isSquared theta

    /// <summary>The point of inner coordinates: θ = κ² where squared, otherwise κ.</summary>
    member _.ToOuter(kappa: float[]) : float[] =
        Array.map2 (fun squared x -> if squared then x * x else x) isSquared kappa

    /// <summary>A coefficient as a function of the inner coordinates: the same names, of which the
    /// squared ones now mean κ. √μ becomes κ itself, μ becomes κ², so that values and derivatives
    /// are exact and finite at κ = 0; only κ ≥ 0 is meant.</summary>
    member _.Rewrite(coefficient: Coefficient) : Coefficient =
        SquaredParameters.rewrite squared coefficient

    /// <summary>Value, first and second derivative in the inner coordinate, of a function of one
    /// parameter given by its value and derivatives in the parameter.</summary>
    member _.Chain
        (place: int, kappa: float, derivatives: struct (float * float * float))
        : struct (float * float * float) =
        let struct (value, first, second) = derivatives

        if isSquared[place] then
            // θ = κ²: dθ/dκ = 2κ, d²θ/dκ² = 2.
            struct (value, 2.0 * kappa * first, 4.0 * kappa * kappa * second + 2.0 * first)
        else
            struct (value, first, second)

    /// <summary>The jet in the parameters θ of a function whose jet in the inner coordinates κ is
    /// given: ∂f/∂θ = f_κ/2κ and, on the diagonal, ∂²f/∂θ² = (f_κκ − f_κ/κ)/4κ².</summary>
    /// <remarks>Infinite or NaN at κ = 0, where the function of θ has no derivatives.</remarks>
    member _.JetInOuter(kappa: float[], inner: Jet) : Jet =
        let slope k =
            if isSquared[k] then 2.0 * kappa[k] else 1.0

        let gradient = inner.Gradient |> Array.mapi (fun k g -> g / slope k)

        let hessian =
            inner.Hessian
            |> Array2D.mapi (fun k l h ->
                let bend = if k = l && isSquared[k] then 2.0 * gradient[k] else 0.0
                (h - bend) / (slope k * slope l))

        {
            Value = inner.Value
            Gradient = gradient
            Hessian = hessian
        }
