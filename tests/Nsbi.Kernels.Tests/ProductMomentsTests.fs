module Nsbi.Kernels.Tests.ProductMomentsTests

open System
open NUnit.Framework
open Nsbi.Kernels

let private random (seed: uint64) (count: int) =
    let mutable stream = RandomStream(seed, "product moments", 0UL)
    Array.init count (fun _ -> stream.NextGaussian())

[<Test>]
let ``moments are those of the definition`` () =
    for events in [ 0; 1; 7; 64; 130 ] do
        for columns in [ 8; 16; 40 ] do
            let g, w = random 1UL (events * columns), random 2UL events
            let sums = Array.zeroCreate (columns * columns)
            // In two parts, as a caller with tiles of events does.
            let half = events / 2

            ProductMoments.Add(
                ReadOnlySpan(g, 0, half * columns),
                ReadOnlySpan(w, 0, half),
                columns,
                Span sums
            )

            ProductMoments.Add(
                ReadOnlySpan(g, half * columns, (events - half) * columns),
                ReadOnlySpan(w, half, events - half),
                columns,
                Span sums
            )

            for a in 0 .. columns - 1 do
                for b in a .. columns - 1 do
                    let wanted =
                        Seq.sum (
                            seq {
                                for i in 0 .. events - 1 ->
                                    w[i] * g[i * columns + a] * g[i * columns + b]
                            }
                        )

                    Assert.That(sums[a * columns + b], Is.EqualTo(wanted).Within(1e-12 * 130.0))

[<Test>]
let ``lengths that do not fit are refused`` () =
    let add values weights columns (sums: int) =
        Action(fun () ->
            let g: float[] = Array.zeroCreate values
            let w: float[] = Array.zeroCreate weights
            let m: float[] = Array.zeroCreate sums
            ProductMoments.Add(ReadOnlySpan g, ReadOnlySpan w, columns, Span m))

    Assert.Throws<ArgumentException>(add 7 1 7 49) |> ignore
    Assert.Throws<ArgumentException>(add 8 2 8 64) |> ignore
    Assert.Throws<ArgumentException>(add 8 1 8 63) |> ignore
