namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Quantiles of a test statistic at one value of the parameter.</summary>
type BeltPoint = {
    /// The value.
    Value: float
    /// <summary>c_α for each confidence level of the belt, in its order.</summary>
    Quantiles: SampleQuantile list
    /// Toys whose statistic is known.
    Toys: int
    /// Toys whose fits failed: the quantiles are without them.
    Failed: int
}

/// <summary>The quantiles c_α(μ) of a test statistic over values of a parameter, for several
/// confidence levels α: a hypothesis μ is accepted where t_obs(μ) ≤ c_α(μ).</summary>
type ConfidenceBelt = {
    /// The parameter.
    Parameter: string
    /// The confidence levels α, for example 0.6827 and 0.95.
    Levels: float list
    /// <summary>Whether quantiles are taken as straight lines in √μ rather than in μ between points:
    /// the natural coordinate of a model with √μ.</summary>
    InRoot: bool
    /// In ascending order of the value, each value once.
    Points: BeltPoint list
} with

    /// The belt as a table.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture).PadLeft 9

        let row (point: BeltPoint) =
            let cells =
                point.Quantiles |> List.map (fun q -> $"{number q.Value} ±{number q.Error}")

            String.concat "  " (number point.Value :: cells)

        let head = this.Levels |> List.map (fun level -> (number level).PadRight 20)

        String.concat "  " (this.Parameter.PadLeft 9 :: head)
        :: List.map row this.Points
        |> String.concat "\n"

/// <summary>Points of belts.</summary>
[<RequireQualifiedAccess>]
module BeltPoint =

    /// <summary>The quantiles of toys.</summary>
    /// <param name="levels">confidence levels</param>
    /// <param name="value">of the parameter</param>
    /// <param name="values">the statistic of each toy; NaN where it is not known</param>
    /// <returns>quantiles that are NaN, with infinite errors, where no toy is known</returns>
    let ofValues (levels: float list) (value: float) (values: float[]) : BeltPoint =
        let known = values |> Array.filter (fun t -> not (Double.IsNaN t))

        {
            Value = value
            Quantiles =
                if known.Length = 0 then
                    levels
                    |> List.map (fun level -> {
                        Probability = level
                        Value = nan
                        Error = infinity
                        Lower = -infinity
                        Upper = infinity
                    })
                else
                    SampleQuantile.ofValues levels known
            Toys = known.Length
            Failed = values.Length - known.Length
        }

/// <summary>Confidence belts from toys.</summary>
/// <remarks>Source: Neyman, Phil. Trans. R. Soc. A 236, 333 (1937), with the likelihood ratio as
/// ordering: Feldman, Cousins, arXiv:physics/9711021.</remarks>
[<RequireQualifiedAccess>]
module ConfidenceBelt =

    /// <summary>A belt of points in any order.</summary>
    /// <exception cref="T:System.ArgumentException">no points, a value twice, a point without a
    /// quantile for each level, or a value below 0 with lines in √μ</exception>
    let create
        (parameter: string)
        (levels: float list)
        (inRoot: bool)
        (points: BeltPoint list)
        : ConfidenceBelt =
        let points = points |> List.sortBy _.Value
        let values = points |> List.map _.Value

        if points.IsEmpty then
            invalidArg (nameof points) "A belt needs one point at least."

        if List.distinct values <> values then
            invalidArg (nameof points) "A value stands twice in the belt: merge its toys."

        if points |> List.exists (fun p -> p.Quantiles.Length <> levels.Length) then
            invalidArg (nameof points) $"Every point needs {levels.Length} quantiles."

        if inRoot && values.Head < 0.0 then
            invalidArg (nameof inRoot) $"There is no square root of {values.Head}."

        {
            Parameter = parameter
            Levels = levels
            InRoot = inRoot
            Points = points
        }

    /// The coordinate in which lines are straight.
    let internal inner (belt: ConfidenceBelt) (value: float) : float =
        if belt.InRoot then sqrt value else value

    /// The value at a coordinate.
    let internal outer (belt: ConfidenceBelt) (u: float) : float = if belt.InRoot then u * u else u

    let internal place (belt: ConfidenceBelt) (level: float) : int =
        match List.tryFindIndex ((=) level) belt.Levels with
        | Some k -> k
        | None -> invalidArg (nameof level) $"The belt has no quantiles of level {level}."

    /// The straight line between two quantiles with the error of independent toys at its ends.
    let private line (u0: float, q0: SampleQuantile) (u1: float, q1: SampleQuantile) (u: float) =
        let f = (u - u0) / (u1 - u0)

        // An infinite end counts only where it weighs.
        let part weight x =
            if weight = 0.0 then 0.0 else weight * x

        let value = part (1.0 - f) q0.Value + part f q1.Value
        let error = sqrt (part (1.0 - f) q0.Error ** 2.0 + part f q1.Error ** 2.0)
        struct (value, error)

    /// <summary>c_α(μ) with its Monte Carlo error, by a straight line between the neighbouring points;
    /// beyond the ends of the belt that of the end.</summary>
    /// <exception cref="T:System.ArgumentException">the belt has no such level</exception>
    let quantile (belt: ConfidenceBelt) (level: float) (value: float) : struct (float * float) =
        let k = place belt level
        let points = List.toArray belt.Points
        let at (p: BeltPoint) = p.Quantiles[k]
        let next = points |> Array.tryFindIndex (fun p -> p.Value >= value)

        match next with
        | None ->
            let q = at points[points.Length - 1]
            struct (q.Value, q.Error)
        | Some i when i = 0 || points[i].Value = value ->
            let q = at points[i]
            struct (q.Value, q.Error)
        | Some i ->
            let a, b = points[i - 1], points[i]
            line (inner belt a.Value, at a) (inner belt b.Value, at b) (inner belt value)

    /// How many standard deviations a point must be off the line between its neighbours for the belt
    /// to bend there.
    let private significant = 3.0

    /// <summary>Values at which more points would show how the belt bends: the middles of the two
    /// segments next to each point that lies off the straight line between its neighbours by more
    /// than three Monte Carlo errors and by more than the tolerance.</summary>
    /// <param name="tolerance">share of the quantile that a line may be wrong by, such as 0.02</param>
    /// <param name="belt">three points or more; fewer bend nowhere</param>
    /// <returns>ascending; none where the belt is straight within its errors</returns>
    let bends (tolerance: float) (belt: ConfidenceBelt) : float list =
        let isBent (a: BeltPoint, b: BeltPoint, c: BeltPoint) =
            belt.Levels
            |> List.indexed
            |> List.exists (fun (k, _) ->
                let ends p = inner belt p.Value, p.Quantiles[k]
                let struct (value, error) = line (ends a) (ends c) (inner belt b.Value)
                let here = b.Quantiles[k]
                let off = abs (here.Value - value)
                let spread = sqrt (error * error + here.Error * here.Error)
                off > significant * spread && off > tolerance * here.Value)

        let middle (a: BeltPoint) (b: BeltPoint) =
            outer belt (0.5 * (inner belt a.Value + inner belt b.Value))

        belt.Points
        |> List.windowed 3
        |> List.collect (fun points ->
            match points with
            | [ a; b; c ] when isBent (a, b, c) -> [ middle a b; middle b c ]
            | _ -> [])
        |> List.distinct
        |> List.filter (fun v -> belt.Points |> List.forall (fun p -> p.Value <> v))
