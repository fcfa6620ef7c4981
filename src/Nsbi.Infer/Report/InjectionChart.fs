namespace Nsbi.Infer

/// <summary>The picture of injected values.</summary>
[<RequireQualifiedAccess>]
module InjectionChart =

    /// <summary>Mean best values over injected values with their errors, the line through them and the
    /// diagonal; below, means and widths of the pulls.</summary>
    let make (found: SignalInjection) : Chart =
        let name = found.Parameter
        let x = [| for p in found.Points -> p.Truth |]
        let low, high = Array.min x, Array.max x
        let room = 0.05 * (high - low)
        let ends = [| low - room; high + room |]

        let column pick = [|
            for p in found.Points ->
                let number: Estimated = pick p
                number.Value
        |]

        let errors pick = [|
            for p in found.Points ->
                let number: Estimated = pick p
                number.Error
        |]

        let points pick colour label =
            Mark.Points(x, column pick, errors pick, colour, label)

        let straight =
            ends |> Array.map (fun v -> found.Offset.Value + found.Slope.Value * v)

        {
            Description = $"Best values of {name} over injected ones, and their pulls"
            Width = 880.0
            Height = 420.0
            X = Chart.axisFrom $"injected {name}" ends[0] ends[1]
            Panels = [
                {
                    Y = Chart.axis $"mean of best {name}"
                    Weight = 2.0
                    Marks = [
                        Mark.Line(ends, ends, Chart.dashed Colour.Grey, "as injected")
                        Mark.Line(ends, straight, Chart.solid Colour.Blue, "straight line")
                        points _.Mean Colour.Ink "mean of the best values"
                    ]
                }
                {
                    Y = Chart.axis "pulls"
                    Weight = 1.0
                    Marks = [
                        Mark.Level(0.0, Chart.thin Colour.Grey, "")
                        Mark.Level(1.0, Chart.thin Colour.Grey, "")
                        points _.PullMean Colour.Vermillion "mean"
                        points _.PullWidth Colour.Green "width"
                    ]
                }
            ]
        }
