namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Observed and expected upper limits by toys.</summary>
[<NoComparison; ReferenceEquality>]
type ToyUpperLimit = {
    /// The parameter.
    Parameter: string
    /// The confidence level.
    Level: float
    /// <summary>Of the data: where CLs falls to 1 − level, with the error of ln CLs over its slope; +∞
    /// where it does not fall so far up to the upper bound of the parameter.</summary>
    Observed: Estimated
    /// <summary>Of the background alone at −2, −1, 0, 1, 2 standard deviations, ascending.</summary>
    Expected: Estimated list
    /// The values that were tested, ascending.
    Points: ToyClsTest list
    /// <summary>The checks of all points: of each name the first that failed.</summary>
    Checks: Check list
}

/// <summary>Upper limits by toys: the value at which CLs is 1 − the confidence level.</summary>
[<RequireQualifiedAccess>]
module ToyUpperLimit =

    /// From one tested value to the next where a bracket is looked for.
    let private stride = 1.6

    /// Tested values in all.
    let private mostPoints = 24

    /// Rounds in which values near the crossings are added.
    let private rounds = 2

    /// Crossings nearer than this share to a tested value have enough.
    let private near = 0.04

    /// Observed CLs and the five expected ones.
    let private curves: (ToyClsTest -> Estimated) list =
        (fun (point: ToyClsTest) -> point.Cls.Cls)
        :: [ for k in 0..4 -> fun (point: ToyClsTest) -> point.Cls.Expected[k] ]

    /// The crossing of ln CLs with the level between the last two neighbours around it; none where all
    /// are on one side.
    let private crossing (alpha: float) curve (points: ToyClsTest list) : Estimated option =
        let log (point: ToyClsTest) =
            let cls: Estimated = curve point
            struct (point.Cls.Tested, Math.Log cls.Value, cls.Error / cls.Value)

        points
        |> List.map log
        |> List.pairwise
        |> List.filter (fun (struct (_, y0, _), struct (_, y1, _)) ->
            y0 > Math.Log alpha && y1 <= Math.Log alpha)
        |> List.tryLast
        |> Option.map (fun (struct (x0, y0, e0), struct (x1, y1, e1)) ->
            let slope = (y1 - y0) / (x1 - x0)
            let f = (Math.Log alpha - y0) / (y1 - y0)
            let error = sqrt (((1.0 - f) * e0) ** 2.0 + (f * e1) ** 2.0)

            {
                Value = x0 + f * (x1 - x0)
                Error = error / abs slope
            })

    /// <summary>Observed and expected upper limits.</summary>
    /// <param name="work">toys at each tested value and of the background for each, seed, threads,
    /// fits, and where results are kept</param>
    /// <param name="statistic">q̃ or q</param>
    /// <param name="level">confidence level, such as 0.95</param>
    /// <param name="observation">the data</param>
    /// <param name="poi">the parameter; 0 is the background alone</param>
    /// <returns>the limits; or every reason why toys cannot be drawn</returns>
    /// <remarks>Tested values are spread in equal ratios until CLs of the data and of the whole band
    /// are on both sides of 1 − level; then values are added at the crossings. Between neighbours
    /// ln CLs is a straight line.</remarks>
    /// <exception cref="T:System.ArgumentException">a level that is none, or as
    /// <c>TestStatistic.evaluate</c></exception>
    /// <exception cref="T:System.InvalidOperationException">the statistic of the data is not known,
    /// because a fit failed</exception>
    let find
        (work: ToyWork)
        (statistic: TestStatistic)
        (level: float)
        (observation: Observation)
        (poi: string)
        : Result<ToyUpperLimit, ModelError list> =
        if not (level > 0.0 && level < 1.0) then
            invalidArg (nameof level) $"A confidence level lies between 0 and 1; {level} does not."

        let alpha = 1.0 - level
        let compiled = observation.Owner
        let p = compiled.Parameters[compiled.Index[poi]]
        let best = Fit.runWith work.Fits observation

        let width =
            best[poi].Error |> Option.defaultValue (0.3 * max 1.0 (abs best[poi].Value))

        let first = min p.Upper (max 0.0 best[poi].Value + 2.0 * width)

        let test value =
            ToyHypothesisTest.cls work statistic observation poi value

        let cls curve point = (curve point: Estimated).Value

        let rec collect values found =
            match values with
            | [] -> Ok found
            | value :: rest ->
                test value |> Result.bind (fun point -> collect rest (point :: found))

        // Outwards from the first value until all curves are below the level, or above it.
        let rec outwards isDone next value found =
            match found with
            | Error _ -> found
            | Ok points when
                List.length points >= mostPoints
                || isDone (List.head points)
                || value = next value
                ->
                found
            | Ok points ->
                let value = next value
                outwards isDone next value (collect [ value ] points)

        let ascending = List.sortBy (fun (point: ToyClsTest) -> point.Cls.Tested)

        let isBelow point =
            curves |> List.forall (fun c -> cls c point <= alpha)

        let isAbove point =
            curves |> List.forall (fun c -> cls c point > alpha)

        let least = 1e-3 * first

        let rec refine round points =
            let wanted =
                curves
                |> List.choose (fun curve -> crossing alpha curve points)
                |> List.map _.Value
                |> List.filter (fun v ->
                    points |> List.forall (fun point -> abs (point.Cls.Tested - v) > near * abs v))

            // One value serves all crossings next to it.
            let chosen =
                (([]: float list), List.sort wanted)
                ||> List.fold (fun kept v ->
                    match kept with
                    | last :: _ when abs (v - last) <= near * abs v -> kept
                    | _ -> v :: kept)

            if chosen.IsEmpty || round = rounds then
                Ok points
            else
                collect chosen points
                |> Result.bind (fun points -> refine (round + 1) (ascending points))

        collect [ first ] []
        |> outwards isBelow (fun v -> min p.Upper (stride * v)) first
        |> Result.map (ascending >> (fun points -> points))
        |> (fun found ->
            outwards isAbove (fun v -> if v < least then v else v / stride) first found
            |> Result.map ascending)
        |> Result.bind (refine 0)
        |> Result.map (fun points ->
            let limit curve =
                crossing alpha curve points
                |> Option.defaultWith (fun () ->
                    // Excluded everywhere, or nowhere up to the bound.
                    if cls curve points.Head <= alpha then
                        {
                            Value = points.Head.Cls.Tested
                            Error = infinity
                        }
                    else
                        { Value = infinity; Error = infinity })

            {
                Parameter = poi
                Level = level
                Observed = limit curves.Head
                Expected = curves.Tail |> List.map limit
                Points = points
                Checks = points |> List.collect _.Checks |> Check.worstByName
            })
