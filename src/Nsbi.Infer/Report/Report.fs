namespace Nsbi.Infer

/// <summary>The report of an analysis.</summary>
[<RequireQualifiedAccess>]
module Report =
    /// <summary>
    /// The page as HTML text, to be written as UTF-8: self-contained, with inline SVG, for browsers
    /// and for paper. Equal contents give equal text.
    /// </summary>
    let render (content: ReportContent) : string =
        Page.render content.Title [
            Markup.textual "h1" [] content.Title
            yield! content.Abstract |> List.map Page.paragraph
            yield! ReportSections.headline content
            PageSection.verdicts content
            ReportSections.results content
            match content.Fit with
            | Some fit -> ReportSections.fit fit
            | None -> ()
            StatementSection.render content
            SystematicsSection.render content
            yield! PageSection.pages content
            ReportSections.checks content.Checks
            ReportSections.sensitivity content.Sensitivity
            ReportSections.ratios content.Ratios
            ReportSections.training content.Training
            ReportSections.provenance content
        ]
