namespace Nsbi.Infer

/// <summary>Parts of an HTML page that needs nothing from elsewhere.</summary>
[<RequireQualifiedAccess>]
module Page =
    let private element = Markup.element
    let private textual = Markup.textual

    /// <summary>A paragraph.</summary>
    let paragraph (text: string) : Markup = textual "p" [] text

    /// <summary>A paragraph in small grey letters.</summary>
    let note (text: string) : Markup = textual "p" [ "class", "note" ] text

    /// <summary>A part of the page with its heading; nothing where it has no content.</summary>
    let section (heading: string) (content: Markup list) : Markup =
        if content.IsEmpty then
            Markup.empty
        else
            element "section" [] (textual "h2" [] heading :: content)

    /// <summary>A heading inside a section.</summary>
    let heading (text: string) : Markup = textual "h3" [] text

    /// <summary>A drawing with what it says below.</summary>
    let figure (caption: string) (drawing: Markup) : Markup =
        element "figure" [] [
            drawing
            if caption <> "" then
                textual "figcaption" [] caption
        ]

    /// <summary>Figures in two columns.</summary>
    let grid (figures: Markup list) : Markup =
        element "div" [ "class", "grid" ] figures

    /// <summary>
    /// A table. A column whose heading begins with '&gt;' is aligned to the right, without the sign.
    /// </summary>
    /// <param name="headings">one per column</param>
    /// <param name="rows">one cell per heading, as markup</param>
    let table (headings: string list) (rows: Markup list list) : Markup =
        let isRight (heading: string) = heading.StartsWith '>'

        let align (heading: string) =
            if isRight heading then [ "class", "r" ] else []

        element "table" [] [
            element "thead" [] [
                element
                    "tr"
                    []
                    (headings |> List.map (fun h -> textual "th" (align h) (h.TrimStart '>')))
            ]
            element "tbody" [] [
                for row in rows ->
                    element
                        "tr"
                        []
                        (List.map2 (fun h cell -> element "td" (align h) [ cell ]) headings row)
            ]
        ]

    /// <summary>
    /// The whole page as UTF-8 text: a doctype and well-formed XML, which HTML parsers read the
    /// same way.
    /// </summary>
    let render (title: string) (content: Markup list) : string =
        let head =
            element "head" [] [
                element "meta" [ "charset", "utf-8" ] []
                element "meta" [
                    "name", "viewport"
                    "content", "width=device-width, initial-scale=1"
                ] []
                textual "title" [] title
                textual "style" [] ReportStyle.css
            ]

        "<!DOCTYPE html>\n"
        + Markup.write (
            element "html" [ "lang", "en" ] [
                head
                element "body" [] [ element "main" [] content ]
            ]
        )
        + "\n"
