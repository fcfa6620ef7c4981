/// The Neyman construction of the interference toy against its table, where Wilks' theorem fails.
module Nsbi.Infer.Tests.NeymanInterferenceTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceBelt

let private threads = max 1 (Environment.ProcessorCount / 2)

let private invariant = Globalization.CultureInfo.InvariantCulture

let private print (cells: string list) =
    TestContext.Out.WriteLine(String.Join("  ", cells))

/// Prints a row of the table as it was found with errors, and gives its entries.
let private examine (row: Row) (tests: ToyTest[]) =
    let entries = compare row tests

    print (
        row.Mu.ToString("F2", invariant)
        :: [
            for name, found, error, expected, _ as entry in entries do
                let text (x: float) = x.ToString("F4", invariant)
                let off = (pull entry).ToString("F1", invariant)
                $"{name} {text found} ± {text error} ({text expected}; {off})"
        ]
    )

    entries
    |> List.map (fun (name, _, _, _, _ as entry) -> $"{name} at {row.Mu}", pull entry)

let private assertTable (found: (string * float) list) =
    let off = found |> List.filter (fun (_, pull) -> abs pull > 3.0)
    let allowed = 1 + found.Length / 60
    Assert.That(off.Length, Is.LessThanOrEqualTo allowed, $"%A{off}")
    // No entry is wrong altogether.
    Assert.That(found |> List.map (snd >> abs) |> List.max, Is.LessThan 5.0, $"%A{off}")

[<Test>]
let ``the table at three values with few toys`` () =
    [
        for mu in [ 0.0; 0.7; 2.0 ] do
            let row = published |> List.find (fun row -> row.Mu = mu)
            let sampler = sampler mu
            Assert.That(sampler.Validity.Passed, same true)
            yield! examine row (toysAt threads 31UL 400 sampler mu)
    ]
    |> assertTable

[<Test; Category("Study")>]
let ``the table at all values with 20,000 toys each, and coverage at 1`` () =
    let toys = 20_000

    let found =
        published
        |> List.map (fun row ->
            let tests = toysAt threads 1UL toys (sampler row.Mu) row.Mu
            Assert.That(tests |> Array.filter _.Failure.IsSome, Is.Empty)
            let entries = examine row tests
            tests, entries)

    let belt =
        ConfidenceBelt.create "mu" [ 0.6827; 0.95 ] true [
            for (tests, _), row in List.zip found published ->
                {
                    Value = row.Mu
                    Quantiles =
                        tests |> Array.map _.Value |> SampleQuantile.ofValues [ 0.6827; 0.95 ]
                    Toys = toys
                    Failed = 0
                }
        ]

    // Other toys than those of the belt.
    let coverage =
        toysAt threads 2UL toys (sampler 1.0) 1.0
        |> Array.map _.Value
        |> CoverageStudy.ofValues [ 0.6827; 0.95 ] (Some belt) 1.0

    for point in coverage do
        print [ string point ]

    found |> List.collect snd |> assertTable
    Assert.That(coverage[0].Asymptotic.Value, near 0.015 0.613)
    Assert.That(coverage[0].Neyman.Value.Value, near 0.01 0.6827)
    Assert.That(coverage[1].Neyman.Value.Value, near 0.006 0.95)
