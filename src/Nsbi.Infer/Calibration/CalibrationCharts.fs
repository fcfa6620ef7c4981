namespace Nsbi.Infer.Calibration

open System
open Nsbi.Infer

/// <summary>Charts of a calibration.</summary>
[<RequireQualifiedAccess>]
module CalibrationCharts =
    let private centres (edges: float[]) =
        edges |> Array.pairwise |> Array.map (fun (a, b) -> 0.5 * (a + b))

    let private over (v: float) (by: float) = if by > 0.0 then v / by else nan

    let private errors (h: WeightedHistogram) =
        h.Variances |> Array.map (fun v -> sqrt (max 0.0 v))

    /// <summary>Source before and after over the target, with their ratios to it below; the band is the
    /// target's statistical error.</summary>
    let quantity (found: QuantityClosure) : Chart =
        let edges = found.Target.Edges
        let x = centres edges
        let percent = Array.map (fun v -> 100.0 * v)
        let target = found.Target.Contents
        let ratio (h: WeightedHistogram) = Array.map2 over h.Contents target
        let after, before = ratio found.Calibrated, ratio found.Source
        let error = Array.map2 over (errors found.Calibrated) target
        let band = Array.map2 over (errors found.Target) target

        {
            Description = $"{found.Name} before and after calibration, and in the target"
            Width = 420.0
            Height = 330.0
            X = Chart.axisFrom found.Name edges[0] edges[edges.Length - 1]
            Panels = [
                {
                    Y = Chart.axis "events per bin [%]"
                    Weight = 2.2
                    Marks = [
                        Mark.Steps(edges, percent target, Chart.thin Colour.Amber, true, "target")
                        Mark.Steps(
                            edges,
                            percent found.Source.Contents,
                            Chart.dashed Colour.Grey,
                            false,
                            "before"
                        )
                        Mark.Points(
                            x,
                            percent found.Calibrated.Contents,
                            percent (errors found.Calibrated),
                            Colour.Blue,
                            "calibrated"
                        )
                    ]
                }
                {
                    Y = Chart.axisFrom "over target" 0.5 1.5
                    Weight = 1.0
                    Marks = [
                        Mark.StepBand(
                            edges,
                            band |> Array.map (fun e -> 1.0 - e),
                            band |> Array.map (fun e -> 1.0 + e),
                            Colour.Amber,
                            ""
                        )
                        Mark.Level(1.0, Chart.dotted Colour.Grey, "")
                        Mark.Line(x, before, Chart.dashed Colour.Grey, "")
                        Mark.Points(x, after, error, Colour.Blue, "")
                    ]
                }
            ]
        }

    /// <summary>The distance in each bin over what chance exceeds there, before and after.</summary>
    let binned (name: string) (found: BinnedClosure) : Chart =
        let edges = [|
            found.Bins.Head.Low
            for bin in found.Bins do
                bin.High
        |]

        let ratios pick =
            found.Bins
            |> List.map (fun bin ->
                match pick bin with
                | Some(it: ClosureDistance) -> it.Kolmogorov.Distance / it.Limit
                | None -> nan)
            |> List.toArray

        let before, after = ratios _.Before, ratios _.After

        let largest =
            Array.append before after |> Array.filter Double.IsFinite |> Array.fold max 1.0

        Chart.single
            $"Distance of {name} in bins of {found.Of}, in units of what chance allows"
            (Chart.axisFrom found.Of edges[0] edges[edges.Length - 1])
            (Chart.axisFrom $"distance of {name} / allowed" 0.0 (1.15 * largest))
            [
                Mark.Steps(edges, before, Chart.dashed Colour.Grey, false, "before")
                Mark.Steps(edges, after, Chart.solid Colour.Blue, false, "calibrated")
                Mark.Level(1.0, Chart.dotted Colour.Vermillion, "allowed by chance")
            ]
