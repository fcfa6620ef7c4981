namespace Nsbi.Infer

open System

/// Ends of axes and the way from data to points of the drawing.
[<RequireQualifiedAccess>]
module internal ChartScale =
    let private isUsable (scale: Scale) (v: float) =
        match scale with
        | Scale.Linear -> abs v < 1e300
        | Scale.Logarithmic -> v > 1e-300 && v < 1e300

    /// Whether ticks between two values can be told apart.
    let private isWide (low: float) (high: float) =
        high - low > 1e-9 * max (abs low) (abs high) && high - low > 1e-300

    /// The x coordinates that a mark occupies.
    let private xsOf (mark: Mark) : float seq =
        match mark with
        | Mark.Line(x, _, _, _) -> x
        | Mark.Points(x, _, _, _, _) -> x
        | Mark.Band(x, _, _, _, _) -> x
        | Mark.Steps(edges, _, _, _, _) -> edges
        | Mark.StepBand(edges, _, _, _, _) -> edges
        | Mark.Level _
        | Mark.Span _ -> [||]

    /// The y coordinates that a mark occupies.
    let private ysOf (mark: Mark) : float seq =
        match mark with
        | Mark.Line(_, y, _, _) -> y
        | Mark.Points(_, y, errors, _, _) ->
            let finite e = if Double.IsFinite e then e else 0.0

            Seq.append
                (Array.map2 (fun y e -> y - finite e) y errors)
                (Array.map2 (fun y e -> y + finite e) y errors)
        | Mark.Band(_, lower, upper, _, _) -> Seq.append lower upper
        | Mark.Steps(_, heights, _, filled, _) ->
            if filled then Seq.append [ 0.0 ] heights else heights
        | Mark.StepBand(_, lower, upper, _, _) -> Seq.append lower upper
        | Mark.Level(y, _, _) -> [| y |]
        | Mark.Span _ -> [||]

    let private ends (axis: Axis) (padding: float) (values: float seq) : float * float =
        let found = values |> Seq.filter (isUsable axis.Scale) |> Seq.toArray

        match axis.Range with
        | Some(low, high) when
            isWide low high && isUsable axis.Scale low && isUsable axis.Scale high
            ->
            low, high
        | _ when found.Length = 0 -> if axis.Scale = Scale.Linear then 0.0, 1.0 else 0.1, 1.0
        | _ ->
            let low, high = Array.min found, Array.max found

            match axis.Scale with
            | Scale.Linear when not (isWide low high) ->
                let margin = if abs low < 1e-290 then 1.0 else 0.1 * abs low
                low - margin, high + margin
            | Scale.Linear ->
                let margin = padding * (high - low)
                // An axis that begins at zero keeps its zero.
                (if low = 0.0 then 0.0 else low - margin), high + margin
            | Scale.Logarithmic ->
                let factor =
                    if isWide low high then
                        Math.Pow(high / low, padding)
                    else
                        2.0

                low / factor, high * factor

    let xEnds (chart: Chart) : float * float =
        chart.Panels |> Seq.collect _.Marks |> Seq.collect xsOf |> ends chart.X 0.0

    let yEnds (panel: Panel) : float * float =
        panel.Marks |> Seq.collect ysOf |> ends panel.Y 0.06

    /// From a value to a coordinate; NaN where the axis cannot show it.
    let place
        (scale: Scale)
        (low: float, high: float)
        (from: float)
        (until: float)
        : float -> float =
        match scale with
        | Scale.Linear -> fun v -> from + (v - low) / (high - low) * (until - from)
        | Scale.Logarithmic ->
            fun v ->
                if v > 0.0 then
                    from + log (v / low) / log (high / low) * (until - from)
                else
                    nan

    let ticks (scale: Scale) (low: float, high: float) (wished: int) : Tick list =
        match scale with
        | Scale.Linear -> Ticks.linear wished low high
        | Scale.Logarithmic -> Ticks.logarithmic low high
