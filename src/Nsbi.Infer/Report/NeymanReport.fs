namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>The page of a Neyman construction: the belt with the curve of the data and the accepted
/// sets, beside the asymptotic ones.</summary>
[<RequireQualifiedAccess>]
module NeymanReport =

    let private text = Markup.Text

    let private percent (level: float) =
        (100.0 * level).ToString("G4", CultureInfo.InvariantCulture) + " %"

    let private colours = [ Colour.Vermillion; Colour.Blue; Colour.Green; Colour.Purple ]
    let private shades = [ Colour.Amber; Colour.Sky; Colour.Grey; Colour.Grey ]
    let private pick (list: 'a list) k = list[k % list.Length]

    /// <summary>The belt: quantiles of t with their errors over the parameter, the curve of the data,
    /// the accepted sets shaded (the widest behind) and the asymptotic levels dashed.</summary>
    let belt (result: NeymanResult) : Chart =
        let name = result.Settings.Parameter
        let points = result.Belt.Points |> List.toArray
        let x = points |> Array.map _.Value
        let levels = List.indexed result.Settings.Levels

        let quantile k =
            points |> Array.map (fun p -> p.Quantiles[k])

        let spans = [
            for k, set in List.indexed result.Accepted |> List.rev do
                for i, piece in List.indexed set.Intervals do
                    let label = if i = 0 then $"accepted at {percent set.Level}" else ""

                    Mark.Span(piece.Lower.Value, piece.Upper.Value, pick shades k, label)
        ]

        let quantiles = [
            for k, level in levels do
                let q = quantile k
                let label = $"quantile of {percent level}"
                let dashed = Chart.dashed (pick colours k)
                let asymptotic = CoverageStudy.asymptoticLevel level

                Mark.Line(
                    [| x[0]; x[x.Length - 1] |],
                    [| asymptotic; asymptotic |],
                    { dashed with Width = 1.0 },
                    (if k = 0 then "asymptotic levels" else "")
                )

                Mark.Line(x, q |> Array.map _.Value, Chart.solid (pick colours k), label)

                Mark.Points(
                    x,
                    q |> Array.map _.Value,
                    q |> Array.map (fun q -> if Double.IsFinite q.Error then q.Error else nan),
                    pick colours k,
                    ""
                )
        ]

        let values, t = result.Curve |> List.toArray |> Array.unzip

        let highest =
            points
            |> Array.collect (fun p -> p.Quantiles |> List.map _.Value |> List.toArray)
            |> Array.filter Double.IsFinite
            |> Array.append (
                levels |> List.map (snd >> CoverageStudy.asymptoticLevel) |> List.toArray
            )
            |> Array.max

        Chart.single
            $"Confidence belt of {name} with the likelihood ratio of the data"
            (Chart.axisFrom name x[0] x[x.Length - 1])
            (Chart.axisFrom "t and its quantiles" 0.0 (1.35 * highest))
            (spans
             @ quantiles
             @ [ Mark.Line(values, t, Chart.solid Colour.Ink, "t of the data") ])
        |> Chart.sized 880.0 420.0

    let private ending (e: BeltEnd) : string =
        if e.AtEdge then
            $"{Quantity.brief 4 e.Value} (edge)"
        elif Double.IsFinite e.Error then
            $"{Quantity.valueFor e.Error e.Value} ± {Quantity.error e.Error}"
        else
            Quantity.brief 4 e.Value

    let private pieces (set: AcceptedSet) : string =
        match set.Intervals with
        | [] -> "no value"
        | intervals ->
            intervals
            |> List.map (fun i -> $"[{ending i.Lower}, {ending i.Upper}]")
            |> String.concat " ∪ "

    let private asymptotic (found: LikelihoodIntervals) : string =
        let side isBound value =
            if isBound then
                $"{Quantity.brief 4 value} (bound)"
            else
                Quantity.brief 4 value

        found.Intervals
        |> List.map (fun i -> $"[{side i.LowerAtBound i.Lower}, {side i.UpperAtBound i.Upper}]")
        |> String.concat " ∪ "

    let private sets (result: NeymanResult) : Markup =
        Page.table [ "confidence"; "Neyman construction"; "asymptotic" ] [
            for set, found in List.zip result.Accepted result.Asymptotic ->
                [ text (percent set.Level); text (pieces set); text (asymptotic found) ]
        ]

    let private quantiles (result: NeymanResult) : Markup =
        let levels = result.Settings.Levels

        let headings =
            [ $">{result.Settings.Parameter}"; ">t of the data" ]
            @ (levels |> List.map (fun level -> $">quantile of {percent level}"))
            @ [ ">toys"; ">failed" ]

        let quantile (q: SampleQuantile) =
            if Double.IsFinite q.Error && q.Error > 0.0 then
                $"{Quantity.valueFor q.Error q.Value} ± {Quantity.error q.Error}"
            elif Double.IsFinite q.Value then
                Quantity.brief 4 q.Value
            else
                Quantity.unknown

        Page.table headings [
            for point in result.Points ->
                [
                    Quantity.brief 5 point.Value
                    (if Double.IsFinite point.Observed then
                         Quantity.brief 4 point.Observed
                     else
                         Quantity.unknown)
                    yield! point.Belt.Quantiles |> List.map quantile
                    string point.Belt.Toys
                    string point.Belt.Failed
                ]
                |> List.map text
        ]

    let private shifts (result: NeymanResult) : Markup list =
        if result.Shifted.IsEmpty then
            []
        else
            [
                Page.paragraph
                    "Quantiles and sets with toys at shifted nuisance parameters: where they differ \
                     by more than their errors, the sets depend on what is not known."
                Page.table [ "nuisance parameter"; ">shift"; "accepted sets" ] [
                    for shifted in result.Shifted ->
                        [
                            text shifted.Nuisance
                            text (Quantity.offset shifted.Sigmas + " σ")
                            text (
                                shifted.Accepted
                                |> List.map (fun set -> $"{percent set.Level}: {pieces set}")
                                |> String.concat "; "
                            )
                        ]
                ]
            ]

    let private failures (result: NeymanResult) : Markup list =
        match result.FailureReasons with
        | [] -> []
        | reasons -> [
            Page.heading "Toys whose fits failed"
            Page.table [ ">toys"; "reason" ] [
                for reason, count in reasons -> [ text (string count); text reason ]
            ]
          ]

    let private checks (result: NeymanResult) : Markup =
        Page.table [ "verdict"; "check"; ">value"; ">limit"; "what it says" ] [
            for check in result.Checks ->
                [
                    (if check.Passed then "passed" else "failed")
                    check.Name
                    Quantity.brief 3 check.Value
                    Quantity.brief 3 check.Limit
                    (if check.Passed then
                         check.Finding
                     else
                         check.Finding + " " + check.Meaning)
                ]
                |> List.map text
        ]

    /// <summary>The page as HTML that needs nothing from elsewhere.</summary>
    /// <param name="title">its heading</param>
    /// <param name="provenance">names and values of what it was made from</param>
    /// <param name="result">the construction</param>
    let render
        (title: string)
        (provenance: (string * string) list)
        (result: NeymanResult)
        : string =
        let name = result.Settings.Parameter
        let best = result.Best[name]

        let value =
            match best.Error with
            | Some error -> $"{Quantity.valueFor error best.Value} ± {Quantity.error error}"
            | None -> Quantity.brief 4 best.Value

        Page.render title [
            Markup.textual "h1" [] title
            Page.section $"Confidence sets of {name}" [
                Page.paragraph
                    $"Best value {value}. A value is accepted where t of the data is at or below the \
                      quantile of t over toys drawn at that value, with the other parameters at \
                      their best for the data. Errors are those of the finite number of toys."
                sets result
                Page.figure
                    "The quantiles of t over toys with their errors, t of the data, and the accepted \
                     values; dashed, the levels that asymptotic formulae give."
                    (ChartSvg.render (belt result))
            ]
            Page.section "Belt" (quantiles result :: shifts result @ failures result)
            Page.section "Checks" [ checks result ]
            Page.section "Made from" [
                Page.table [ "what"; "value" ] [
                    for what, value in provenance -> [ text what; text value ]
                ]
            ]
        ]
