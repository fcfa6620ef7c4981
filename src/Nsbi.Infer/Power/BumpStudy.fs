namespace Nsbi.Infer

open System

/// <summary>A power study of the bump toy with its exact ratio, of the signal strength μ that scales S.
/// </summary>
type BumpQuestion = {
    /// S at μ = 1, and B.
    Expected: ExpectedEvents
    /// <summary>s, the width of the signal.</summary>
    Width: float
    /// μ under H0.
    Null: float
    /// μ under H1.
    Value: float
    /// How r = p_S/p_B is used.
    Strategies: PowerStrategy list
}

/// <summary>Power studies of the bump toy.</summary>
[<RequireQualifiedAccess>]
module BumpStudy =

    /// <summary>Figure 4 of the paper with the yields of this project: S = 10, B = 100, s = 0.08,
    /// discovery.</summary>
    let standard: BumpQuestion = {
        Expected = { Signal = 10.0; Background = 100.0 }
        Width = 0.08
        Null = 0.0
        Value = 1.0
        Strategies = BumpExperiment.strategies
    }

    /// Events of each class for the contents of bins.
    let private calibrationEvents = 400_000

    let private at (question: BumpQuestion) (mu: float) : ExpectedEvents = {
        question.Expected with
            Signal = mu * question.Expected.Signal
    }

    let private label (prefix: string) (question: BumpQuestion) =
        ToyWork.label (ToyWork.label prefix question.Null) question.Value

    /// <summary>Draws pseudo-experiments of both hypotheses, N ~ Poisson, and tests them with every
    /// strategy.</summary>
    /// <param name="sizes">α</param>
    /// <param name="run">how many of each, seed, threads</param>
    /// <param name="store">where results are kept; none to keep them in memory</param>
    /// <param name="question">hypotheses and strategies</param>
    /// <exception cref="T:System.ArgumentException">equal or negative strengths, yields or a width that
    /// are none, no strategy</exception>
    let run
        (sizes: float list)
        (run: ToyRun)
        (store: (TaskStore * (string * string) list) option)
        (question: BumpQuestion)
        : PowerResult =
        let expected = question.Expected

        if question.Null = question.Value || min question.Null question.Value < 0.0 then
            invalidArg (nameof question) "The hypotheses have two strengths of 0 or above."

        if not (expected.Signal > 0.0 && expected.Background > 0.0) then
            invalidArg (nameof question) "Signal and background are above 0."

        if question.Strategies.IsEmpty then
            invalidArg (nameof question) "Give a strategy."

        let h0, h1 = at question question.Null, at question question.Value

        let calibration =
            BumpExperiment.calibration run.Seed question.Width calibrationEvents

        let ratio = BumpExperiment.ratio question.Width
        let source = BumpExperiment.ofSum question.Width EventNumber.Poisson

        let statistics =
            question.Strategies
            |> List.map (RatioStatistic.create 1 ratio calibration h0 h1)

        let samples =
            let of' what h =
                let seed = ToyWork.seedAt run.Seed $"bump power {what}" question.Value
                let run = { run with Seed = seed }
                EventStudy.run run store (label what question) (source h) statistics

            let null', alternative = of' "null" h0, of' "alternative" h1

            statistics
            |> List.mapi (fun s statistic -> {
                Strategy = statistic.Name
                Null = null'[s]
                Alternative = alternative[s]
            })

        {
            Subject =
                FormattableString.Invariant
                    $"bump toy, S = {expected.Signal}, B = {expected.Background}, width {question.Width}"
            Parameter = "mu"
            Null = question.Null
            Value = question.Value
            Expected = h0.Total, h1.Total
            Toys = run.Toys
            Seed = run.Seed
            Rows =
                List.zip question.Strategies samples
                |> List.map (fun (strategy, sample) ->
                    PowerResult.row
                        sizes
                        (question.Null, question.Value)
                        (PowerStrategy.describe strategy)
                        (Some(BumpExperiment.exactPowers sizes question.Width h0 h1 strategy))
                        (Some(
                            BumpExperiment.strengthError
                                question.Width
                                expected
                                (max question.Null question.Value)
                                strategy
                        ))
                        sample)
            Grid = []
            Checks = []
        }
