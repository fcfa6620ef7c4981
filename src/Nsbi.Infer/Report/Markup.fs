namespace Nsbi.Infer

open System
open System.Globalization
open System.Text

/// <summary>A tree of HTML and SVG elements; text and attributes are escaped when written.</summary>
[<RequireQualifiedAccess>]
type Markup =
    /// <summary>An element with its attributes, in order, and its children.</summary>
    | Element of name: string * attributes: (string * string) list * children: Markup list
    /// <summary>Text, of any characters.</summary>
    | Text of text: string
    /// <summary>Several nodes one after another.</summary>
    | Many of children: Markup list

/// <summary>Building and writing markup.</summary>
[<RequireQualifiedAccess>]
module Markup =
    /// <summary>An element.</summary>
    let element
        (name: string)
        (attributes: (string * string) list)
        (children: Markup list)
        : Markup =
        Markup.Element(name, attributes, children)

    /// <summary>An element with nothing but text in it.</summary>
    let textual (name: string) (attributes: (string * string) list) (text: string) : Markup =
        Markup.Element(name, attributes, [ Markup.Text text ])

    /// <summary>Nothing.</summary>
    let empty: Markup = Markup.Many []

    /// <summary>
    /// A coordinate with two decimals at most, without trailing zeros, in the invariant culture.
    /// </summary>
    let number (value: float) : string =
        let text = (Math.Round(value, 2)).ToString("0.##", CultureInfo.InvariantCulture)
        if text = "-0" then "0" else text

    let private writeEscaped (out: StringBuilder) (text: string) =
        let text = if isNull text then "" else text
        let mutable i = 0

        while i < text.Length do
            let c = text[i]

            match c with
            | '&' -> out.Append "&amp;" |> ignore
            | '<' -> out.Append "&lt;" |> ignore
            | '>' -> out.Append "&gt;" |> ignore
            | '"' -> out.Append "&quot;" |> ignore
            | '\t'
            | '\n' -> out.Append c |> ignore
            | _ when
                Char.IsHighSurrogate c && i + 1 < text.Length && Char.IsLowSurrogate text[i + 1]
                ->
                out.Append(c).Append(text[i + 1]) |> ignore
                i <- i + 1
            // What neither XML nor HTML can hold is shown as a replacement character.
            | _ when c < ' ' || Char.IsSurrogate c || c >= '\uFFFE' -> out.Append '\uFFFD' |> ignore
            | _ -> out.Append c |> ignore

            i <- i + 1

    /// HTML has elements without an end tag, SVG shapes are shorter without; the rest must have one.
    let private isVoid (name: string) =
        match name with
        | "meta"
        | "br"
        | "path"
        | "line"
        | "rect"
        | "circle" -> true
        | _ -> false

    let rec private writeTo (out: StringBuilder) (markup: Markup) : unit =
        match markup with
        | Markup.Text text -> writeEscaped out text
        | Markup.Many children -> children |> List.iter (writeTo out)
        | Markup.Element(name, attributes, children) ->
            out.Append('<').Append(name) |> ignore

            for key, value in attributes do
                out.Append(' ').Append(key).Append("=\"") |> ignore
                writeEscaped out value
                out.Append '"' |> ignore

            if children.IsEmpty && isVoid name then
                out.Append "/>" |> ignore
            else
                out.Append '>' |> ignore
                children |> List.iter (writeTo out)
                out.Append("</").Append(name).Append('>') |> ignore

    /// <summary>The text of a tree: well-formed XML that HTML parsers read the same way.</summary>
    let write (markup: Markup) : string =
        let out = StringBuilder()
        writeTo out markup
        string out
