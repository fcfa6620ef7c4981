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
} with

    /// The checks of all pseudo-experiments: of each name the first that failed.
    member this.Checks: Check list =
        [
            yield! this.Neyman |> Option.map _.Checks |> Option.defaultValue []
            yield! this.ToyLimit |> Option.map _.Checks |> Option.defaultValue []
            yield! this.ToySignificance |> Option.map _.Checks |> Option.defaultValue []
        ]
        |> List.groupBy _.Name
        |> List.map (fun (_, same) ->
            same |> List.tryFind (fun c -> not c.Passed) |> Option.defaultValue same.Head)

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

    /// <summary>The studies of one observation.</summary>
    /// <param name="plan">what is asked for</param>
    /// <param name="interest">the parameter of interest</param>
    /// <param name="signal">its value that an expected significance is for</param>
    /// <param name="work">seed, threads, fits, and where results are kept; its number of toys is that
    /// of the plan</param>
    /// <param name="name">what the observation is</param>
    /// <param name="observation">the data; toys are drawn from the reference tables of its likelihood
    /// </param>
    /// <returns>the studies, or every reason why toys cannot be drawn</returns>
    let make
        (plan: IntervalPlan)
        (interest: string)
        (signal: float)
        (work: ToyWork)
        (name: string)
        (observation: Observation)
        : Result<IntervalStudy, ModelError list> =
        let statistic = TestStatistic.UpperLimitBounded

        let withToys toys = {
            work with
                Run = { work.Run with Toys = toys }
        }

        let compiled = observation.Owner

        let neyman =
            optional plan.Neyman (fun neyman ->
                let values = grid compiled.Model.InnerCoordinates compiled.Index[interest] neyman

                let settings = {
                    NeymanSettings.create interest values with
                        Levels = neyman.Levels
                }

                NeymanConstruction.run (withToys neyman.Toys) settings observation)

        let toyLimit =
            optional (plan.Limit |> Option.filter (fun l -> l.Toys > 0)) (fun limit ->
                ToyUpperLimit.find (withToys limit.Toys) statistic limit.Level observation interest)

        let toySignificance =
            optional (plan.Significance |> Option.filter (fun s -> s.Toys > 0)) (fun plan ->
                ToyHypothesisTest.discovery (withToys plan.Toys) observation interest signal)

        both neyman (both toyLimit toySignificance)
        |> Result.map (fun (neyman, (toyLimit, toySignificance)) -> {
            Of = name
            Neyman = neyman
            Limit =
                plan.Limit
                |> Option.map (fun limit ->
                    UpperLimit.find work.Fits observation statistic interest limit.Level)
            ToyLimit = toyLimit
            Significance =
                plan.Significance
                |> Option.map (fun _ ->
                    DiscoverySignificance.asymptotic work.Fits observation interest signal)
            ToySignificance = toySignificance
        })
