namespace Nsbi.Infer

open System

/// <summary>What one strategy can do.</summary>
[<NoComparison; ReferenceEquality>]
type PowerRow = {
    /// Its name, such as <c>bins:20, profiled</c>.
    Name: string
    /// What it does, for people.
    What: string
    /// The power at the sizes that were asked for.
    Points: PowerPoint list
    /// <summary>The same without pseudo-experiments, where it can be summed; none otherwise.</summary>
    Exact: float list option
    /// The power at the sizes of <c>PowerCurve.sizes</c>.
    Curve: PowerPoint list
    /// The area under the curve.
    Area: Estimated
    /// <summary>CLs of the hypothesis with signal, where the other one is the background alone.
    /// </summary>
    Cls: ToyCls option
    /// <summary>The error of the parameter by the information of the expected data.</summary>
    Error: float option
    /// Pseudo-experiments of both hypotheses that have no value.
    Failed: int
}

/// <summary>The power by the value of the alternative.</summary>
[<NoComparison; ReferenceEquality>]
type PowerAtValue = {
    /// The value of the parameter that is neither the background nor the null hypothesis.
    Value: float
    /// The strategies.
    Rows: PowerRow list
}

/// <summary>A power study with all that is told of it.</summary>
[<NoComparison; ReferenceEquality>]
type PowerResult = {
    /// What was studied.
    Subject: string
    /// The parameter.
    Parameter: string
    /// Its value under H0.
    Null: float
    /// Its value under H1.
    Value: float
    /// Expected events under H0 and H1.
    Expected: float * float
    /// Pseudo-experiments of each.
    Toys: int
    /// Their seed.
    Seed: uint64
    /// The strategies.
    Rows: PowerRow list
    /// By the value of the parameter, ascending; may be empty.
    Grid: PowerAtValue list
    /// Checks of the pseudo-experiments.
    Checks: Check list
}

/// <summary>An expected upper limit of a strategy.</summary>
type PowerLimit = {
    /// The strategy.
    Name: string
    /// <summary>Where the median expected CLs of the background alone is 0.05, with the error of ln CLs
    /// over its slope; +∞ where it is not so on the grid.</summary>
    Limit: Estimated
}

/// <summary>Making results of power studies.</summary>
[<RequireQualifiedAccess>]
module PowerResult =

    /// <summary>What one strategy can do, from its pseudo-experiments.</summary>
    /// <param name="sizes">α</param>
    /// <param name="hypotheses">the values of the parameter under H0 and H1</param>
    /// <param name="what">what it does, for people</param>
    /// <param name="exact">the exact powers at the sizes, if known</param>
    /// <param name="error">of the parameter, if known</param>
    /// <param name="sample">the values</param>
    let row
        (sizes: float list)
        (hypotheses: float * float)
        (what: string)
        (exact: float list option)
        (error: float option)
        (sample: PowerSample)
        : PowerRow =
        let h0, h1 = hypotheses

        let failed (values: float[]) =
            values |> Array.filter Double.IsNaN |> Array.length

        {
            Name = sample.Strategy
            What = what
            Points = PowerCurve.points sizes sample
            Exact = exact
            Curve = PowerCurve.points PowerCurve.sizes sample
            Area = PowerCurve.area sample
            Cls =
                if min h0 h1 = 0.0 then
                    Some(PowerCurve.cls (max h0 h1) (h0 > h1) sample)
                else
                    None
            Error = error
            Failed = failed sample.Null + failed sample.Alternative
        }

    /// <summary>The study of a likelihood.</summary>
    /// <param name="sizes">α</param>
    /// <param name="run">of its pseudo-experiments</param>
    /// <param name="subject">what it is called</param>
    /// <param name="study">the study</param>
    let ofLikelihood
        (sizes: float list)
        (run: ToyRun)
        (subject: string)
        (study: LikelihoodPower)
        : PowerResult =
        let question = study.Question

        let what (it: StrategyPower) =
            let use' = PowerStrategy.describe it.Strategy

            match it.Treatment with
            | NuisanceTreatment.Held -> use'
            | NuisanceTreatment.Profiled -> use' + ", nuisances profiled"

        {
            Subject = subject
            Parameter = question.Parameter
            Null = question.Null
            Value = question.Value
            Expected = study.Expected
            Toys = run.Toys
            Seed = run.Seed
            Rows =
                study.Strategies
                |> List.map (fun it ->
                    row sizes (question.Null, question.Value) (what it) None it.Error it.Sample)
            Grid = []
            Checks = study.Checks
        }

    /// <summary>The expected upper limits at 95 % of the strategies, from the grid: straight lines of ln CLs
    /// between its values.</summary>
    let limits (result: PowerResult) : PowerLimit list =
        let curve (row: int) =
            result.Grid
            |> List.choose (fun point ->
                point.Rows[row].Cls
                |> Option.map (fun cls ->
                    let cls = cls.Expected[2]
                    point.Value, log cls.Value, cls.Error / cls.Value))

        let wanted = log 0.05

        result.Rows
        |> List.mapi (fun k row ->
            let crossing =
                curve k
                |> List.pairwise
                |> List.tryFind (fun ((_, y0, _), (_, y1, _)) -> y0 > wanted && y1 <= wanted)

            {
                Name = row.Name
                Limit =
                    match crossing with
                    | None -> { Value = infinity; Error = infinity }
                    | Some((x0, y0, e0), (x1, y1, e1)) ->
                        let f = (wanted - y0) / (y1 - y0)
                        let slope = (y1 - y0) / (x1 - x0)

                        {
                            Value = x0 + f * (x1 - x0)
                            Error = sqrt (((1.0 - f) * e0) ** 2.0 + (f * e1) ** 2.0) / abs slope
                        }
            })
