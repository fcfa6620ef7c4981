module Nsbi.Infer.Tests.Power.LikelihoodPowerTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Model
open Nsbi.Model.Words

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private ok (result: Result<'a, ModelError list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (faults |> List.map string |> String.concat "\n")

let private s = 0.08
let private nodes = 20_000
let private mu = poi "mu" |> between 0.0 5.0

let private bump (parts: ProcessPart list) : CompiledLikelihood =
    let written =
        model "bump" [
            unbinned "SR" (reference "background") [
                processOf "signal" [ scaledBy mu; yields 10.0 ]
                processOf "background" (yields 100.0 :: parts)
            ]
        ]

    let table =
        RatioTable.weighted (Array.create nodes 1.0) [
            "signal",
            Ratios(
                Array.init nodes (fun i ->
                    BumpToy.signalDensity s ((float i + 0.5) / float nodes - 0.5))
            )
            "background", Ratios(Array.create nodes 1.0)
        ]

    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> Likelihood.compile (ok (Model.validate written))
    |> ok

/// r of a likelihood is p(x|1)/p(x|0), here (p_S + 10)/11.
let private strategies =
    let r pS = (pS + 10.0) / 11.0

    [
        PowerStrategy.Inclusive, PowerStrategy.Inclusive
        PowerStrategy.Cut(r 0.5), PowerStrategy.Cut 0.5
        PowerStrategy.Edges [ r 0.5; r 2.0 ], PowerStrategy.Edges [ 0.5; 2.0 ]
        PowerStrategy.Unbinned, PowerStrategy.Unbinned
    ]

let private question = {
    Parameter = "mu"
    Null = 0.0
    Value = 1.0
    Strategies = List.map fst strategies
    Treatments = [ NuisanceTreatment.Held; NuisanceTreatment.Profiled ]
}

let private work (toys: int) (threads: int) : ToyWork =
    ToyWork.ofRun Fit.settings {
        ToyRun.ofToys toys with
            Threads = threads
    }

let private signal = { Signal = 10.0; Background = 100.0 }
let private background = { signal with Signal = 0.0 }

[<Test>]
let ``a likelihood of the bump toy has its exact power`` () =
    let study = LikelihoodPower.run (work 2000 2) (bump []) question |> ok
    Assert.That(study.Strategies.Length, Is.EqualTo strategies.Length)
    near 1e-9 100.0 (fst study.Expected)
    near 1e-9 110.0 (snd study.Expected)
    Assert.That(study.Checks |> List.forall _.Passed)

    for (_, strategy), found in Seq.zip strategies study.Strategies do
        let point = PowerCurve.at 0.05 found.Sample
        let exact = BumpExperiment.exactPower 0.05 s background signal strategy
        near (3.3 * point.Power.Error) exact point.Power.Value
        // The error of mu is that of the cells.
        let error = BumpExperiment.strengthError s signal 1.0 strategy
        near (2e-3 * error) error found.Error.Value

[<Test>]
let ``and so where the signal is the null hypothesis`` () =
    let study =
        LikelihoodPower.run (work 2000 2) (bump []) {
            question with
                Null = 1.0
                Value = 0.0
                Strategies = [ PowerStrategy.Inclusive; PowerStrategy.Unbinned ]
        }
        |> ok

    for found in study.Strategies do
        let point = PowerCurve.at 0.05 found.Sample
        let exact = BumpExperiment.exactPower 0.05 s signal background found.Strategy
        near (3.3 * point.Power.Error) exact point.Power.Value

[<Test>]
let ``a rate that is not known costs what a count can tell, and less of the shape`` () =
    let compiled = bump [ normSys (nuisance "rate") (0.9, 1.1) ]

    let study =
        LikelihoodPower.run (work 100 2) compiled {
            question with
                Strategies = [ PowerStrategy.Inclusive; PowerStrategy.Unbinned ]
        }
        |> ok

    let error strategy treatment =
        study.Strategies
        |> List.find (fun it -> it.Strategy = strategy && it.Treatment = treatment)
        |> fun it -> it.Error.Value

    // √(S + B + (0.1 B)²)/S of a count.
    let count = error PowerStrategy.Inclusive NuisanceTreatment.Profiled
    near 0.02 (sqrt 210.0 / 10.0) count
    near 1e-3 (sqrt 110.0 / 10.0) (error PowerStrategy.Inclusive NuisanceTreatment.Held)
    let held = error PowerStrategy.Unbinned NuisanceTreatment.Held
    let profiled = error PowerStrategy.Unbinned NuisanceTreatment.Profiled
    Assert.That(profiled, Is.GreaterThan(1.01 * held))
    Assert.That(profiled, Is.LessThan(1.2 * held))

[<Test>]
let ``templates follow event variations as the densities do`` () =
    let jes = nuisance "jes"

    let written =
        model "varied" [
            unbinned "SR" (reference "background") [
                processOf "signal" [ scaledBy mu; yields 10.0 ]
                processOf "background" [ yields 100.0; eventSys jes ]
            ]
        ]

    let y = Array.init nodes (fun i -> (float i + 0.5) / float nodes - 0.5)

    let side sign =
        Ratios(y |> Array.map (fun y -> 1.0 + sign * 0.3 * cos (2.0 * Math.PI * y)))

    let table =
        RatioTable.weighted (Array.create nodes 1.0) [
            "signal", Ratios(y |> Array.map (BumpToy.signalDensity s))
            "background", Ratios(Array.create nodes 1.0)
        ]
        |> RatioTable.withVariation
            "background"
            "jes"
            (VariationRatios.between (side -1.0, side 1.0))

    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" table
        |> Likelihood.compile (ok (Model.validate written))
        |> ok

    let study =
        LikelihoodPower.run (work 100 2) compiled {
            question with
                Strategies = [ PowerStrategy.Bins 200; PowerStrategy.Unbinned ]
        }
        |> ok

    // 200 bins of a function of |y| lose nothing, of a variation that is one too.
    let errors = study.Strategies |> List.map (fun it -> it.Treatment, it.Error.Value)

    for treatment in question.Treatments do
        let values = errors |> List.filter (fst >> (=) treatment) |> List.map snd
        near (3e-3 * values[1]) values[1] values[0]

    Assert.That(snd errors[1], Is.GreaterThan(1.01 * snd errors[0]))

[<Test>]
let ``values are the same for any number of threads`` () =
    let compiled = bump [ normSys (nuisance "rate") (0.9, 1.1) ]

    let run threads =
        LikelihoodPower.run (work 60 threads) compiled question |> ok

    for a, b in Seq.zip (run 1).Strategies (run 3).Strategies do
        Assert.That(b.Sample.Null, Is.EqualTo<float[]> a.Sample.Null)
        Assert.That(b.Sample.Alternative, Is.EqualTo<float[]> a.Sample.Alternative)

[<Test>]
let ``questions without an answer are refused`` () =
    let compiled = bump []

    for wrong in
        [
            { question with Null = 1.0 }
            { question with Strategies = [] }
            { question with Value = 7.0 }
        ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> LikelihoodPower.run (work 10 1) compiled wrong |> ignore)
        )
        |> ignore
