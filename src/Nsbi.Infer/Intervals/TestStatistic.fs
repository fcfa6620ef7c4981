namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Test statistics of a hypothesis on a parameter μ, from the profile likelihood ratio
/// t_μ = −2 ln [L(μ, α̂̂)/L(μ̂, α̂)].</summary>
/// <remarks>Source: Cowan, Cranmer, Gross and Vitells, arXiv:1007.1727, section 2.</remarks>
[<RequireQualifiedAccess>]
type TestStatistic =
    /// t_μ: two-sided, μ̂ anywhere within the bounds of the model (eq. 8).
    | TwoSided
    /// t̃_μ: the same for μ ≥ 0; the best fit is that at 0 where μ̂ is below (eq. 11).
    | TwoSidedBounded
    /// q_μ: for upper limits; 0 where μ̂ is above μ (eq. 14).
    | UpperLimit
    /// q̃_μ: for upper limits of μ ≥ 0; the best fit is that at 0 where μ̂ is below (eq. 16).
    | UpperLimitBounded
    /// q_0: for discovery, t_0 where μ̂ is above 0 and 0 elsewhere (eq. 12).
    | Discovery

    /// <summary>The word for it in files and options: t, ttilde, q, qtilde, q0.</summary>
    member this.Name: string =
        match this with
        | TwoSided -> "t"
        | TwoSidedBounded -> "ttilde"
        | UpperLimit -> "q"
        | UpperLimitBounded -> "qtilde"
        | Discovery -> "q0"

    /// <summary>Whether it takes μ ≥ 0 for granted, so that the best fit is that at 0 where μ̂ &lt; 0.
    /// </summary>
    member this.IsBounded: bool =
        match this with
        | TwoSidedBounded
        | UpperLimitBounded -> true
        | TwoSided
        | UpperLimit
        | Discovery -> false

/// <summary>The value of a test statistic on an observation, with the fits it was made of.</summary>
[<NoComparison; ReferenceEquality>]
type TestValue = {
    /// Which one.
    Statistic: TestStatistic
    /// The parameter that is tested; all others are profiled.
    Parameter: string
    /// The value that is tested.
    Tested: float
    /// <summary>The statistic, ≥ 0; +∞ where the tested value is impossible for the data; NaN where
    /// a fit failed. The reason tells in both cases.</summary>
    Value: float
    /// Why the value is not finite; none where it is.
    Reason: string option
    /// <summary>The fit with all parameters free; its value of the parameter is μ̂.</summary>
    Best: FitResult
    /// The fit at the tested value.
    Conditional: FitResult
    /// <summary>The fit at 0, where a bounded statistic takes the place of the best fit by it.
    /// </summary>
    AtZero: FitResult option
} with

    /// μ̂.
    member this.BestValue: float = this.Best[this.Parameter].Value

