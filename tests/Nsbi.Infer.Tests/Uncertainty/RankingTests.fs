module Nsbi.Infer.Tests.RankingTests

open System
open NUnit.Framework
open FsCheck
open FsCheck.FSharp
open FsCheck.NUnit
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.RankingModels

let private every = {
    Ranking.options with
        Methods = [
            ImpactMethod.Postfit
            ImpactMethod.Prefit
            ImpactMethod.Covariance
            ImpactMethod.Observable
        ]
}

let private rank (observation: Observation) : Ranking =
    Ranking.run every Fit.settings observation "mu" (Fit.run observation)

let private impact (ranking: Ranking) (name: string) : Impact =
    ranking.Impacts |> List.find (fun i -> i.Name = name)

let private sides (impact: Impact) (method: ImpactMethod) : float * float =
    impact.By[method].Up.Impact, impact.By[method].Down.Impact

/// Post-fit up and down, covariance, pre-fit up and down, observable up and down, pull, constraint.
let private known = [
    "lumi",
    -0.01894972,
    0.01960515,
    -0.01927186,
    -0.01894972,
    0.01960515,
    -0.01894972,
    0.01960515,
    0.0,
    1.0
    "jes",
    -0.07636074,
    0.13923551,
    -0.13478237,
    -0.07956911,
    0.14598197,
    -0.07299037,
    0.12820514,
    -0.21868865,
    0.94630077
    "bkg_shape",
    -0.49089343,
    0.40788658,
    -0.45097918,
    -0.52187808,
    0.43219226,
    -0.44777872,
    0.39323404,
    0.02587472,
    0.94208303
    "fakes_SR[0]",
    -0.00691561,
    0.00575240,
    -0.00640002,
    -0.00709535,
    0.00587512,
    -0.00664655,
    0.00569896,
    0.00074752,
    0.97618642
    "fakes_SR[1]",
    -0.13032077,
    0.13358179,
    -0.13196762,
    -0.12644385,
    0.12951147,
    -0.12770250,
    0.13312322,
    0.12086910,
    1.03105689
    "fakes_SR[2]",
    -0.07114178,
    0.07375328,
    -0.07243956,
    -0.07518206,
    0.07810463,
    -0.06997536,
    0.07359798,
    -0.11413358,
    0.94526764
    "stat_SR[1]",
    -0.10799828,
    0.11150081,
    -0.10972713,
    -0.10924442,
    0.11282956,
    -0.10686960,
    0.11007046,
    0.10855497,
    0.98841004
    "stat_CR[1]",
    0.04754589,
    -0.04831540,
    0.04792693,
    0.04918946,
    -0.05001355,
    0.04605506,
    -0.04656950,
    -0.20280946,
    0.96631968
]

[<Test>]
let ``impacts, pulls and constraints are those of an independent program`` () =
    let ranking = rank search.Value
    Assert.That(ranking.Best["mu"].Value, near 1e-7 1.133638872)
    Assert.That(ranking.Best["mu"].Error.Value, near 1e-7 0.830297746)

    for name, postUp, postDown, linear, preUp, preDown, globalUp, globalDown, pull, constr in known do
        let found = impact ranking name

        let close (expected: float) (actual: float) =
            Assert.That(actual, near 1e-6 expected, name)

        let both method (up, down) =
            let foundUp, foundDown = sides found method
            close up foundUp
            close down foundDown

        both ImpactMethod.Postfit (postUp, postDown)
        both ImpactMethod.Prefit (preUp, preDown)
        both ImpactMethod.Covariance (linear, -linear)
        both ImpactMethod.Observable (globalUp, globalDown)
        close pull found.Pull.Value
        close constr found.Constraint.Value

[<Test>]
let ``a free parameter has a post-fit impact and no pull`` () =
    let found = impact (rank search.Value) "bkg_free"
    Assert.That(found.Kind, same NuisanceKind.Free)
    Assert.That(found.By[ImpactMethod.Postfit].Up.Impact, near 1e-6 -0.15784907)
    Assert.That(found.By[ImpactMethod.Postfit].Down.Impact, near 1e-6 0.13849459)
    Assert.That(found.Pull, same None)
    Assert.That(found.Constraint, same None)
    Assert.That(found.By[ImpactMethod.Prefit].Up.Impact, Is.NaN)
    Assert.That(found.By[ImpactMethod.Observable].Up.Remark.Value, Does.Contain "no constraint")

