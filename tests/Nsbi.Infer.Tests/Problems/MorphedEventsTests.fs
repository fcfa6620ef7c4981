/// Morphing on events: closure, positivity, and fits of both coefficients. Numbers beside them:
/// tests/peers/eft_morphing.py.
module Nsbi.Infer.Tests.MorphedEventsTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Model
open Nsbi.Infer.Tests.MadMinerSample

let private within (tolerance: float) (expected: float) (found: float) =
    Assert.That(found, Is.EqualTo(expected).Within(tolerance * abs expected))

[<TestCase "va"; TestCase "vb">]
let ``the morphing matrix is the published one`` (which: string) =
    let sample = sample which
    let found = sample.Morphing.Matrix
    Assert.That(sample.Morphing.Components, Expect.same (Morphing.components [ 2; 2 ] 2))
    Assert.That(sample.Morphing.Condition, Is.LessThan 10.0)

    for c in 0..5 do
        let largest = Seq.max (seq { for b in 0..5 -> abs sample.Published[c, b] })

        for b in 0..5 do
            Assert.That(found[c, b], Is.EqualTo(sample.Published[c, b]).Within(1e-15 * largest))

[<TestCase "va"; TestCase "vb">]
let ``the morphed weight at a benchmark is its weight, for every event`` (which: string) =
    let sample = sample which

    for b, weights, sigma in
        List.zip3 sample.Morphing.Benchmarks sample.Weights sample.CrossSections do
        let morphed = Morphing.eventWeights sample.Morphing b.Couplings sample.Weights

        Array.iter2 (within 1e-12) weights morphed
        within 1e-12 sigma (Array.sum morphed)

[<TestCase "va"; TestCase "vb">]
let ``the coefficients of the model close to the rounding of their sum`` (which: string) =
    let sample = sample which
    let index = ParameterIndex.OfNames [ "CWL2"; "CPWL2" ]

    for b, weights in List.zip sample.Morphing.Benchmarks sample.Weights do
        let at = List.toArray b.Couplings

        let w =
            sample.Morphing.Coefficients
            |> List.map (fun (_, c) -> Coefficient.value index at c)

        for i in 0 .. weights.Length - 1 do
            let sum = List.map2 (fun w (x: float[]) -> w * x[i]) w sample.Weights |> List.sum
            let largest = sample.Weights |> List.map (fun x -> x[i]) |> List.max
            Assert.That(sum, Is.EqualTo(weights[i]).Within(1e-14 * largest))

[<TestCase "va"; TestCase "vb">]
let ``weights are positive everywhere but for the rounding of the file`` (which: string) =
    let sample = sample which
    let grid = [ for k in -24 .. 24 -> 0.5 * float k ]

    let lowest =
        List.allPairs grid grid
        |> List.map (fun (x, y) ->
            let w = sample.Morphing.Weights [ x; y ]
            let morphed = Morphing.eventWeights sample.Morphing [ x; y ] sample.Weights
            Assert.That(Array.sum morphed, Is.GreaterThan 0.0)

            let sizes = Array.zeroCreate<float> morphed.Length

            for w, v in Seq.zip w sample.Weights do
                v |> Array.iteri (fun i x -> sizes[i] <- sizes[i] + abs (w * x))

            Array.map2 (/) morphed sizes |> Array.min)
        |> List.min

    // The file has the weights in single precision.
    Assert.That(lowest, Is.GreaterThan -2e-7)

[<Test>]
let ``the errors of a fit to each event are those of the joint information`` () =
    let sample = sample "va"
    let compiled = joint sample sample.Morphing

    let numbers =
        sample.Morphing.Benchmarks |> List.map (fun b -> rates sample b.Couplings)

    let fit = Fit.run (valid (Observation.asimov compiled [| 0.0; 0.0 |])).Observation

    let first, second, correlation =
        errorsOf (information sample.Morphing numbers [ 0.0; 0.0 ])

    Assert.That(fit.Status, Expect.same Converged)
    Assert.That(fit["CWL2"].Value, Is.EqualTo(0.0).Within 1e-8)
    within 1e-8 first fit["CWL2"].Error.Value
    within 1e-8 second fit["CPWL2"].Error.Value
    Assert.That(fit.Correlation[0, 1], Is.EqualTo(correlation).Within 1e-8)
    within 1e-6 0.02751571 first
    within 1e-6 0.03051649 second

/// A fit of the Asimov set of the cells at (At, 0).
type KnownFit = {
    Sample: string
    At: float
    /// Of both coefficients, then their correlation.
    Errors: float * float * float
    Minos: (float * float) list
} with

    override this.ToString() : string = $"{this.Sample} at {this.At}"

let private known = [
    {
        Sample = "va"
        At = 0.0
        Errors = (0.03331558, 0.05953112, 0.00261164)
        Minos = [ -0.0331301, 0.0336846; -0.0597185, 0.0595851 ]
    }
    {
        Sample = "va"
        At = 10.0
        Errors = (0.02718337, 0.06467386, -0.00319447)
        Minos = [ -0.0271714, 0.0271953; -0.0646866, 0.0646620 ]
    }
    {
        Sample = "vb"
        At = 0.0
        Errors = (0.03347053, 0.05896688, -0.01640082)
        Minos = [ -0.0332380, 0.0338875; -0.0590081, 0.0591017 ]
    }
    {
        Sample = "vb"
        At = 10.0
        Errors = (0.02706557, 0.06291528, -0.01034491)
        Minos = [ -0.0270538, 0.0270774; -0.0629074, 0.0629244 ]
    }
]

