namespace Nsbi.Infer

open System

/// <summary>Pictures of tests and limits.</summary>
[<RequireQualifiedAccess>]
module LimitCharts =

    /// <summary>CLs by the tested value (the Brazil band): the expectation with its ±1σ and ±2σ bands,
    /// the data, 1 − CL, and the limits where they cross it.</summary>
    /// <param name="curve">tests of ascending values</param>
    /// <param name="limit">the limits of the same parameter</param>
    let band (curve: HypothesisTest list) (limit: UpperLimit) : Chart =
        let alpha = 1.0 - limit.Level
        let x = [| for test in curve -> test.Tested |]
        let expected k = [| for test in curve -> test.Expected[k] |]
        let observed = [| for test in curve -> test.Levels.Cls |]

        // A dropped line from the crossing to the axis.
        let drop (found: LimitValue) stroke label =
            match found.Value with
            | Some mu -> [ Mark.Line([| mu; mu |], [| 0.0; alpha |], stroke, label) ]
            | None -> []

        let level = AsymptoticText.number (100.0 * limit.Level)

        Chart.single
            $"CLs by {limit.Parameter}, observed and expected, with the limits at {level} %%"
            (Chart.axis limit.Parameter)
            (Chart.axisFrom "CLs" 0.0 1.0)
            [
                Mark.Band(x, expected 0, expected 4, Colour.Amber, "expected ±2σ")
                Mark.Band(x, expected 1, expected 3, Colour.Green, "expected ±1σ")
                Mark.Line(x, expected 2, Chart.dashed Colour.Ink, "expected")
                Mark.Line(x, observed, Chart.solid Colour.Ink, "observed")
                Mark.Level(
                    alpha,
                    Chart.thin Colour.Vermillion,
                    $"1 − CL = {AsymptoticText.number alpha}"
                )
                yield! drop limit.Expected[2] (Chart.dotted Colour.Vermillion) ""
                yield! drop limit.Observed (Chart.thin Colour.Vermillion) ""
            ]
        |> Chart.sized 880.0 390.0

    /// <summary>The same with CLs of the data and its median expectation by toys, with their Monte Carlo
    /// errors, at the values where there are toys.</summary>
    let withToys (toys: ToyUpperLimit) (chart: Chart) : Chart =
        let points pick colour label =
            let found = toys.Points |> List.map (fun point -> point.Cls.Tested, pick point.Cls)
            let x = [| for tested, _ in found -> tested |]
            let y = [| for _, cls: Estimated in found -> cls.Value |]
            Mark.Points(x, y, [| for _, cls in found -> cls.Error |], colour, label)

        let marks = [
            points _.Cls Colour.Blue "observed, by toys"
            points (fun (cls: ToyCls) -> cls.Expected[2]) Colour.Purple "expected, by toys"
        ]

        {
            chart with
                Panels =
                    chart.Panels
                    |> List.map (fun panel -> {
                        panel with
                            Marks = panel.Marks @ marks
                    })
        }

    /// <summary>The values that show a limit and its surroundings: from 0 to beyond the last of the
    /// limits, inside of the upper bound of the parameter.</summary>
    let values (upper: float) (limit: UpperLimit) : float list =
        let points = 40

        let largest =
            limit.Observed :: limit.Expected |> List.choose _.Value |> List.fold max 0.0

        let reach = min upper (if largest > 0.0 then 1.2 * largest else upper)

        if reach > 0.0 && Double.IsFinite reach then
            [ for k in 0..points -> reach * float k / float points ]
        else
            []
