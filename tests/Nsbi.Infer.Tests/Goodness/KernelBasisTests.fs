module Nsbi.Infer.Tests.KernelBasisTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private events (count: int) (dimensions: int) : float[][] =
    let mutable stream = RandomStream(5UL, "events of a basis", 0UL)
    let numbers = Array.init (count * dimensions) (fun _ -> stream.NextGaussian())
    Array.chunkBySize dimensions numbers

let private family functions = {
    LearnedGoodnessSettings.kernels with
        Functions = functions
}

[<TestCase(1)>]
[<TestCase(3)>]
let ``products of the functions are the kernel, up to what is left out`` (dimensions: int) =
    let xs = events 300 dimensions
    let basis = KernelBasis.fit (family 300) xs
    let phi = KernelBasis.evaluate basis xs
    let width = basis.Count
    let widths = basis.Widths
    Assert.That(width, Is.LessThanOrEqualTo 301)

    for i in 0..7..299 do
        for j in 0..11..299 do
            let mutable product = 0.0

            for m in 0 .. width - 2 do
                product <- product + phi[i * width + m] * phi[j * width + m]

            // The variance that is left out is 1e-3 at most.
            Assert.That(product, near 2e-3 (KernelBasis.kernel widths xs[i] xs[j]))

        Assert.That(phi[i * width + width - 1], same 1.0)

[<Test>]
let ``the functions number what was asked for at most`` () =
    let basis = KernelBasis.fit (family 5) (events 300 2)
    Assert.That(basis.Count, same 6)
