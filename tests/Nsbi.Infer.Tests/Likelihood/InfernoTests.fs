module Nsbi.Infer.Tests.InfernoTests

open NUnit.Framework
open Nsbi.Infer.Tests.Expect

/// Exact densities, with r and λ as the parameters of an event shape, on a quadrature.
[<TestCase(0, 14.7046)>]
[<TestCase(1, 15.5026)>]
[<TestCase(2, 15.6344)>]
[<TestCase(3, 15.6051)>]
[<TestCase(4, 16.8770)>]
let ``the error of the signal is the exact one of INFERNO's benchmarks to 0·1 %`` benchmark error =
    Assert.That(InfernoModel.errorOfSignal benchmark, near (1e-3 * error) error)
