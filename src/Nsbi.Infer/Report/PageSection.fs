namespace Nsbi.Infer

/// The diagnostics in the report: one table of verdicts, and a section of each kind.
[<RequireQualifiedAccess>]
module internal PageSection =
    let private text = Markup.Text
    let private textual = Markup.textual

    /// What most calls for a look: the first that failed.
    let private failing (checks: Check list) : string =
        match checks |> List.filter (fun c -> not c.Passed) with
        | [] -> ""
        | failed -> failed |> List.map _.Name |> String.concat "; "

    let private verdict (checks: Check list) : Markup =
        if checks.IsEmpty then
            text Quantity.unknown
        elif checks |> List.forall _.Passed then
            textual "span" [ "class", "verdict pass" ] "✓ passed"
        else
            textual "span" [ "class", "verdict fail" ] "✗ failed"

    let private row (title: string) (question: string) (checks: Check list) : Markup list =
        let passed = checks |> List.filter _.Passed |> List.length

        [
            verdict checks
            text title
            text $"{passed} of {checks.Length}"
            text question
            text (failing checks)
        ]

    /// One line for each page, and one for the checks that are on none.
    let verdicts (content: ReportContent) : Markup =
        let named = content.Pages |> List.collect _.Checks |> List.map _.Name |> Set.ofList
        let others = content.Checks |> List.filter (fun c -> not (named.Contains c.Name))

        Page.section "Verdicts" [
            if not content.Pages.IsEmpty then
                Page.table [ "verdict"; "diagnostic"; ">checks passed"; "question"; "failed" ] [
                    for page in content.Pages do
                        row page.Title page.Question page.Checks

                    if not others.IsEmpty then
                        row "Others" "The result, its variations and its intervals." others
                ]
        ]

    /// A section for each page that has something to show or to say.
    let pages (content: ReportContent) : Markup list = [
        for page in content.Pages do
            if not (page.Pictures.IsEmpty && page.Notes.IsEmpty) then
                Page.section page.Title [
                    Page.paragraph page.Question
                    for check in page.Checks do
                        Markup.element "p" [ "class", "note" ] [
                            verdict [ check ]
                            text $" {check.Name}: {check.Finding}"
                        ]

                        if not check.Passed then
                            Page.paragraph check.Meaning
                    yield! page.Notes |> List.map Page.note
                    if not page.Pictures.IsEmpty then
                        Page.grid [
                            for picture in page.Pictures ->
                                Page.figure picture.Caption picture.Drawing
                        ]
                ]
    ]
