namespace Nsbi.Model

open System

/// <summary>A point in the space of the couplings, of which events or their weights are known.
/// </summary>
type Benchmark = {
    /// Unique in its set.
    Name: string
    /// The value of each coupling, in their order.
    Couplings: float list
}

/// <summary>Morphing: a density that is a polynomial of couplings (Wilson coefficients), at any
/// couplings from what is known at benchmarks. Couplings k, components c with exponents n_ck,
/// benchmarks b: θ^c = Π_k θ_k^n_ck, w(x; θ) = Σ_b w_b(θ) w(x; θ_b) with
/// w_b(θ) = Σ_c θ^c M[c, b].</summary>
/// <remarks>Source: ATLAS, ATL-PHYS-PUB-2015-047; Brehmer, Kling, Espejo and Cranmer (MadMiner),
/// arXiv:1907.10621. M is the inverse of the matrix of θ_b^c, computed without rounding;
/// with more benchmarks than components it is the left inverse with the smallest Σ_b w_b(θ)².
/// Immutable.</remarks>
[<Sealed>]
type Morphing
    private
    (
        couplings: Parameter list,
        components: int list list,
        benchmarks: Benchmark list,
        exact: ExactMatrix,
        condition: float
    ) =
    let matrix = ExactInverse.toFloats exact

    let monomial (exponents: int list) : Coefficient list =
        List.zip couplings exponents
        |> List.choose (fun (p, n) ->
            match n with
            | 0 -> None
            | 1 -> Some(Parameter p)
            | n -> Some(Power(Parameter p, float n)))

    let coefficient b =
        // The highest component first: so a model mentions the couplings in their order.
        let parts =
            components
            |> List.mapi (fun c exponents -> matrix[c, b], monomial exponents)
            |> List.rev
            |> List.filter (fun (m, _) -> m <> 0.0)
            |> List.map (fun (m, factors) -> List.fold (*) (Constant m) factors)

        if parts.IsEmpty then
            Constant 0.0
        else
            List.reduce (+) parts

    let coefficients =
        lazy (benchmarks |> List.mapi (fun b benchmark -> benchmark.Name, coefficient b))

    static let powers (components: int list list) (theta: float list) : Dyadic list =
        let exact = theta |> List.map Dyadic.ofFloat

        components
        |> List.map (fun exponents ->
            List.map2 Dyadic.power exponents exact |> List.fold Dyadic.multiply Dyadic.one)

    /// Checks and inverts.
    static member internal Create
        (couplings: Coefficient list, components: int list list, benchmarks: Benchmark list)
        : Morphing =
        let parameters =
            couplings
            |> List.map (function
                | Parameter p -> p
                | other ->
                    invalidArg
                        (nameof couplings)
                        $"A coupling is a parameter, and \"{other}\" is an expression.")

        let once argument what (names: string list) =
            names
            |> List.countBy id
            |> List.tryFind (fun (_, n) -> n > 1)
            |> Option.iter (fun (name, n) ->
                invalidArg argument $"{n} of the {what} are {name}: give each once.")

        let show (exponents: int list) =
            let numbers = exponents |> List.map string |> String.concat ", "
            $"({numbers})"

        once (nameof couplings) "couplings" (parameters |> List.map (fun p -> $"'{p.Name}'"))
        once (nameof components) "components" (components |> List.map show)
        once (nameof benchmarks) "benchmarks" (benchmarks |> List.map (fun b -> $"'{b.Name}'"))
        let d = parameters.Length

        for exponents in components do
            if exponents.Length <> d || List.exists (fun n -> n < 0) exponents then
                invalidArg
                    (nameof components)
                    $"The component {show exponents} does not have {d} exponents of 0 or above, one \
                      per coupling."

        for b in benchmarks do
            if b.Couplings.Length <> d then
                invalidArg
                    (nameof benchmarks)
                    $"The benchmark '{b.Name}' has {b.Couplings.Length} values: give {d}, one per \
                      coupling."

            for x in b.Couplings do
                if not (Double.IsFinite x) then
                    invalidArg
                        (nameof benchmarks)
                        $"The benchmark '{b.Name}' has the value {x}: give finite numbers."

        let exact = benchmarks |> List.map (fun b -> powers components b.Couplings)

        let v =
            if exact.IsEmpty || components.IsEmpty then
                Array2D.zeroCreate benchmarks.Length components.Length
            else
                array2D exact

        let rounded = v |> Array2D.map (fun x -> Dyadic.ratio x Dyadic.one)
        let equal = List.replicate benchmarks.Length 1.0
        let inverse, condition = SampleBasis.inverse "benchmarks" equal v rounded
        Morphing(parameters, components, benchmarks, inverse, condition)

    /// The couplings θ_k, in order.
    member _.Couplings: Parameter list = couplings

    /// The exponents n_ck of each component.
    member _.Components: int list list = components

    /// The benchmarks, in order.
    member _.Benchmarks: Benchmark list = benchmarks

    /// <summary>M[c, b], components x benchmarks, each entry rounded once; a new array each time.
    /// </summary>
    member _.Matrix: float[,] = Array2D.copy matrix

    /// <summary>The condition number of the matrix of θ_b^c, each component scaled to its largest
    /// value among the benchmarks.</summary>
    member _.Condition: float = condition

    /// <summary>w_b(θ) by the names of the benchmarks, in order: what scales the process of each
    /// benchmark.</summary>
    member _.Coefficients: (string * Coefficient) list = coefficients.Value

    /// <summary>w_b(θ) of one benchmark.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such benchmark</exception>
    member _.Item
        with get (benchmark: string): Coefficient =
            match coefficients.Value |> List.tryFind (fun (name, _) -> name = benchmark) with
            | Some(_, found) -> found
            | None ->
                let known = benchmarks |> List.map _.Name |> String.concat ", "

                invalidArg
                    (nameof benchmark)
                    $"There is no benchmark '{benchmark}'; there are: {known}."

    /// <summary>The numbers w_b(θ), each rounded once: exactly 1 and 0 at the benchmarks, where there
    /// are as many of them as components.</summary>
    /// <param name="theta">the value of each coupling, in their order</param>
    /// <returns>one number per benchmark; <c>Coefficients</c> agree with them to some 1e-16 of
    /// Σ_c |θ^c M[c, b]|</returns>
    /// <exception cref="T:System.ArgumentException">not one finite value per coupling</exception>
    member _.Weights(theta: float list) : float[] =
        if theta.Length <> couplings.Length || not (List.forall Double.IsFinite theta) then
            invalidArg (nameof theta) $"Give {couplings.Length} finite values, one per coupling."

        let monomials = powers components theta

        Array.init benchmarks.Length (fun b ->
            let sum =
                monomials
                |> Seq.mapi (fun c x -> Dyadic.multiply x exact.Numerators[c, b])
                |> Dyadic.sum

            Dyadic.ratio sum exact.Denominator)

