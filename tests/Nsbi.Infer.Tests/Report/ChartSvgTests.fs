module Nsbi.Infer.Tests.ChartSvgTests

open System
open System.Globalization
open System.Threading
open System.Xml.Linq
open NUnit.Framework
open FsCheck
open FsCheck.FSharp
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private svg (name: string) =
    XName.Get(name, "http://www.w3.org/2000/svg")

let private attribute (name: string) (element: XElement) = element.Attribute(XName.Get name).Value

let private texts (root: XElement) =
    root.Descendants(svg "text") |> Seq.map _.Value |> Seq.toList

/// The drawing, parsed: it has to be well-formed by itself.
let private draw (chart: Chart) =
    XElement.Parse(Markup.write (ChartSvg.render chart))

let private sample: Chart =
    Chart.single "A sample & more" (Chart.axis "x <1>") (Chart.axis "y") [
        Mark.Span(0.5, 1.5, Colour.Sky, "span")
        Mark.Band(
            [| 0.0; 1.0; 2.0 |],
            [| 0.0; 0.1; 0.2 |],
            [| 1.0; 1.1; 1.2 |],
            Colour.Green,
            "band"
        )
        Mark.StepBand([| 0.0; 1.0; 2.0 |], [| 0.0; 0.1 |], [| 1.0; 1.1 |], Colour.Amber, "")
        Mark.Steps([| 0.0; 1.0; 2.0 |], [| 0.5; nan |], Chart.solid Colour.Grey, true, "steps")
        Mark.Line(
            [| 0.0; 1.0; nan; 2.0 |],
            [| 0.0; 1.0; 1.0; 2.0 |],
            Chart.dashed Colour.Blue,
            "line"
        )
        Mark.Points(
            [| 0.5; 1.5 |],
            [| 1.0; infinity |],
            [| 0.1; nan |],
            Colour.Vermillion,
            "points"
        )
        Mark.Level(1.0, Chart.dotted Colour.Ink, "level")
    ]

[<Test>]
let ``a drawing has titles, keys of labelled marks and a description`` () =
    let root = draw sample
    let found = texts root

    for text in [ "x <1>"; "y"; "span"; "band"; "steps"; "line"; "points"; "level" ] do
        Assert.That(found, Does.Contain text)

    Assert.That(attribute "aria-label" root, same "A sample & more")
    Assert.That(attribute "viewBox" root, same "0 0 420 270")

[<Test>]
let ``a point that is not finite is not drawn and interrupts a line`` () =
    let root = draw sample
    // One point and the point in the key.
    Assert.That(root.Descendants(svg "circle") |> Seq.length, same 2)

    let dashed =
        root.Descendants(svg "path")
        |> Seq.filter (fun p -> p.Attribute(XName.Get "stroke-dasharray") <> null)
        |> Seq.map (attribute "d")

    Assert.That(dashed |> Seq.exists (fun d -> d.LastIndexOf 'M' > 0), Is.True)

[<Test>]
let ``data lie where the ticks say`` () =
    let chart =
        Chart.single "line" (Chart.axisFrom "x" 0.0 10.0) (Chart.axisFrom "y" 0.0 4.0) [
            Mark.Points([| 5.0 |], [| 1.0 |], [| 0.0 |], Colour.Blue, "")
        ]

    let root = draw chart
    let panel = root.Elements(svg "svg") |> Seq.exactlyOne

    let size name =
        Double.Parse(attribute name panel, CultureInfo.InvariantCulture)

    let circle = panel.Element(svg "circle")

    let at name =
        Double.Parse(attribute name circle, CultureInfo.InvariantCulture)

    Assert.That(at "cx", near 0.011 (0.5 * size "width"))
    Assert.That(at "cy", near 0.011 (0.75 * size "height"))

