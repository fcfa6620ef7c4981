module Nsbi.Infer.Tests.ColumnFormsTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<Property(MaxTest = 200)>]
let ``forms are the interpolations with both derivatives`` (seed: int) =
    let mutable s = RandomStream(uint64 (uint32 seed), "column forms", 0UL)
    let up, down = s.NextGaussian() * 0.5, s.NextGaussian() * 0.5

    for code in VariationModels.codes do
        for alpha in [ -1.0; 0.0; 1.0; 6.0 * s.NextDouble() - 3.0; 2.0 * s.NextDouble() - 1.0 ] do
            let struct (v, d1, d2) = Interpolation.evaluate code 1.0 (exp down) (exp up) alpha
            let mutable g = 0.0
            let mutable g1 = 0.0
            let mutable g2 = 0.0
            (ColumnForms.at code alpha).At(up, down, &g, &g1, &g2)
            let scale = 1.0 + abs v + abs d1 + abs d2
            Assert.That(g, near (1e-12 * scale) v, $"{code} at {alpha}")
            Assert.That(g1, near (1e-12 * scale) d1, $"{code}' at {alpha}")
            Assert.That(g2, near (1e-11 * scale) d2, $"{code}'' at {alpha}")
