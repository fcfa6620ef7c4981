module Nsbi.Kernels.Tests.SymmetricSumTests

open System
open NUnit.Framework
open Nsbi.Kernels

let private numbers (purpose: string) (count: int) =
    let mutable s = RandomStream(9UL, purpose, 0UL)
    Array.init count (fun k -> if k % 5 = 3 then 0.0 else s.NextGaussian())

[<Test>]
let ``updates are those of the definition above the diagonal, for all lengths`` () =
    for n in 0..70 do
        let x, y, before = numbers "x" n, numbers "y" n, numbers "h" (n * n)
        let squares, products = Array.copy before, Array.copy before
        SymmetricSum.AddSquare(-1.5, ReadOnlySpan x, Span squares)
        SymmetricSum.AddProducts(ReadOnlySpan x, ReadOnlySpan y, Span products)
        let sum = Array.copy y
        SymmetricSum.Add(0.7, ReadOnlySpan x, Span sum)

        for k in 0 .. n - 1 do
            Assert.That(sum[k], Is.EqualTo(y[k] + 0.7 * x[k]).Within 1e-14)

            for l in 0 .. n - 1 do
                let at = n * k + l
                let upper = if l >= k then 1.0 else 0.0
                let square = before[at] - 1.5 * upper * x[k] * x[l]
                let product = before[at] + upper * (x[k] * y[l] + y[k] * x[l])
                Assert.That(squares[at], Is.EqualTo(square).Within 1e-13)
                Assert.That(products[at], Is.EqualTo(product).Within 1e-13)

[<Test>]
let ``lengths that do not fit are refused`` () =
    let refused (action: unit -> unit) =
        Assert.Throws<ArgumentException>(Action action) |> ignore

    let x, y, h = [| 1.0; 2.0 |], [| 1.0 |], Array.zeroCreate<float> 3
    refused (fun () -> SymmetricSum.AddSquare(1.0, ReadOnlySpan x, Span h))
    refused (fun () -> SymmetricSum.AddProducts(ReadOnlySpan x, ReadOnlySpan y, Span h))
    refused (fun () -> SymmetricSum.Add(1.0, ReadOnlySpan x, Span h))