[<Test>]
let ``the largest impact comes first, by the first method`` () =
    for method in every.Methods do
        let ranking =
            Ranking.run
                { every with Methods = [ method ] }
                Fit.settings
                search.Value
                "mu"
                (Fit.run search.Value)

        let sizes =
            ranking.Impacts
            |> List.map (fun i -> i.By[method].Size)
            |> List.filter (Double.IsNaN >> not)

        Assert.That(sizes, same (List.sortDescending sizes))
        Assert.That(ranking.Impacts.Head.Name, same "bkg_shape")

[<Test>]
let ``impacts do not depend on the number of threads`` () =
    use team = new ThreadTeam(3)
    let alone = rank search.Value

    let shared =
        Ranking.run
            every
            { Fit.settings with Team = Some team }
            search.Value
            "mu"
            (Fit.run search.Value)

    let numbers (ranking: Ranking) = [
        for impact in ranking.Impacts do
            impact.Name, BitConverter.DoubleToInt64Bits impact.Value

            for pair in impact.By.Values do
                impact.Name, BitConverter.DoubleToInt64Bits pair.Up.Impact
                impact.Name, BitConverter.DoubleToInt64Bits pair.Down.Impact
    ]

    Assert.That(numbers shared, same (numbers alone))

[<Test>]
let ``with MINOS the parameter is held at the ends of its interval`` () =
    let observation = search.Value
    let best = Fit.run observation
    let minos = { Ranking.options with Minos = true }
    let ranking = Ranking.run minos Fit.settings observation "mu" best
    let found = (impact ranking "bkg_shape").By[ImpactMethod.Postfit]
    let interval = Intervals.find Fit.settings observation best "bkg_shape" 1.0
    let value = best["bkg_shape"].Value
    Assert.That(found.Up.At, near 1e-7 (value + interval.Upper.Value))
    Assert.That(found.Down.At, near 1e-7 (value + interval.Lower.Value))

    let held = Fit.runWith (Fit.fix "bkg_shape" found.Up.At Fit.settings) observation
    Assert.That(found.Up.Impact, near 1e-7 (held["mu"].Value - best["mu"].Value))

/// n = 20 μ + 30 γ, γ under N(1, 0.1²) with these bounds.
let private bounded lower upper (n: float) : Observation =
    let mu = poi "mu" 1.0 0.0 50.0
    let gamma = parameter Nuisance "g" 1.0 lower upper (Gaussian(1.0, 0.1))

    let compiled =
        CountingModels.compileBins [
            "C", [ Process.create "s" mu [ 20.0 ]; Process.create "b" gamma [ 30.0 ] ]
            "D", [ Process.create "b" gamma [ 300.0 ] ]
        ]

    ok (Observation.observed compiled [ "C", [ n ]; "D", [ 330.0 ] ])

[<Test>]
let ``a shift ends at a bound, and says so`` () =
    let observation = bounded 0.5 1.12 60.0
    let best = Fit.run observation
    let pair = (impact (rank observation) "g").By[ImpactMethod.Prefit]
    Assert.That(pair.Up.At, same 1.12)
    Assert.That(pair.Up.Remark.Value, Does.Contain "upper bound")
    // μ̂ = (60 − 30 γ)/20 wherever γ is held.
    Assert.That(pair.Up.Impact, near 1e-7 (-1.5 * (1.12 - best["g"].Value)))
    Assert.That(pair.Down.Remark, same None)

[<Test>]
let ``a parameter at its bound has no post-fit impact, and says why`` () =
    let found = impact (rank (bounded 0.5 1.05 60.0)) "g"
    let pair = found.By[ImpactMethod.Postfit]
    Assert.That(pair.Up.Impact, Is.NaN)
    Assert.That(pair.Up.Remark.Value, Does.Contain "at a bound")
    Assert.That(found.Constraint, same None)
    // 1.05 under N(1, 0.1).
    Assert.That(found.Pull.Value, near 1e-9 0.5)
    // It can still be moved down.
    Assert.That(found.By[ImpactMethod.Prefit].Down.Impact, near 1e-7 0.15)

[<Test>]
let ``a parameter of interest at its bound is labelled`` () =
    let ranking = rank (bounded 0.5 2.0 20.0)
    let pair = (impact ranking "g").By[ImpactMethod.Postfit]
    Assert.That(ranking.Best["mu"].Value, same 0.0)
    Assert.That(pair.Up.Remark.Value, Does.Contain "mu is at a bound")
    Assert.That(pair.Up.Impact, same 0.0)

