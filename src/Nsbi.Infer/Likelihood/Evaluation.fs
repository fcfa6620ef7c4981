namespace Nsbi.Infer

open System.Globalization
open Nsbi.Model

/// <summary>Why −2 ln L is +∞ at a point: the first reason found.</summary>
type Impossible =
    /// The density D of an event with a weight is not positive.
    | EventDensity of channel: string * table: TableKind * row: int * proc: string
    /// The mean Z of a process's event factors is not positive.
    | EventNormalisation of channel: string * proc: string
    /// A bin's expectation is negative, or zero with events in it.
    | BinExpectation of channel: string * bin: int * count: float * expected: float
    /// A parameter is where its constraint cannot be.
    | OutsideConstraint of parameter: string * value: float
    /// A coefficient is not a finite number.
    | UndefinedCoefficient of channel: string * proc: string

    /// One sentence.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        match this with
        | EventDensity(channel, table, row, proc) ->
            $"channel '{channel}', {table}, row {row}: the density of the event is not positive, \
              so these parameter values are impossible for it; the least of its terms is that of \
              process '{proc}'"
        | EventNormalisation(channel, proc) ->
            $"channel '{channel}', process '{proc}': the mean of its event variations over its own \
              events is not positive, so these parameter values are impossible for it"
        | BinExpectation(channel, bin, count, expected) ->
            $"channel '{channel}', bin {bin}: {number expected} events are expected and \
              {number count} observed, which is impossible"
        | OutsideConstraint(parameter, value) ->
            $"parameter '{parameter}': its constraint allows no value of {number value}"
        | UndefinedCoefficient(channel, proc) ->
            $"channel '{channel}', process '{proc}': its coefficient is not a finite number"

/// <summary>−2 ln L at a point.</summary>
[<NoComparison>]
type Evaluation =
    /// The value with exact gradient and Hessian.
    | Finite of Jet
    /// +∞, and why.
    | Infinite of Impossible

/// <summary>Sums of functions of few parameters, with their derivatives by the chain rule.</summary>
[<Sealed>]
type internal JetSum(n: int) =
    let gradient = Array.zeroCreate<float> n
    let hessian = Array2D.zeroCreate<float> n n
    let mutable value = 0.0

    /// The sum so far.
    member _.Result: Jet = {
        Value = value
        Gradient = gradient
        Hessian = hessian
    }

    /// The gradient so far, to be added to.
    member _.Gradient: float[] = gradient
    /// The Hessian so far, to be added to symmetrically.
    member _.Hessian: float[,] = hessian

    /// Adds a constant.
    member _.AddValue(constant: float) = value <- value + constant

    /// Adds a multiple of a function of the few parameters at these places.
    member _.AddJet(factor: float, places: int[], jet: Jet) =
        value <- value + factor * jet.Value

        for i in 0 .. places.Length - 1 do
            let k = places[i]
            gradient[k] <- gradient[k] + factor * jet.Gradient[i]

            for j in 0 .. places.Length - 1 do
                let l = places[j]
                hessian[k, l] <- hessian[k, l] + factor * jet.Hessian[i, j]

    /// <summary>Adds a function of the parameters at these ascending places, of whose Hessian the
    /// upper triangle is given, row by row.</summary>
    member _.AddUpper(f: float, places: int[], first: float[], second: float[]) =
        let n = places.Length
        value <- value + f

        for i in 0 .. n - 1 do
            let k = places[i]
            gradient[k] <- gradient[k] + first[i]
            hessian[k, k] <- hessian[k, k] + second[(n + 1) * i]

            for j in i + 1 .. n - 1 do
                let l = places[j]
                let h = second[n * i + j]
                hessian[k, l] <- hessian[k, l] + h
                hessian[l, k] <- hessian[l, k] + h

    /// Adds a function of the one parameter at a place.
    member _.AddScalar(place: int, struct (f: float, first: float, second: float)) =
        value <- value + f
        gradient[place] <- gradient[place] + first
        hessian[place, place] <- hessian[place, place] + second

    /// Adds F(z(θ)), given F, ∂F/∂z_a, ∂²F/∂z_a∂z_b (row by row) and, for each z_a, its jet over
    /// few parameters with their places in θ.
    member _.AddChain(f: float, first: float[], second: float[], z: struct (int[] * Jet)[]) =
        value <- value + f
        let size = z.Length

        for a in 0 .. size - 1 do
            let struct (places, jet) = z[a]

            for i in 0 .. places.Length - 1 do
                let k = places[i]
                gradient[k] <- gradient[k] + first[a] * jet.Gradient[i]

                for j in 0 .. places.Length - 1 do
                    let l = places[j]
                    hessian[k, l] <- hessian[k, l] + first[a] * jet.Hessian[i, j]

                for b in 0 .. size - 1 do
                    let struct (others, other) = z[b]
                    let slope = second[size * a + b] * jet.Gradient[i]

                    for j in 0 .. others.Length - 1 do
                        let l = others[j]
                        hessian[k, l] <- hessian[k, l] + slope * other.Gradient[j]
