module Nsbi.Infer.Tests.FitSummaryTests

open System.IO
open System.Text
open System.Text.Json
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.CountingModels

let private json (summary: FitSummary) : JsonElement =
    use buffer = new MemoryStream()

    do
        use writer = new Utf8JsonWriter(buffer)
        writer.WriteStartObject()
        FitSummary.writeMembers writer summary
        writer.WriteEndObject()

    use document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray()))
    document.RootElement.Clone()

let private keys (element: JsonElement) : string list =
    element.EnumerateObject() |> Seq.map _.Name |> Seq.toList

[<Test>]
let ``the members of a fit in JSON may not change`` () =
    let written =
        json (FitSummary.run Fit.settings (counting 0.0 7.0 12.0 30.0) [ "mu" ])

    let expected = [
        "status"
        "advice"
        "twiceNll"
        "parameters"
        "correlation"
        "minima"
        "edm"
        "evaluations"
    ]

    Assert.That((keys written = expected))
    let mu = written.GetProperty("parameters")[0]

    Assert.That((keys mu = [ "name"; "value"; "error"; "minos"; "intervals"; "fixed"; "atBound" ]))

    Assert.That((keys (mu.GetProperty "minos") = [ "lower"; "upper" ]))

[<Test>]
let ``the offsets and the intervals tell the same ends`` () =
    let mu =
        (json (FitSummary.run Fit.settings (counting 0.0 7.0 12.0 30.0) [ "mu" ]))
            .GetProperty("parameters")[0]

    let value = mu.GetProperty("value").GetDouble()
    let lower = mu.GetProperty("minos").GetProperty("lower").GetDouble()
    let upper = mu.GetProperty("minos").GetProperty("upper").GetDouble()
    let interval = mu.GetProperty("intervals")[0]
    Assert.That(value, Is.EqualTo(18.0 / 7.0).Within 1e-9)
    Assert.That(lower, Is.LessThan 0.0)
    Assert.That(value + lower, Is.EqualTo(interval[0].GetDouble()).Within 1e-12)
    Assert.That(value + upper, Is.EqualTo(interval[1].GetDouble()).Within 1e-12)

[<Test>]
let ``what is not there is null with its reason`` () =
    // No events at all: the best fit is at the bound, where there is no error and no lower end.
    let summary = FitSummary.run Fit.settings (counting 0.0 7.0 12.0 0.0) [ "mu" ]
    let mu = (json summary).GetProperty("parameters")[0]
    Assert.That(mu.GetProperty("error").ValueKind, Is.EqualTo JsonValueKind.Null)
    Assert.That(mu.GetProperty("reason").GetString(), Does.StartWith "error: ")
    let minos = mu.GetProperty "minos"
    Assert.That(minos.GetProperty("lower").ValueKind, Is.EqualTo JsonValueKind.Null)
    Assert.That(minos.GetProperty("reason").GetString(), Does.StartWith "lower: ")
    Assert.That(minos.GetProperty("upper").GetDouble(), Is.EqualTo(1.0 / 14.0).Within 1e-6)

[<Test>]
let ``both minima of the interference toy are written, the lower first`` () =
    let written = json (FitSummary.run Fit.settings (asimov 1.0) [ "mu" ])
    let minima = written.GetProperty "minima"
    Assert.That(minima.GetArrayLength(), Is.EqualTo 2)

    Assert.That(
        minima[0].GetProperty("values").GetProperty("mu").GetDouble(),
        Is.EqualTo(1.0).Within 1e-6
    )

    Assert.That(
        minima[1].GetProperty("values").GetProperty("mu").GetDouble(),
        Is.EqualTo(0.0008).Within 1e-5
    )

[<Test>]
let ``a held parameter has neither error nor interval`` () =
    let settings = Fit.fix "mu" 2.0 Fit.settings
    let summary = FitSummary.run settings (counting 0.0 7.0 12.0 30.0) [ "mu" ]
    let mu = (json summary).GetProperty("parameters")[0]
    Assert.That(mu.GetProperty("value").GetDouble(), Is.EqualTo 2.0)
    Assert.That(mu.GetProperty("minos").ValueKind, Is.EqualTo JsonValueKind.Null)
    Assert.That(mu.GetProperty("reason").GetString(), Does.Contain "the parameter is fixed")

[<Test>]
let ``a summary prints its intervals below the fit`` () =
    let text = string (FitSummary.run Fit.settings (asimov 1.0) [ "mu" ])
    Assert.That(text, Does.Match @"(?m)^mu: 68\.3 % interval \[0\.594\d*, 1\.388\]$")
