module Nsbi.Infer.Tests.ExactComparisonTests

open System.IO
open System.Text
open System.Text.Json
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

/// Three shape parameters that belong together, so that pairs do not give all of ln Z.
let private compiled options strength =
    let names = [ "a"; "b"; "c" ]
    let mutable s = RandomStream(5UL, "exact comparison", 0UL)
    let n = 3000
    let x = Array.init n (fun _ -> [| s.NextGaussian() |])

    let table =
        (RatioTable.weighted (Array.create n 1.0) [
            "S", RatioSource.ofFormula (fun x -> 0.8 * x[0] - 0.32)
            "B", RatioSource.ofFormula (fun _ -> 0.0)
         ]
         |> RatioTable.withFeatures x,
         names)
        ||> List.fold (fun table name ->
            let side sign =
                RatioSource.ofFormula (fun x -> sign * strength * x[0] * x[0])

            RatioTable.withVariation "B" name (VariationRatios.between (side -1.0, side 1.0)) table)

    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> Likelihood.compileWith
        options
        (valid (
            model "m" [
                unbinned "SR" (reference "ref") [
                    processOf "S" [ scaledBy (poi "mu" 1.0 0.0 5.0); yields 200.0 ]
                    processOf
                        "B"
                        (yields 1000.0 :: [ for name in names -> eventSys (nuisance name) ])
                ]
            ]
        ))
    |> ok

let private summary options strength =
    let compiled = compiled options strength

    let observation =
        (Observation.asimov compiled [| 1.0; 0.8; 0.7; 0.9 |] |> ok).Observation

    FitSummary.run Fit.settings observation [ "mu" ]

[<Test>]
let ``a likelihood that is its definition needs no comparison`` () =
    let summary = summary LikelihoodOptions.exact 0.1
    Assert.That(summary.Exact.IsNone, Is.True)
    Assert.That(summary.Checks.IsEmpty, Is.True)

[<Test>]
let ``the minimum and both ends of an interval are evaluated by definition`` () =
    let summary = summary LikelihoodOptions.standard 0.004
    let names = summary.Exact.Value.Points |> List.map _.Name
    Assert.That(names, same [ "best fit"; "mu, end 1"; "mu, end 2" ])
    let exact = compiled LikelihoodOptions.exact 0.004

    let observation =
        (Observation.asimov exact [| 1.0; 0.8; 0.7; 0.9 |] |> ok).Observation

    let best = summary.Exact.Value.Points.Head
    Assert.That(best.Exact, near 1e-7 (Likelihood.twiceNll observation summary.Fit.Values))
    Assert.That(summary.Checks |> List.forall _.Passed, Is.True)

[<Test>]
let ``correlations of three parameters that matter fail the check, and it is written`` () =
    let summary = summary LikelihoodOptions.standard 0.15
    let failed = summary.Checks |> List.filter (fun c -> not c.Passed)
    Assert.That(failed.Head.Name, same "compiled likelihood, −2 ln L")
    Assert.That(string summary, Does.Contain "failed check")
    use stream = new MemoryStream()

    using (new Utf8JsonWriter(stream)) (fun writer ->
        writer.WriteStartObject()
        FitSummary.writeMembers writer summary
        writer.WriteEndObject())

    use document = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()))
    let exact = document.RootElement.GetProperty "exact"
    Assert.That(exact.GetArrayLength(), same summary.Exact.Value.Points.Length)
    let shift = (exact[0].GetProperty "shift").GetDouble()
    Assert.That(shift, same summary.Exact.Value.Points.Head.Shift)

[<Test>]
let ``single precision is compared in −2 ln L and errors`` () =
    let summary =
        summary
            {
                LikelihoodOptions.exact with
                    Precision = Precision.Int16
            }
            0.1

    let comparison = summary.Exact.Value
    Assert.That(comparison.ErrorDifference.Value, Is.GreaterThan 0.0)
    Assert.That(comparison.ErrorDifference.Value, Is.LessThan 0.01)
    Assert.That(abs comparison.Points.Head.Shift, Is.LessThan 1e-3)
