namespace Nsbi.Infer

open System
open System.Collections.Generic
open System.Globalization
open Nsbi.Model

/// <summary>One upper limit.</summary>
type LimitValue = {
    /// <summary>The value above which CLs is below 1 − CL; none where there is no such value.</summary>
    Value: float option
    /// Why there is none.
    Reason: string option
}

/// <summary>Upper limits of a parameter by CLs.</summary>
[<NoComparison; ReferenceEquality>]
type UpperLimit = {
    /// The parameter.
    Parameter: string
    /// The confidence level.
    Level: float
    /// q or q̃.
    Statistic: TestStatistic
    /// The limit of the data.
    Observed: LimitValue
    /// <summary>The limits where the background fluctuates by −2, −1, 0, 1, 2 standard deviations.
    /// </summary>
    Expected: LimitValue list
    /// The test at the observed limit; none where there is none.
    Test: HypothesisTest option
    /// The fit to the data with all parameters free.
    Best: FitResult
    /// Where the asymptotic formulae do not hold.
    Warnings: string list
    /// Evaluations of −2 ln L in all fits.
    Evaluations: int
} with

    /// The limits as a table.
    override this.ToString() : string =
        let number = AsymptoticText.number
        let row = AsymptoticText.row

        let limit name (found: LimitValue) =
            match found.Value, found.Reason with
            | Some value, _ -> row name (number value)
            | None, Some reason -> $"{row name (number nan)}  {reason}"
            | None, None -> row name (number nan)

        [
            yield
                $"upper limits of {this.Parameter} at {number (100.0 * this.Level)} %% by CLs of \
                  {this.Statistic.Name}, asymptotic; best fit \
                  {number this.Best[this.Parameter].Value}"
            yield limit "observed" this.Observed

            for name, found in List.zip AsymptoticText.deviations this.Expected do
                yield limit $"expected {name}" found

            yield! AsymptoticText.warnings this.Warnings
        ]
        |> String.concat "\n"