/// <summary>Test statistics.</summary>
[<RequireQualifiedAccess>]
module TestStatistic =

    /// All of them.
    let all: TestStatistic list = [
        TestStatistic.TwoSided
        TestStatistic.TwoSidedBounded
        TestStatistic.UpperLimit
        TestStatistic.UpperLimitBounded
        TestStatistic.Discovery
    ]

    /// <summary>Whether a bounded statistic needs the fit at 0: where μ̂ is below.</summary>
    let needsZero (statistic: TestStatistic) (poi: string) (free: FitResult) : bool =
        statistic.IsBounded && free[poi].Value < 0.0

    /// <summary>The statistic from fits to one observation.</summary>
    /// <param name="statistic">which one</param>
    /// <param name="poi">the parameter that is tested</param>
    /// <param name="tested">its tested value</param>
    /// <param name="free">all parameters free</param>
    /// <param name="conditional">the parameter at the tested value</param>
    /// <param name="atZero">the parameter at 0; needed by bounded statistics where μ̂ is below 0
    /// </param>
    /// <returns>≥ 0; +∞ where the likelihood is 0 at the tested value; NaN where a fit failed
    /// </returns>
    /// <exception cref="T:System.ArgumentException">the fit at 0 is needed and is not there
    /// </exception>
    let ofFits
        (statistic: TestStatistic)
        (poi: string)
        (tested: float)
        (free: FitResult)
        (conditional: FitResult)
        (atZero: FitResult option)
        : float =
        let best = free[poi].Value
        let isBelow = needsZero statistic poi free

        // Below 0 the best fit need not be known: without events it is where no density is left.
        let isKnown =
            match atZero with
            | _ when ConditionalFit.hasMinimum free -> true
            | Some zero -> isBelow && free.TwiceNll <= zero.TwiceNll
            | None -> false

        let isOnOtherSide =
            match statistic with
            | TestStatistic.UpperLimit
            | TestStatistic.UpperLimitBounded -> best > tested
            | TestStatistic.Discovery -> best < 0.0
            | TestStatistic.TwoSided
            | TestStatistic.TwoSidedBounded -> false

        let lowest =
            match atZero with
            | _ when not isBelow -> free
            | Some fit -> fit
            | None ->
                invalidArg
                    (nameof atZero)
                    $"The best value of '{poi}' is {best}: give the fit at 0."

        match conditional.Status with
        | _ when not isKnown -> nan
        | _ when isOnOtherSide -> 0.0
        | _ when isBelow && not (ConditionalFit.hasMinimum lowest) -> nan
        | InvalidModel _ -> infinity
        | _ when not (ConditionalFit.hasMinimum conditional) -> nan
        | _ -> max 0.0 (conditional.TwiceNll - lowest.TwiceNll)

    let private checkTested (compiled: CompiledLikelihood) settings statistic poi tested =
        let statistic: TestStatistic = statistic
        let p = compiled.Parameters[compiled.Index[poi]]

        if (FitPoints.held settings compiled).ContainsKey poi then
            invalidArg (nameof poi) $"The parameter '{poi}' is fixed: free it to test its values."

        if not (Double.IsFinite tested && tested >= p.Lower && tested <= p.Upper) then
            invalidArg
                (nameof tested)
                $"{tested} is outside of the bounds {p.Lower} to {p.Upper} of '{poi}'."

        match statistic with
        | TestStatistic.Discovery when tested <> 0.0 ->
            invalidArg (nameof tested) $"q0 tests the value 0, not {tested}."
        | _ when statistic.IsBounded && tested < 0.0 ->
            invalidArg
                (nameof tested)
                $"{statistic.Name} takes {poi} ≥ 0 for granted; {tested} is below: use the \
                  statistic without a bound."
        | _ -> ()

    /// Why a value is not finite.
    let private reason poi tested (free: FitResult) (conditional: FitResult) (atZero: _ option) =
        let failed what (fit: FitResult) =
            $"the fit {what} failed ({fit.Status.Name}): {fit.Status.Advice}"

        let isGood = ConditionalFit.hasMinimum

        match atZero, conditional.Status with
        | Some fit, _ when not (isGood fit) -> failed $"at {poi} = 0" fit
        | None, _ when not (isGood free) -> failed "with all parameters free" free
        | _, InvalidModel why when isGood free ->
            $"{poi} = {tested} is impossible for the data: {why}"
        | _ when not (isGood conditional) -> failed $"at {poi} = {tested}" conditional
        | _ -> failed "with all parameters free" free

    /// <summary>As <c>evaluateFrom</c>, where the fit at 0 may be known too.</summary>
    let internal evaluateWith
        (settings: FitSettings)
        (observation: Observation)
        (statistic: TestStatistic)
        (poi: string)
        (free: FitResult)
        (zero: FitResult option)
        (near: float[] list)
        (tested: float)
        : TestValue =
        let compiled = observation.Owner
        checkTested compiled settings statistic poi tested
        let slack = ConditionalFit.slack observation

        // The free fit again where another fit lies lower, or where it found no minimum.
        let lowered (free: FitResult) (other: FitResult) =
            let isLower =
                other.TwiceNll < free.TwiceNll - slack free.TwiceNll
                || not (ConditionalFit.hasMinimum free)

            if ConditionalFit.hasMinimum other && isLower then
                let again = Fit.restart settings observation other.Values free

                {
                    again with
                        Evaluations = free.Evaluations + again.Evaluations
                }
            else
                free

        // Without interference one point to start from is enough: the nearest.
        let at value (free: FitResult) near =
            let minima =
                if free.Minima.IsEmpty then
                    []
                else
                    ConditionalFit.seeds free

            let starts =
                match near @ minima with
                | first :: _ when not (ConditionalFit.needsStarts compiled) -> [ first ]
                | starts -> starts

            ConditionalFit.run settings observation poi value starts

        let conditional = at tested free near
        let free = lowered free conditional

        let free, atZero =
            if needsZero statistic poi free then
                let zero =
                    match zero with
                    | Some known -> known
                    | None when tested = 0.0 -> conditional
                    | None -> at 0.0 free []

                lowered free zero, Some zero
            else
                free, None

        let value = ofFits statistic poi tested free conditional atZero

        {
            Statistic = statistic
            Parameter = poi
            Tested = tested
            Value = value
            Reason =
                if Double.IsFinite value then
                    None
                else
                    Some(reason poi tested free conditional atZero)
            Best = free
            Conditional = conditional
            AtZero = atZero
        }

    /// <summary>The statistic of an observation whose best fit is known.</summary>
    /// <param name="settings">of the fits; the tested parameter is free</param>
    /// <param name="observation">the data</param>
    /// <param name="statistic">which one</param>
    /// <param name="poi">the parameter that is tested</param>
    /// <param name="free">the fit with all parameters free</param>
    /// <param name="near">points to start the fit at the tested value from, before the minima of the
    /// free fit; may be empty</param>
    /// <param name="tested">the tested value, inside of the bounds of the parameter</param>
    /// <remarks>As <c>evaluate</c>.</remarks>
    /// <exception cref="T:System.ArgumentException">as for <c>evaluate</c></exception>
    let evaluateFrom
        (settings: FitSettings)
        (observation: Observation)
        (statistic: TestStatistic)
        (poi: string)
        (free: FitResult)
        (near: float[] list)
        (tested: float)
        : TestValue =
        evaluateWith settings observation statistic poi free None near tested

    /// <summary>The statistic of an observation.</summary>
    /// <param name="settings">of the fits; the tested parameter is free, all others are profiled
    /// unless they are fixed</param>
    /// <param name="observation">the data: observed, Asimov or a toy</param>
    /// <param name="statistic">which one</param>
    /// <param name="poi">the parameter that is tested</param>
    /// <param name="tested">the tested value, inside of the bounds of the parameter; 0 for q0; not
    /// below 0 for the bounded statistics</param>
    /// <returns>always a value, which may be infinite or absent with its reason</returns>
    /// <remarks>Where the lower bound of the parameter is 0, the bounded statistics are the same as
    /// those without a bound. The fit at the tested value never lies below the free one: where it
    /// comes out lower, the free fit starts again there.</remarks>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, it is fixed, or its
    /// tested value cannot be</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation of the settings was
    /// asked for</exception>
    let evaluate
        (settings: FitSettings)
        (observation: Observation)
        (statistic: TestStatistic)
        (poi: string)
        (tested: float)
        : TestValue =
        checkTested observation.Owner settings statistic poi tested
        let free = Fit.runWith settings observation
        evaluateFrom settings observation statistic poi free [] tested