[<TestCaseSource(nameof known)>]
let ``both coefficients are fitted, with errors, correlation and intervals`` (known: KnownFit) =
    let sample, at = sample known.Sample, known.At
    let compiled = binnedCells sample sample.Morphing
    let truth = [| at; 0.0 |]
    Assert.That(compiled.Index.Names, Expect.same [ "CWL2"; "CPWL2" ])
    let asimov = (valid (Observation.asimov compiled truth)).Observation
    let fit = Fit.run asimov
    let first, second, correlation = known.Errors
    Assert.That(fit.Status, Expect.same Converged)
    Assert.That(fit["CWL2"].Value, Is.EqualTo(at).Within 1e-7)
    Assert.That(fit["CPWL2"].Value, Is.EqualTo(0.0).Within 1e-7)
    within 1e-6 first fit["CWL2"].Error.Value
    within 1e-6 second fit["CPWL2"].Error.Value
    Assert.That(fit.Correlation[0, 1], Is.EqualTo(correlation).Within 1e-6)

    for name, (lower, upper) in List.zip [ "CWL2"; "CPWL2" ] known.Minos do
        let found = Intervals.find Fit.settings asimov fit name 1.0
        let own = Intervals.around Fit.settings asimov fit name 1.0
        Assert.That(found.Intervals.Length, Is.EqualTo 1)
        within 1e-4 lower found.Lower.Value
        within 1e-4 upper found.Upper.Value
        within 1e-9 found.Lower.Value own.Lower.Value
        within 1e-9 found.Upper.Value own.Upper.Value

[<Test>]
let ``a profile in one coefficient is the minimum over the other`` () =
    let sample = sample "va"
    let compiled = binnedCells sample sample.Morphing
    let asimov = (valid (Observation.asimov compiled [| 0.0; 0.0 |])).Observation
    let fit = Fit.run asimov
    let scan = Profile.scan Fit.settings asimov fit "CPWL2" [ -0.5; 0.1; 1.0; 6.0 ]

    for point in scan.Points do
        let held = Fit.runWith (Fit.fix "CPWL2" point.Value Fit.settings) asimov
        Assert.That(point.T, Is.EqualTo(held.TwiceNll - fit.TwiceNll).Within 1e-6)

        for step in [ -12.0 .. 0.25..12.0 ] do
            let there = Likelihood.twiceNll asimov [| step; point.Value |]
            Assert.That(there, Is.GreaterThan(held.TwiceNll - 1e-9))

[<Test>]
let ``the fit does not depend on the benchmarks the events are morphed to`` () =
    let sample = sample "va"

    let others =
        [ 0.0, 0.0; 0.5, 0.0; -0.5, 0.0; 0.0, 0.5; 0.0, -0.5; 0.5, 0.5; 1.0, -1.0 ]
        |> List.mapi (fun k (x, y) -> {
            Name = $"near{k}"
            Couplings = [ x; y ]
        })
        |> Morphing.create couplings (Morphing.components [ 2; 2 ] 2)

    for compile in [ joint; binnedCells ] do
        let fitWith morphing =
            let compiled = compile sample morphing
            Fit.run (valid (Observation.asimov compiled [| 0.1; -0.2 |])).Observation

        let own, near = fitWith sample.Morphing, fitWith others

        for k, name in List.indexed [ "CWL2"; "CPWL2" ] do
            Assert.That(near[name].Value, Is.EqualTo([ 0.1; -0.2 ][k]).Within 1e-7)
            within 1e-7 own[name].Error.Value near[name].Error.Value

[<Test>]
let ``events with the mean ratios of their cell are fitted as the counts of the cells`` () =
    let sample = sample "vb"
    let n = sample.Pool.Length
    let cells = cells sample
    let entries = histogram sample (Array.create n 1.0)

    let benchmarks =
        sample.Morphing.Benchmarks
        |> List.map (fun b -> b.Name, histogram sample (rates sample b.Couplings))

    let ratios =
        benchmarks
        |> List.map (fun (name, sums) ->
            let total = Array.sum sums
            name, Ratios(cells |> Array.map (fun k -> float n * sums[k] / entries[k] / total)))

    let processes =
        benchmarks
        |> List.map (fun (name, sums) ->
            Words.processOf name [
                Words.scaledBy sample.Morphing[name]
                Words.yields (luminosity * Array.sum sums)
            ])

    let events =
        RatioTables.empty
        |> RatioTables.reference "SR" (RatioTable.unweighted n ratios)
        |> compile (Words.model "cells" [ Words.unbinned "SR" (Words.reference "all") processes ])

    let counts = binnedCells sample sample.Morphing

    let rise (compiled: CompiledLikelihood) theta =
        let asimov = (valid (Observation.asimov compiled [| 0.0; 0.0 |])).Observation
        Likelihood.twiceNll asimov theta - Likelihood.twiceNll asimov [| 0.0; 0.0 |]

    for theta in [ [| 0.1; 0.0 |]; [| -0.2; 0.3 |]; [| 3.0; -5.0 |] ] do
        within 1e-9 (rise counts theta) (rise events theta)

[<TestCase "va"; TestCase "vb">]
let ``counting knows less than the cells and the cells less than each event`` (which: string) =
    let sample = sample which
    let all = sample.Morphing.Benchmarks |> List.map (fun b -> rates sample b.Couplings)

    let informations =
        [
            all |> List.map (Array.sum >> Array.singleton)
            all |> List.map (histogram sample)
            all
        ]
        |> List.map (fun numbers -> information sample.Morphing numbers [ 0.0; 0.0 ])

    for less, more in List.pairwise informations do
        // The difference is positive semidefinite.
        let d = Array2D.init 2 2 (fun a b -> more[a, b] - less[a, b])
        Assert.That(d[0, 0], Is.GreaterThan 0.0)
        Assert.That(d[0, 0] * d[1, 1] - d[0, 1] * d[0, 1], Is.GreaterThan 0.0)
