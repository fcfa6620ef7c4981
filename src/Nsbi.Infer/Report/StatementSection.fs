namespace Nsbi.Infer

/// The section of the report on limits, significances and intervals by pseudo-experiments.
[<RequireQualifiedAccess>]
module internal StatementSection =
    let private text = Markup.Text

    /// The section; empty where nothing is stated.
    let render (content: ReportContent) : Markup =
        Page.section $"Confidence statements on {content.Parameter}" [
            if not content.Statements.IsEmpty then
                Page.table [ "statement"; ">asymptotic"; ">pseudo-experiments" ] [
                    for statement in content.Statements ->
                        [ text statement.Quantity; text statement.Asymptotic; text statement.Toys ]
                ]
            yield! content.StatementNotes |> List.map Page.note
            for picture in content.Pictures do
                Page.figure picture.Caption picture.Drawing
        ]