/// Looks for limits, and keeps every value of μ that was looked at.
[<Sealed>]
type internal UpperLimitSearch(test: AsymptoticTest, level: float) =
    let struct (_, upper) = test.Bounds
    let alpha = 1.0 - level
    let expected = SortedDictionary<float, TestValue>()
    let data = SortedDictionary<float, TestValue>()
    let mutable evaluations = 0

    let nearest (known: SortedDictionary<float, TestValue>) (mu: float) =
        if known.Count = 0 then
            None
        else
            known |> Seq.minBy (fun pair -> abs (pair.Key - mu)) |> _.Value |> Some

    let count (value: TestValue) =
        evaluations <- evaluations + value.Conditional.Evaluations

    let lookAtExpected mu =
        if not (expected.ContainsKey mu) then
            match test.Background(mu, nearest expected mu) with
            | Some value ->
                count value
                expected[mu] <- value
            | None -> ()

    let lookAtData mu =
        lookAtExpected mu

        if not (data.ContainsKey mu) then
            let value = test.Data(mu, nearest data mu)
            count value
            data[mu] <- value

    let combine mu =
        test.Combine(
            data[mu],
            match expected.TryGetValue mu with
            | true, value -> Some value
            | _ -> None
        )

    /// CLs as a significance, which is nearly a straight line of μ, minus that of α.
    let observedExcess mu =
        let cls = (combine mu).Levels.Cls
        NormalTail.significance cls - NormalTail.significance alpha

    let expectedExcess deviation mu =
        sqrt expected[mu].Value - Asymptotics.expectedRoot alpha deviation

    /// At 0 nothing is excluded.
    let origin = { X = 0.0; Excess = -infinity }

    let pointsOf (excess: float -> float) (values: SortedDictionary<float, TestValue>) =
        origin
        :: [
            for mu in values.Keys do
                if not (mu = 0.0) then
                    { X = mu; Excess = excess mu }
        ]

    let number (x: float) =
        x.ToString("G6", CultureInfo.InvariantCulture)

    let unknownAt (why: float -> string option) mu =
        let why = why mu |> Option.defaultValue "the statistic is not a number"
        $"CLs is not known at {test.Parameter} = {number mu}: {why}"

    /// Out from the last point until a value is excluded; all known points, or why there is none.
    let rec expand look why points left =
        let points: KnownPoint list = points
        let last = points |> List.maxBy _.X

        match points |> List.tryFind (fun p -> Double.IsNaN p.Excess) with
        | Some lost -> Error(unknownAt why lost.X)
        | None when last.Excess >= 0.0 -> Ok points
        | None when last.X >= upper ->
            Error
                $"no value up to the bound {number upper} of {test.Parameter} is excluded: widen the \
                  bound"
        | None when left = 0 -> Error $"no value up to {number last.X} is excluded"
        | None -> expand look why (look (min upper (2.0 * last.X))) (left - 1)

    let find look excess why values : Result<float, string> =
        let look mu =
            look mu
            pointsOf excess values

        match expand look why (pointsOf excess values) 60 with
        | Error reason -> Error reason
        | Ok points ->
            match List.tryLast (CrossingSearch.brackets points) with
            | None -> Error "no value is allowed"
            | Some bracket ->
                match CrossingSearch.refine 1e-8 look points bracket with
                | Some mu -> Ok mu
                | None ->
                    let lost = pointsOf excess values |> List.find (fun p -> Double.IsNaN p.Excess)
                    Error(unknownAt why lost.X)

    let limit (search: unit -> Result<float, string>) =
        let found =
            match test.Failure with
            | Some reason -> Error reason
            | None when upper <= 0.0 -> Error $"the parameter {test.Parameter} is never above 0"
            | None -> search ()

        match found with
        | Ok mu -> { Value = Some mu; Reason = None }
        | Error reason -> { Value = None; Reason = Some reason }

    /// Evaluations so far.
    member _.Evaluations: int = evaluations

    /// Looks at the data and at what is expected, at one value.
    member _.Look(mu: float) : unit = lookAtData mu

    /// The q of the background-only expectation at a value that was looked at.
    member _.ExpectedAt(mu: float) : float =
        match expected.TryGetValue mu with
        | true, value -> value.Value
        | _ -> nan

    /// The largest value looked at.
    member _.Reach: float = data.Keys |> Seq.max

    /// The test at the value looked at nearest to one.
    member _.Nearest(mu: float) : HypothesisTest =
        data.Keys |> Seq.minBy (fun known -> abs (known - mu)) |> combine

    /// The best fit of all.
    member _.Best: FitResult =
        data.Values
        |> Seq.map _.Best
        |> Seq.filter ConditionalFit.hasMinimum
        |> Seq.fold (fun best fit -> if fit.TwiceNll < best.TwiceNll then fit else best) test.Best

    /// The limit of the data.
    member _.Observed() : LimitValue =
        limit (fun () -> find lookAtData observedExcess (fun mu -> (combine mu).Reason) data)

    /// The limit expected at a deviation.
    member _.Expected(deviation: float) : LimitValue =
        limit (fun () ->
            find lookAtExpected (expectedExcess deviation) (fun mu -> expected[mu].Reason) expected)

    /// How often CLs of the data comes down through α.
    member _.Crossings: int =
        pointsOf observedExcess data |> CrossingSearch.brackets |> List.length

