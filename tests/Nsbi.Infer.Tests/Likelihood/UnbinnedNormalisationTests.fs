module Nsbi.Infer.Tests.UnbinnedNormalisationTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private compiledWith options seed =
    let case = VariationModels.random seed 400
    case, Likelihood.compileWith options case.Model case.Tables |> InterferenceModel.ok

[<Property(MaxTest = 15)>]
let ``compiled normalisations are the exact pass but for correlations of three`` (seed: int) =
    let case, compiled = compiledWith LikelihoodOptions.standard seed

    // Correlations of three parameters grow with the third power of α, and are left out.
    for reach, most in [ 1.5, 2; 0.5, 4 ] do
        let theta =
            VariationModels.point seed case.Model
            |> Array.map (fun x -> Math.Clamp(x, -reach, reach))

        for channel in compiled.Unbinned do
            let beta = CompiledUnbinned.eventParameters channel theta
            let fast = UnbinnedNormalisation.logZ AsCompiled None channel beta
            let exact = UnbinnedNormalisation.logZ ByDefinition None channel beta

            for c in 0 .. fast.Length - 1 do
                match fast[c], exact[c] with
                | Some fast, Some exact when Double.IsFinite exact.Jet.Value ->
                    if fast.Places.Length <= most then
                        let limit = [| 1e-12; 1e-8; 1e-5; 0.02; 0.02 |][fast.Places.Length]
                        Assert.That(fast.Jet.Value, near limit exact.Jet.Value)

                        for k in 0 .. fast.Places.Length - 1 do
                            let slope = exact.Jet.Gradient[k]
                            Assert.That(fast.Jet.Gradient[k], near (max (3.0 * limit) 1e-4) slope)
                | None, None -> ()
                | Some fast, Some exact ->
                    Assert.That(
                        Double.IsFinite fast.Jet.Value,
                        same (Double.IsFinite exact.Jet.Value)
                    )
                | _ -> Assert.Fail "one has a normalisation and the other has none"

[<Property(MaxTest = 15)>]
let ``terms of one parameter are those of the whole table, of which a part was looked at closely``
    (seed: int)
    =
    let options = {
        LikelihoodOptions.standard with
            Normalisation = Normalisation.Compiled 50
    }

    let case = VariationModels.random seed 2000

    let compiled =
        Likelihood.compileWith options case.Model case.Tables |> InterferenceModel.ok

    for channel in compiled.Unbinned do
        for k in 0 .. channel.EventParameters.Length - 1 do
            for alpha in [ -1.5; -1.0; -0.3; 0.2; 0.7; 1.0; 1.6 ] do
                let beta = Array.zeroCreate channel.EventParameters.Length
                beta[k] <- alpha
                let fast = UnbinnedNormalisation.logZ AsCompiled None channel beta
                let exact = UnbinnedNormalisation.logZ ByDefinition None channel beta

                // 200 of 2000 events alone would be wrong by several 1e-3.
                let limit =
                    if abs alpha = 1.0 then
                        1e-12
                    else
                        5e-4 * alpha * alpha + 2e-4

                for fast, exact in Array.zip fast exact do
                    match fast, exact with
                    | Some fast, Some exact when
                        Double.IsFinite exact.Jet.Value && Double.IsFinite fast.Jet.Value
                        ->
                        Assert.That(fast.Jet.Value, near limit exact.Jet.Value)
                    | _ -> ()

[<Test>]
let ``without variations there is no normalisation, and it is 1 at the nominal point`` () =
    for seed in 1..10 do
        for options in [ LikelihoodOptions.standard; LikelihoodOptions.exact ] do
            let _, compiled = compiledWith options seed

            for channel in compiled.Unbinned do
                let beta = channel.EventParameters |> Array.map (fun _ -> 0.0)
                let logZ = UnbinnedNormalisation.logZ AsCompiled None channel beta

                for p, z in Array.zip channel.Processes logZ do
                    let wanted = p.EventParameters.Length > 0 && p.EventRate <> AsGiven
                    Assert.That(z.IsSome, same wanted)
                    z |> Option.iter (fun z -> Assert.That(z.Jet.Value, near 1e-12 0.0))

