namespace Nsbi.Infer

open System

/// <summary>The page that explains a fit: impacts, pulls, the parts of the error, correlations.
/// </summary>
[<RequireQualifiedAccess>]
module RankingReport =
    let private text = Markup.Text

    let private known show (value: float) =
        text (
            if Double.IsFinite value then
                show value
            else
                Quantity.unknown
        )

    let private mostRows = 30

    let private row (ranking: Ranking) (impact: Impact) : RankingRow =
        let sides (pair: ImpactPair) = pair.Up.Impact, pair.Down.Impact

        let before =
            match impact.By.TryFind ImpactMethod.Prefit with
            | Some pair when ranking.Methods.Head <> ImpactMethod.Prefit -> sides pair
            | _ -> nan, nan

        {
            Name = impact.Name
            Pull = defaultArg impact.Pull nan
            Constraint = defaultArg impact.Constraint nan
            Instead =
                match impact.Error with
                | Some error -> $"{Quantity.valueFor error impact.Value} ± {Quantity.error error}"
                | None -> Quantity.brief 4 impact.Value
            Impacts = sides (ranking.Leading impact)
            Before = before
        }

    let private how (ranking: Ranking) : string =
        match ranking.Methods.Head with
        | ImpactMethod.Postfit ->
            "the parameter is held at its best value ± its error after the fit"
        | ImpactMethod.Prefit ->
            "the parameter is held at its best value ± the width of its constraint"
        | ImpactMethod.Covariance -> "± V/σ from the covariance of the fit"
        | ImpactMethod.Observable ->
            "the global observable of the parameter is moved by ± its standard deviation"

    let private picture (ranking: Ranking) : Markup list =
        let shown = ranking.Impacts |> List.truncate mostRows
        let more = ranking.Impacts.Length - shown.Length

        let rest =
            if more > 0 then
                $" The {shown.Length} largest of {ranking.Impacts.Length}."
            else
                ""

        [
            if not shown.IsEmpty then
                shown
                |> List.map (row ranking)
                |> RankingSvg.render ranking.Poi
                |> Page.figure
                    $"Impacts on {ranking.Poi}: its change where {how ranking}, the others fitted again.{rest} The green band is ±1 of the constraint."
        ]

    let private remarks (ranking: Ranking) : Markup list =
        let found = [
            for impact in ranking.Impacts do
                for method, pair in Map.toList impact.By do
                    for side, name in [ pair.Up, "up"; pair.Down, "down" ] do
                        match side.Remark with
                        | Some remark when impact.Width.IsSome || method = ImpactMethod.Postfit -> [
                            impact.Name
                            $"{method.Name}, {name}"
                            remark
                          ]
                        | _ -> ()
        ]

        [
            if not found.IsEmpty then
                Page.heading "What to know of single impacts"

                Page.table [ "parameter"; "shift"; "remark" ] [
                    for cells in found |> List.truncate 40 -> List.map text cells
                ]

                if found.Length > 40 then
                    Page.note $"The first 40 of {found.Length}; all of them stand in results.json."
        ]

    let private numbers (ranking: Ranking) : Markup list =
        let others = ranking.Methods.Tail

        let sides (impact: Impact) method =
            let pair = impact.By[method]

            [ known Quantity.offset pair.Up.Impact; known Quantity.offset pair.Down.Impact ]

        let headings (method: ImpactMethod) = [ $">{method.Name}, up"; ">down" ]

        [
            Page.table
                ([ "parameter"; "kind"; ">pull"; ">constraint" ]
                 @ List.collect headings (ranking.Methods.Head :: others))
                [
                    for impact in ranking.Impacts |> List.truncate mostRows ->
                        [
                            text impact.Name
                            text impact.Kind.Name
                            known (Quantity.decimals 2) (defaultArg impact.Pull nan)
                            known (Quantity.decimals 2) (defaultArg impact.Constraint nan)
                        ]
                        @ List.collect (sides impact) ranking.Methods
                ]
        ]

    /// Pulls of all parameters but the factors of bins, in the order of the model.
    let private pulls (ranking: Ranking) : Markup list =
        let order =
            ranking.Best.Parameters |> List.mapi (fun k p -> p.Name, k) |> Map.ofList

        let rows =
            ranking.Impacts
            |> List.filter (fun i -> i.Pull.IsSome && i.Kind <> NuisanceKind.Simulation)
            |> List.sortBy (fun i -> order[i.Name])
            |> List.map (row ranking)

        [
            if not rows.IsEmpty then
                RankingSvg.pulls rows
                |> Page.figure
                    "Pulls of the constrained parameters that are no factors of bins, in the order of the model."
        ]

    let private breakdown (found: UncertaintyBreakdown) : Markup list =
        let pair (e: ErrorPair) =
            if not (Double.IsFinite e.Upper || Double.IsFinite e.Lower) then
                text Quantity.unknown
            elif e.Lower = e.Upper then
                text (Quantity.brief 3 e.Upper)
            else
                text $"{Quantity.offset e.Upper} {Quantity.offset -e.Lower}"

        let brief = known (Quantity.brief 3)

        let share (value: float) =
            known
                (fun x -> Quantity.decimals 1 (100.0 * x) + " %")
                (value * value / (found.Total.Mean * found.Total.Mean))

        let line name quadrature (mean: float) observables = [
            text name
            pair quadrature
            share mean
            brief observables
        ]

        [
            Page.note
                "By quadrature: the root of the whole error squared less that of a fit with the group held; these parts need not add up. By observables: the part that the fluctuations of the auxiliary measurements of the group cause; with that of the data they add up to the whole (arXiv:2307.04007). Parameters without an auxiliary measurement belong to the data there."

            Page.table [
                $"error of {found.Poi}"
                ">by quadrature"
                ">share of the square"
                ">by observables"
            ] [
                line "whole" found.Total found.Total.Mean found.ObservablesTotal
                line "statistical" found.Statistical found.Statistical.Mean found.DataObservables
                line "systematic" found.Systematic found.Systematic.Mean found.GlobalObservables
                for part in found.Parts do
                    line part.Group part.Quadrature part.Quadrature.Mean part.Observables
            ]

            for part in found.Parts do
                match part.Remark with
                | Some remark -> Page.note $"{part.Group}: {remark}."
                | None -> ()
        ]

    /// <summary>The parameters with the strongest correlations and their matrix: so many at most, the
    /// one of interest first.</summary>
    let strongest (most: int) (poi: string) (fit: FitResult) : string[] * float[][] =
        let n = fit.Parameters.Length
        let names = fit.Parameters |> List.map _.Name |> List.toArray
        let isMoved k = fit.Covariance[k, k] > 0.0

        let strength k =
            seq { 0 .. n - 1 }
            |> Seq.filter (fun l -> l <> k && isMoved l)
            |> Seq.fold (fun s l -> max s (abs fit.Correlation[k, l])) 0.0

        let chosen =
            [| 0 .. n - 1 |]
            |> Array.filter isMoved
            |> Array.sortBy (fun k -> (if names[k] = poi then -2.0 else -(strength k)))
            |> Array.truncate most

        chosen |> Array.map (fun k -> names[k]),
        chosen
        |> Array.map (fun k -> chosen |> Array.map (fun l -> fit.Correlation[k, l]))

    let private correlations (ranking: Ranking) : Markup list =
        let names, values = strongest 24 ranking.Poi ranking.Best

        [
            if names.Length > 1 then
                HeatMapSvg.render "Correlations of the fit" names values
                |> Page.figure
                    $"Correlations of {ranking.Poi} and the parameters that are correlated most strongly."
        ]

    let private headline (ranking: Ranking) (interval: LikelihoodIntervals option) : Markup list =
        let found = ranking.Best[ranking.Poi]
        let value = Quantity.valueFor (defaultArg found.Error nan) found.Value

        [
            match found.Error with
            | Some error -> Page.paragraph $"{ranking.Poi} = {value} ± {Quantity.error error}"
            | None -> Page.paragraph $"{ranking.Poi} = {Quantity.brief 4 found.Value}"
            match interval with
            | Some interval -> Page.paragraph (string interval)
            | None -> ()
            Page.paragraph ranking.Best.Status.Advice
        ]

    /// <summary>The page as HTML text, to be written as UTF-8; self-contained.</summary>
    /// <param name="title">its heading</param>
    /// <param name="interval">the interval of the parameter of interest, where it is known</param>
    /// <param name="ranking">the impacts</param>
    /// <param name="parts">the parts of the error</param>
    let render
        (title: string)
        (interval: LikelihoodIntervals option)
        (ranking: Ranking)
        (parts: UncertaintyBreakdown)
        : string =
        Page.render title [
            Markup.textual "h1" [] title
            yield! headline ranking interval
            Page.section
                $"Impacts on {ranking.Poi}"
                (picture ranking @ numbers ranking @ remarks ranking)
            Page.section $"Parts of the error of {ranking.Poi}" (breakdown parts)
            Page.section "Pulls" (pulls ranking)
            Page.section "Correlations" (correlations ranking)
        ]
