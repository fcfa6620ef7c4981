namespace Nsbi.Infer

open Nsbi.Model

/// <summary>What an analysis says of its parameter of interest beside the fit, by asymptotic formulae
/// and by pseudo-experiments.</summary>
[<NoComparison; ReferenceEquality>]
type IntervalStudy = {
    /// What it is of: <c>observed</c>, or <c>asimov</c> where there are no data or they stay blind.
    Of: string
    /// The confidence belt.
    Neyman: NeymanResult option
    /// The upper limit by asymptotic formulae.
    Limit: UpperLimit option
    /// The upper limit by pseudo-experiments.
    ToyLimit: ToyUpperLimit option
    /// The significance by asymptotic formulae.
    Significance: DiscoverySignificance option
    /// The significance by pseudo-experiments.
    ToySignificance: ToyDiscovery option
    /// CLs of the data and of the expectation by the tested value.
    Curve: HypothesisTest list
    /// What fits find of injected values, with the checks of its toys.
    Injection: (SignalInjection * Check list) option
} with

    /// The checks of all pseudo-experiments: of each name the first that failed.
    member this.Checks: Check list =
        [
            yield! this.Neyman |> Option.map _.Checks |> Option.defaultValue []
            yield! this.ToyLimit |> Option.map _.Checks |> Option.defaultValue []
            yield! this.ToySignificance |> Option.map _.Checks |> Option.defaultValue []
            match this.Injection with
            | Some(injection, toys) -> yield! injection.Checks @ toys
            | None -> ()
        ]
        |> Check.worstByName

    /// Where asymptotic formulae do not hold.
    member this.Warnings: string list =
        [
            yield! this.Limit |> Option.map _.Warnings |> Option.defaultValue []
            yield! this.Significance |> Option.map _.Warnings |> Option.defaultValue []
        ]
        |> List.distinct

/// <summary>Makes the studies that an analysis asks for.</summary>
[<RequireQualifiedAccess>]
module IntervalStudy =

    /// Values with equal steps, of √μ where the model is smooth in that.
    let internal grid (inner: InnerCoordinates) (place: int) (plan: NeymanPlan) : float list =
        let isSquared = inner.IsSquared place

        let low, high =
            if isSquared then
                sqrt plan.From, sqrt plan.To
            else
                plan.From, plan.To

        [
            for k in 0 .. plan.Points - 1 ->
                let u = low + (high - low) * float k / float (plan.Points - 1)

                if k = plan.Points - 1 then plan.To
                elif isSquared then u * u
                else u
        ]

    let private both (first: Result<'a, 'e list>) (second: Result<'b, 'e list>) =
        match first, second with
        | Ok a, Ok b -> Ok(a, b)
        | Error faults, Error more -> Error(faults @ more)
        | Error faults, _
        | _, Error faults -> Error faults

    let private optional (plan: 'plan option) (make: 'plan -> Result<'a, 'e list>) =
        match plan with
        | None -> Ok None
        | Some plan -> make plan |> Result.map Some

    /// The limits with the picture of them.
    let private limit (fits: FitSettings) observation interest (plan: LimitPlan) =
        let statistic = TestStatistic.UpperLimitBounded
        let test = AsymptoticTest.Prepare(fits, observation, statistic, interest)
        let limit = UpperLimit.ofTest null test plan.Level
        let struct (_, upper) = test.Bounds
        limit, UpperLimit.curve test (LimitCharts.values upper limit)

    /// <summary>The studies of one observation.</summary>
    /// <param name="learned">the model</param>
    /// <param name="workOf">seed, threads, fits, and where results are kept, by what is done and with
    /// how many toys</param>
    /// <param name="name">what the observation is</param>
    /// <param name="observation">the data; toys are drawn from the reference tables of its likelihood
    /// </param>
    /// <returns>the studies, or every reason why toys cannot be drawn</returns>
    let make
        (learned: LearnedModel)
        (workOf: string -> int -> ToyWork)
        (name: string)
        (observation: Observation)
        : Result<IntervalStudy, ModelError list> =
        let plan = learned.Analysis.Intervals
        let interest = learned.Analysis.Interest
        let compiled = observation.Owner
        let place = compiled.Index[interest]
        // The value that an expected significance is for.
        let signal = compiled.Model.Initial[place]
        let fits = (workOf "" 0).Fits
        let bounded = TestStatistic.UpperLimitBounded

        let neyman =
            optional plan.Neyman (fun neyman ->
                let values = grid compiled.Model.InnerCoordinates place neyman

                let settings = {
                    NeymanSettings.create interest values with
                        Levels = neyman.Levels
                }

                NeymanConstruction.run (workOf "confidence belt" neyman.Toys) settings observation)

        let toyLimit =
            optional (plan.Limit |> Option.filter (fun l -> l.Toys > 0)) (fun limit ->
                let work = workOf "upper limit" limit.Toys
                ToyUpperLimit.find work bounded limit.Level observation interest)

        let toySignificance =
            optional (plan.Significance |> Option.filter (fun s -> s.Toys > 0)) (fun plan ->
                let work = workOf "significance" plan.Toys
                ToyHypothesisTest.discovery work observation interest signal)

        let injection =
            optional plan.Injection (fun injection ->
                let work = workOf "injection" injection.Toys

                if obj.ReferenceEquals(compiled, learned.Likelihood) then
                    InjectionStudy.make learned work injection.Values
                else
                    InjectionStudy.ofModel compiled learned.Analysis work injection.Values)

        both (both neyman toyLimit) (both toySignificance injection)
        |> Result.map (fun ((neyman, toyLimit), (toySignificance, injection)) ->
            let limit = plan.Limit |> Option.map (limit fits observation interest)

            {
                Of = name
                Neyman = neyman
                Limit = limit |> Option.map fst
                ToyLimit = toyLimit
                Significance =
                    plan.Significance
                    |> Option.map (fun _ ->
                        DiscoverySignificance.asymptotic fits observation interest signal)
                ToySignificance = toySignificance
                Curve = limit |> Option.map snd |> Option.defaultValue []
                Injection = injection
            })
