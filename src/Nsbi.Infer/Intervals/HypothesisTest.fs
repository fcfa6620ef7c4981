namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>A test of one value of a parameter by CLs, with what the background alone leads one to
/// expect.</summary>
[<NoComparison; ReferenceEquality>]
type HypothesisTest = {
    /// The parameter that is tested.
    Parameter: string
    /// Its tested value μ.
    Tested: float
    /// q or q̃.
    Statistic: TestStatistic
    /// CLs+b, CLb and CLs of the data.
    Levels: ConfidenceLevels
    /// <summary>CLs where the background fluctuates by −2, −1, 0, 1, 2 standard deviations; NaN where
    /// it is not known.</summary>
    Expected: float list
    /// The statistic of the data.
    Observed: TestValue
    /// <summary>The statistic of the Asimov set of the background alone; none where there is no such
    /// set.</summary>
    Asimov: TestValue option
    /// Why CLs is not known; none where it is.
    Reason: string option
    /// Where the asymptotic formulae do not hold.
    Warnings: string list
} with

    /// <summary>σ of μ̂ under the background alone, μ/√q_A; NaN where it is not known.</summary>
    member this.Sigma: float =
        match this.Asimov with
        | Some asimov -> Asymptotics.sigma this.Tested 0.0 asimov.Value
        | None -> nan

    /// The test as a table.
    override this.ToString() : string =
        let number = AsymptoticText.number
        let row = AsymptoticText.row

        [
            yield
                $"{this.Parameter} = {number this.Tested} by {this.Statistic.Name}, asymptotic; best \
                  fit {number this.Observed.BestValue}"
            yield row $"{this.Statistic.Name} observed" (number this.Observed.Value)
            yield row "CLs+b" (number this.Levels.Clsb)
            yield row "CLb" (number this.Levels.Clb)
            yield row "CLs observed" (number this.Levels.Cls)

            for name, cls in List.zip AsymptoticText.deviations this.Expected do
                yield row $"CLs expected {name}" (number cls)

            yield!
                this.Reason
                |> Option.map (fun why -> $"CLs is not known: {why}")
                |> Option.toList
            yield! AsymptoticText.warnings this.Warnings
        ]
        |> String.concat "\n"

/// <summary>The expected data of one point, with their own best fit, which is that point.</summary>
[<NoComparison; ReferenceEquality>]
type internal ExpectedData = {
    Observation: Observation
    Best: FitResult
}

/// <summary>The expected data of a hypothesis at the nuisance parameters that the data prefer under
/// it.</summary>
[<RequireQualifiedAccess>]
module internal ExpectedData =

    /// <summary>The Asimov set at the minimum of a fit to the data.</summary>
    /// <returns>the set, or why there is none</returns>
    let ofFit (settings: FitSettings) (fit: FitResult) (compiled: CompiledLikelihood) what =
        if not (ConditionalFit.hasMinimum fit) then
            Error $"there are no data expected {what}: the fit there failed: {fit.Status.Advice}"
        else
            match Observation.asimov compiled fit.Values with
            | Error faults ->
                let faults = faults |> List.map string |> String.concat " "
                Error $"there are no data expected {what}: {faults}"
            | Ok asimov ->
                let start = compiled.Model.InnerCoordinates.ToInner fit.Values

                // −2 ln L of expected data has its minimum where they were made.
                Ok {
                    Observation = asimov.Observation
                    Best = Fit.runFrom settings asimov.Observation [ start ]
                }

