namespace Nsbi.Infer

open System

/// <summary>The logarithm of a density of p parameters, up to a constant, with its exact gradient: what
/// a sampler knows of it. Evaluations may come from several threads at once.</summary>
type ILogDensity =
    /// <summary>Names of the parameters; their number is p.</summary>
    abstract Names: string list
    /// <summary>Lower bounds of the support; −∞ for none.</summary>
    abstract Lower: float[]
    /// <summary>Upper bounds of the support; +∞ for none.</summary>
    abstract Upper: float[]
    /// <summary>ln p at a point inside of the bounds; its gradient is written into the second
    /// argument.</summary>
    /// <param name="point">length p</param>
    /// <param name="gradient">length p, overwritten; means nothing where the value is −∞</param>
    /// <returns>−∞ (or NaN) where the density is 0 or not defined</returns>
    abstract Evaluate: point: float[] * gradient: float[] -> float

/// <summary>Making densities.</summary>
[<RequireQualifiedAccess>]
module LogDensity =

    /// <summary>A function as a density with bounds.</summary>
    /// <param name="names">of the p parameters</param>
    /// <param name="lower">lower bounds, −∞ for none; length p</param>
    /// <param name="upper">upper bounds, +∞ for none; length p, each above its lower bound</param>
    /// <param name="f">(point, gradient to be filled) to ln p; callable from several threads</param>
    /// <exception cref="T:System.ArgumentException">no parameter, or bounds of other lengths or order
    /// </exception>
    let bounded
        (names: string list)
        (lower: float[])
        (upper: float[])
        (f: float[] -> float[] -> float)
        : ILogDensity =
        if names.IsEmpty then
            invalidArg (nameof names) "A density needs at least one parameter."

        if lower.Length <> names.Length || upper.Length <> names.Length then
            invalidArg
                (nameof lower)
                $"{names.Length} parameters need as many bounds; there are {lower.Length} and {upper.Length}."

        for k in 0 .. lower.Length - 1 do
            if not (lower[k] < upper[k]) then
                invalidArg
                    (nameof lower)
                    $"The bounds of {names[k]}, {lower[k]} and {upper[k]}, are not in order."

        {
            new ILogDensity with
                member _.Names = names
                member _.Lower = lower
                member _.Upper = upper
                member _.Evaluate(point, gradient) = f point gradient
        }

    /// <summary>A function as a density without bounds.</summary>
    /// <param name="names">of the p parameters</param>
    /// <param name="f">(point, gradient to be filled) to ln p; callable from several threads</param>
    let ofFunction (names: string list) (f: float[] -> float[] -> float) : ILogDensity =
        let p = names.Length
        bounded names (Array.create p -infinity) (Array.create p infinity) f

    /// <summary>ln p without its gradient.</summary>
    /// <param name="density">of p parameters</param>
    /// <param name="point">length p</param>
    let value (density: ILogDensity) (point: float[]) : float =
        density.Evaluate(point, Array.zeroCreate point.Length)
