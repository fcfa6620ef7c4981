namespace Nsbi.Infer

open System

/// <summary>Charts of the diagnostics of one ratio.</summary>
[<RequireQualifiedAccess>]
module RatioCharts =
    let private centres (edges: float[]) =
        edges |> Array.pairwise |> Array.map (fun (a, b) -> 0.5 * (a + b))

    let private root (v: float) = sqrt (max 0.0 v)

    /// <summary>Fraction of target events against the mean score before and after a calibration, with the
    /// differences below.</summary>
    /// <param name="name">of the process</param>
    /// <param name="before">the curve of the learned ratio</param>
    /// <param name="after">that of the calibrated one</param>
    let calibrationBeforeAfter
        (name: string)
        (before: CalibrationPoint[])
        (after: CalibrationPoint[])
        : Chart =
        let curves = [ before, Colour.Vermillion, "before"; after, Colour.Blue, "after" ]
        let difference (p: CalibrationPoint) = p.Fraction - p.Score

        let reach =
            Array.append before after
            |> Array.map (fun p -> abs (difference p) + p.Error)
            |> Array.filter Double.IsFinite
            |> Array.fold max 0.01

        let points pick =
            curves
            |> List.map (fun (points, colour, label) ->
                Mark.Points(
                    points |> Array.map _.Score,
                    points |> Array.map pick,
                    points |> Array.map _.Error,
                    colour,
                    label
                ))

        {
            Description =
                $"Calibration curves of the ratio of {name} before and after the calibration"
            Width = 420.0
            Height = 320.0
            X = Chart.axisFrom "mean score ⟨s⟩" 0.0 1.0
            Panels = [
                {
                    Y = Chart.axisFrom "target fraction" 0.0 1.0
                    Weight = 2.4
                    Marks =
                        Mark.Line(
                            [| 0.0; 1.0 |],
                            [| 0.0; 1.0 |],
                            Chart.dotted Colour.Grey,
                            "perfect"
                        )
                        :: points _.Fraction
                }
                {
                    Y = Chart.axisFrom "difference" (-1.15 * reach) (1.15 * reach)
                    Weight = 1.0
                    Marks = Mark.Level(0.0, Chart.dotted Colour.Grey, "") :: points difference
                }
            ]
        }

    /// <summary>Fraction of target events against the mean score, with the difference below.</summary>
    let calibration (ratio: RatioDiagnostics) : Chart =
        let points = ratio.Calibration
        let x = points |> Array.map _.Score
        let errors = points |> Array.map _.Error
        let y = points |> Array.map _.Fraction
        let difference = Array.map2 (-) y x

        let reach =
            Array.map2 (fun d e -> abs d + e) difference errors
            |> Array.filter Double.IsFinite
            |> Array.fold max 0.01

        {
            Description = $"Calibration curve of the ratio of {ratio.Process}"
            Width = 420.0
            Height = 320.0
            X = Chart.axisFrom "mean score ⟨s⟩" 0.0 1.0
            Panels = [
                {
                    Y = Chart.axisFrom "target fraction" 0.0 1.0
                    Weight = 2.4
                    Marks = [
                        Mark.Line(
                            [| 0.0; 1.0 |],
                            [| 0.0; 1.0 |],
                            Chart.dotted Colour.Grey,
                            "perfect"
                        )
                        Mark.Points(
                            x,
                            y,
                            errors,
                            Colour.Blue,
                            $"{ratio.Process}, {points.Length} bins"
                        )
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

    /// <summary>Distributions of log r in the target and in the reference.</summary>
    let logRatio (ratio: RatioDiagnostics) : Chart =
        // Densities rather than shares, so that the axis does not depend on the binning; an empty
        // bin has no place on a logarithmic axis.
        let density (h: WeightedHistogram) =
            Array.map2
                (fun share (a: float, b) -> if share > 0.0 then share / (b - a) else nan)
                h.Contents
                (Array.pairwise h.Edges)

        Chart.single
            $"Distribution of log r of {ratio.Process}"
            (Chart.axis $"log r, {ratio.Process}")
            (Chart.logAxis "density")
            [
                Mark.Steps(
                    ratio.LogRatioReference.Edges,
                    density ratio.LogRatioReference,
                    Chart.thin Colour.Grey,
                    true,
                    "reference"
                )
                Mark.Steps(
                    ratio.LogRatioTarget.Edges,
                    density ratio.LogRatioTarget,
                    Chart.solid Colour.Blue,
                    false,
                    ratio.Process
                )
            ]
        |> Chart.sized 420.0 320.0

    /// <summary>
    /// Target and reweighted reference over one feature, with their ratio below; the band is the
    /// target's statistical error.
    /// </summary>
    let closure (name: string) (closure: Closure) : Chart =
        let edges = closure.Target.Edges
        let percent = Array.map (fun v -> 100.0 * v)
        let errors (h: WeightedHistogram) = h.Variances |> Array.map root
        let over (v: float) (by: float) = if by > 0.0 then v / by else nan
        let x = centres edges
        let target = closure.Target.Contents
        let relative = Array.map2 over closure.Reweighted.Contents target
        let relativeError = Array.map2 over (errors closure.Reweighted) target
        let band = Array.map2 over (errors closure.Target) target

        {
            Description = $"Closure of {name} in {closure.Feature}"
            Width = 420.0
            Height = 320.0
            X = Chart.axisFrom closure.Feature edges[0] edges[edges.Length - 1]
            Panels = [
                {
                    Y = Chart.axis "events per bin [%]"
                    Weight = 2.4
                    Marks = [
                        Mark.Steps(
                            edges,
                            percent closure.Reference.Contents,
                            {
                                Chart.dotted Colour.Grey with
                                    Width = 1.2
                            },
                            false,
                            "reference"
                        )
                        Mark.Steps(edges, percent target, Chart.thin Colour.Amber, true, name)
                        Mark.Points(
                            x,
                            percent closure.Reweighted.Contents,
                            percent (errors closure.Reweighted),
                            Colour.Blue,
                            "reference × r"
                        )
                    ]
                }
                {
                    Y = Chart.axisFrom "ratio" 0.75 1.25
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
                        Mark.Points(x, relative, relativeError, Colour.Blue, "")
                    ]
                }
            ]
        }
