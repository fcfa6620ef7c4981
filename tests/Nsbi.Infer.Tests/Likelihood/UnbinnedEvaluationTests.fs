module Nsbi.Infer.Tests.UnbinnedEvaluationTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private finite (evaluation: Evaluation) : Jet =
    match evaluation with
    | Finite jet -> jet
    | Infinite reason -> invalidOp (string reason)

/// Points at which the model is possible; elsewhere there is nothing to compare.
let private possible (observation: Observation) theta (test: Jet -> unit) =
    match Likelihood.evaluate observation theta with
    | Infinite _ -> ()
    | Finite jet -> test jet

[<Property(MaxTest = 60)>]
let ``random models with systematics equal their definition`` (seed: int) =
    let case = VariationModels.random seed 70
    let observation = VariationModels.observationOf case
    let slow = VariationModels.twiceNll case

    for step in 0..2 do
        let theta = VariationModels.point (seed + step) case.Model
        let expected = slow theta
        let found = Likelihood.twiceNll observation theta
        Assert.That(found, near (1e-11 * max 100.0 (abs expected)) expected)

let private differences (f: float[] -> float) (theta: float[]) (k: int) =
    let h = 1e-3

    let at s =
        f (Array.mapi (fun i v -> if i = k then v + s * h else v) theta)

    (45.0 * (at 1.0 - at -1.0) - 9.0 * (at 2.0 - at -2.0) + (at 3.0 - at -3.0))
    / (60.0 * h)

/// The same point away from the knots of the interpolations, where a derivative has a kink.
let private offKnots (theta: float[]) =
    theta
    |> Array.map (fun x ->
        let knot = round x
        if abs (x - knot) < 0.01 then knot + 0.02 else x)

[<Property(MaxTest = 40)>]
let ``gradient and Hessian of random models are finite differences`` (seed: int) =
    let case = VariationModels.random seed 60
    let observation = VariationModels.observationOf case
    let theta = VariationModels.point seed case.Model |> offKnots

    possible observation theta (fun jet ->
        let slow = VariationModels.twiceNll case

        for k in 0 .. theta.Length - 1 do
            let slope = differences slow theta k
            Assert.That(jet.Gradient[k], near (1e-6 * (1.0 + abs slope)) slope)

            for l in 0 .. theta.Length - 1 do
                let gradient t =
                    (finite (Likelihood.evaluate observation t)).Gradient[l]

                let curvature = differences gradient theta k
                Assert.That(jet.Hessian[k, l], near (1e-5 * (1.0 + abs curvature)) curvature))

[<Property(MaxTest = 10)>]
let ``neither threads nor the order of the events matter`` (seed: int) =
    let case = VariationModels.random seed 300
    let observation = VariationModels.observationOf case
    let theta = VariationModels.point seed case.Model
    let kappa = case.Model.InnerCoordinates.ToInner theta

    possible observation theta (fun _ ->
        let alone = finite (Likelihood.evaluateInner None observation kappa)
        use team = new ThreadTeam(3)
        let shared = finite (Likelihood.evaluateInner (Some team) observation kappa)
        Assert.That(shared.Value, same alone.Value)
        Assert.That(shared.Gradient, same alone.Gradient)
        Assert.That(shared.Hessian, same alone.Hessian)

        let reversed = {
            case with
                Tables = {
                    Tables =
                        case.Tables.Tables
                        |> Map.map (fun _ table ->
                            let turn source =
                                match source with
                                | Ratios values -> Ratios(Array.rev values)
                                | LogRatios values -> LogRatios(Array.rev values)
                                | Function f -> Function f

                            {
                                table with
                                    Weights = Array.rev table.Weights
                                    Features = Array.rev table.Features
                                    Ratios = table.Ratios |> Map.map (fun _ -> turn)
                                    Variations =
                                        table.Variations
                                        |> Map.map (fun _ v -> {
                                            Up = turn v.Up
                                            Down = Option.map turn v.Down
                                        })
                            })
                }
        }

        let other = Likelihood.twiceNll (VariationModels.observationOf reversed) theta
        Assert.That(other, near (1e-12 * max 100.0 (abs alone.Value)) alone.Value))

[<Property(MaxTest = 20)>]
let ``Asimov weights add up to ν, and the gradient vanishes where they were made`` (seed: int) =
    let case = VariationModels.random seed 80

    let isRenormalised =
        case.Model.Model.Channels
        |> List.collect Channel.processes
        |> List.forall (fun p -> p.EventRate <> AsGiven)

    let compiled =
        Likelihood.compileWith LikelihoodOptions.exact case.Model case.Tables |> ok

    let theta = VariationModels.point seed case.Model

    match Observation.asimov compiled theta with
    // A negative density somewhere.
    | Error _ -> ()
    | Ok asimov ->
        for name in compiled.UnbinnedChannels do
            let total = asimov.Observation.TotalWeight name

            if isRenormalised then
                Assert.That((Map.ofList asimov.Rescaling)[name], near 1e-12 1.0)

            Assert.That(total, Is.GreaterThan 0.0)

        if isRenormalised then
            possible asimov.Observation theta (fun jet ->
                for k in 0 .. theta.Length - 1 do
                    Assert.That(jet.Gradient[k], near 1e-9 0.0))

