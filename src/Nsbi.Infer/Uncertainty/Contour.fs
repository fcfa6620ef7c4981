namespace Nsbi.Infer

open System.Globalization

/// <summary>A closed curve in the plane of two parameters; its last point is joined to the first.
/// </summary>
[<NoComparison; ReferenceEquality>]
type ContourCurve = {
    /// <summary>Values of the first parameter.</summary>
    First: float[]
    /// <summary>Values of the second parameter.</summary>
    Second: float[]
    /// <summary>Points at which the set ends at a bound of a parameter, with t below the level; t is at
    /// the level at all others.</summary>
    AtBound: bool[]
    /// <summary>The set lies outside of the curve, not inside.</summary>
    IsHole: bool
} with

    /// <summary>The enclosed area, in units of both parameters.</summary>
    member this.Area: float =
        let n = this.First.Length
        let x, y = this.First, this.Second

        Seq.sum (
            seq {
                for k in 0 .. n - 1 do
                    let l = (k + 1) % n
                    0.5 * (x[k] * y[l] - x[l] * y[k])
            }
        )
        |> abs

/// <summary>The set {t(a, b) ≤ level} of two parameters, by the curves that bound it.</summary>
[<NoComparison; ReferenceEquality>]
type Contour = {
    /// The parameter along the first axis.
    First: string
    /// The parameter along the second axis.
    Second: string
    /// <summary>The level of t: 2.30 and 5.99 for 68.3 % and 95 % of two parameters.</summary>
    Level: float
    /// <summary>Disjoint pieces and their holes; the set of a piece lies to the left of its curve.
    /// </summary>
    Curves: ContourCurve list
    /// The best fit: the one given, or a lower one that was come upon.
    Best: FitResult
    /// What to know of it, such as that the set is larger than was looked at.
    Remark: string option
} with

    /// The contour in a line.
    override this.ToString() : string =
        let level = this.Level.ToString("G4", CultureInfo.InvariantCulture)
        let pieces = this.Curves |> List.filter (fun c -> not c.IsHole) |> List.length
        let points = this.Curves |> List.sumBy _.First.Length
        let word = if pieces = 1 then "piece" else "pieces"

        $"{this.First}, {this.Second} with t ≤ {level}: {pieces} {word}, {points} points"
