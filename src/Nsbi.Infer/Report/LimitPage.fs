namespace Nsbi.Infer

/// The parts that pages of tests, limits and significances have in common.
[<RequireQualifiedAccess>]
module internal LimitPage =
    let private text = Markup.Text

    /// One number in a frame, with what it is above and lines below.
    let card (isMain: bool) (what: string) (value: string) (also: string list) : Markup =
        Markup.element "div" [ "class", (if isMain then "card main" else "card") ] [
            Markup.textual "div" [ "class", "what" ] what
            Markup.textual "div" [ "class", "number" ] value
            for line in also do
                Markup.textual "div" [ "class", "also" ] line
        ]

    /// Warnings that nobody may overlook.
    let warnings (sentences: string list) : Markup list = [
        for sentence in sentences -> Markup.textual "p" [ "class", "banner fail" ] sentence
    ]

    /// Why numbers are missing.
    let reasons (sentences: string list) : Markup list =
        sentences |> List.distinct |> List.map Page.note

    /// Checks with their verdicts.
    let checks (checks: Check list) : Markup =
        Page.section "Checks" [
            if not checks.IsEmpty then
                Page.table [ "verdict"; "check"; ">value"; ">limit"; "what it says" ] [
                    for check in checks ->
                        [
                            text (if check.Passed then "passed" else "failed")
                            text check.Name
                            text (Quantity.brief 3 check.Value)
                            text (Quantity.brief 3 check.Limit)
                            text (
                                if check.Passed then
                                    check.Finding
                                else
                                    check.Finding + " " + check.Meaning
                            )
                        ]
                ]
        ]

    let private provenance (lines: (string * string) list) : Markup =
        Page.section "Made from" [
            if not lines.IsEmpty then
                Page.table [ "what"; "value" ] [
                    for name, value in lines ->
                        [ text name; Markup.textual "span" [ "class", "hash" ] value ]
                ]
        ]

    /// The whole page.
    let page
        (title: string)
        (cards: Markup list)
        (content: Markup list)
        (made: (string * string) list)
        : string =
        Page.render title [
            Markup.textual "h1" [] title
            Markup.element "div" [ "class", "cards" ] cards
            yield! content
            provenance made
        ]
