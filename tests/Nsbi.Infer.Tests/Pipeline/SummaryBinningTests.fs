module Nsbi.Infer.Tests.SummaryBinningTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private uniform (seed: uint64) (n: int) : float[] =
    let mutable stream = RandomStream(seed, "uniform")
    Array.init n (fun _ -> stream.NextDouble())

let private ones n = Array.create n 1.0

let private contents count (bins: int[]) =
    Array.init count (fun b -> bins |> Array.filter ((=) b) |> Array.length)

[<Test>]
let ``bins of one summary hold equal shares in increasing order`` () =
    let x = uniform 1UL 1000

    let binning =
        SummaryBinning.divide [ EqualContent 10 ] 10.0 (ones 1000) (ones 1000) [| x |]

    let bins = SummaryBinning.binsOf binning [| x |]
    Assert.That(SummaryBinning.count binning, same 10)

    for n in contents 10 bins do
        Assert.That(n, Is.InRange(99, 101))

    for a, b in Array.pairwise (Array.zip x bins |> Array.sort) do
        Assert.That(snd a, Is.LessThanOrEqualTo(snd b))

[<Test>]
let ``the second summary divides each part of the first`` () =
    let x = uniform 1UL 4000
    // Correlated, so that cuts of the second differ from part to part.
    let y = Array.map2 (fun a b -> a + 0.5 * b) x (uniform 2UL 4000)

    let binning =
        SummaryBinning.divide [ EqualContent 4; EqualContent 5 ] 10.0 (ones 4000) (ones 4000) [|
            x
            y
        |]

    let bins = SummaryBinning.binsOf binning [| x; y |]
    Assert.That(SummaryBinning.count binning, same 20)

    for n in contents 20 bins do
        Assert.That(n, Is.InRange(198, 202))

    match binning with
    | Divided(cuts, parts) ->
        Assert.That(cuts.Length, same 3)

        for i in 0..3999 do
            let part = cuts |> Array.filter (fun cut -> x[i] >= cut) |> Array.length

            match parts[part] with
            | Divided(inner, _) ->
                let expected = inner |> Array.filter (fun cut -> y[i] >= cut) |> Array.length
                Assert.That(bins[i], same (5 * part + expected))
            | Bin _ -> Assert.Fail "no parts"
    | Bin _ -> Assert.Fail "no parts"

[<Property>]
let ``every bin has enough events of both weights`` (seed: uint64) (wished: int) =
    let n = 300
    let x, y = uniform seed n, uniform (seed + 1UL) n
    let content = uniform (seed + 2UL) n
    let also = x |> Array.map (fun x -> if x < 0.3 then 0.0 else x)
    let bins = [ EqualContent(1 + abs wished % 20); EqualContent(1 + abs wished % 3) ]
    let binning = SummaryBinning.divide bins 12.0 content also [| x; y |]
    let of' = SummaryBinning.binsOf binning [| x; y |]

    let effective (weights: float[]) b =
        let own =
            Array.zip of' weights |> Array.filter (fun (c, _) -> c = b) |> Array.map snd

        let sum = Array.sum own
        sum * sum / Array.sumBy (fun w -> w * w) own

    [ 0 .. SummaryBinning.count binning - 1 ]
    |> List.forall (fun b -> effective content b >= 11.999 && effective also b >= 11.999)

[<Test>]
let ``given edges are kept and what lies outside is in the outer bins`` () =
    let x = uniform 3UL 900
    let edges = GivenEdges [ 0.2; 0.5; 0.6; 0.9 ]
    let binning = SummaryBinning.divide [ edges ] 10.0 (ones 900) (ones 900) [| x |]

    match binning with
    | Divided(cuts, _) -> Assert.That(cuts, same [| 0.5; 0.6 |])
    | Bin _ -> Assert.Fail "no cuts"

    let at = [| -5.0; 0.49; 0.5; 0.59; 0.6; 7.0; infinity; -infinity; nan |]
    Assert.That(SummaryBinning.binsOf binning [| at |], same [| 0; 0; 1; 1; 2; 2; 2; 0; 0 |])

[<Test>]
let ``events without the second weight are joined to others`` () =
    let x = uniform 4UL 500
    let also = x |> Array.map (fun x -> if x > 0.5 then 1.0 else 0.0)
    let binning = SummaryBinning.divide [ EqualContent 10 ] 10.0 (ones 500) also [| x |]
    Assert.That(SummaryBinning.count binning, Is.InRange(5, 6))
