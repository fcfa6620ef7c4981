module Nsbi.Infer.Tests.ToyPrecisionTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private options = {
    LikelihoodOptions.standard with
        Normalisation = Normalisation.Compiled 1_000
}

let private exactOptions = {
    options with
        ToyPrecision = Precision.Exact
}

let private samplers events nuisances reference =
    let sampler options =
        let compiled = LargeToyModel.compile options events nuisances reference
        ok (ToySampler.create compiled compiled.Model.Initial)

    sampler options, sampler exactOptions

let private hypothesis: ToyHypothesis = { Parameter = "mu"; Value = 1.0 }

let private fits (sampler: ToySampler) (toys: int) : ToyFit[] =
    let near = sampler.Theta
    let measurement = ToyFit.measurement Fit.settings (Some hypothesis) near
    ToyEnsemble.run (ToyRun.ofToys toys) sampler measurement

[<Test>]
let ``toys hold event variations in single precision, or as the options say`` () =
    let fast, exact = samplers 300.0 2 2_000

    let precision (sampler: ToySampler) =
        sampler.Draw(1UL, 0UL).Events[0].Columns.Precision

    Assert.That(precision fast, same ColumnPrecision.Single)
    Assert.That(precision exact, same ColumnPrecision.Double)

    // The tables stay as they are, and toys are never held in more than these.
    let stored options =
        let compiled = LargeToyModel.compile options 300.0 2 2_000
        let sampler = ok (ToySampler.create compiled compiled.Model.Initial)
        compiled.Unbinned[0].Tables[TableKind.Reference].Columns.Precision, precision sampler

    Assert.That(stored options, same (ColumnPrecision.Double, ColumnPrecision.Single))

    let small = {
        exactOptions with
            Precision = Precision.Int16
    }

    Assert.That(stored small, same (ColumnPrecision.Int16, ColumnPrecision.Int16))

[<Test>]
let ``test statistics of 200 toys are those of double precision`` () =
    let fast, exact = samplers 2_000.0 10 20_000
    let pairs = Array.zip (fits fast 200) (fits exact 200)
    let mutable worst = 0.0

    for fast, exact in pairs do
        Assert.That(fast.Failure, same None)
        Assert.That(exact.Failure, same None)
        // −2 ln L, and the difference of two of them.
        Assert.That(fast.Minimum, near 1e-3 exact.Minimum)
        Assert.That(fast.Value, near 2e-4 exact.Value)
        Assert.That(fast.Value, Is.GreaterThanOrEqualTo 0.0)
        worst <- max worst (abs (fast.Value - exact.Value))

        for k in 0 .. exact.Values.Length - 1 do
            if not exact.AtBound[k] then
                Assert.That(fast.Values[k], near (0.003 * exact.Errors[k]) exact.Values[k])
                Assert.That(fast.Errors[k], near (0.001 * exact.Errors[k]) exact.Errors[k])

    TestContext.Out.WriteLine $"the largest difference of a test statistic is %.2g{worst}"
