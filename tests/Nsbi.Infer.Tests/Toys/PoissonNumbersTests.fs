module Nsbi.Infer.Tests.PoissonNumbersTests

open NUnit.Framework
open MathNet.Numerics.Distributions
open Nsbi.Kernels

/// χ² of n numbers against the exact distribution in about 20 cells of equal probability, with the
/// number of cells.
let private chi2 (mean: float) (n: int) (seed: uint64) : float * int =
    let mutable stream = RandomStream(seed, "poisson numbers", 0UL)
    let numbers = Array.init n (fun _ -> 0.0)

    for i in 0 .. n - 1 do
        numbers[i] <- float (stream.NextPoisson mean)

    let width = sqrt mean

    // The upper ends of the cells; in small distributions several levels share one number.
    let ends =
        [
            for k in 1..19 -> floor (mean + width * Normal.InvCDF(0.0, 1.0, float k / 20.0))
        ]
        |> List.filter (fun k -> k >= 0.0)
        |> List.distinct

    let below = ends |> List.map (fun k -> Poisson.CDF(mean, k))
    let probabilities = List.map2 (-) (below @ [ 1.0 ]) (0.0 :: below)
    let sorted = Array.sort numbers

    let upTo (k: float) =
        let at = System.Array.BinarySearch(sorted, k + 0.5)
        float (~~~at)

    let found = ends |> List.map upTo
    let counts = List.map2 (-) (found @ [ float n ]) (0.0 :: found)

    let sum =
        List.map2 (fun p count -> (count - float n * p) ** 2.0 / (float n * p)) probabilities counts
        |> List.sum

    sum, probabilities.Length

[<TestCase(0.01)>]
[<TestCase(0.7)>]
[<TestCase(4.0)>]
[<TestCase(9.99)>]
[<TestCase(10.0)>]
[<TestCase(12.5)>]
[<TestCase(37.3)>]
[<TestCase(150.0)>]
[<TestCase(1e3)>]
[<TestCase(1e6)>]
[<TestCase(3.3e8)>]
let ``Poisson numbers have their exact distribution`` (mean: float) =
    let value, cells = chi2 mean 200_000 17UL
    // p = 1e-4 at about this many standard deviations of χ², whose mean is cells − 1.
    let limit = ChiSquared.InvCDF(float (max 1 (cells - 1)), 1.0 - 1e-4)
    Assert.That(value, Is.LessThan limit, $"{cells} cells")
