/// The exact test of renormalisation: a standard Gaussian whose mean moves by δ for each unit of α,
/// on a table of quadrature nodes with the density as their weights.
module Nsbi.Infer.Tests.GaussianShiftTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private delta = 0.3

/// The trapezoidal rule, which is exact to rounding for such functions.
let private nodes = Array.init 4001 (fun i -> -12.0 + 24.0 * float i / 4000.0)

let private density x =
    exp (-0.5 * x * x) / sqrt (2.0 * Math.PI)

let private weights = nodes |> Array.map (fun x -> density x * 24.0 / 4000.0)
let private alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

let private shift sign (x: float[]) =
    sign * delta * x[0] - 0.5 * delta * delta

let private table =
    RatioTable.weighted weights [ "B", RatioSource.ofFormula (fun _ -> 0.0) ]
    |> RatioTable.withFeatures (nodes |> Array.map Array.singleton)
    |> RatioTable.withVariation
        "B"
        "alpha"
        (VariationRatios.between (
            RatioSource.ofFormula (shift -1.0),
            RatioSource.ofFormula (shift 1.0)
        ))

let private compiled code rate =
    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> RatioTables.observed "SR" {
        table with
            Weights = Array.create nodes.Length 1.0
    }
    |> Likelihood.compileWith
        LikelihoodOptions.exact
        (valid (
            model "shift" [
                unbinned "SR" (reference "nominal") [
                    processOf "B" [ yields 100.0; eventSysBy code alpha; eventRate rate ]
                ]
            ]
        ))
    |> ok

/// −2 ln D of one event on its own, without constraint and rate.
let private twiceLogDensity compiled (rate: float) event a =
    let observation =
        Observation.nothing
        |> Observation.withWeights
            "SR"
            TableKind.Observed
            (Array.init nodes.Length (fun i -> if i = event then 1.0 else 0.0))
        |> Observation.create compiled
        |> ok

    let constraint' = a * a + log (2.0 * Math.PI)
    Likelihood.twiceNll observation [| a |] - constraint' - 2.0 * rate

let private outside = [ -3.0; -2.0; -1.0; 1.0; 1.5; 2.0; 3.0 ]

[<Test>]
let ``the renormalised interpolant is the shifted Gaussian beyond ±1 to 1e-10`` () =
    for code in [ PolynomialExponential; PiecewiseExponential; LogPolynomial ] do
        let compiled = compiled code Renormalised

        for a in outside do
            for event in [ 1200; 1800; 2000; 2100; 2700 ] do
                let x = nodes[event]
                let truth = a * delta * x - 0.5 * a * a * delta * delta
                let found = -0.5 * twiceLogDensity compiled 100.0 event a - log 100.0
                Assert.That(found, near 1e-10 truth)

[<Test>]
let ``without renormalisation the density is off by exactly exp(δ²|α|(|α| − 1)/2)`` () =
    let compiled = compiled PolynomialExponential AsGiven

    for a in outside do
        for event in [ 1200; 2000; 2700 ] do
            let x = nodes[event]
            let truth = a * delta * x - 0.5 * a * a * delta * delta
            let found = -0.5 * twiceLogDensity compiled 100.0 event a - log 100.0
            let excess = 0.5 * delta * delta * abs a * (abs a - 1.0)
            Assert.That(found - truth, near 1e-12 excess)

            if a = -2.0 then
                Assert.That(exp (found - truth), near 5e-6 1.09417)

[<Test>]
let ``with the rate from the events, the yield is off by exactly that factor`` () =
    let compiled = compiled PolynomialExponential FromEvents

    for a in outside do
        let nothing =
            Observation.nothing
            |> Observation.withWeights "SR" TableKind.Observed (Array.zeroCreate nodes.Length)
            |> Observation.create compiled
            |> ok

        let found =
            0.5 * (Likelihood.twiceNll nothing [| a |] - a * a - log (2.0 * Math.PI))

        Assert.That(found, near 1e-9 (100.0 * exp (0.5 * delta * delta * abs a * (abs a - 1.0))))

[<Test>]
let ``on a sample the renormalised interpolant is the truth within its standard error`` () =
    let mutable stream = Nsbi.Kernels.RandomStream(1UL, "gaussian shift", 0UL)
    let n = 20_000
    let x = Array.init n (fun _ -> stream.NextGaussian())

    let sample = {
        table with
            Weights = Array.create n 1.0
            Features = Array.map Array.singleton x
    }

    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" sample
        |> RatioTables.observed
            "SR"
            (RatioTable.withFeatures [| [| 0.0 |] |] { table with Weights = [| 1.0 |] })
        |> Likelihood.compile (compiled PolynomialExponential Renormalised).Model
        |> ok

    let observation = Observation.observed compiled [] |> ok

    for a in [ -2.0; 2.0 ] do
        let found =
            -0.5
            * (Likelihood.twiceNll observation [| a |] - a * a - log (2.0 * Math.PI) - 200.0)
            - log 100.0

        let truth = -0.5 * a * a * delta * delta
        // The relative standard deviation of e^{aδx} is √(e^{a²δ²} − 1).
        let error = sqrt ((exp (a * a * delta * delta) - 1.0) / float n)
        Assert.That(found, near (4.0 * error) truth)
