module Nsbi.Infer.Tests.InterpolationCurveTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<Property(MaxTest = 300)>]
let ``curves equal the interpolations that they stand for, in the inner coordinate too``
    (seed: int)
    (isSquared: bool)
    =
    let mutable s = RandomStream(uint64 seed, "curves")
    let nominal = 0.5 + s.NextDouble()
    let low, high = 0.1 + 2.0 * s.NextDouble(), 0.1 + 2.0 * s.NextDouble()

    let u =
        if s.NextInt32 3 = 0 then
            float (s.NextInt32 3) - 1.0
        else
            4.0 * s.NextDouble() - 2.0

    for _, code in Interpolation.names do
        let basis = {
            Place = 1
            IsSquared = isSquared
            Even = InterpolationBasis.even code
        }

        let bases = Array.zeroCreate (2 * InterpolationBasis.stride)
        InterpolationBasis.fill [| basis; basis |] [| nan; u |] bases

        let c =
            Array.append
                (Array.create 8 nan)
                (InterpolationCurve.coefficients code nominal low high)

        let kind = InterpolationCurve.kind code
        let struct (value, first, second) = InterpolationCurve.derivatives kind c 8 bases 6
        Assert.That(InterpolationCurve.value kind c 8 bases 6, near (1e-15 * abs value) value)

        let alpha = if isSquared then u * u else u
        let struct (v, d1, d2) = Interpolation.evaluate code nominal low high alpha
        let slope, bend = if isSquared then 2.0 * u, 2.0 else 1.0, 0.0

        let expected =
            if kind = CurveKind.Additive then
                [ v - nominal; d1 * slope; d2 * slope * slope + d1 * bend ]
            else
                [ v; d1 * slope; d2 * slope * slope + d1 * bend ]
                |> List.map (fun x -> x / nominal)

        for found, x in List.zip [ value; first; second ] expected do
            Assert.That(found, near (1e-12 * (1.0 + abs x)) x)
