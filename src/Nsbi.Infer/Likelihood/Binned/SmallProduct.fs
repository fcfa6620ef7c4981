namespace Nsbi.Infer

open Nsbi.Model

/// <summary>A product of a few functions of single parameters with its derivatives, by the product
/// rule: exact where factors are zero.</summary>
[<Sealed>]
type internal SmallProduct(capacity: int) =
    let own = Array.zeroCreate<int> capacity
    let first = Array.zeroCreate<float> capacity
    let second = Array.zeroCreate<float>(capacity * capacity)
    let mutable count = 0
    let mutable value = 1.0

    let place (j: int) =
        let mutable a = 0

        while a < count && own[a] <> j do
            a <- a + 1

        if a = count then
            own[a] <- j
            first[a] <- 0.0

            for b in 0..a do
                second[capacity * a + b] <- 0.0
                second[capacity * b + a] <- 0.0

            count <- count + 1

        a

    /// The product.
    member _.Value: float = value
    /// Number of parameters that it depends on.
    member _.Count: int = count
    /// The j of each of them.
    member _.Own: int[] = own
    /// Derivatives.
    member _.First: float[] = first
    /// <summary>∂²/∂a∂b.</summary>
    member _.Second(a: int, b: int) : float = second[capacity * a + b]

    /// A constant.
    member _.Reset(constant: float) : unit =
        count <- 0
        value <- constant

    /// Sets the product to a constant times a jet.
    member this.Reset(constant: float, places: int[], jet: Jet) : unit =
        this.Reset(constant * jet.Value)

        for j in places do
            place j |> ignore

        for a in 0 .. count - 1 do
            first[a] <- constant * jet.Gradient[a]

            for b in 0 .. count - 1 do
                second[capacity * a + b] <- constant * jet.Hessian[a, b]

    /// Multiplies by a function of one parameter, given with two derivatives.
    member _.Multiply(j: int, g: float, slope: float, bend: float) : unit =
        let k = place j

        for a in 0 .. count - 1 do
            for b in 0 .. count - 1 do
                let at = capacity * a + b
                second[at] <- second[at] * g

        for a in 0 .. count - 1 do
            second[capacity * a + k] <- second[capacity * a + k] + first[a] * slope
            second[capacity * k + a] <- second[capacity * k + a] + first[a] * slope

        second[capacity * k + k] <- second[capacity * k + k] + value * bend

        for a in 0 .. count - 1 do
            first[a] <- first[a] * g

        first[k] <- first[k] + value * slope
        value <- value * g
