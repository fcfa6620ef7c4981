namespace Nsbi.Infer

open System

/// <summary>Charts of results and of training.</summary>
[<RequireQualifiedAccess>]
module ReportCharts =
    /// Value and name of the thresholds of t for one parameter: the 68.27 and 95 % quantiles of χ²₁.
    let private levels = [ 1.0, "1σ"; 3.841, "95 %" ]

    let private strokes = [
        Chart.solid Colour.Blue
        Chart.dashed Colour.Vermillion
        Chart.dotted Colour.Ink
        Chart.dashed Colour.Green
        Chart.dotted Colour.Purple
    ]

    /// <summary>
    /// Curves of t with the 1σ and 95 % levels, and the confidence sets shaded. The vertical axis
    /// ends where intervals end to be of interest.
    /// </summary>
    let scan (scan: ReportScan) : Chart =
        let highest =
            scan.Curves |> Seq.collect _.T |> Seq.filter Double.IsFinite |> Seq.fold max 1.0

        // The widest set lies behind and is the palest.
        let shades = [ Colour.Blue; Colour.Sky; Colour.Grey ]

        let spans = [
            for place, interval in scan.Intervals |> List.indexed |> List.rev do
                for i, piece in List.indexed interval.Pieces do
                    Mark.Span(
                        piece.Low,
                        piece.High,
                        shades[min place 2],
                        (if i = 0 then interval.Level + " interval" else "")
                    )
        ]

        let lines =
            scan.Curves
            |> List.mapi (fun i curve ->
                Mark.Line(curve.Values, curve.T, strokes[i % strokes.Length], curve.Label))

        let thresholds = [
            for level, name in levels do
                if level < 1.08 * highest then
                    Mark.Level(level, Chart.thin Colour.Grey, name)
        ]

        Chart.single
            $"Profile likelihood of {scan.Parameter}"
            (Chart.axis scan.Parameter)
            (Chart.axisFrom "t = −2 ln L − min" 0.0 (min 9.0 (1.08 * highest)))
            (spans @ thresholds @ lines)
        |> Chart.sized 880.0 390.0

    /// <summary>Losses of all networks of one name by epoch, with the epochs whose weights were kept.</summary>
    let training (network: string) (members: ReportTraining list) : Chart =
        let epochs (loss: float[]) =
            Array.init loss.Length (fun e -> float (e + 1))

        let label (i: int) (text: string) = if i = 0 then text else ""

        let line colour text i (loss: float[]) =
            Mark.Line(
                epochs loss,
                loss,
                {
                    Chart.thin colour with
                        Opacity = 0.75
                },
                label i text
            )

        let kept =
            members
            |> List.filter (fun m -> m.BestEpoch >= 0 && m.BestEpoch < m.Validation.Length)
            |> List.toArray

        Chart.single $"Loss of {network} by epoch" (Chart.axis "epoch") (Chart.axis "loss") [
            yield! members |> List.mapi (fun i m -> line Colour.Grey "training" i m.Training)
            yield! members |> List.mapi (fun i m -> line Colour.Blue "validation" i m.Validation)
            Mark.Points(
                kept |> Array.map (fun m -> float (m.BestEpoch + 1)),
                kept |> Array.map (fun m -> m.Validation[m.BestEpoch]),
                kept |> Array.map (fun _ -> 0.0),
                Colour.Vermillion,
                "kept"
            )
        ]

    /// <summary>Share of the information on the parameter, and of the events, in bins of a feature.</summary>
    let sensitivity (region: ReportSensitivity) : Chart =
        let percent = Array.map (fun v -> 100.0 * v)

        Chart.single
            $"Sensitivity by {region.Feature}"
            (Chart.axis region.Feature)
            (Chart.axis "share per bin [%]")
            [
                Mark.Steps(
                    region.Edges,
                    percent region.Information,
                    Chart.solid Colour.Green,
                    true,
                    "information"
                )
                if region.Events.Length = region.Edges.Length - 1 then
                    Mark.Steps(
                        region.Edges,
                        percent region.Events,
                        Chart.dashed Colour.Grey,
                        false,
                        "expected events"
                    )
            ]