/// <summary>How morphings are made and used.</summary>
[<RequireQualifiedAccess>]
module Morphing =

    /// <summary>The exponents of all monomials of couplings, each up to a power of its own and
    /// together up to an overall one; the last coupling changes fastest.</summary>
    /// <param name="largest">the largest power of each coupling: 2 for one that enters an amplitude
    /// once, 4 for one that enters production and decay</param>
    /// <param name="overall">the largest sum of the powers; for d couplings that are quadratic each
    /// and overall there are (d + 1)(d + 2)/2 components</param>
    /// <exception cref="T:System.ArgumentException">a power is negative</exception>
    let components (largest: int list) (overall: int) : int list list =
        if overall < 0 || List.exists (fun n -> n < 0) largest then
            invalidArg (nameof largest) "Give powers of 0 or above."

        (largest, [ [] ])
        ||> List.foldBack (fun n tails -> [
            for power in 0..n do
                for tail in tails do
                    if power + List.sum tail <= overall then
                        power :: tail
        ])

    /// <summary>The morphing of couplings from benchmarks.</summary>
    /// <param name="couplings">parameters, as <c>poi</c> gives them</param>
    /// <param name="components">the exponents of each monomial, one per coupling</param>
    /// <param name="benchmarks">as many as components or more</param>
    /// <exception cref="T:System.ArgumentException">a coupling is an expression or named twice; a
    /// component or a benchmark has not one number per coupling, a negative exponent, or occurs
    /// twice; there are fewer benchmarks than components; or they do not determine the polynomial (a
    /// condition number above 1e8)</exception>
    let create
        (couplings: Coefficient list)
        (components: int list list)
        (benchmarks: Benchmark list)
        : Morphing =
        Morphing.Create(couplings, components, benchmarks)

    /// <summary>w(x_i; θ) = Σ_b w_b(θ) w(x_i; θ_b) of each event.</summary>
    /// <param name="morphing">with benchmarks in the order of the weights</param>
    /// <param name="theta">the value of each coupling, in their order</param>
    /// <param name="weights">w(x_i; θ_b): benchmarks x events</param>
    /// <returns>one weight per event; at a benchmark its own weights, exactly. Below 0 only where the
    /// weights that were given are not those of a polynomial that is positive</returns>
    /// <exception cref="T:System.ArgumentException">not one finite value per coupling, not one array
    /// per benchmark, or arrays of different lengths</exception>
    let eventWeights (morphing: Morphing) (theta: float list) (weights: float[] list) : float[] =
        let at = morphing.Weights theta

        if weights.Length <> at.Length then
            invalidArg
                (nameof weights)
                $"Give {at.Length} arrays, one per benchmark, not {weights.Length}."

        match weights |> List.map _.Length |> List.distinct with
        | [ events ] ->
            let sum = Array.zeroCreate events

            for w, values in Seq.zip at weights do
                // A weight of zero leaves a benchmark out, whatever its numbers are.
                if w <> 0.0 then
                    values |> Array.iteri (fun i x -> sum[i] <- sum[i] + w * x)

            sum
        | _ -> invalidArg (nameof weights) "The benchmarks have different numbers of events."
