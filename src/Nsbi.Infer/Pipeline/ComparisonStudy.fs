namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Model

// Axes: event i, parameter p.

/// Data against simulation in log-ratios; held-out simulation stands in for data that stay blind.
[<RequireQualifiedAccess>]
module internal ComparisonStudy =

    let private named (learned: LearnedModel) (value: float) =
        FormattableString.Invariant $"{learned.Analysis.Interest} = {value:G4}"

    let private isPositive (values: float[]) =
        values |> Array.forall (fun d -> d > 0.0 && Double.IsFinite d)

    let private logs (above: float[]) (below: float[]) =
        Array.map2 (fun a b -> Math.Log(a / b)) above below

    /// v_i ∂_p ln D σ_p of each constrained parameter: linear shifts of the prediction.
    let private shifts (learned: LearnedModel) (errors: string -> float option) weights d gradient =
        learned.Model.Parameters
        |> List.indexed
        |> List.choose (fun (p, parameter) ->
            match Constraint.width parameter.Constraint, errors parameter.Name with
            | Some width, found when width > 0.0 ->
                let sigma = defaultArg found width
                let slope: float[] = (gradient: float[][]).[p]

                Array.map3 (fun v g d -> v * g / d * sigma) weights slope d |> Some
            | _ -> None)

    let private at (theta: float[]) place value =
        let theta = Array.copy theta
        theta[place] <- value
        theta

    /// Values that give another density than the prediction's own.
    let private others (own: float) (values: float list) =
        values |> List.filter (fun v -> abs (v - own) > 1e-6 * (1.0 + abs own))

    /// The data at their best fit.
    let ofData
        (learned: LearnedModel)
        (values: float list)
        (fit: FitResult)
        : (Check * LogRatioComparison) list =
        let place = learned.Model.Index[learned.Analysis.Interest]
        let best = fit.Values
        let d, gradient = LearnedModel.density learned best

        let nominal =
            LearnedModel.pointAt learned best[place] |> LearnedModel.values learned

        let truth = MixtureDensity.truth learned learned.Simulated best[place]

        let observed theta =
            EventDensity.evaluate
                learned.Likelihood
                AnalysisModel.signalRegion
                TableKind.Observed
                theta
            |> fst

        if not (isPositive d && isPositive nominal) then
            []
        else
            let weights = Array.map3 (fun w d n -> w * d / n) truth d nominal
            let errors name = fit[name].Error
            let shifts = shifts learned errors weights d gradient
            let data = observed best

            others best[place] values
            |> List.choose (fun value ->
                let theta = at best place value
                let there, seen = LearnedModel.values learned theta, observed theta

                if isPositive there && isPositive data && isPositive seen then
                    LogRatioComparison.run
                        learned.Analysis.Limits
                        (named learned value)
                        value
                        "data"
                        {
                            Sample = learned.Simulated.Sample
                            Weights = weights
                            LogRatio = logs there d
                            Shifts = shifts
                        }
                        (logs seen data)
                else
                    None)

    /// Poisson counts of the events of one half, compared with the other half, at the nominal point.
    let ofPseudoData
        (learned: LearnedModel)
        (values: float list)
        : (Check * LogRatioComparison) list =
        let place = learned.Model.Index[learned.Analysis.Interest]
        let nominal = learned.Model.Initial

        let half role =
            HeldOutSample.rowsOf learned role |> HeldOutSample.ofRows learned

        let prediction, source = half Role.Check, half Role.Normalisation

        let truth (part: HeldOutSample) =
            MixtureDensity.truth learned part.Simulated nominal[place]

        let predicted, drawn = truth prediction, truth source
        let d, gradient = LearnedModel.density learned nominal

        if Array.exists (fun w -> w < 0.0) drawn || not (isPositive d) then
            []
        else
            let pick rows (values: float[]) = rows |> Array.map (fun i -> values[i])

            // The stream of an event is that of its place among all.
            let counts =
                Array.map2
                    (fun row v ->
                        let mutable stream =
                            RandomStream(
                                learned.Analysis.Seed,
                                "log-ratio pseudo-data",
                                uint64 (row: int)
                            )

                        int (stream.NextPoisson v))
                    source.Rows
                    drawn

            let shifts =
                shifts
                    learned
                    (fun _ -> None)
                    predicted
                    (pick prediction.Rows d)
                    (gradient |> Array.map (pick prediction.Rows))

            others nominal[place] values
            |> List.choose (fun value ->
                let there = LearnedModel.values learned (at nominal place value)

                if isPositive there then
                    let log = logs there d

                    LogRatioComparison.run
                        learned.Analysis.Limits
                        (named learned value)
                        value
                        "pseudo-data"
                        {
                            Sample = prediction.Simulated.Sample
                            Weights = predicted
                            LogRatio = pick prediction.Rows log
                            Shifts = shifts
                        }
                        (Array.map2 (fun row n -> Array.create n log[row]) source.Rows counts
                         |> Array.concat)
                else
                    None)
