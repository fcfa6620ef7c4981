namespace Nsbi.Infer

open System

/// <summary>Pictures of tests and limits.</summary>
[<RequireQualifiedAccess>]
module LimitCharts =

    /// A dropped line from the crossing with 1 − CL to the axis.
    let private drop (alpha: float) (mu: float) stroke =
        if Double.IsFinite mu then
            [ Mark.Line([| mu; mu |], [| 0.0; alpha |], stroke, "") ]
        else
            []

    /// <summary>CLs by the tested value (the Brazil band), from numbers.</summary>
    /// <param name="parameter">the parameter that is tested</param>
    /// <param name="level">the confidence level</param>
    /// <param name="x">tested values, ascending</param>
    /// <param name="expected">CLs at −2, −1, 0, 1, 2 standard deviations, each over x</param>
    /// <param name="data">CLs of the data, as it is to be drawn</param>
    /// <param name="observed">the observed limit; NaN if there is none</param>
    /// <param name="median">the expected limit; NaN if there is none</param>
    let bandOf
        (parameter: string)
        (level: float)
        (x: float[])
        (expected: float[] list)
        (data: Mark list)
        (observed: float)
        (median: float)
        : Chart =
        let alpha = 1.0 - level
        let percent = AsymptoticText.number (100.0 * level)

        Chart.single
            $"CLs by {parameter}, observed and expected, with the limits at {percent} %%"
            (Chart.axis parameter)
            (Chart.axisFrom "CLs" 0.0 1.0)
            [
                Mark.Band(x, expected[0], expected[4], Colour.Amber, "expected ±2σ")
                Mark.Band(x, expected[1], expected[3], Colour.Green, "expected ±1σ")
                Mark.Line(x, expected[2], Chart.dashed Colour.Ink, "expected")
                yield! data
                Mark.Level(
                    alpha,
                    Chart.thin Colour.Vermillion,
                    $"1 − CL = {AsymptoticText.number alpha}"
                )
                yield! drop alpha median (Chart.dotted Colour.Vermillion)
                yield! drop alpha observed (Chart.thin Colour.Vermillion)
            ]
        |> Chart.sized 880.0 390.0

    /// <summary>CLs by the tested value (the Brazil band): the expectation with its ±1σ and ±2σ bands,
    /// the data, 1 − CL, and the limits where they cross it.</summary>
    /// <param name="curve">tests of ascending values</param>
    /// <param name="limit">the limits of the same parameter</param>
    let band (curve: HypothesisTest list) (limit: UpperLimit) : Chart =
        let x = [| for test in curve -> test.Tested |]
        let expected k = [| for test in curve -> test.Expected[k] |]
        let observed = [| for test in curve -> test.Levels.Cls |]
        let value (found: LimitValue) = Option.defaultValue nan found.Value

        bandOf
            limit.Parameter
            limit.Level
            x
            (List.init 5 expected)
            [ Mark.Line(x, observed, Chart.solid Colour.Ink, "observed") ]
            (value limit.Observed)
            (value limit.Expected[2])

    /// <summary>The same from toys: the data with their Monte Carlo errors. Values far beyond the
    /// limits are left out.</summary>
    let bandOfToys (limit: ToyUpperLimit) : Chart =
        let reach =
            limit.Observed :: limit.Expected
            |> List.map _.Value
            |> List.filter Double.IsFinite
            |> List.fold max 0.0

        let points =
            limit.Points
            |> List.map _.Cls
            |> List.filter (fun cls -> reach = 0.0 || cls.Tested <= 1.6 * reach)
            |> List.toArray

        let x = points |> Array.map _.Tested

        let expected k =
            points |> Array.map (fun cls -> cls.Expected[k].Value)

        let observed = points |> Array.map (fun cls -> cls.Cls.Value)
        let errors = points |> Array.map (fun cls -> cls.Cls.Error)

        bandOf
            limit.Parameter
            limit.Level
            x
            (List.init 5 expected)
            [
                Mark.Line(x, observed, Chart.thin Colour.Ink, "")
                Mark.Points(x, observed, errors, Colour.Ink, "observed")
            ]
            limit.Observed.Value
            limit.Expected[2].Value

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
