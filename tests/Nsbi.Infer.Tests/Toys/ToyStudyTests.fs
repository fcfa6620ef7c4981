module Nsbi.Infer.Tests.ToyStudyTests

open System
open System.IO
open System.Text.Json
open System.Xml.Linq
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

[<Test>]
let ``moments are those of numpy and scipy`` () =
    // x = [1, 2, 4, 8, 16]: mean, std(ddof=1), and √((m4 − m2²)/n)/2s with central moments.
    let m = ToyMoments.compute [| 1.0; 2.0; nan; 4.0; 8.0; 16.0; infinity |]
    Assert.That(m.Count, same 5)
    Assert.That(m.Mean, near 1e-12 6.2)
    Assert.That(m.Width, near 1e-9 6.0991802727907625)
    Assert.That(m.MeanError, near 1e-9 2.727636339397171)
    Assert.That(m.WidthError, near 1e-9 1.2563439019631528)
    Assert.That(m.Median, same 4.0)
    // numpy.quantile at Φ(∓1)
    Assert.That(m.Spread, near 1e-9 4.644205429233772)

[<Test>]
let ``too few numbers have no width, and none no mean`` () =
    Assert.That(Double.IsNaN (ToyMoments.compute [| 3.0 |]).Width)
    Assert.That(Double.IsNaN (ToyMoments.compute [||]).Mean)

let private model =
    let alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

    CountingModels.compileBins [
        "C",
        [
            Process.create "s" (InterferenceModel.poi "mu" 1.0 0.0 9.0) [ 9.0; 4.0 ]
            Process.create "b" (1.0 + 0.1 * alpha) [ 10.0; 20.0 ]
        ]
    ]

let private study toys hypothesis =
    let sampler = ok (ToySampler.create model [| 1.0; 0.0 |])
    ToyStudy.make (ToyEnsemble.run (ToyRun.ofToys toys)) Fit.settings hypothesis 1UL sampler

[<Test>]
let ``a summary holds the moments of the fits and the shares at bounds`` () =
    let study = study 300 None
    let mu = study.Summary.Parameters |> List.find (fun p -> p.Name = "mu")
    let values = study.Fits |> Array.map _.Values[0]
    Assert.That(mu.Best, same (ToyMoments.compute values))
    Assert.That(mu.Truth, same 1.0)
    let atZero = values |> Array.filter ((=) 0.0) |> Array.length
    Assert.That(mu.AtBound, near 1e-12 (float atZero / 300.0))
    Assert.That(mu.Pull.Count, same (300 - atZero))
    Assert.That(atZero, Is.GreaterThan 3)
    Assert.That(study.Summary.Failed, same 0)
    Assert.That(study.Summary.Checks |> List.map _.Name, same [ "toys: failed fits" ])

[<Test>]
let ``failed fits are left out, counted by reason and fail their check`` () =
    let study = study 100 None

    let fits =
        study.Fits
        |> Array.mapi (fun k fit ->
            if k % 10 = 0 then
                {
                    fit with
                        Failure = Some(if k % 20 = 0 then "twenty" else "ten")
                        Values = [| 1e9; 1e9 |]
                        Retries = 4
                }
            else
                fit)

    let fits = Array.append fits [| fits[10] |]
    let summary = ToySummary.ofFits study.Sampler study.Settings fits
    Assert.That(summary.Failures, same [ "ten", 6; "twenty", 5 ])
    Assert.That((summary.Failed, summary.Retried, summary.Toys), same (11, 11, 101))
    Assert.That(summary.Parameters.Head.Best.Count, same 90)
    Assert.That(summary.Parameters.Head.Best.Mean, Is.LessThan 2.0)
    let check = List.last summary.Checks
    Assert.That(check.Passed, same false)
    Assert.That(check.Value, near 1e-12 (11.0 / 101.0))
    Assert.That(ToySummary.toText summary, Does.Contain "6 times: ten")

let private json (study: ToyStudy) =
    use stream = new MemoryStream()

    do
        use writer = new Utf8JsonWriter(stream)
        writer.WriteStartObject()
        ToyStudy.writeMembers writer study
        writer.WriteEndObject()

    JsonDocument.Parse(stream.ToArray()).RootElement

[<Test>]
let ``the fits are written as JSON, with null and a reason where there is no error`` () =
    let study = study 100 (Some { Parameter = "mu"; Value = 0.0 })
    let root = json study
    let toys = [ for toy in root.GetProperty("toys").EnumerateArray() -> toy ]
    Assert.That(toys.Length, same 100)
    Assert.That(root.GetProperty("failed").GetInt32(), same 0)
    let names = [ for p in root.GetProperty("parameters").EnumerateArray() -> p.GetString() ]
    Assert.That(names, same [ "mu"; "alpha" ])

    for toy, fit in Seq.zip toys study.Fits do
        Assert.That(toy.GetProperty("t").GetDouble(), same fit.Value)
        Assert.That((toy.GetProperty("values")[0]).GetDouble(), same fit.Values[0])
        let error = toy.GetProperty("errors")[0]

        if fit.AtBound[0] then
            Assert.That(error.ValueKind, same JsonValueKind.Null)
            Assert.That(toy.GetProperty("reason").GetString(), Does.Contain "bound")
        else
            Assert.That(error.GetDouble(), same fit.Errors[0])

[<Test>]
let ``the fits are written as comma-separated values`` () =
    let study = study 20 None
    let lines = (ToyStudy.toCsv study).TrimEnd('\n').Split '\n'
    Assert.That(lines.Length, same 21)

    Assert.That(
        lines[0],
        same "index,status,twiceNll,t,retries,failure,mu,mu_error,alpha,alpha_error"
    )

    for line, fit in Seq.zip lines[1..] study.Fits do
        let cells = line.Split ','
        Assert.That(cells.Length, same 10)
        Assert.That(float cells[6], same fit.Values[0])
        Assert.That((cells[7] = ""), same fit.AtBound[0])
        Assert.That(cells[3], same "")

[<Test>]
let ``the page is well formed, and says what failed`` () =
    let study = study 50 None

    let failed = {
        study with
            Summary = {
                study.Summary with
                    Failures = [ "a < b & c", 3 ]
            }
    }

    let page = ToyReport.render "Toys of bins" [ "model hash", "abc" ] failed
    let xml = XDocument.Parse(page.Substring(page.IndexOf "<html"))

    Assert.That(
        xml.Descendants()
        |> Seq.filter (fun e -> e.Name.LocalName = "figure")
        |> Seq.length,
        same 3
    )

    Assert.That(xml.Root.Value, Does.Contain "a < b & c")
    Assert.That(xml.Root.Value, Does.Contain "3 of 50 fits failed")
    Assert.That(page, same (ToyReport.render "Toys of bins" [ "model hash", "abc" ] failed))

[<Test>]
let ``a study without a successful fit has a page all the same`` () =
    let study = study 5 None
    let fits = study.Fits |> Array.map (fun f -> { f with Failure = Some "no" })

    let failed = {
        study with
            Fits = fits
            Summary = ToySummary.ofFits study.Sampler study.Settings fits
    }

    Assert.That(ToyReport.render "x" [] failed, Does.Contain "5 of 5 fits failed")

    Assert.That(
        ((json failed).GetProperty("summary")[0]).GetProperty("atBound").ValueKind,
        same JsonValueKind.Null
    )
