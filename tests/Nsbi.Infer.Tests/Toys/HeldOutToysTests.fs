module Nsbi.Infer.Tests.HeldOutToysTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.ToyModels

/// Simulated events of the four samples of the interference toy, in the observed table.
let private simulation =
    let x, sample =
        InterferenceToy.sampled
        |> List.mapi (fun k proc ->
            InterferenceToy.sample 4UL proc 5_000 |> Array.map (fun x -> x, k))
        |> Array.concat
        |> Array.unzip

    let observed =
        RatioTable.unweighted x.Length [
            for proc in InterferenceToy.sampled ->
                InterferenceToy.name proc,
                RatioSource.Ratios(
                    x |> Array.map (InterferenceToy.ratio InterferenceToy.reference proc)
                )
        ]

    let compiled =
        RatioTables.empty
        |> RatioTables.observed "SR" observed
        |> RatioTables.reference "SR" table
        |> Likelihood.compile (valid InterferenceToy.model)
        |> ok

    let held = {
        Samples = InterferenceToy.sampled |> List.map (fun p -> [ InterferenceToy.name p ])
        Sample = sample
        Weights = Array.init x.Length (fun i -> 1.0 + float (i % 3))
    }

    compiled, held, x

[<Test>]
let ``held-out simulation gives each sample what it expects`` () =
    let compiled, held, x = simulation
    let draw = ToySampler.ofSimulation Multinomial compiled [| 1.0 |]
    let sampler = ok (draw (Map.ofList [ "SR", held ]))
    Assert.That(sampler.Expected, near 1e-9 (InterferenceToy.rate 1.0))
    let n = 1_000
    let toys = Array.init n (fun k -> events (sampler.Draw(6UL, uint64 k)))

    let of' k =
        toys
        |> Array.map (List.sumBy (fun (row, count) -> if held.Sample[row] = k then count else 0.0))

    for k, proc in List.indexed InterferenceToy.sampled do
        // At μ = 1 the coefficients of S and B vanish.
        let nu =
            match proc with
            | Total
            | NonInterfering -> InterferenceToy.expected proc
            | _ -> 0.0

        let mean, variance = moments (of' k)
        Assert.That(mean, near (4.0 * sqrt (nu / float n)) nu)
        Assert.That(variance, near (4.0 * nu * sqrt (2.1 / float n)) nu)

    // The ratios are those of data, so the fit knows the density as it is.
    let toy = sampler.Draw(6UL, 0UL)

    let byHand =
        2.0 * InterferenceToy.rate 1.0
        - 2.0
          * (events toy
             |> List.sumBy (fun (row, count) ->
                 let d = InterferenceToy.rateDensity 1.0 x[row]

                 count
                 * log (d / InterferenceToy.mixtureDensity InterferenceToy.reference x[row])))

    Assert.That(Likelihood.twiceNll toy [| 1.0 |], near 1e-9 byHand)

[<Test>]
let ``held-out simulation is refused where it is no sample`` () =
    let compiled, held, _ = simulation

    let at mu held =
        ToySampler.ofSimulation Multinomial compiled [| mu |] (Map.ofList [ "SR", held ])

    at 0.25 held |> refused [ "'SR'"; "'S'"; "-10"; "negative part is no sample" ]

    at 1.0 {
        held with
            Weights = held.Weights |> Array.mapi (fun i w -> if i = 7_000 then -w else w)
    }
    |> refused [ "'SR'"; "row 7000" ]

    at 1.0 {
        held with
            Samples = [ [ "S" ]; []; [ "B" ]; [ "NI" ] ]
    }
    |> refused [ "'SBI'"; "sample" ]

    let found =
        at 1.0 {
            held with
                Samples = [ [ "S" ]; [ "X" ]; [ "S" ]; [ "NI" ] ]
                Weights = [||]
        }
        |> sentences

    Assert.That(found.Length, same 3)

    ToySampler.ofSimulation Multinomial compiled [| 1.0 |] Map.empty
    |> refused [ "'SR'" ]
