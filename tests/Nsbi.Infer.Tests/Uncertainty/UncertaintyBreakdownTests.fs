module Nsbi.Infer.Tests.UncertaintyBreakdownTests

open System
open NUnit.Framework
open FsCheck.NUnit
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.RankingModels

let private group name parameters = { Name = name; Parameters = parameters }

let private gammas = [
    yield! [ 0; 1; 2 ] |> List.map (fun b -> $"fakes_SR[{b}]")
    yield! [ 0; 1; 2 ] |> List.map (fun b -> $"stat_SR[{b}]")
    yield! [ 0; 1 ] |> List.map (fun b -> $"stat_CR[{b}]")
]

let private breakdown minos groups (observation: Observation) =
    UncertaintyBreakdown.run minos Fit.settings observation groups "mu" (Fit.run observation)

[<Test>]
let ``the parts of an error are those of an independent program`` () =
    let found =
        search.Value
        |> breakdown false [
            group "MC statistics" gammas
            group "jes" [ "jes" ]
            group "bkg" [ "bkg_free"; "bkg_shape" ]
        ]

    let close (expected: float) (actual: ErrorPair) =
        Assert.That(actual.Lower, near 1e-7 expected)
        Assert.That(actual.Upper, near 1e-7 expected)

    close 0.830297746 found.Total
    close 0.65952222 found.Statistical
    close 0.50440539 found.Systematic
    close 0.61683547 found.AllHeld
    close 0.21729877 found.Parts[0].Quadrature
    close 0.13478237 found.Parts[1].Quadrature
    close 0.49614578 found.Parts[2].Quadrature
    close 0.80135859 found.Parts[0].Held
    Assert.That(found.GlobalObservables, near 1e-7 0.49411673)
    Assert.That(found.DataObservables, near 1e-7 0.66726531)

[<Test>]
let ``the standard groups of a workspace hold each nuisance parameter once`` () =
    let compiled = search.Value.Owner

    let names =
        compiled.Parameters |> List.map _.Name |> List.filter (fun name -> name <> "mu")

    let groups = NuisanceGroup.standard compiled.Model names

    Assert.That(
        groups |> List.map _.Name,
        same [ "jes"; "bkg_shape"; "luminosity"; "MC statistics"; "free normalisations" ]
    )

    Assert.That(groups |> List.collect _.Parameters |> List.sort, same (List.sort names))

[<Test>]
let ``the parts by observables add up to the error of the fit`` () =
    let observation = search.Value
    let compiled = observation.Owner
    let names = compiled.Parameters |> List.tail |> List.map _.Name

    let found =
        observation |> breakdown false (NuisanceGroup.standard compiled.Model names)

    Assert.That(found.ObservablesTotal, near 1e-9 found.Total.Upper)

    let squares = found.Parts |> List.sumBy (fun p -> p.Observables * p.Observables)
    Assert.That(sqrt squares, near 1e-12 found.GlobalObservables)
    // The parameter without constraint has no observable of its own.
    Assert.That((List.last found.Parts).Observables, same 0.0)
    Assert.That((List.last found.Parts).Quadrature.Upper, Is.GreaterThan 0.1)

[<Test>]
let ``with MINOS both sides of an error have parts of their own`` () =
    let observation = search.Value
    let found = observation |> breakdown true [ group "jes" [ "jes" ] ]
    let best = Fit.run observation
    let interval = Intervals.find Fit.settings observation best "mu" 1.0
    Assert.That(found.Total.Upper, near 1e-7 interval.Upper.Value)
    Assert.That(found.Total.Lower, near 1e-7 -interval.Lower.Value)

    let settings = Fit.fix "jes" best["jes"].Value Fit.settings
    let held = Fit.runWith settings observation
    let left = Intervals.find settings observation held "mu" 1.0
    Assert.That(found.Parts[0].Held.Upper, near 1e-6 left.Upper.Value)
    Assert.That(found.Total.Upper, Is.Not.EqualTo(found.Total.Lower).Within 1e-4)

[<Test>]
let ``a group of nothing that moves is no part`` () =
    let part = (search.Value |> breakdown false [ group "empty" [] ]).Parts.Head
    Assert.That(part.Quadrature.Upper, same 0.0)
    Assert.That(part.Observables, same 0.0)
    Assert.That(part.Remark.Value, Does.Contain "fixed")

[<Test>]
let ``unknown parameters and the parameter of interest in a group are refused`` () =
    for names in [ [ "mu" ]; [ "nobody" ] ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> search.Value |> breakdown false [ group "g" names ] |> ignore)
        )
        |> ignore

[<Property(Arbitrary = [| typeof<RankingTests.LinearModels> |], MaxTest = 30)>]
let ``parts by observables add up whatever the model`` model =
    let found =
        linear [ 0; 1 ] model
        |> breakdown false [ group "a" [ "a0" ]; group "b" [ "a1" ] ]

    let error = found.Total.Upper
    Assert.That(found.ObservablesTotal, near (1e-6 * error) error)

    let squares = found.Parts |> List.sumBy (fun p -> p.Observables * p.Observables)

    Assert.That(
        squares + found.DataObservables * found.DataObservables,
        near (1e-6 * error * error) (error * error)
    )
