namespace Nsbi.Infer

open System

/// <summary>Points at which a function is known.</summary>
type internal KnownPoint = {
    /// Where.
    X: float
    /// <summary>The function minus the level that is looked for; may be infinite.</summary>
    Excess: float
}

/// <summary>Where an expensive function crosses a level upwards, with every point at which it is
/// known already put to use.</summary>
[<RequireQualifiedAccess>]
module internal CrossingSearch =

    /// <summary>The neighbouring points, in ascending order, between which the function comes from
    /// below the level (excess &lt; 0) to the level or above.</summary>
    let brackets (points: KnownPoint list) : (KnownPoint * KnownPoint) list =
        points
        |> List.sortBy _.X
        |> List.pairwise
        |> List.filter (fun (a, b) -> a.Excess < 0.0 && b.Excess >= 0.0)

    /// The value at 0 of the polynomial of x in the excess through some points (Neville).
    let private inverse (points: KnownPoint list) : float =
        let e = points |> List.map _.Excess |> List.toArray
        let x = points |> List.map _.X |> List.toArray

        for order in 1 .. x.Length - 1 do
            for k in 0 .. x.Length - 1 - order do
                x[k] <- (e[k + order] * x[k] - e[k] * x[k + 1]) / (e[k + order] - e[k])

        x[0]

    /// Up to four points nearest to the level, among those with a finite and distinct excess.
    let private nearest (points: KnownPoint list) (a: KnownPoint) (b: KnownPoint) =
        let middle = 0.5 * (a.X + b.X)

        points
        |> List.filter (fun p -> Double.IsFinite p.Excess)
        |> List.sortBy (fun p -> abs (p.X - middle))
        |> List.distinctBy _.Excess
        |> List.truncate 4

    /// <summary>The next point to look at within a bracket.</summary>
    /// <param name="points">all that is known</param>
    /// <param name="bracket">between which the crossing is</param>
    /// <param name="halve">take the middle, because the last ones did not shorten the bracket</param>
    let next (points: KnownPoint list) (bracket: KnownPoint * KnownPoint) (halve: bool) : float =
        let a, b = bracket
        let isInside x = x > a.X && x < b.X

        if halve then
            0.5 * (a.X + b.X)
        else
            match nearest points a b with
            | []
            | [ _ ] -> 0.5 * (a.X + b.X)
            | known ->
                match inverse known with
                | x when isInside x -> x
                | _ when Double.IsFinite a.Excess && Double.IsFinite b.Excess -> inverse [ a; b ]
                | _ -> 0.5 * (a.X + b.X)

    /// <summary>Refines a bracket until two proposals agree.</summary>
    /// <param name="tolerance">relative to x</param>
    /// <param name="look">evaluates the function at a new point; returns all points known then; NaN
    /// ends the search</param>
    /// <param name="points">all that is known</param>
    /// <param name="bracket">between which the crossing is</param>
    /// <returns>the crossing, or none where the function is NaN at a point</returns>
    let refine
        (tolerance: float)
        (look: float -> KnownPoint list)
        (points: KnownPoint list)
        (bracket: KnownPoint * KnownPoint)
        : float option =
        let rec search points (a: KnownPoint, b: KnownPoint) last slow left =
            let width = b.X - a.X

            if b.Excess = 0.0 then
                Some b.X
            elif width <= tolerance * abs b.X || left = 0 then
                Some(if -a.Excess < b.Excess then a.X else b.X)
            else
                let x = next points (a, b) (slow >= 4)

                if slow < 4 && abs (x - last) <= tolerance * abs x then
                    Some x
                elif x <= a.X || x >= b.X then
                    Some x
                else
                    let points = look x
                    let found = points |> List.find (fun p -> p.X = x)

                    if Double.IsNaN found.Excess then
                        None
                    else
                        let a, b = if found.Excess < 0.0 then found, b else a, found
                        let slow = if b.X - a.X > 0.5 * width then slow + 1 else 0
                        search points (a, b) x slow (left - 1)

        search points bracket nan 0 100