/// <summary>Upper limits by CLs: the roots of CLs(μ) = 1 − CL.</summary>
[<RequireQualifiedAccess>]
module UpperLimit =

    /// Values of μ at which models with interference are looked at first: CLs need not fall
    /// everywhere there.
    let private gridPoints = 24

    /// A first value, about where the median limit is.
    let private guess (test: AsymptoticTest) : float =
        let struct (_, upper) = test.Bounds
        let poi = test.Best[test.Parameter]

        let size =
            match poi.Error with
            | Some error when error > 0.0 -> 2.0 * error + max 0.0 poi.Value
            | _ when poi.Value > 0.0 -> 2.0 * poi.Value
            | _ -> 1.0

        min size (if Double.IsFinite upper then 0.5 * upper else size)

    /// <summary>The limits from a prepared test.</summary>
    /// <param name="progress">told the share that is done, 0 to 1; may be null</param>
    /// <param name="test">the fits that all values share</param>
    /// <param name="level">the confidence level, between 0 and 1, usually 0.95</param>
    /// <exception cref="T:System.ArgumentException">the level is not between 0 and 1</exception>
    let ofTest (progress: IProgress<float>) (test: AsymptoticTest) (level: float) : UpperLimit =
        if not (level > 0.0 && level < 1.0) then
            invalidArg (nameof level) $"The confidence level must be between 0 and 1, not {level}."

        let report share =
            if not (isNull progress) then
                progress.Report share

        let struct (_, upper) = test.Bounds
        let search = UpperLimitSearch(test, level)
        let alpha = 1.0 - level

        if upper > 0.0 && test.Failure.IsNone then
            search.Look(guess test)

            // σ of the expectation tells where its median limit is.
            let root = sqrt (search.ExpectedAt(guess test))

            if root > 0.0 && Double.IsFinite root then
                let median = guess test / root * Asymptotics.expectedRoot alpha 0.0
                search.Look(min upper median)

            if ConditionalFit.needsStarts test.Observation.Owner then
                let reach = min upper (2.0 * search.Reach)

                for k in 1..gridPoints do
                    // Equal steps of √μ, in which such models are smooth.
                    search.Look(reach * (float k / float gridPoints) ** 2.0)

        report 0.3
        let observed = search.Observed()
        report 0.6
        let expected = Asymptotics.deviations |> List.map search.Expected
        report 1.0

        {
            Parameter = test.Parameter
            Level = level
            Statistic = test.Statistic
            Observed = observed
            Expected = expected
            Test = observed.Value |> Option.map (fun mu -> test.At(mu, Some(search.Nearest mu)))
            Best = search.Best
            Warnings = [
                yield! test.Warnings
                if search.Crossings > 1 then
                    yield
                        $"The values of {test.Parameter} that are not excluded are not one interval; the \
                      limit is the end of the last."
            ]
            Evaluations = search.Evaluations
        }

    /// <summary>The limits of a parameter, observed and expected.</summary>
    /// <param name="settings">of the fits; the parameter is free, all others are profiled unless
    /// they are fixed</param>
    /// <param name="observation">the data: observed, Asimov or a toy; unbinned, binned or both
    /// </param>
    /// <param name="statistic">q or q̃</param>
    /// <param name="poi">the parameter, of which 0 is the background alone</param>
    /// <param name="level">the confidence level, between 0 and 1, usually 0.95</param>
    /// <returns>always a result; a limit that does not exist has its reason. Each is exact to 1e-8 of
    /// itself, as far as the fits are</returns>
    /// <remarks>The roots are found by inverse interpolation through all values looked at so far;
    /// every fit starts from the nearest one before it.</remarks>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, it is fixed, 0 is
    /// outside of its bounds, the level is not between 0 and 1, or the statistic is not one for
    /// upper limits</exception>
    let find
        (settings: FitSettings)
        (observation: Observation)
        (statistic: TestStatistic)
        (poi: string)
        (level: float)
        : UpperLimit =
        ofTest null (AsymptoticTest.Prepare(settings, observation, statistic, poi)) level

    /// <summary>The tests of values in ascending order, each started from the one before: for a
    /// picture.</summary>
    let curve (test: AsymptoticTest) (values: float list) : HypothesisTest list =
        (([], None), values)
        ||> List.fold (fun (done', before) mu ->
            let next = test.At(mu, before)
            next :: done', Some next)
        |> fst
        |> List.rev
