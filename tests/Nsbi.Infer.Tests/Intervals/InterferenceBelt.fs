/// The interference toy with μ up to 6.8, its toys from the true density, and the published table of
/// its Neyman construction.
module Nsbi.Infer.Tests.InterferenceBelt

open System
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

/// Toys are drawn from nodes 0.0005 apart with the true density. That is the true density for every
/// purpose: a toy's likelihood is a sum of analytic functions of x over its events, of which all
/// moments and the characteristic function are integrals that the trapezoid rule has exactly (1e-12);
/// and an event comes twice in less than one toy in a hundred.
let nodes: Quadrature = InterferenceToy.quadrature 48_001

let private reference = InterferenceToy.mixtureDensity InterferenceToy.reference

let model: Model =
    let mu = Words.poi "mu" |> between 0.0 6.8
    let signal, total, background = interference mu

    Words.model "interference toy" [
        unbinned "SR" (Words.reference "mixture") [
            for proc, scale in
                [
                    Signal, [ scaledBy signal ]
                    Total, [ scaledBy total ]
                    Background, [ scaledBy background ]
                    NonInterfering, []
                ] do
                processOf
                    (InterferenceToy.name proc)
                    (scale @ [ yields (InterferenceToy.expected proc) ])
        ]
    ]

/// The exact ratios on the nodes.
let compiled: Lazy<CompiledLikelihood> =
    lazy
        (let weights =
            Array.map2 (fun x width -> reference x * width) nodes.Nodes nodes.Widths

         RatioTable.weighted weights [
             for proc in InterferenceToy.sampled ->
                 InterferenceToy.name proc,
                 RatioSource.Ratios(
                     nodes.Nodes |> Array.map (InterferenceToy.ratio InterferenceToy.reference proc)
                 )
         ]
         |> compileInterference model)

/// A row of the table: μ, quantiles of 68.27 and 95 %, P(t ≤ 1), P(t ≤ 3.841), P(√μ̂ < 0.005), median μ̂.
type Row = {
    Mu: float
    Q68: float
    Q95: float
    Below1: float
    Below3841: float
    AtZero: float
    Median: float
}

/// From 20,000 toys a value, fitted on a grid of √μ with steps of 0.01 and a parabola, by another
/// program.
let published: Row list =
    [
        0.0, 0.856, 3.872, 0.706, 0.949, 0.393, 0.007
        0.02, 1.182, 3.297, 0.629, 0.967, 0.216, 0.058
        0.05, 1.129, 3.225, 0.643, 0.969, 0.146, 0.104
        0.2, 0.842, 3.410, 0.722, 0.962, 0.069, 0.212
        0.4, 1.005, 3.515, 0.681, 0.960, 0.062, 0.312
        0.7, 1.376, 3.793, 0.594, 0.952, 0.083, 0.586
        1.0, 1.324, 4.281, 0.613, 0.933, 0.091, 0.937
        1.5, 1.092, 4.329, 0.661, 0.936, 0.050, 1.484
        2.0, 0.998, 3.910, 0.683, 0.948, 0.011, 1.991
        3.0, 0.974, 3.845, 0.689, 0.950, 0.000, 2.992
    ]
    |> List.map (fun (mu, q68, q95, p1, p3841, zero, median) -> {
        Mu = mu
        Q68 = q68
        Q95 = q95
        Below1 = p1
        Below3841 = p3841
        AtZero = zero
        Median = median
    })

/// Toys of the table.
let tableToys = 20_000.0

/// The entries of a row from toys: found, its error, expected, and the error of the table.
let compare (row: Row) (tests: ToyTest[]) : (string * float * float * float * float) list =
    let known = tests |> Array.filter _.Failure.IsNone
    let n = float known.Length
    let scale = sqrt (n / tableToys)
    let t = known |> Array.map _.Value
    let quantiles = SampleQuantile.ofValues [ 0.6827; 0.95 ] t

    let median = (SampleQuantile.ofValues [ 0.5 ] (known |> Array.map _.BestFit)).Head

    let fraction name (holds: ToyTest -> bool) expected =
        let found = known |> Fraction.ofSeq holds
        // The error of what is expected, or of one toy where nothing is.
        let error n =
            sqrt (max (expected * (1.0 - expected)) (1.0 / n) / n)

        name, found.Value, error n, expected, error tableToys

    let quantile name (found: SampleQuantile) expected =
        name, found.Value, found.Error, expected, found.Error * scale

    [
        quantile "q68" quantiles[0] row.Q68
        quantile "q95" quantiles[1] row.Q95
        fraction "P(t<=1)" (fun test -> test.Value <= 1.0) row.Below1
        fraction "P(t<=3.841)" (fun test -> test.Value <= 3.841) row.Below3841
        fraction "P(at 0)" (fun test -> sqrt test.BestFit < 0.005) row.AtZero
        quantile "median" median row.Median
    ]

/// The distance from the table in standard deviations of both, of which its rounding is a part.
let pull (_, found: float, error: float, expected: float, other: float) : float =
    (found - expected) / sqrt (error * error + other * other + 0.0003 ** 2.0)

/// Toys at a value, tested there.
let toysAt (threads: int) (seed: uint64) (toys: int) (sampler: ToySampler) (mu: float) : ToyTest[] =
    let run = {
        ToyRun.ofToys toys with
            Seed = seed
            Threads = threads
    }

    ToyTest.measurement Fit.settings TestStatistic.TwoSided "mu" mu [| mu |]
    |> ToyEnsemble.run run sampler

let sampler (mu: float) : ToySampler =
    ToySampler.create compiled.Value [| mu |] |> ok
