module Nsbi.Infer.Tests.ToyPValueTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<Test>]
let ``toys equal to the observed value count as above`` () =
    let p = ToyPValue.ofToys [ 0.0; 0.0; 1.0; 2.0; 3.0; nan ] 2.0
    Assert.That(p.Above, same (Fraction.create 2 5))
    Assert.That(p.Value, near 1e-15 0.5)
    Assert.That(p.Error, near 1e-15 (sqrt (0.25 / 5.0)))
    Assert.That((ToyPValue.ofToys [ 0.0; 0.0; 1.0 ] 0.0).Value, near 1e-15 1.0)

[<Test>]
let ``a value above all toys has a p-value and an error`` () =
    let p = ToyPValue.ofToys (Seq.replicate 99 1.0) 7.0
    Assert.That(p.Value, near 1e-15 0.01)
    Assert.That(p.Error, Is.GreaterThan 0.0)

[<Test>]
let ``the p-value is valid: it falls below a with a probability of at most a`` () =
    // 19 toys and the observed value from one distribution, 20,000 times: P(p ≤ 0.05) = 1/20, where
    // k/n would be 0 as often and below 0.05 too.
    let mutable stream = RandomStream(11UL, "p-values", 0UL)
    let mutable below = 0
    let trials = 20_000

    for _ in 1..trials do
        let toys = Array.init 19 (fun _ -> 0.0)

        for i in 0..18 do
            toys[i] <- stream.NextDouble()

        if (ToyPValue.ofToys toys (stream.NextDouble())).Value <= 0.05 then
            below <- below + 1

    let fraction = Fraction.create below trials
    Assert.That(fraction.Value, near (4.0 * fraction.Error) 0.05)