[<Test>]
let ``an unbinned and a binned channel with a common nuisance are the sum of both likelihoods`` () =
    let alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))
    let mu = poi "mu" 1.0 0.0 9.0
    let x = Array.init 200 (fun i -> -3.0 + 6.0 * float i / 199.0)

    let table =
        RatioTable.weighted (x |> Array.map (fun x -> exp (-0.5 * x * x))) [
            "S", RatioSource.ofFormula (fun x -> 0.5 * x[0])
            "B", RatioSource.ofFormula (fun _ -> 0.0)
        ]
        |> RatioTable.withFeatures (x |> Array.map Array.singleton)
        |> RatioTable.withVariation
            "B"
            "alpha"
            (VariationRatios.between (
                RatioSource.ofFormula (fun x -> -0.3 * x[0] - 0.045),
                RatioSource.ofFormula (fun x -> 0.3 * x[0] - 0.045)
            ))

    let events =
        unbinned "U" (reference "ref") [
            processOf "S" [ scaledBy mu; yields 20.0; normSys alpha (0.9, 1.1) ]
            processOf "B" [ yields 100.0; normSys alpha (0.95, 1.06); eventSys alpha ]
        ]

    let count =
        counting "C" [ processOf "b" [ yields 30.0; normSys alpha (0.9, 1.15) ] ]

    let observe channels =
        let tables =
            RatioTables.empty
            |> RatioTables.reference "U" table
            |> RatioTables.observed "U" table

        let compiled = Likelihood.compile (valid (model "m" channels)) tables |> ok

        let counts =
            if compiled.BinnedChannels.IsEmpty then
                []
            else
                [ "C", [ 33.0 ] ]

        Observation.observed compiled counts |> ok

    let together = observe [ events; count ]
    let first, second = observe [ events ], observe [ count ]

    for value, a in [ 0.5, -1.7; 1.0, 0.0; 2.0, 0.4; 1.3, 3.0 ] do
        // The constraint is in both parts.
        let constraint' = a * a + log (2.0 * Math.PI)

        let parts =
            Likelihood.twiceNll first [| value; a |] + Likelihood.twiceNll second [| a |]

        let whole = Likelihood.twiceNll together [| value; a |]
        Assert.That(whole, near 1e-10 (parts - constraint'))

    let fit = Fit.run together
    let alone = Fit.run first
    let error (f: FitResult) = f["alpha"].Error.Value
    Assert.That(fit.Status.Succeeded, Is.True, string fit)
    Assert.That(error fit, Is.LessThan(error alone))

/// −2 ln L of the same observation as compiled and by definition.
let private bothWays options case theta =
    let observation = VariationModels.observationWith options case
    let kappa = case.Model.InnerCoordinates.ToInner theta

    match
        Likelihood.evaluateInner None observation kappa,
        Likelihood.evaluateExact None observation kappa
    with
    | Finite fast, Finite exact -> Some(fast, exact)
    | _ -> None

[<Property(MaxTest = 20)>]
let ``whatever the storage, the exact evaluation is the definition`` (seed: int) =
    let case = VariationModels.random seed 300
    let theta = VariationModels.point seed case.Model
    let expected = VariationModels.twiceNll case theta

    for precision in [ Precision.Exact; Precision.Single; Precision.Int16 ] do
        let options = {
            LikelihoodOptions.standard with
                Precision = precision
        }

        match bothWays options case theta with
        | None -> ()
        | Some(_, exact) ->
            Assert.That(exact.Value, near (1e-11 * max 100.0 (abs expected)) expected)

[<Property(MaxTest = 20)>]
let ``single precision and 16 bits are within 1e-3 in −2 ln L and 1 % of σ`` (seed: int) =
    let case = VariationModels.random seed 2000
    let theta = Array.map (fun x -> 0.4 * x) (VariationModels.point seed case.Model)

    for precision in [ Precision.Single; Precision.Int16 ] do
        let options = {
            LikelihoodOptions.exact with
                Precision = precision
        }

        match bothWays options case theta with
        | None -> ()
        | Some(fast, exact) ->
            Assert.That(fast.Value, near 1e-3 exact.Value)

            for k in 0 .. theta.Length - 1 do
                let h = exact.Hessian[k, k]
                Assert.That(fast.Hessian[k, k], near (0.02 * abs h + 1e-3) h)
