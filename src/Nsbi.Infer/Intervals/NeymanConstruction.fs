namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The Neyman construction with likelihood-ratio ordering: at each value μ of a parameter the
/// quantiles c_α(μ) of t_μ over toys; the confidence set of the data is {μ: t_obs(μ) ≤ c_α(μ)}.
/// </summary>
/// <remarks>Toys are drawn with the nuisance parameters at their best values for the observed data and
/// μ (plug-in, or profile construction), and the global observables drawn anew; t_μ of each toy is
/// profiled. Coverage is exact where the distribution of t_μ does not depend on the nuisances;
/// construct at shifted ones to see whether it does. Source: Feldman, Cousins, arXiv:physics/9711021;
/// Chuang, Lai, Statistica Sinica 10, 1 (2000); ATLAS, arXiv:2412.01600, section 5.</remarks>
[<RequireQualifiedAccess>]
module NeymanConstruction =

    /// Parts between neighbouring points in which crossings of t_obs and the belt are looked for.
    let private cells = 8

    let private check (compiled: CompiledLikelihood) (settings: NeymanSettings) =
        let p = compiled.Parameters[compiled.Index[settings.Parameter]]

        if settings.Grid.IsEmpty then
            invalidArg (nameof settings) "The grid has no values."

        for v in settings.Grid do
            if not (v >= p.Lower && v <= p.Upper) then
                invalidArg
                    (nameof settings)
                    $"{v} is outside of the bounds {p.Lower} to {p.Upper} of '{p.Name}'."

        if settings.Levels.IsEmpty then
            invalidArg (nameof settings) "Give one confidence level at least."

        for name in settings.Shifted do
            compiled.Index[name] |> ignore

            if name = settings.Parameter then
                invalidArg (nameof settings) $"'{name}' is not a nuisance parameter here."

    /// Counts toys over several ensembles.
    [<Sealed>]
    type private Total(work: ToyWork) =
        let mutable finished = 0
        let mutable failed = 0
        let mutable planned = 0

        member _.Plan(ensembles: int) =
            planned <- planned + ensembles * work.Run.Toys

        /// The progress of the next ensemble.
        member _.Next() : IProgress<ToyProgress> =
            let before, failedBefore = finished, failed

            if isNull work.Run.Progress then
                null
            else
                {
                    new IProgress<ToyProgress> with
                        member _.Report(p) =
                            finished <- max finished (before + p.Done)
                            failed <- max failed (failedBefore + p.Failed)

                            work.Run.Progress.Report {
                                Done = before + p.Done
                                Total = planned
                                Failed = failedBefore + p.Failed
                            }
                }

    let private quantiles (levels: float list) (value: float) (tests: ToyTest[]) : BeltPoint =
        tests
        |> Array.map (fun test -> if test.Failure.IsNone then test.Value else nan)
        |> BeltPoint.ofValues levels value

    /// Toys at θ, tested at their own value of the parameter.
    let private testToys
        (work: ToyWork)
        (total: Total)
        (settings: NeymanSettings)
        (prefix: string)
        (compiled: CompiledLikelihood)
        (value: float)
        (theta: float[])
        : Result<ToyTest[] * ToyValidity, ModelError list> =
        ToySampler.create compiled theta
        |> Result.map (fun sampler ->
            let seed = ToyWork.seedAt work.Run.Seed prefix value

            let measurement =
                ToyTest.measurement
                    (ToyWork.ofToy work)
                    TestStatistic.TwoSided
                    settings.Parameter
                    value
                    theta

            let tests =
                ToyWork.run
                    work
                    (ToyWork.label prefix value)
                    seed
                    (total.Next())
                    sampler
                    measurement

            tests, sampler.Validity)

    /// The first error, or all results.
    let private all (results: Result<'a, ModelError list> list) : Result<'a list, ModelError list> =
        let faults =
            results
            |> List.collect (fun r ->
                match r with
                | Error e -> e
                | Ok _ -> [])

        if faults.IsEmpty then
            results
            |> List.choose (fun r ->
                match r with
                | Ok x -> Some x
                | Error _ -> None)
            |> Ok
        else
            Error(List.distinct faults)

    /// θ with the nuisances at their best for a value of the parameter, the fit, and t_obs.
    let private profiled (work: ToyWork) (observation: Observation) (best: FitResult) name value =
        let test =
            TestStatistic.evaluateFrom
                work.Fits
                observation
                TestStatistic.TwoSided
                name
                best
                []
                value

        ToyWork.profiled best name value test.Conditional, test

    let private point work total (settings: NeymanSettings) observation best value =
        let theta, test = profiled work observation best settings.Parameter value
        let compiled = (observation: Observation).Owner

        testToys work total settings "neyman" compiled value theta
        |> Result.map (fun (tests, validity) -> {
            Value = value
            Theta = theta
            Observed = test.Value
            Tests = tests
            Validity = validity
            Belt = quantiles settings.Levels value tests
        })

    let private belt (settings: NeymanSettings) (inRoot: bool) (points: BeltPoint list) =
        ConfidenceBelt.create settings.Parameter settings.Levels inRoot points

    /// The points of the grid, and those added where the belt bends.
    let rec private refined work total (settings: NeymanSettings) inRoot make points round =
        let found =
            belt settings inRoot (points |> List.map (fun (p: NeymanPoint) -> p.Belt))

        match ConfidenceBelt.bends settings.Tolerance found with
        | [] -> Ok points
        | _ when round >= settings.Refinements -> Ok points
        | values ->
            (total: Total).Plan values.Length

            values
            |> List.map make
            |> all
            |> Result.bind (fun more ->
                let points = points @ more |> List.sortBy _.Value
                refined work total settings inRoot make points (round + 1))

    /// t_obs as a function of the value, which remembers what it was asked.
    [<Sealed>]
    type private Curve(profile: InnerProfile, isSquared: bool) =
        let known = Collections.Generic.SortedDictionary<float, float>()
        let mutable last = []

        member _.Minima: float list = profile.Minima |> List.map profile.Outer

        member _.Known: (float * float) list = [ for KeyValue(value, t) in known -> value, t ]

        member _.At(value: float) : float =
            match known.TryGetValue value with
            | true, t -> t
            | _ ->
                let u = if isSquared then sqrt value else value
                let struct (t, _, point) = profile.At(u, last)
                last <- [ point ]
                let t = max 0.0 t
                known[value] <- t
                t

    /// The accepted sets of a belt for the observed data.
    let private accepted (settings: NeymanSettings) (curve: Curve) (belt: ConfidenceBelt) =
        settings.Levels
        |> List.map (fun level -> BeltAcceptance.find cells belt level curve.Minima curve.At)

    /// θ with one nuisance moved by its error, within its bounds.
    let private shift
        (fit: FitResult)
        (compiled: CompiledLikelihood)
        nuisance
        sigmas
        (theta: float[])
        =
        let k = compiled.Index[nuisance]
        let p = compiled.Parameters[k]

        let width =
            match fit[nuisance].Error, p.Constraint with
            | Some error, _ -> error
            | None, Gaussian(_, sigma) -> sigma
            | None, LogNormal(_, sigma) -> sigma * abs theta[k]
            | None, Poisson(_, tau) -> 1.0 / sqrt tau
            | None, Unconstrained -> 0.0

        let moved = Array.copy theta
        moved[k] <- max p.Lower (min p.Upper (theta[k] + sigmas * width))
        moved

    /// <summary>The construction for observed data.</summary>
    /// <param name="work">toys at each value, seed, threads, fits, and where results are kept</param>
    /// <param name="settings">parameter, grid and levels</param>
    /// <param name="observation">the data; the reference tables of its likelihood are what toys are
    /// drawn from</param>
    /// <returns>the construction, whose checks may have failed; or every reason why toys cannot be
    /// drawn</returns>
    /// <remarks>Toys of different values are independent; a value's toys do not depend on the other
    /// values. A lower minimum that t_obs comes upon replaces the best fit. The result is the same for
    /// any number of threads.</remarks>
    /// <exception cref="T:System.ArgumentException">an unknown or fixed parameter, a value outside of
    /// its bounds, no values or levels, or data whose best fit fails</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation of the run was asked for
    /// </exception>
    let run
        (work: ToyWork)
        (settings: NeymanSettings)
        (observation: Observation)
        : Result<NeymanResult, ModelError list> =
        let compiled = observation.Owner
        check compiled settings
        let name = settings.Parameter
        let inRoot = compiled.Model.InnerCoordinates.IsSquared compiled.Index[name]
        let grid = settings.Grid |> List.distinct |> List.sort
        let fit = Fit.runWith work.Fits observation

        // The sets of t_obs first: they may find a lower minimum.
        let asymptotic =
            settings.Levels
            |> List.map (fun level ->
                Intervals.find work.Fits observation fit name (CoverageStudy.asymptoticLevel level))

        let best = (asymptotic |> List.minBy _.Best.TwiceNll).Best
        let total = Total work
        total.Plan(grid.Length * (1 + 2 * settings.Shifted.Length))
        let make = point work total settings observation best

        grid
        |> List.map make
        |> all
        |> Result.bind (fun points -> refined work total settings inRoot make points 0)
        |> Result.bind (fun points ->
            let shifts = [
                for nuisance in settings.Shifted do
                    nuisance, 1.0
                    nuisance, -1.0
            ]

            let shiftedBelt index (nuisance, sigmas) =
                points
                |> List.map (fun point ->
                    let theta = shift best compiled nuisance sigmas point.Theta

                    testToys work total settings $"neyman-shift{index}" compiled point.Value theta
                    |> Result.map (fun (tests, _) -> quantiles settings.Levels point.Value tests))
                |> all
                |> Result.map (fun points -> nuisance, sigmas, belt settings inRoot points)

            shifts
            |> List.mapi shiftedBelt
            |> all
            |> Result.map (fun shifted -> points, shifted))
        |> Result.map (fun (points, shifted) ->
            InnerProfile.compute work.Fits observation best name (fun profile ->
                let belt = belt settings inRoot (points |> List.map _.Belt)
                let curve = Curve(profile, inRoot)
                let sets = accepted settings curve belt

                {
                    Settings = settings
                    Best = profile.Best
                    Points = points
                    Belt = belt
                    Accepted = sets
                    Asymptotic = asymptotic
                    Curve = curve.Known
                    Shifted =
                        shifted
                        |> List.map (fun (nuisance, sigmas, belt) -> {
                            Nuisance = nuisance
                            Sigmas = sigmas
                            Belt = belt
                            Accepted = accepted settings curve belt
                        })
                    Checks =
                        let p = compiled.Parameters[compiled.Index[name]]
                        NeymanChecks.all p.Lower p.Upper points sets
                }))
