namespace Nsbi.Infer

open System

/// <summary>How a parameter with bounds is told by a number y without bounds.</summary>
[<RequireQualifiedAccess; Struct>]
type ParameterTransform =
    /// <summary>x = y.</summary>
    | Free
    /// <summary>x = a + e^y.</summary>
    | Above of lower: float
    /// <summary>x = b − e^y.</summary>
    | Below of upper: float
    /// <summary>x = a + (b − a)/(1 + e^−y).</summary>
    | Between of low: float * high: float

/// <summary>Transforms of parameters with bounds, with their Jacobians.</summary>
/// <remarks>A density of x becomes one of y by the factor dx/dy. Source: Stan Reference Manual, "Constraint
/// Transforms".</remarks>
[<RequireQualifiedAccess>]
module ParameterTransform =

    /// <summary>The transform of a range.</summary>
    /// <param name="lower">−∞ for none</param>
    /// <param name="upper">+∞ for none</param>
    let ofBounds (lower: float) (upper: float) : ParameterTransform =
        match Double.IsNegativeInfinity lower, Double.IsPositiveInfinity upper with
        | true, true -> ParameterTransform.Free
        | false, true -> ParameterTransform.Above lower
        | true, false -> ParameterTransform.Below upper
        | false, false -> ParameterTransform.Between(lower, upper)

    // 1/(1 + e^−y) without overflow.
    let private sigmoid (y: float) : float =
        if y >= 0.0 then
            1.0 / (1.0 + exp -y)
        else
            let e = exp y
            e / (1.0 + e)

    // ln(1/(1 + e^−y)).
    let private logSigmoid (y: float) : float =
        if y >= 0.0 then
            -(Math.Log(1.0 + exp -y))
        else
            y - Math.Log(1.0 + exp y)

    /// <summary>x of y.</summary>
    let value (transform: ParameterTransform) (y: float) : float =
        match transform with
        | ParameterTransform.Free -> y
        | ParameterTransform.Above lower -> lower + exp y
        | ParameterTransform.Below upper -> upper - exp y
        | ParameterTransform.Between(low, high) -> low + (high - low) * sigmoid y

    /// <summary>y of x; ±∞ at a bound.</summary>
    let inverse (transform: ParameterTransform) (x: float) : float =
        match transform with
        | ParameterTransform.Free -> x
        | ParameterTransform.Above lower -> log (x - lower)
        | ParameterTransform.Below upper -> log (upper - x)
        | ParameterTransform.Between(low, high) -> log ((x - low) / (high - x))

    /// <summary>dx/dy, ln |dx/dy| and its derivative by y.</summary>
    let derivatives (transform: ParameterTransform) (y: float) : struct (float * float * float) =
        match transform with
        | ParameterTransform.Free -> struct (1.0, 0.0, 0.0)
        | ParameterTransform.Above _ -> struct (exp y, y, 1.0)
        | ParameterTransform.Below _ -> struct (-(exp y), y, 1.0)
        | ParameterTransform.Between(low, high) ->
            let s = sigmoid y

            struct ((high - low) * s * sigmoid -y,
                    log (high - low) + logSigmoid y + logSigmoid -y,
                    1.0 - 2.0 * s)

/// <summary>A density in coordinates without bounds: ln p(x(y)) + Σ ln |dx_k/dy_k|.</summary>
[<Sealed>]
type UnboundedDensity(density: ILogDensity) =
    let transforms = Array.map2 ParameterTransform.ofBounds density.Lower density.Upper

    /// <summary>Number of parameters.</summary>
    member _.Dimension: int = transforms.Length

    /// <summary>The point x of coordinates y.</summary>
    member _.Point(y: float[]) : float[] =
        Array.map2 ParameterTransform.value transforms y

    /// <summary>The coordinates y of a point x.</summary>
    member _.Coordinates(x: float[]) : float[] =
        Array.map2 ParameterTransform.inverse transforms x

    /// <summary>Σ ln |dx_k/dy_k|.</summary>
    member _.LogJacobian(y: float[]) : float =
        let mutable sum = 0.0

        for k in 0 .. y.Length - 1 do
            let struct (_, log, _) = ParameterTransform.derivatives transforms[k] y[k]
            sum <- sum + log

        sum

    /// <summary>ln of the density of y, its gradient written into the second argument.</summary>
    member this.Evaluate(y: float[], gradient: float[]) : float =
        let mutable value = density.Evaluate(this.Point y, gradient)

        for k in 0 .. y.Length - 1 do
            let struct (slope, log, derivative) =
                ParameterTransform.derivatives transforms[k] y[k]

            value <- value + log
            gradient[k] <- gradient[k] * slope + derivative

        value