[<Test>]
let ``an unknown, a fixed and a failed subject are refused`` () =
    let observation = search.Value
    let best = Fit.run observation
    let fixedMu = Fit.fix "mu" 1.0 Fit.settings
    let held = Fit.runWith fixedMu observation

    let refused (action: unit -> Ranking) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refused (fun () -> Ranking.run every Fit.settings observation "nu" best)
    refused (fun () -> Ranking.run every fixedMu observation "mu" held)
    refused (fun () -> Ranking.run { every with Methods = [] } Fit.settings observation "mu" best)

    let failed = { best with Status = NotConverged "no" }

    refused (fun () -> Ranking.run every Fit.settings observation "mu" failed)

/// Linear models of three bins and two nuisance parameters, of order 1 in units of the errors.
let private models: Gen<LinearModel> =
    let number low high =
        Gen.choose (int (100.0 * low), int (100.0 * high))
        |> Gen.map (fun k -> float k / 100.0)

    gen {
        let! signal = Gen.listOfLength 3 (number 0.5 2.0)
        let! effects = Gen.listOfLength 2 (Gen.listOfLength 3 (number -1.5 1.5))
        let! pulls = Gen.listOfLength 3 (number -1.0 1.0)
        let! widths = Gen.listOfLength 2 (number 0.3 2.0)

        return {
            Signal = signal
            Effects = effects
            Pulls = pulls
            Widths = widths
        }
    }

type LinearModels =
    static member Models() = Arb.fromGen models

/// V of (μ, α) of a linear model: (Aᵀ A + diag(0, 1/σ²))⁻¹, by Cramer's rule.
let private covariance (model: LinearModel) : float[,] =
    let columns = model.Signal :: model.Effects |> List.map List.toArray |> List.toArray

    let information =
        Array2D.init 3 3 (fun i j ->
            Array.sum (Array.map2 (*) columns[i] columns[j])
            + (if i = j && i > 0 then
                   1.0 / model.Widths[i - 1] ** 2.0
               else
                   0.0))

    let minor i j =
        let rows = [
            for r in 0..2 do
                if r <> i then
                    r
        ]

        let cols = [
            for c in 0..2 do
                if c <> j then
                    c
        ]

        information[rows[0], cols[0]] * information[rows[1], cols[1]]
        - information[rows[0], cols[1]] * information[rows[1], cols[0]]

    let sign i j = if (i + j) % 2 = 0 then 1.0 else -1.0

    let determinant =
        Seq.sum (seq { for j in 0..2 -> information[0, j] * sign 0 j * minor 0 j })

    Array2D.init 3 3 (fun i j -> sign i j * minor j i / determinant)

[<Property(Arbitrary = [| typeof<LinearModels> |], MaxTest = 40)>]
let ``where the likelihood is a parabola all four impacts have their closed form`` model =
    let ranking = rank (linear [ 0; 1 ] model)
    let v = covariance model

    for k in 1..2 do
        let found = impact ranking $"a{k - 1}"
        let width, sigma = model.Widths[k - 1], sqrt v[k, k]
        // Terms of third order are suppressed by 1/√b.
        let tolerance = 1e-3 * sqrt v[0, 0]

        let both method (expected: float) =
            let up, down = sides found method
            Assert.That(up, near tolerance expected)
            Assert.That(down, near tolerance -expected)

        both ImpactMethod.Postfit (v[0, k] / sigma)
        both ImpactMethod.Covariance (v[0, k] / sigma)
        both ImpactMethod.Prefit (v[0, k] / v[k, k] * width)
        both ImpactMethod.Observable (v[0, k] / width)

[<Property(Arbitrary = [| typeof<LinearModels> |], MaxTest = 20)>]
let ``the order of the nuisance parameters changes no impact`` model =
    let one, other = rank (linear [ 0; 1 ] model), rank (linear [ 1; 0 ] model)

    for name in [ "a0"; "a1" ] do
        for method in every.Methods do
            let tolerance = 1e-5 * one.Best["mu"].Error.Value
            let up, down = sides (impact one name) method
            let otherUp, otherDown = sides (impact other name) method
            Assert.That(otherUp, near tolerance up)
            Assert.That(otherDown, near tolerance down)