[<Test>]
let ``the sizes of normalisations are Z − 1 of one parameter alone`` () =
    let _, compiled = compiledWith LikelihoodOptions.exact 4
    Assert.That(compiled.ShapeSizes.IsEmpty, Is.False)

    for size in compiled.ShapeSizes do
        let channel = compiled.Unbinned |> Array.find (fun c -> c.Name = size.Channel)
        let c = channel.Processes |> Array.findIndex (fun p -> p.Name = size.Process)
        let place = compiled.Index[size.Parameter]

        for alpha, z in size.Sizes do
            let beta =
                channel.EventParameters |> Array.map (fun k -> if k = place then alpha else 0.0)

            let logZ = (UnbinnedNormalisation.logZ ByDefinition None channel beta)[c]
            Assert.That(z, near 1e-12 (exp logZ.Value.Jet.Value - 1.0))

[<Test>]
let ``team and caller alone give the same bits, shapes included`` () =
    use team = new Nsbi.Kernels.ThreadTeam(3)

    for seed in 1..8 do
        let case = VariationModels.random seed 20_000
        let compiled = Likelihood.compile case.Model case.Tables |> InterferenceModel.ok
        let theta = VariationModels.point seed case.Model

        for channel in compiled.Unbinned do
            let beta = CompiledUnbinned.eventParameters channel theta
            let alone = UnbinnedNormalisation.logZ ByDefinition None channel beta
            let shared = UnbinnedNormalisation.logZ ByDefinition (Some team) channel beta

            for a, b in Array.zip alone shared do
                Assert.That(
                    b |> Option.map (fun z -> z.Jet.Value),
                    same (a |> Option.map (fun z -> z.Jet.Value))
                )

[<Test>]
let ``where an expectation is negative far out, the exact pass takes the place of what is compiled``
    ()
    =
    // At α = −5 the line of r₋ = 0.75 is 1 − 5/4.
    let alpha =
        InterferenceModel.parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

    let side r = Ratios(Array.create 4 r)

    let compiled =
        RatioTables.empty
        |> RatioTables.reference
            "SR"
            (RatioTable.unweighted 4 [ "B", side 1.0 ]
             |> RatioTable.withVariation
                 "B"
                 "alpha"
                 (VariationRatios.between (side 0.75, side 1.25)))
        |> Likelihood.compile (
            InterferenceModel.valid (
                Words.model "m" [
                    Words.unbinned "SR" (Words.reference "ref") [
                        Words.processOf "B" [
                            Words.yields 10.0
                            Words.eventSysBy PiecewiseLinear alpha
                        ]
                    ]
                ]
            )
        )
        |> InterferenceModel.ok

    let channel = compiled.Unbinned[0]
    Assert.That(channel.Normalisations[0].IsNone, Is.True)

    for a in [ -2.5; -0.5; 1.0; 4.0 ] do
        let logZ = (UnbinnedNormalisation.logZ AsCompiled None channel [| a |])[0]
        Assert.That(logZ.Value.Jet.Value, near 1e-12 (log (1.0 + 0.25 * a)))

[<Test>]
let ``the rows that stand for a table are drawn once and for all, each at most once`` () =
    let rows = EventSample.rows 1000 100
    Assert.That(rows, same (EventSample.rows 1000 100))
    Assert.That(rows, same (rows |> Array.distinct |> Array.sort))
    Assert.That(rows.Length, same 100)
    Assert.That(EventSample.rows 5 100, same [| 0..4 |])
    // A table of two samples in turns has both of them in equal parts, within the chance of 5σ.
    let even = rows |> Array.filter (fun i -> i % 2 = 0) |> Array.length
    Assert.That(even, Is.InRange(26, 74))
