namespace Nsbi.Infer

open System

/// The section of the report on systematic uncertainties.
[<RequireQualifiedAccess>]
module internal SystematicsSection =
    let private text = Markup.Text

    let private known (show: float -> string) (value: float) =
        text (if Double.IsFinite value then show value else "–")

    let private split (content: ReportContent) : Markup list = [
        if not content.Uncertainties.IsEmpty then
            Page.heading $"Error of {content.Parameter}"

            Page.note
                "Statistical: with all constrained nuisance parameters held at their best values. Systematic: what is left of the whole error in quadrature."

            Page.table [ "analysis"; ">whole"; ">statistical"; ">systematic" ] [
                for u in content.Uncertainties ->
                    [
                        text u.Label
                        known (Quantity.brief 3) u.Total
                        known (Quantity.brief 3) u.Statistical
                        known (Quantity.brief 3) u.Systematic
                    ]
            ]
    ]

    let private pulls (content: ReportContent) : Markup list = [
        if not content.Pulls.IsEmpty then
            Page.heading "Nuisance parameters"

            Page.note
                "Pull: distance of the best fit from the global observable in widths of the constraint. Constraint: error of the fit over that width, 1 where the events say nothing of the parameter."

            Page.table [ "parameter"; ">pull"; ">constraint" ] [
                for pull in content.Pulls ->
                    [
                        text pull.Name
                        known (Quantity.decimals 2) pull.Pull
                        known (Quantity.decimals 2) pull.Constraint
                    ]
            ]
    ]

    let private percent (value: float) =
        let shift = 100.0 * value

        (if shift < 0.0 then "−" else "+") + Quantity.decimals 2 (abs shift) + " %"

    let private effects (content: ReportContent) : Markup list = [
        if not content.Variations.IsEmpty then
            Page.heading "Effects at one standard deviation"

            Page.table [
                "parameter"
                "process"
                "side"
                ">rate"
                ">error of the rate"
                ">shape: √E[ln² r]"
                ">its Monte Carlo error"
                ">effective events, nominal"
                ">varied"
                ">Z − 1 at 3σ"
            ] [
                for v in content.Variations ->
                    [
                        text v.Parameter
                        text v.Process
                        text v.Side
                        known percent (v.Rate - 1.0)
                        known (fun e -> Quantity.decimals 2 (100.0 * e) + " %") v.RateError
                        known (Quantity.decimals 4) v.Size
                        known (Quantity.decimals 4) v.Error
                        known (Quantity.decimals 0) v.EffectiveNominal
                        known (Quantity.decimals 0) v.EffectiveVaried
                        known percent v.Renormalisation
                    ]
            ]

            match content.VariationNote with
            | "" -> ()
            | note -> Page.paragraph note
    ]

    /// The section; empty without nuisance parameters.
    let render (content: ReportContent) : Markup =
        Page.section "Systematic uncertainties" (split content @ pulls content @ effects content)
