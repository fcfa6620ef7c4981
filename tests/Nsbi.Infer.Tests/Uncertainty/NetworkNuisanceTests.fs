module Nsbi.Infer.Tests.NetworkNuisanceTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private table = [ 0.0, 0.10; 0.5, 0.12; 1.0, 0.15; 3.0, 0.30; 8.0, 0.60 ]

/// σ_κ by its definition.
let private inRoot (mu: float) (sigma: float) =
    sigma / (2.0 * (mu ** 2.0 + sigma ** 2.0 / 16.0) ** 0.25)

let private learned =
    lazy
        (let model =
            NetworkNuisance.apply "mu" "alpha_stat" table InterferenceToy.model |> ok

         compileInterference model InterferenceModel.table)

let private weights (compiled: CompiledLikelihood) (theta: float[]) =
    (ok (Observation.asimov compiled theta)).Observation

/// One bin of μ s + b events with its expectation as data.
let private counting =
    model "counting" [
        binned "SR" [
            processOf "s" [ scaledBy (Words.poi "mu"); binYields [ 20.0 ] ]
            processOf "b" [ binYields [ 50.0 ] ]
        ]
    ]

let private compileBinned model =
    RatioTables.empty |> Likelihood.compile (valid model) |> ok

let private breakdown observation best =
    let names =
        (best: FitResult).Parameters |> List.map _.Name |> List.filter ((<>) "mu")

    let groups = NuisanceGroup.standard (observation: Observation).Owner.Model names
    UncertaintyBreakdown.run false Fit.settings observation groups "mu" best

[<Test>]
let ``the squares of a Gaussian error and of the networks add up`` () =
    let compiled =
        NetworkNuisance.apply "mu" "alpha" [ 0.0, 0.3; 2.0, 0.3 ] counting
        |> ok
        |> compileBinned

    let observation = weights compiled [| 1.0; 0.0 |]
    let best = Fit.run observation
    let expected = sqrt (70.0 / 400.0 + 0.09)
    Assert.That(best["mu"].Error.Value, near 1e-9 expected)
    Assert.That(best["alpha"].Error.Value, near 1e-9 1.0)
    let found = breakdown observation best
    Assert.That(found.Parts |> List.map _.Group, same [ "finite training samples" ])
    Assert.That(found.Parts[0].Quadrature.Upper, near 1e-9 0.3)
    Assert.That(found.Parts[0].Observables, near 1e-9 0.3)
    Assert.That(found.Statistical.Upper, near 1e-9 (sqrt (70.0 / 400.0)))

[<Test>]
let ``the table is read at the value of the parameter`` () =
    let compiled =
        NetworkNuisance.apply "mu" "alpha" table counting |> ok |> compileBinned

    let observation = weights compiled [| 3.0; 0.0 |]
    let best = Fit.run observation
    Assert.That(best["mu"].Error.Value, near 1e-9 (sqrt (110.0 / 400.0 + 0.09)))

[<Test>]
let ``on the interference toy the squares add up too`` () =
    let observation = weights learned.Value [| 1.0; 0.0 |]
    let best = Fit.run observation
    let sigma = 2.0 * inRoot 1.0 0.15
    Assert.That(sigma, near 1e-4 0.15)
    let expected = sqrt (0.390034 * 0.390034 + sigma * sigma)
    Assert.That(best["mu"].Error.Value, near 2e-6 expected)
    let found = breakdown observation best
    Assert.That(found.Parts |> List.map _.Group, same [ "finite training samples" ])
    Assert.That(found.Parts[0].Quadrature.Upper, near 1e-5 sigma)
    Assert.That(found.Parts[0].Observables, near 1e-5 sigma)
    Assert.That(found.Statistical.Upper, near 2e-6 0.390034)

[<Test>]
let ``a table of two values does for a constant`` () =
    let compiled =
        NetworkNuisance.apply "mu" "alpha_stat" [ 0.0, 0.15; 8.0, 0.15 ] InterferenceToy.model
        |> ok
        |> fun model -> compileInterference model InterferenceModel.table

    let best = Fit.run (weights compiled [| 1.0; 0.0 |])
    let sigma = 2.0 * inRoot 1.0 0.15
    Assert.That(best["mu"].Error.Value, near 2e-6 (sqrt (0.390034 * 0.390034 + sigma * sigma)))

[<Test>]
let ``a sigma that vanishes at 0 is no shift there`` () =
    let compiled =
        NetworkNuisance.apply
            "mu"
            "alpha_stat"
            [ 0.0, 0.0; 1.0, 0.1; 8.0, 0.8 ]
            InterferenceToy.model
        |> ok
        |> fun model -> compileInterference model InterferenceModel.table

    let observation = weights compiled [| 1.0; 0.0 |]

    let at alpha =
        Likelihood.twiceNll observation [| 0.0; alpha |]

    Assert.That(at 1.0, near 1e-8 (at 0.0 + 1.0))

[<Test>]
let ``without a shift the model is the one it was`` () =
    let shifted, plain = weights learned.Value [| 1.0; 0.0 |], asimov 1.0

    for mu in [ 0.0; 0.01; 0.4; 1.0; 3.3; 7.9 ] do
        Assert.That(
            Likelihood.twiceNll shifted [| mu; 0.0 |],
            near 1e-9 (Likelihood.twiceNll plain [| mu |] + log (2.0 * System.Math.PI))
        )

