namespace Nsbi.Infer

open System

/// <summary>Charts of diagnostics.</summary>
[<RequireQualifiedAccess>]
module DiagnosticsCharts =
    let private strokes = [
        Chart.solid Colour.Blue
        Chart.solid Colour.Vermillion
        Chart.solid Colour.Green
        Chart.solid Colour.Amber
        Chart.solid Colour.Purple
        Chart.solid Colour.Sky
    ]

    let private finite (values: float[]) = values |> Array.filter Double.IsFinite

    /// <summary>Found against predicted log-ratio, with their difference below.</summary>
    let calibration (parameter: string) (found: LogRatioCalibration) : Chart =
        let x = found.Points |> Array.map _.Predicted
        let y = found.Points |> Array.map _.Found
        let errors = found.Points |> Array.map _.Error
        let difference = Array.map2 (-) y x

        let reach =
            Array.map2 (fun d e -> abs d + e) difference errors
            |> finite
            |> Array.fold max 0.01

        let ends =
            match finite x with
            | [||] -> [| -1.0; 1.0 |]
            | x -> [| Array.min x; Array.max x |]

        {
            Description = $"Log-ratio of {parameter} = {found.Value} to {found.Against}"
            Width = 420.0
            Height = 320.0
            X = Chart.axis $"predicted ln of {parameter} = {found.Value:G4} over {found.Against}"
            Panels = [
                {
                    Y = Chart.axis "ln of events over events"
                    Weight = 2.4
                    Marks = [
                        Mark.Line(ends, ends, Chart.dotted Colour.Grey, "perfect")
                        Mark.Points(x, y, errors, Colour.Blue, $"{found.Points.Length} bins")
                    ]
                }
                {
                    Y = Chart.axisFrom "difference" (-1.15 * reach) (1.15 * reach)
                    Weight = 1.0
                    Marks = [
                        Mark.Level(0.0, Chart.dotted Colour.Grey, "")
                        Mark.Points(x, difference, errors, Colour.Blue, "")
                    ]
                }
            ]
        }

    /// <summary>Pulls of target and reweighted reference over two features.</summary>
    let pulls (name: string) (pair: PairClosure) : Markup =
        CellMapSvg.render
            $"Pulls of {name} over {pair.First} and {pair.Second}"
            (pair.First, pair.FirstEdges)
            (pair.Second, pair.SecondEdges)
            pair.Pulls
            "pull [standard errors]"
            (CellColours.Diverging 4.0)

    /// <summary>Pulls of target and reweighted reference over one feature.</summary>
    let pullsOfOne (name: string) (closure: PairClosure) : Chart =
        let bins = closure.FirstEdges.Length - 1

        Chart.single
            $"Pulls of {name} over {closure.First}"
            (Chart.axis closure.First)
            (Chart.axis "pull [standard errors]")
            [
                Mark.Level(0.0, Chart.dotted Colour.Grey, "")
                Mark.Steps(
                    closure.FirstEdges,
                    Array.init bins (fun b -> closure.Pulls[b].[0]),
                    Chart.solid Colour.Blue,
                    true,
                    name
                )
            ]

    let private percent = Array.map (fun v -> 100.0 * v)

    /// <summary>Score of the fresh classifier in target and reweighted reference.</summary>
    let twoSample (test: TwoSampleTest) : Chart =
        let errors (h: WeightedHistogram) =
            h.Variances |> Array.map (fun v -> 100.0 * sqrt v)

        let edges = test.Target.Edges
        let centres = Array.pairwise edges |> Array.map (fun (a, b) -> 0.5 * (a + b))

        Chart.single
            $"Score of the two-sample test of {test.Process}"
            (Chart.axis "score of the fresh classifier [logit]")
            (Chart.axisFrom
                "events per bin [%]"
                0.0
                (108.0
                 * (Array.append test.Target.Contents test.Reweighted.Contents |> Array.max)))
            [
                Mark.Steps(
                    edges,
                    percent test.Target.Contents,
                    Chart.thin Colour.Amber,
                    true,
                    test.Process
                )
                Mark.Points(
                    centres,
                    percent test.Reweighted.Contents,
                    errors test.Reweighted,
                    Colour.Blue,
                    "reference × r"
                )
            ]

    let private largest (values: float[][]) =
        values |> Array.collect finite |> Array.map abs |> Array.fold max 1e-12

    /// <summary>Mean information of an event over two features.</summary>
    let information (parameter: string) (map: SensitivityMap) : Markup =
        CellMapSvg.render
            $"Information on {parameter} over {map.First} and {map.Second}"
            (map.First, map.FirstEdges)
            (map.Second, map.SecondEdges)
            map.Information
            $"mean (∂ ln D/∂{parameter})² of an event"
            (CellColours.Sequential(largest map.Information))

    /// <summary>Mean contribution of an event to t over two features.</summary>
    let contribution (atNull: string) (map: SensitivityMap) : Markup =
        CellMapSvg.render
            $"Contribution to t at {atNull} over {map.First} and {map.Second}"
            (map.First, map.FirstEdges)
            (map.Second, map.SecondEdges)
            map.Contribution
            $"mean of an event in t({atNull})"
            (CellColours.Diverging(largest map.Contribution))

    /// <summary>Events counted over events predicted in bins of a log-ratio; bands are the finite
    /// simulation and, wider, all of the prediction's uncertainty.</summary>
    let comparison (parameter: string) (found: LogRatioComparison) : Chart =
        let edges = found.Edges
        let width = Array.pairwise edges |> Array.map (fun (a, b) -> b - a)
        let centres = Array.pairwise edges |> Array.map (fun (a, b) -> 0.5 * (a + b))
        let density = Array.map2 (fun v w -> v / w)

        let total =
            Array.map2 (fun a b -> sqrt (a * a + b * b)) found.Simulation found.Systematic

        let band (errors: float[]) scale =
            Array.map2 (fun p e -> max 0.0 (p - e)) found.Predicted errors |> scale,
            Array.map2 (+) found.Predicted errors |> scale

        let perUnit values = density values width
        let overPrediction values = Array.map2 (/) values found.Predicted
        let counted = found.Counts |> Array.map sqrt
        let low, high = band total perUnit
        let lowRatio, highRatio = band total overPrediction
        let lowSimulation, highSimulation = band found.Simulation overPrediction

        let reach =
            Array.map2
                (fun r e -> abs (r - 1.0) + e)
                (overPrediction found.Counts)
                (overPrediction counted)
            |> Array.fold max 0.1
            |> min 3.0

        {
            Description = $"{found.Of} and simulation at {parameter} = {found.Value}"
            Width = 420.0
            Height = 320.0
            X =
                Chart.axisFrom
                    $"ln of {parameter} = {found.Value:G4} over the prediction"
                    edges[0]
                    edges[edges.Length - 1]
            Panels = [
                {
                    Y = Chart.logAxis "events per unit"
                    Weight = 2.4
                    Marks = [
                        Mark.StepBand(edges, low, high, Colour.Amber, "uncertainty")
                        Mark.Steps(
                            edges,
                            perUnit found.Predicted,
                            Chart.thin Colour.Vermillion,
                            false,
                            "simulation"
                        )
                        Mark.Points(
                            centres,
                            perUnit found.Counts,
                            perUnit counted,
                            Colour.Ink,
                            found.Of
                        )
                    ]
                }
                {
                    Y = Chart.axisFrom "ratio" (1.0 - 1.1 * reach) (1.0 + 1.1 * reach)
                    Weight = 1.0
                    Marks = [
                        Mark.StepBand(edges, lowRatio, highRatio, Colour.Amber, "")
                        Mark.StepBand(
                            edges,
                            lowSimulation,
                            highSimulation,
                            Colour.Vermillion,
                            "finite simulation"
                        )
                        Mark.Level(1.0, Chart.dotted Colour.Grey, "")
                        Mark.Points(
                            centres,
                            overPrediction found.Counts,
                            overPrediction counted,
                            Colour.Ink,
                            ""
                        )
                    ]
                }
            ]
        }

    /// <summary>ln r of training and of held-out events.</summary>
    let overtraining (found: Overtraining) : Chart =
        let edges = found.Seen.Edges
        let centres = Array.pairwise edges |> Array.map (fun (a, b) -> 0.5 * (a + b))

        Chart.single
            $"Training and held-out events of {found.Process}"
            (Chart.axis $"log r, {found.Process}")
            (Chart.axis "events per bin [%]")
            [
                Mark.Steps(
                    edges,
                    percent found.Seen.Contents,
                    Chart.thin Colour.Amber,
                    true,
                    "training"
                )
                Mark.Points(
                    centres,
                    percent found.Unseen.Contents,
                    found.Unseen.Variances |> Array.map (fun v -> 100.0 * sqrt v),
                    Colour.Blue,
                    "held out"
                )
            ]

    /// <summary>Spread of ln r between networks along ln r.</summary>
    let stability (found: LogRatioStability) : Chart =
        Chart.single
            $"Spread of log r of {found.Process} between networks"
            (Chart.axis $"log r, {found.Process}")
            (Chart.axisFrom
                "spread of log r"
                0.0
                (1.1 * (Array.append found.Folds found.Members |> finite |> Array.fold max 1e-3)))
            [
                if found.Folds.Length > 0 then
                    Mark.Line(found.LogRatio, found.Folds, Chart.solid Colour.Blue, "between folds")
                if found.Members.Length > 0 then
                    Mark.Line(
                        found.LogRatio,
                        found.Members,
                        Chart.dashed Colour.Vermillion,
                        "between seeds"
                    )
            ]

    /// <summary>The parameter by fold and by member, with the expected error as a band.</summary>
    let parameter (name: string) (nominal: float) (found: ParameterStability) : Chart =
        let numbers (n: int) = Array.init n (fun i -> float (i + 1))
        let folds = List.toArray found.Folds
        let members = List.toArray found.Members

        Chart.single
            $"{name} by fold and by seed"
            (Chart.axisFrom
                "number of the fold or of the seed"
                0.0
                (float (max folds.Length members.Length) + 1.0))
            (Chart.axis name)
            [
                Mark.Band(
                    [| 0.0; float (max folds.Length members.Length) + 1.0 |],
                    [| nominal - found.Expected; nominal - found.Expected |],
                    [| nominal + found.Expected; nominal + found.Expected |],
                    Colour.Grey,
                    "expected error"
                )
                Mark.Level(nominal, Chart.dotted Colour.Grey, "")
                if folds.Length > 0 then
                    Mark.Points(
                        numbers folds.Length,
                        folds |> Array.map _.Value,
                        folds |> Array.map _.Error,
                        Colour.Blue,
                        "folds, own events"
                    )
                if members.Length > 0 then
                    Mark.Points(
                        numbers members.Length |> Array.map (fun x -> x + 0.25),
                        members,
                        members |> Array.map (fun _ -> 0.0),
                        Colour.Vermillion,
                        "seeds, all events"
                    )
            ]

    /// <summary>Effective events of the reweighted reference along the log-ratio, for each value.
    /// </summary>
    let sizes (parameter: string) (found: ReweightedSize list) : Chart =
        Chart.single
            "Effective events in bins of the log-ratio"
            (Chart.axis "ln of the density over the reference, per bin")
            (Chart.logAxis "effective events")
            [
                for i, size in found |> List.filter (fun s -> s.Bins.Length > 0) |> List.indexed do
                    Mark.Steps(
                        size.Edges,
                        size.Bins,
                        strokes[i % strokes.Length],
                        false,
                        FormattableString.Invariant $"{parameter} = {size.Value:G4}"
                    )
            ]
