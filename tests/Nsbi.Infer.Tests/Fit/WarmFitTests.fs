module Nsbi.Infer.Tests.WarmFitTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

[<Test>]
let ``a warm start finds the minimum of an ordinary fit with all its starts`` () =
    let mutable differ = 0
    let mutable warmEvaluations = 0
    let mutable fullEvaluations = 0

    for mu in [ 0.0; 0.1; 0.4; 1.0; 2.0 ] do
        let sampler = ok (ToySampler.create compiled [| mu |])

        for k in 0UL .. 99UL do
            let toy = sampler.Draw(21UL, k)
            let warm = WarmFit.run Fit.settings toy [| mu |]
            let full = Fit.runWith { Fit.settings with StartsPerPoi = 21 } toy
            warmEvaluations <- warmEvaluations + warm.Evaluations
            fullEvaluations <- fullEvaluations + (Fit.run toy).Evaluations

            if abs (warm.TwiceNll - full.TwiceNll) > 1e-7 then
                differ <- differ + 1

    Assert.That(differ, same 0)
    TestContext.Out.WriteLine $"{warmEvaluations} evaluations instead of {fullEvaluations}"
    Assert.That(warmEvaluations, Is.LessThan(fullEvaluations / 2))

[<Test>]
let ``a point far from the minimum gives the same fit`` () =
    let asimov = asimov 1.0

    for start in [ 0.0; 0.3; 7.9; 8.0 ] do
        let fit = WarmFit.run Fit.settings asimov [| start |]
        Assert.That(fit.Values[0], near 1e-6 1.0, $"{start}")
        Assert.That(fit.Minima.Length, same 2)

[<Test>]
let ``a fixed parameter stays where the settings have it`` () =
    let settings = Fit.fix "mu" 0.4 Fit.settings
    let fit = WarmFit.run settings (asimov 1.0) [| 2.0 |]
    Assert.That(fit.Values[0], same 0.4)

/// The interference toy in 20 bins, with a rate of NI and one of S and SBI that nuisances move.
let private uncertain =
    let shift name low high (processes: string list) (p: Process) =
        if List.contains p.Name processes then
            let moved = processOf "x" [ yields 1.0; normSys (nuisance name) (low, high) ]

            {
                p with
                    Modifiers = p.Modifiers @ moved.Modifiers
            }
        else
            p

    let model = InterferenceToy.binnedModel 20 InterferenceToy.observable

    let change = shift "a" 0.9 1.12 [ "NI" ] >> shift "b" 0.85 1.1 [ "S"; "SBI" ]

    RatioTables.empty
    |> Likelihood.compile (
        valid {
            model with
                Channels = model.Channels |> List.map (Channel.mapProcesses change)
        }
    )
    |> ok

[<Test>]
let ``with nuisances a warm start finds the lowest of both minima too`` () =
    let differ = [
        for mu in [ 0.05; 0.3; 1.0 ] do
            let theta =
                uncertain.Parameters |> List.map (fun p -> if p.Name = "mu" then mu else 0.5)

            let theta = List.toArray theta
            let sampler = ok (ToySampler.create uncertain theta)

            for k in 0UL .. 99UL do
                let toy = sampler.Draw(22UL, k)
                let warm = WarmFit.run Fit.settings toy theta
                let full = Fit.runWith { Fit.settings with StartsPerPoi = 21 } toy

                if abs (warm.TwiceNll - full.TwiceNll) > 1e-7 then
                    $"{mu} {k}: {warm.TwiceNll - full.TwiceNll}"
    ]

    Assert.That(differ, Is.Empty)
