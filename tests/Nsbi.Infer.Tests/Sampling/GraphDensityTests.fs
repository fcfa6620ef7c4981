module Nsbi.Infer.Tests.Sampling.GraphDensityTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Infer.Tests.Sampling.SamplerToys
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// The fraction and position of the unknown bump, in the words of the backend.
let private bump (x: float[]) : GraphDensity =
    let f = parameter "f" 1 1
    let m = parameter "m" 1 1
    let at = input "x" 1
    let root = sqrt (2.0 * Math.PI)

    let normal (z: Node) (width: float) =
        exp (constant -0.5 * square z) * constant (1.0 / (width * root))

    let density =
        f * normal ((at - m) / constant 0.1) 0.1 + (constant 1.0 - f) * normal at 1.0

    let prior =
        constant -0.125 * square (m - constant 1.0) - constant (log (2.0 * root))

    new GraphDensity(
        [ GraphParameter.bounded [ "f" ] 0.0 1.0 f; GraphParameter.free [ "m" ] m ],
        sumRows (log density) + prior,
        Map.empty,
        Some(Table.OfDoubles([ "x", 1 ], x))
    )

[<Test>]
let ``a graph has the value and gradient of the same density by hand`` () =
    let x = UnknownBumpToy.sample 1UL 0UL 0.3 0.6 50
    use graph = bump x
    let byHand = UnknownBumpToy.logPosterior UnknownBumpView.Event x

    for f, m in [ 0.3, 0.6; 0.9, 0.2; 0.01, 1.5 ] do
        let a, b = Array.zeroCreate 2, Array.zeroCreate 2
        let here = (graph :> ILogDensity).Evaluate([| f; m |], a)
        Assert.That(here, Expect.near 1e-9 (byHand.Evaluate([| f; m |], b)))

        for k in 0..1 do
            Assert.That(a[k], Expect.near (1e-9 * (1.0 + abs b[k])) b[k])

[<Test>]
let ``a graph is sampled by several chains at once`` () =
    let x = UnknownBumpToy.sample 1UL 0UL 0.3 0.6 50
    use graph = bump x

    let run team =
        Nuts.run
            {
                Nuts.settings with
                    Team = team
                    Warmup = 100
                    Draws = 50
                    Start = NutsStart.Points [ [| 0.3; 0.6 |] ]
            }
            graph

    use team = new ThreadTeam(3)
    Assert.That((run (Some team)).Draws, Expect.same (run None).Draws)

[<Test>]
let ``an array of parameters without data is sampled right`` () =
    let phi = parameter "phi" 1 3
    let widths = constantArray (array2D [ [ 1.0; 2.0; 0.1 ] ])

    use graph =
        new GraphDensity(
            [ GraphParameter.free [ "a"; "b"; "c" ] phi ],
            constant -0.5 * sumColumns (square (phi / widths)),
            Map.empty,
            None
        )

    let summary = Nuts.run Nuts.settings graph |> PosteriorSummary.compute
    agree 4.0 summary "a" 0.0 1.0
    agree 4.0 summary "b" 0.0 2.0
    agree 4.0 summary "c" 0.0 0.1

[<Test>]
let ``graphs of another shape and names that do not fit are refused`` () =
    let phi = parameter "phi" 1 2

    let refused names output =
        let act () =
            new GraphDensity([ GraphParameter.free names phi ], output, Map.empty, None)
            |> ignore

        Assert.Throws<ArgumentException>(Action act) |> ignore

    refused [ "a"; "b" ] phi
    refused [ "a" ] (sumColumns phi)
