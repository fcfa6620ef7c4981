/// The interference toy with learned ratios: held against the exact curve without Monte Carlo error, on a
/// quadrature that is weighted with the true density.
module Nsbi.Infer.Tests.LearnedInterferenceTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

/// A training of the example's analysis and what it says of μ.
type private Learned = {
    Estimator: RatioEstimator
    /// The Hessian's error of μ at μ = 1.
    Error: float
    /// t(μ) relative to the lowest point of the curve, at the points of the exact curve.
    T: Map<float, float>
}

/// t(μ|1) of the exact ratios.
let private exact = [
    0.0, 2.448976
    0.05, 2.796621
    0.1, 2.957598
    0.2, 2.870271
    0.3, 2.490431
    2.0, 6.460370
    3.0, 23.841516
]

let private exactError = 0.390034

let private features (x: float[]) = ReadOnlyMemory(x |> Array.map float32)

/// The nodes of the quadrature with the weights D(x; 1) dx, without the outermost 0.0005 events on either
/// side, where no network can be trained and nothing is ever observed.
let private nodes, private weights =
    let rule = InterferenceToy.quadrature 3001

    let weight =
        Array.map2 (fun x width -> width * InterferenceToy.rateDensity 1.0 x) rule.Nodes rule.Widths

    let before = Array.scan (+) 0.0 weight
    let total = Array.sum weight

    [|
        for i in 0 .. weight.Length - 1 do
            if before[i] > 5e-4 && before[i] < total - 5e-4 then
                rule.Nodes[i], weight[i]
    |]
    |> Array.unzip

/// The likelihood of some ratios with the quadrature's nodes as observed events.
let private onQuadrature (ratios: (string * float[]) list) : Observation =
    let table =
        RatioTable.weighted weights [
            for name, values in ratios -> name, RatioSource.Ratios values
        ]

    let compiled =
        RatioTables.empty
        |> RatioTables.observed "SR" table
        |> Likelihood.compile (valid InterferenceToy.model)
        |> ok

    ok (Observation.observed compiled [])

let private curve (observation: Observation) : float * Map<float, float> =
    let fit = Fit.runWith Fit.settings observation
    let scan = Profile.scan Fit.settings observation fit "mu" (List.map fst exact)
    fit["mu"].Error.Value, Map.ofList [ for point in scan.Points -> point.Value, point.T ]

let private learn (seed: uint64) : Learned =
    use folder = new TemporaryFolder()
    let file = Path.Combine(repository, "examples", "interference", "analysis.json")

    let options = {
        Pipeline.options with
            Seed = Some seed
    }

    Pipeline.train options file folder.Path |> succeed |> ignore

    let estimator =
        EstimatorFile.ofBytes "networks.json" (File.ReadAllBytes(folder.File "networks.json"))
        |> succeed

    use team = new ThreadTeam(1)
    let ratios = estimator.MeanOfFolds(team, features nodes)
    let names = Seq.toList estimator.ClassNames
    let error, t = curve (onQuadrature (List.zip names (Array.toList ratios)))

    {
        Estimator = estimator
        Error = error
        T = t
    }

let private learned = lazy (learn 1UL)

[<Test>]
let ``the quadrature gives the exact error and curve with exact ratios`` () =
    // What the learned ratios are held against is right, and so is the way they are held against it.
    let error, t =
        InterferenceToy.sampled
        |> List.map (fun p ->
            InterferenceToy.name p,
            nodes |> Array.map (InterferenceToy.ratio InterferenceToy.reference p))
        |> onQuadrature
        |> curve

    Assert.That(error, near 1e-4 exactError)

    for mu, expected in exact do
        Assert.That(t[mu], near 2e-3 expected, $"t({mu})")

[<Test>]
let ``learned ratios give the exact error of mu within 3 %`` () =
    Assert.That(learned.Value.Error, near (0.03 * exactError) exactError)

/// How far t(μ) of learned ratios may be from the exact one: 0.30 at 0 and on the plateau.
let private tolerance (mu: float) : float =
    if mu < 1.0 then 0.30
    elif mu = 2.0 then 0.35
    else 1.2

let private values = List.map fst exact

[<TestCaseSource(nameof values)>]
let ``learned ratios give the exact likelihood ratio`` (mu: float) =
    Assert.That(learned.Value.T[mu], near (tolerance mu) ((Map.ofList exact)[mu]))

[<Test>]
let ``the plateau at small mu has its maximum where the exact one has`` () =
    let highest =
        [ 0.0; 0.05; 0.1; 0.2; 0.3 ] |> List.maxBy (fun mu -> learned.Value.T[mu])

    Assert.That(highest, Is.InRange(0.05, 0.2))

[<Test>]
let ``the normalisation holds on a third, disjoint set of events`` () =
    let estimator = learned.Value.Estimator
    let records = estimator.Normalisation
    Assert.That(records.Length, same (4 * estimator.Settings.Folds), "four samples in every fold")

    for record in records do
        let name = $"{record.Class} of fold {record.Fold}"
        // Reported before the division, and of a trained network near 1 already.
        Assert.That(record.Before.Value, near 0.05 1.0, name)
        Assert.That(record.Before.Value, Is.Not.EqualTo(record.Check.Value), name)
        Assert.That(abs (record.Check.Value - 1.0), Is.LessThan 0.01, name)
        Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 3.0, name)
        Assert.That(record.Check.Error, Is.GreaterThan 0.0, name)

[<Test; Category("Study")>]
let ``the spread over five seeds`` () =
    let runs = [
        for seed in 1UL .. 5UL -> seed, (if seed = 1UL then learned.Value else learn seed)
    ]

    let row (cells: string list) =
        TestContext.Out.WriteLine(String.Join("  ", cells))

    let number (x: float) =
        x.ToString("F4", Globalization.CultureInfo.InvariantCulture).PadLeft 8

    row ("    seed" :: "   error" :: [ for mu, _ in exact -> $"t({mu})".PadLeft 8 ])
    row ("   exact" :: number exactError :: [ for _, t in exact -> number t ])

    for seed, run in runs do
        row (
            (string seed).PadLeft 8
            :: number run.Error
            :: [ for mu, _ in exact -> number run.T[mu] ]
        )

    let spread (values: float list) =
        let mean = List.average values
        sqrt (List.sumBy (fun x -> (x - mean) ** 2.0) values / float (values.Length - 1))

    let errors = runs |> List.map (fun (_, run) -> run.Error)

    row (
        "  spread"
        :: number (spread errors)
        :: [ for mu, _ in exact -> number (spread [ for _, run in runs -> run.T[mu] ]) ]
    )

    for seed, run in runs do
        Assert.That(run.Error, near (0.03 * exactError) exactError, $"seed {seed}")

        for mu, expected in exact do
            Assert.That(run.T[mu], near (tolerance mu) expected, $"t({mu}) of seed {seed}")
