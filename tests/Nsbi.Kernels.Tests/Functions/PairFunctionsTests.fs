module Nsbi.Kernels.Tests.PairFunctionsTests

open System
open NUnit.Framework
open Nsbi.Kernels

let private numbers (purpose: string) (count: int) =
    let mutable s = RandomStream(7UL, purpose, 0UL)
    Array.init count (fun _ -> s.NextGaussian())

/// Variables of one or several pieces of one to nine nodes.
let private nodes = [| [| 8 |]; [| 9; 8; 9 |]; [| 1; 9 |]; [| 9 |]; [| 3; 4; 8; 9 |] |]

let private value (struct (k, l, p, q, a, b)) =
    cos (
        1.0 + float (k + 3 * l + 7 * p) + 0.3 * float q + 0.11 * float a
        - 0.7 * float (b * l)
    )

let private evaluate (pieces: int[]) =
    let functions = PairFunctions(nodes, value)
    let count = nodes.Length

    let bases =
        Array.init count (fun k ->
            Array.init 3 (fun d -> numbers $"basis {k} {d}" nodes[k].[pieces[k]]))

    let packed = Array.zeroCreate<float>(count * PairFunctions.BasisLength)

    bases
    |> Array.iteri (fun k basis ->
        let at = k * PairFunctions.BasisLength

        PairFunctions.SetBasis(
            ReadOnlySpan basis[0],
            ReadOnlySpan basis[1],
            ReadOnlySpan basis[2],
            Span(packed, at, PairFunctions.BasisLength)
        ))

    // Something is there already.
    let gradient, hessian = Array.create count 0.5, Array.create (count * count) 0.25

    let sum =
        functions.Add(ReadOnlySpan pieces, ReadOnlySpan packed, Span gradient, Span hessian)

    bases, sum, gradient, hessian

let private combinations =
    (seq { [] }, nodes)
    ||> Array.fold (fun found pieces ->
        Seq.allPairs found (seq { 0 .. pieces.Length - 1 })
        |> Seq.map (fun (first, p) -> first @ [ p ]))
    |> Seq.map List.toArray
    |> Seq.toArray

[<Test>]
let ``the sum and its derivatives are those of the definition in every piece`` () =
    Assert.That(combinations.Length, Is.EqualTo 24)

    for pieces in combinations do
        let bases, sum, gradient, hessian = evaluate pieces
        let count = nodes.Length

        // Σ_ab of the d-th derivative in x_k and the e-th in x_l.
        let pair k l d e =
            let mutable total = 0.0

            for a in 0 .. nodes[k].[pieces[k]] - 1 do
                for b in 0 .. nodes[l].[pieces[l]] - 1 do
                    let z = value (struct (k, l, pieces[k], pieces[l], a, b))
                    total <- total + bases[k].[d].[a] * bases[l].[e].[b] * z

            total

        let near (wanted: float) (got: float) =
            Assert.That(got, Is.EqualTo(wanted).Within(1e-11 * (1.0 + abs wanted)))

        let all f =
            Seq.sum (
                seq {
                    for k in 0 .. count - 1 do
                        for l in k + 1 .. count - 1 -> f k l
                }
            )

        near (all (fun k l -> pair k l 0 0)) sum

        for m in 0 .. count - 1 do
            let one d =
                all (fun k l ->
                    if k = m then pair k l d 0
                    elif l = m then pair k l 0 d
                    else 0.0)

            near (0.5 + one 1) gradient[m]
            near (0.25 + one 2) hessian[count * m + m]

            for l in m + 1 .. count - 1 do
                near (0.25 + pair m l 1 1) hessian[count * m + l]
                // Below the diagonal nothing is touched.
                near 0.25 hessian[count * l + m]

[<Test>]
let ``one variable has no pairs`` () =
    let functions = PairFunctions([| [| 9 |] |], value)
    let gradient, hessian = [| 1.0 |], [| 2.0 |]
    let basis = Array.zeroCreate<float> PairFunctions.BasisLength

    let sum =
        functions.Add(ReadOnlySpan [| 0 |], ReadOnlySpan basis, Span gradient, Span hessian)

    Assert.That(sum, Is.EqualTo 0.0)
    Assert.That(gradient[0], Is.EqualTo 1.0)
    Assert.That(hessian[0], Is.EqualTo 2.0)

[<Test>]
let ``pieces without nodes or with ten, and lengths that do not fit, are refused`` () =
    for n in [ 0; 10 ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> PairFunctions([| [| 8 |]; [| n |] |], value) |> ignore)
        )
        |> ignore

    let functions = PairFunctions([| [| 8 |] |], value)

    Assert.Throws<ArgumentException>(
        Action(fun () ->
            functions.Add(
                ReadOnlySpan [| 0 |],
                ReadOnlySpan(Array.zeroCreate<float> 47),
                Span [| 0.0 |],
                Span [| 0.0 |]
            )
            |> ignore)
    )
    |> ignore