/// <summary>CLs by asymptotic formulae at any value of a parameter: the fits that all values share
/// are made once. Immutable.</summary>
/// <remarks>The background-only Asimov set is made at μ = 0 with the nuisance parameters profiled to
/// the data, the global observables are those expected there. Source: arXiv:1007.1727, section 5;
/// as pyhf does.</remarks>
[<Sealed>]
type AsymptoticTest
    private
    (
        settings: FitSettings,
        observation: Observation,
        statistic: TestStatistic,
        poi: string,
        free: FitResult,
        zero: FitResult,
        background: Result<ExpectedData, string>
    ) =
    let warnings =
        AsymptoticValidity.atZero observation.Owner poi
        @ AsymptoticValidity.atBound poi free

    let near (before: TestValue option) : float[] list =
        match before with
        | Some value when ConditionalFit.hasMinimum value.Conditional -> [
            value.Conditional.Values
          ]
        | _ -> []

    /// <summary>Makes the fits that all values share: with all parameters free, at 0, and to the
    /// data expected there.</summary>
    /// <param name="settings">of the fits; the tested parameter is free</param>
    /// <param name="observation">the data</param>
    /// <param name="statistic">q or q̃</param>
    /// <param name="poi">the parameter that is tested, of which 0 is the background alone</param>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, it is fixed, 0 is
    /// outside of its bounds, or the statistic is not one for upper limits</exception>
    static member Prepare
        (settings: FitSettings, observation: Observation, statistic: TestStatistic, poi: string)
        : AsymptoticTest =
        match statistic with
        | TestStatistic.UpperLimit
        | TestStatistic.UpperLimitBounded -> ()
        | other -> invalidArg (nameof statistic) $"CLs is made of q or qtilde, not of {other.Name}."

        let value =
            TestStatistic.evaluate settings observation TestStatistic.TwoSided poi 0.0

        let background =
            ExpectedData.ofFit settings value.Conditional observation.Owner $"of {poi} = 0"

        AsymptoticTest(
            settings,
            observation,
            statistic,
            poi,
            value.Best,
            value.Conditional,
            background
        )

    /// The parameter that is tested.
    member _.Parameter: string = poi

    /// q or q̃.
    member _.Statistic: TestStatistic = statistic

    /// The fit to the data with all parameters free.
    member _.Best: FitResult = free

    /// The fit to the data at 0.
    member _.Zero: FitResult = zero

    /// The bounds of the parameter that is tested.
    member _.Bounds: struct (float * float) =
        let p = observation.Owner.Parameters[observation.Owner.Index[poi]]
        struct (p.Lower, p.Upper)

    /// Where the asymptotic formulae do not hold.
    member _.Warnings: string list = warnings

    member internal _.Observation: Observation = observation

    /// Why nothing can be expected; none where it can.
    member internal _.Failure: string option =
        match background with
        | Ok _ -> None
        | Error reason -> Some reason

    /// <summary>The statistic of the data at a value.</summary>
    member internal _.Data(tested: float, before: TestValue option) : TestValue =
        // A better fit may have been found on the way.
        let free = before |> Option.map _.Best |> Option.defaultValue free

        TestStatistic.evaluateWith
            settings
            observation
            statistic
            poi
            free
            (Some zero)
            (near before)
            tested

    /// <summary>The statistic of the data expected of the background, at a value.</summary>
    member internal _.Background(tested: float, before: TestValue option) : TestValue option =
        match background with
        | Error _ -> None
        | Ok expected ->
            TestStatistic.evaluateWith
                settings
                expected.Observation
                statistic
                poi
                expected.Best
                (Some expected.Best)
                (near before)
                tested
            |> Some

    /// The test that two values of the statistic make.
    member internal this.Combine(data: TestValue, expected: TestValue option) : HypothesisTest =
        let asimov = expected |> Option.map _.Value |> Option.defaultValue nan
        let levels = Asymptotics.confidenceLevels statistic data.Value asimov

        let reason =
            match
                levels.Reason,
                this.Failure,
                data.Reason,
                (expected |> Option.bind (fun (value: TestValue) -> value.Reason))
            with
            | None, _, _, _ -> None
            | _, Some failure, _, _ -> Some failure
            | _, _, Some failure, _
            | _, _, _, Some failure -> Some failure
            | other, _, _, _ -> other

        {
            Parameter = poi
            Tested = data.Tested
            Statistic = statistic
            Levels = levels
            Expected = Asymptotics.deviations |> List.map (Asymptotics.expectedCls asimov)
            Observed = data
            Asimov = expected
            Reason = reason
            Warnings = warnings
        }

    /// <summary>The test of one value.</summary>
    /// <param name="tested">the value, inside of the bounds of the parameter; not below 0 for q̃
    /// </param>
    /// <param name="before">the test of a neighbouring value, from which the fits start; or none
    /// </param>
    /// <exception cref="T:System.ArgumentException">the value cannot be tested</exception>
    member this.At(tested: float, before: HypothesisTest option) : HypothesisTest =
        let data = this.Data(tested, before |> Option.map (fun test -> test.Observed))

        let expected =
            this.Background(tested, before |> Option.bind (fun test -> test.Asimov))

        this.Combine(data, expected)

/// <summary>Tests of one value of a parameter.</summary>
[<RequireQualifiedAccess>]
module HypothesisTest =

    /// <summary>CLs of one value by asymptotic formulae, observed and expected.</summary>
    /// <param name="settings">of the fits; the tested parameter is free, all others are profiled
    /// unless they are fixed</param>
    /// <param name="observation">the data: observed, Asimov or a toy; unbinned, binned or both
    /// </param>
    /// <param name="statistic">q or q̃</param>
    /// <param name="poi">the parameter that is tested, of which 0 is the background alone</param>
    /// <param name="tested">the value, inside of the bounds of the parameter</param>
    /// <returns>always a test, in which what is not known is NaN with a reason</returns>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, it is fixed, 0 is
    /// outside of its bounds, or the value cannot be tested</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation of the settings was
    /// asked for</exception>
    let asymptotic
        (settings: FitSettings)
        (observation: Observation)
        (statistic: TestStatistic)
        (poi: string)
        (tested: float)
        : HypothesisTest =
        AsymptoticTest.Prepare(settings, observation, statistic, poi).At(tested, None)