[<Test>]
let ``panels lie above each other inside the drawing and do not overlap`` () =
    let panel weight = {
        Y = Chart.axis "y"
        Marks = []
        Weight = weight
    }

    let root =
        draw {
            sample with
                Panels = [ panel 2.0; panel 1.0; panel 1.0 ]
        }

    let places = [
        for inner in root.Elements(svg "svg") do
            let number name =
                Double.Parse(attribute name inner, CultureInfo.InvariantCulture)

            number "y", number "y" + number "height"
    ]

    Assert.That(places.Length, same 3)
    Assert.That(places |> List.pairwise |> List.forall (fun ((_, a), (b, _)) -> a < b), Is.True)
    Assert.That(snd places[2], Is.LessThan 270.0)

[<Test>]
let ``the same chart gives the same bytes in every culture`` () =
    let expected = Markup.write (ChartSvg.render sample)
    let culture = Thread.CurrentThread.CurrentCulture

    try
        let german = CultureInfo.InvariantCulture.Clone() :?> CultureInfo
        german.NumberFormat.NumberDecimalSeparator <- ","
        german.NumberFormat.NegativeSign <- "~"
        Thread.CurrentThread.CurrentCulture <- german
        Assert.That(Markup.write (ChartSvg.render sample), same expected)
    finally
        Thread.CurrentThread.CurrentCulture <- culture

[<Property(MaxTest = 200)>]
let ``any data make a well-formed drawing without numbers that are none`` (x: float[]) (seed: int) =
    let y =
        x |> Array.mapi (fun i v -> if i % 3 = seed % 3 then nan else v * float seed)

    for scale in [ Chart.axis "y"; Chart.logAxis "y" ] do
        let chart =
            Chart.single "any" (Chart.axis "x") scale [
                Mark.Line(x, y, Chart.solid Colour.Blue, "a")
                Mark.Points(x, y, x, Colour.Blue, "b")
                Mark.Band(x, y, x, Colour.Blue, "c")
            ]

        let text = Markup.write (ChartSvg.render chart)
        XElement.Parse text |> ignore
        Assert.That(text, Does.Not.Contain "NaN")
        Assert.That(text, Does.Not.Contain "∞\"")

[<Test>]
let ``many keys are put into rows inside the drawing`` () =
    let marks = [
        for i in 1..12 ->
            Mark.Line(
                [| 0.0; 1.0 |],
                [| 0.0; 1.0 |],
                Chart.solid Colour.Blue,
                $"a rather long label {i}"
            )
    ]

    let root = draw (Chart.single "keys" (Chart.axis "x") (Chart.axis "y") marks)

    let places = [
        for group in root.Elements(svg "g") do
            let parts = (attribute "transform" group).Split('(', ' ', ')')
            float parts[1], float parts[2]
    ]

    Assert.That(places.Length, same 12)
    Assert.That(places |> List.map snd |> List.distinct |> List.length, Is.GreaterThan 2)
    Assert.That(places |> List.distinct |> List.length, same 12)

[<Test>]
let ``a chart without panels and a heat map that is not square are refused`` () =
    Assert.That(
        Action(fun () -> ChartSvg.render { sample with Panels = [] } |> ignore),
        Throws.ArgumentException
    )

    Assert.That(
        Action(fun () -> HeatMapSvg.render "d" [| "a" |] [| [| 1.0; 2.0 |] |] |> ignore),
        Throws.ArgumentException
    )

[<Test>]
let ``a heat map has a cell per pair with its number`` () =
    let map =
        HeatMapSvg.render "d" [| "a<"; "b" |] [| [| 1.0; -0.5 |]; [| -0.5; nan |] |]

    let root = XElement.Parse(Markup.write map)
    Assert.That(root.Elements(svg "rect") |> Seq.length, same 4)
    let found = texts root
    Assert.That(found |> List.filter (fun t -> t = "−0.50") |> List.length, same 2)
    Assert.That(found |> List.filter (fun t -> t = "a<") |> List.length, same 2)
