module Nsbi.Infer.Tests.MarkupTests

open System.Globalization
open System.Xml.Linq
open NUnit.Framework
open FsCheck
open FsCheck.FSharp
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<Test>]
let ``text and attributes are escaped`` () =
    let markup =
        Markup.element "p" [ "title", "a\"<b>&" ] [ Markup.Text "1 < 2 & 3 > \"2\"" ]

    Assert.That(
        Markup.write markup,
        same "<p title=\"a&quot;&lt;b&gt;&amp;\">1 &lt; 2 &amp; 3 &gt; &quot;2&quot;</p>"
    )

[<Test>]
let ``shapes end themselves and other empty elements have an end tag`` () =
    let markup = Markup.Many [ Markup.element "rect" [] []; Markup.element "p" [] [] ]
    Assert.That(Markup.write markup, same "<rect/><p></p>")

[<Test>]
let ``characters that XML cannot hold are replaced and pairs are kept`` () =
    let text = "a\u0001b\uD800c😀\uFFFE"
    let written = Markup.write (Markup.textual "p" [] text)
    Assert.That(written, same "<p>a\uFFFDb\uFFFDc😀\uFFFD</p>")

[<Property>]
let ``any text comes back from an XML parser unchanged`` (text: NonNull<string>) =
    // Without the characters that are replaced.
    let text = text.Get |> String.filter (fun c -> c >= ' ' && c < '\uD800')
    let markup = Markup.element "p" [ "title", text ] [ Markup.Text text ]
    let read = XElement.Parse(Markup.write markup, LoadOptions.PreserveWhitespace)
    read.Value = text && read.Attribute(XName.Get "title").Value = text

[<Property>]
let ``any text at all makes well-formed XML`` (text: string) =
    XElement.Parse(Markup.write (Markup.textual "p" [ "a", text ] text)).Name.LocalName = "p"

[<Property>]
let ``a coordinate is within half a hundredth and has no exponent`` (value: NormalFloat) =
    let value = System.Math.IEEERemainder(value.Get, 1e6)
    let text = Markup.number value
    let read = System.Double.Parse(text, CultureInfo.InvariantCulture)
    abs (read - value) <= 0.005 + 1e-9 && text <> "-0" && not (text.Contains 'E')
