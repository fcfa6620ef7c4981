namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

/// The pictures of a posterior.
[<RequireQualifiedAccess>]
module internal PosteriorCharts =
    let private vertical (x: float) (height: float) (stroke: Stroke) (label: string) =
        Mark.Line([| x; x |], [| 0.0; height |], stroke, label)

    /// The marginal density of a parameter, with its intervals and the prior.
    let marginal (result: PosteriorResult) (it: ObservedPosterior) (i: int) : Chart =
        let name, prior = result.Plan.Prior.Parameters[i]
        let low = (it.Density.Quantile(i, 0.0005)).Value
        let high = (it.Density.Quantile(i, 0.9995)).Value
        let bins = 60
        let width = (high - low) / float bins
        let edges = Array.init (bins + 1) (fun k -> low + width * float k)
        let below = edges |> Array.map (fun x -> it.Density.Cumulative(i, x).Value)
        let heights = Array.init bins (fun k -> (below[k + 1] - below[k]) / width)
        let top = 1.08 * Array.max heights

        let quantile level =
            it.Parameters[i].Quantiles
            |> List.find (fun (l, _) -> l = level)
            |> snd
            |> _.Value

        Chart.single
            $"The posterior density of {name} given {it.Name}."
            (Chart.axisFrom name low high)
            (Chart.axisFrom "density" 0.0 top)
            [
                Mark.Span(quantile 0.025, quantile 0.975, Colour.Sky, "central 95 %")
                Mark.Span(quantile 0.16, quantile 0.84, Colour.Blue, "central 68 %")
                Mark.Steps(edges, heights, Chart.solid Colour.Ink, false, "posterior")

                let priorAt = edges |> Array.map (PriorDensity.logDensity prior >> exp)
                Mark.Line(edges, priorAt, Chart.dashed Colour.Grey, "prior")

                match it.Truth with
                | Some truth -> vertical truth[i] top (Chart.dotted Colour.Vermillion) "true value"
                | None -> ()
            ]

    /// Highest-density regions of two parameters.
    let region (result: PosteriorResult) (it: ObservedPosterior) (i: int) (j: int) : Chart =
        let names = result.Plan.Prior.Names
        let grid = PosteriorRegion.grid it.Density i j

        let line mass stroke label =
            let x, y = PosteriorRegion.outline (PosteriorRegion.threshold mass grid) grid
            Mark.Line(x, y, stroke, label)

        let point k = it.Parameters[k].Mean.Value

        Chart.single
            $"Regions of highest posterior density of {names[i]} and {names[j]} given {it.Name}."
            (Chart.axis names[i])
            (Chart.axis names[j])
            [
                line 0.95 (Chart.solid Colour.Sky) "95 %"
                line 0.68 (Chart.solid Colour.Blue) "68 %"
                Mark.Points([| point i |], [| point j |], [| 0.0 |], Colour.Ink, "mean")

                match it.Truth with
                | Some truth ->
                    Mark.Points(
                        [| truth[i] |],
                        [| truth[j] |],
                        [| 0.0 |],
                        Colour.Vermillion,
                        "true values"
                    )
                | None -> ()
            ]

    /// Ranks of true values, with the band of uniform ones.
    let ranks (test: RankTest) : Chart =
        let bins = test.Counts.Length
        let edges = Array.init (bins + 1) (fun k -> float k / float bins)
        let n = float test.Simulations

        let band sign =
            test.Expected
            |> Array.map (fun e -> max 0.0 (e + sign * 1.96 * sqrt (e * (1.0 - e / n))))

        let lower, upper = band -1.0, band 1.0

        let top = 1.15 * max (Array.max upper) (float (Array.max test.Counts))

        Chart.single
            $"Ranks of the true {test.Parameter} among draws from the posterior."
            (Chart.axisFrom $"rank of {test.Parameter}, share of draws below" 0.0 1.0)
            (Chart.axisFrom "sets" 0.0 top)
            [
                Mark.StepBand(edges, lower, upper, Colour.Grey, "95 % where right")

                Mark.Steps(
                    edges,
                    Array.map float test.Counts,
                    Chart.solid Colour.Blue,
                    false,
                    $"p = {Quantity.brief 2 test.PValue}"
                )
            ]

    /// Coverage by credibility.
    let coverage (them: ExpectedCoverage list) : Chart =
        let name region =
            match region with
            | CoverageRegion.HighestDensity -> "highest density", Colour.Blue
            | CoverageRegion.RandomPoints -> "random points", Colour.Vermillion

        Chart.single
            "How often credible regions hold the true parameters."
            (Chart.axisFrom "credibility" 0.0 1.0)
            (Chart.axisFrom "share of sets" 0.0 1.0)
            [
                match them with
                | first :: _ ->
                    Mark.Band(
                        first.Levels,
                        first.Lower,
                        first.Upper,
                        Colour.Grey,
                        "95 % where right"
                    )
                | [] -> ()

                Mark.Line([| 0.0; 1.0 |], [| 0.0; 1.0 |], Chart.dotted Colour.Ink, "")

                for it in them do
                    let label, colour = name it.Region
                    Mark.Line(it.Levels, it.Coverage, Chart.solid colour, label)
            ]

    /// The loss by epoch.
    let learning (history: TrainingHistory) : Chart =
        let pick f =
            history.Epochs |> List.map f |> Array.ofList

        let epochs = pick (fun e -> float e.Epoch)

        Chart.single
            "The loss of training and validation by epoch."
            (Chart.axis "epoch")
            (Chart.axis "mean of −ln q")
            [
                Mark.Line(epochs, pick _.TrainLoss, Chart.dashed Colour.Grey, "training")
                Mark.Line(epochs, pick _.ValidationLoss, Chart.solid Colour.Blue, "validation")
            ]

    /// Where the embedding of an observed set lies among simulated ones.
    let cloud (it: ObservedPosterior) (alarm: EmbeddingAlarm) : Chart =
        let top = max alarm.Observed alarm.Cloud[alarm.Cloud.Length - 1]
        let bottom = min alarm.Observed alarm.Cloud[0]
        let bins = 30
        let width = max 1e-12 ((top - bottom) / float bins)
        let edges = Array.init (bins + 1) (fun k -> bottom + width * float k)
        let counts = Array.zeroCreate<float> bins

        for d in alarm.Cloud do
            let k = Math.Clamp(int ((d - bottom) / width), 0, bins - 1)
            counts[k] <- counts[k] + 1.0

        let height = 1.1 * Array.max counts

        Chart.single
            $"The distance of the embedding of {it.Name} from those of simulated sets."
            (Chart.axis "distance of the embedding")
            (Chart.axisFrom "sets" 0.0 height)
            [
                Mark.Steps(edges, counts, Chart.solid Colour.Blue, false, "simulated sets")
                vertical alarm.Observed height (Chart.solid Colour.Vermillion) it.Name
            ]