[<Test>]
let ``a shift of one standard deviation is that of the root`` () =
    let shifted, plain = weights learned.Value [| 1.0; 0.0 |], asimov 1.0
    let constant = log (2.0 * System.Math.PI)

    for (mu, sigma), alpha in List.allPairs table [ -1.0; 0.5; 1.0 ] do
        let kappa = sqrt mu + alpha * inRoot mu sigma

        if kappa >= 0.0 then
            Assert.That(
                Likelihood.twiceNll shifted [| mu; alpha |],
                near 1e-8 (Likelihood.twiceNll plain [| kappa * kappa |] + alpha * alpha + constant),
                $"mu {mu}, alpha {alpha}"
            )

    // At μ = 0 one standard deviation is σ(0).
    Assert.That(inRoot 0.0 0.1 ** 2.0, near 1e-12 0.1)

[<Test>]
let ``values and derivatives are finite where mu plus alpha sigma is negative`` () =
    let observation = weights learned.Value [| 1.0; 0.0 |]

    for mu in [ 0.0; 1e-6; 0.03; 0.2 ] do
        for alpha in [ -3.0; -1.0; 0.0; 2.0 ] do
            match Likelihood.evaluateInner None observation [| sqrt mu; alpha |] with
            | Infinite reason -> Assert.Fail(string reason)
            | Finite jet ->
                let numbers = [
                    yield jet.Value
                    yield! jet.Gradient
                    yield! Seq.cast<float> jet.Hessian
                ]

                Assert.That(
                    numbers |> List.forall System.Double.IsFinite,
                    $"mu {mu}, alpha {alpha}"
                )

                let value k a =
                    match Likelihood.evaluateInner None observation [| k; a |] with
                    | Finite jet -> jet.Value
                    | Infinite _ -> nan

                let h = 1e-5
                let kappa = sqrt mu + 0.1
                let difference = (value kappa (alpha + h) - value kappa (alpha - h)) / (2.0 * h)

                match Likelihood.evaluateInner None observation [| kappa; alpha |] with
                | Finite jet -> Assert.That(jet.Gradient[1], near 1e-5 difference)
                | Infinite reason -> Assert.Fail(string reason)

[<Test>]
let ``values away from the best fit are excluded less with the uncertainty of the networks`` () =
    let t compiled theta =
        let observation = weights compiled theta
        let best = Fit.run observation
        let scan = Profile.scan Fit.settings observation best "mu" [ 0.0; 0.5; 2.0; 3.0 ]
        scan.Points |> List.map _.T

    let plain = t InterferenceModel.compiled [| 1.0 |]
    let found = t learned.Value [| 1.0; 0.0 |]

    for before, expected in List.zip plain [ 2.448976; 1.462839; 6.460370; 23.841516 ] do
        Assert.That(before, near 1e-5 expected)

    for before, after in List.zip plain found do
        Assert.That(after, Is.LessThan before)
        Assert.That(after, Is.GreaterThan(0.5 * before))

    // At μ = 0.5 and 2 by roughly σ₀²/(σ₀² + σ²).
    Assert.That(found[1], Is.LessThan(0.95 * plain[1]))
    Assert.That(found[2], Is.LessThan(0.95 * plain[2]))

[<Test>]
let ``the parameter is told from other nuisance parameters`` () =
    let kinds = NuisanceKind.ofModel learned.Value.Model
    Assert.That(kinds, same (Map.ofList [ "alpha_stat", NuisanceKind.Network ]))
    Assert.That(NuisanceKind.Network.Name, same "network")
    Assert.That(NetworkNuisance.names InterferenceToy.model, Is.Empty)

[<Test>]
let ``the model is written and read again`` () =
    let model = learned.Value.Model.Model

    match ModelJson.read (ModelJson.write model) with
    | Ok read -> Assert.That(read, same model)
    | Error faults -> Assert.Fail(string faults)

[<Test>]
let ``factors of yields are shifted as coefficients are`` () =
    let model =
        model "normfactor" [
            binned "SR" [
                processOf "s" [ normFactor (Words.poi "mu"); binYields [ 20.0 ] ]
                processOf "b" [ binYields [ 50.0 ] ]
            ]
        ]

    let compiled =
        NetworkNuisance.apply "mu" "alpha" [ 0.0, 0.3; 2.0, 0.3 ] model
        |> ok
        |> compileBinned

    let best = Fit.run (weights compiled [| 1.0; 0.0 |])
    Assert.That(best["mu"].Error.Value, near 1e-9 (sqrt (70.0 / 400.0 + 0.09)))

[<Test>]
let ``what cannot be shifted is told`` () =
    let faulty poi name sigma model (part: string) =
        match NetworkNuisance.apply poi name sigma model with
        | Ok _ -> Assert.Fail "was accepted"
        | Error faults -> Assert.That(string faults.Head, Does.Contain part)

    let toy = InterferenceToy.model
    faulty "nu" "alpha" table toy "no such parameter"
    faulty "mu" "mu" table toy "one of this name"
    faulty "mu" "alpha" [ 1.0, 0.1 ] toy "two or more"
    faulty "mu" "alpha" [ 0.0, 0.1; 1.0, -0.1 ] toy "negative"
    faulty "mu" "alpha" [ -1.0, 0.1; 1.0, 0.1 ] toy "below its bound"

    faulty
        "jes"
        "alpha"
        table
        (model "m" [
            binned "SR" [ processOf "s" [ binYields [ 5.0 ]; normSys (nuisance "jes") (0.9, 1.1) ] ]
        ])
        "constraint"
