module Nsbi.Infer.Tests.ReportTests

open System
open System.IO
open System.Text
open System.Xml
open System.Xml.Linq
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private page = lazy (Report.render ReportExample.content)

let private parse (html: string) : XDocument =
    use reader =
        XmlReader.Create(
            new StringReader(html),
            XmlReaderSettings(DtdProcessing = DtdProcessing.Ignore)
        )

    XDocument.Load reader

let private named (name: string) (document: XDocument) =
    document.Descendants()
    |> Seq.filter (fun e -> e.Name.LocalName = name)
    |> Seq.toList

[<Test>]
let ``the page is well-formed and holds all sections in order`` () =
    let headings = parse page.Value |> named "h2" |> List.map _.Value

    Assert.That(
        headings,
        same [
            "Verdicts"
            "Result"
            "Fit"
            $"Confidence statements on {ReportExample.content.Parameter}"
            "Systematic uncertainties"
            "Effective sizes"
            "Checks"
            "Sensitivity by region of phase space"
            "Learned ratios"
            "Training"
            "Provenance"
        ]
    )

[<Test>]
let ``the page holds one drawing for everything that can be drawn`` () =
    let document = parse page.Value
    // Scan, correlations, 1 statement, 2 regions, 2 ratios of 1 + 1 + 2 charts, 2 networks, 1 page.
    Assert.That(named "figure" document |> List.length, same 16)

    for figure in named "figure" document do
        Assert.That(
            figure.Elements()
            |> Seq.filter (fun e -> e.Name.LocalName = "svg")
            |> Seq.length,
            same 1
        )

[<Test>]
let ``the page asks for nothing from elsewhere`` () =
    let document = parse page.Value

    for element in document.Descendants() do
        for attribute in element.Attributes() do
            Assert.That([ "href"; "src"; "id" ], Does.Not.Contain attribute.Name.LocalName)

    Assert.That(page.Value.Replace("http://www.w3.org/2000/svg", ""), Does.Not.Contain "://")
    Assert.That(page.Value, Does.Not.Contain "url(")
    Assert.That(page.Value, Does.Not.Contain "@import")

[<Test>]
let ``the same contents give the same bytes and contents come back from JSON`` () =
    Assert.That(Report.render ReportExample.content, same page.Value)
    let json = ReportJson.write ReportExample.content

    match ReportJson.read json with
    | Ok again ->
        Assert.That(ReportJson.write again, same json)
        Assert.That(Report.render again, same page.Value)
    | Error sentence -> Assert.Fail sentence

[<TestCase("")>]
[<TestCase("null")>]
[<TestCase("{}")>]
[<TestCase("{\"title\": 3}")>]
[<TestCase("{\"title\": \"t\", \"checks\": [{\"rule\": \"atRandom\"}]}")>]
[<TestCase("{\"title\": \"t\", \"pictures\": [{\"drawing\": [\"script\", {}, \"alert(1)\"]}]}")>]
[<TestCase("{\"title\": \"t\", \"pictures\": [{\"drawing\": [\"p\", {\"onclick\": \"f()\"}]}]}")>]
[<TestCase("{\"title\": \"t\", \"pictures\": [{\"drawing\": [\"p\"]}]}")>]
[<TestCase("{\"title\": \"t\", \"pictures\": [{\"drawing\": 3}]}")>]
let ``bytes that are no report are refused with a sentence`` (json: string) =
    match ReportJson.read (Encoding.UTF8.GetBytes json) with
    | Ok _ -> Assert.Fail "read"
    | Error sentence -> Assert.That(sentence, Does.StartWith "The file")

[<Test>]
let ``texts of people are escaped wherever they stand`` () =
    let nasty = "<script>alert('&\"')</script>"

    let check = Check.create nasty CheckRule.AtMost 1.0 2.0 nan nasty nasty

    let content = {
        ReportExample.content with
            Title = nasty
            Abstract = [ nasty ]
            Parameter = nasty
            Checks = [ check ]
            Provenance = [ { Name = nasty; Value = nasty } ]
            Files = [ { Name = nasty; Value = nasty } ]
            Sensitivity = [
                {
                    Feature = nasty
                    Edges = [| 0.0; 1.0 |]
                    Information = [| 1.0 |]
                    Events = [||]
                }
            ]
    }

    let html = Report.render content
    Assert.That(html, Does.Not.Contain "<script")
    let document = parse html
    Assert.That((named "h1" document |> List.head).Value, same nasty)

[<Test>]
let ``verdicts stand in words and failed checks say what they mean`` () =
    let check passed value =
        Check.create $"check {passed}" CheckRule.AtMost 1.0 value nan "Found so." "It is bad."

    let content checks = {
        ReportContent.empty "t" with
            Checks = checks
    }

    let text =
        Report.render (content [ check true 0.5; check false 2.0; check false nan ])

    Assert.That(text, Does.Contain "2 of 3 checks failed: check False; check False.")
    Assert.That(text, Does.Contain "✓ passed")
    Assert.That(text.Split "✗ failed" |> Array.length, same 3)
    Assert.That(text.Split "It is bad." |> Array.length, same 3)
    Assert.That(Report.render (content [ check true 0.5 ]), Does.Contain "All 1 checks")

[<Test>]
let ``an empty report is a title and nothing else`` () =
    let document = Report.render (ReportContent.empty "Nothing yet") |> parse
    Assert.That((named "h1" document).Length, same 1)
    Assert.That(named "section" document, Is.Empty)
    Assert.That(named "svg" document, Is.Empty)

[<Test>]
let ``numbers that are not known are dashes and never NaN`` () =
    let unknown = {
        Label = "a"
        Value = nan
        Lower = nan
        Upper = nan
        Intervals = [ { Level = "68 %"; Pieces = [] } ]
        Significance = nan
    }

    let html =
        Report.render {
            ReportContent.empty "t" with
                Results = [ unknown ]
        }

    Assert.That(html, Does.Not.Contain "NaN")
    Assert.That(html, Does.Contain Quantity.unknown)

[<Test>]
let ``the scan shades every piece of a disjoint interval`` () =
    let chart = ReportCharts.scan ReportExample.content.Scan.Value

    let spans =
        chart.Panels
        |> List.collect _.Marks
        |> List.choose (fun mark ->
            match mark with
            | Mark.Span(low, high, _, label) -> Some(low, high, label)
            | _ -> None)

    Assert.That(
        spans,
        same [ 0.0, 0.012, "95 % interval"; 0.21, 1.765, ""; 0.594, 1.387, "68 % interval" ]
    )
