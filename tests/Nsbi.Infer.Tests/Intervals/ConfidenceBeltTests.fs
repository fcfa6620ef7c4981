module Nsbi.Infer.Tests.ConfidenceBeltTests

open System
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Tests

let private quantile alpha value error = {
    Probability = alpha
    Value = value
    Error = error
    Lower = value - error
    Upper = value + error
}

/// A belt whose quantile of level 0.68 is a function of the value, with the same error everywhere.
let private belt inRoot error (c: float -> float) (values: float list) =
    ConfidenceBelt.create "mu" [ 0.68 ] inRoot [
        for v in values ->
            {
                Value = v
                Quantiles = [ quantile 0.68 (c v) error ]
                Toys = 1000
                Failed = 0
            }
    ]

let private ends (found: AcceptedSet) =
    found.Intervals |> List.map (fun i -> i.Lower.Value, i.Upper.Value)

[<Test>]
let ``between points the quantile is a line in the belt's coordinate`` () =
    let line = belt false 0.1 (fun v -> 1.0 + v) [ 0.0; 1.0; 4.0 ]
    let struct (value, error) = ConfidenceBelt.quantile line 0.68 2.5
    Assert.That(value, near 1e-14 3.5)
    Assert.That(error, near 1e-14 (0.1 * sqrt 0.5))
    let root = belt true 0.1 (fun v -> 1.0 + sqrt v) [ 4.0; 0.0; 1.0 ]
    let struct (value, _) = ConfidenceBelt.quantile root 0.68 2.25
    Assert.That(value, near 1e-14 2.5)
    // At the points themselves and beyond the ends.
    let struct (value, error) = ConfidenceBelt.quantile root 0.68 1.0
    Assert.That((value, error), same (2.0, 0.1))
    let struct (value, _) = ConfidenceBelt.quantile root 0.68 9.0
    Assert.That(value, same 3.0)

[<Test>]
let ``a parabola and a flat belt give the asymptotic interval`` () =
    let flat = belt false 0.05 (fun _ -> 1.0) [ for k in 0..10 -> float k ]

    let found =
        BeltAcceptance.find 4 flat 0.68 [ 5.3 ] (fun mu -> ((mu - 5.3) / 0.7) ** 2.0)

    let i = List.exactlyOne found.Intervals
    Assert.That(i.Lower.Value, near 1e-6 4.6)
    Assert.That(i.Upper.Value, near 1e-6 6.0)
    // dt/dμ = 2/0.7 at the ends; at 6 the belt has a point, at 4.6 it lies between two.
    Assert.That(i.Upper.Error, near 1e-4 (0.05 * 0.35))
    let between = 0.05 * sqrt (0.4 ** 2.0 + 0.6 ** 2.0)
    Assert.That(i.Lower.Error, near 1e-4 (between * 0.35))

[<Test>]
let ``two wells give two intervals, and a set that meets the edge says so`` () =
    let t mu = 4.0 * ((mu - 1.0) * (mu - 3.0)) ** 2.0
    let flat = belt true 0.01 (fun _ -> 1.0) [ 0.0; 0.5; 1.0; 1.5; 2.0; 2.5; 3.0; 3.2 ]
    let found = BeltAcceptance.find 4 flat 0.68 [] t
    // |(μ − 1)(μ − 3)| ≤ ½: μ = 2 ± √(1 ± ½).
    let inner, outer' = sqrt 0.5, sqrt 1.5

    match ends found with
    | [ a, b; c, d ] ->
        Assert.That(a, near 1e-6 (2.0 - outer'))
        Assert.That(b, near 1e-6 (2.0 - inner))
        Assert.That(c, near 1e-6 (2.0 + inner))
        Assert.That(d, same 3.2)
    | other -> Assert.Fail $"{other}"

    Assert.That(found.Intervals[1].Upper.AtEdge, same true)
    Assert.That(found.Intervals[1].Lower.AtEdge, same false)
    Assert.That(found.Contains 1.0, same true)
    Assert.That(found.Contains 2.0, same false)

[<Test>]
let ``a part narrower than the cells is found at a minimum of t`` () =
    let flat = belt false 0.01 (fun _ -> 1.0) [ for k in 0..5 -> float k ]
    let t mu = 0.95 + 30.0 * (mu - 2.37) ** 2.0
    let w = sqrt (0.05 / 30.0)

    for best in [ []; [ 2.37 ] ] do
        match ends (BeltAcceptance.find 2 flat 0.68 best t) with
        | [ a, b ] ->
            Assert.That(a, near 1e-6 (2.37 - w))
            Assert.That(b, near 1e-6 (2.37 + w))
        | other -> Assert.Fail $"{other}"

[<Test>]
let ``impossible values are never accepted`` () =
    let flat = belt false 0.01 (fun _ -> 4.0) [ for k in 0..5 -> float k ]

    let t mu =
        if mu < 1.7 then infinity else (mu - 2.0) ** 2.0

    match ends (BeltAcceptance.find 4 flat 0.68 [ 2.0 ] t) with
    | [ a, b ] ->
        Assert.That(a, near 1e-6 1.7)
        Assert.That(b, near 1e-6 4.0)
    | other -> Assert.Fail $"{other}"

[<Test>]
let ``nothing and everything can be accepted`` () =
    let flat = belt false 0.01 (fun _ -> 1.0) [ 0.0; 1.0; 2.0 ]
    Assert.That(BeltAcceptance.find 3 flat 0.68 [] (fun _ -> 2.0) |> ends, Is.Empty)
    Assert.That(BeltAcceptance.find 3 flat 0.68 [] (fun _ -> 0.5) |> ends, same [ 0.0, 2.0 ])

[<Test>]
let ``the stated error of an end is its spread over belts with Monte Carlo noise`` () =
    let values = [ for k in 0..8 -> 0.5 * float k ]
    let t mu = (mu - 2.1) ** 2.0 / 0.5

    let found = [
        for k in 1..400 ->
            let mutable stream = Nsbi.Kernels.RandomStream(3UL, "belts", uint64 k)
            let noise = [| for _ in values -> 0.0 |]

            for i in 0 .. noise.Length - 1 do
                noise[i] <- 0.04 * stream.NextGaussian()

            let c v = 1.0 + 0.2 * v + noise[int (2.0 * v)]
            let set = BeltAcceptance.find 4 (belt false 0.04 c values) 0.68 [ 2.1 ] t
            (List.exactlyOne set.Intervals).Upper
    ]

    let mean = found |> List.averageBy _.Value
    let spread = sqrt (found |> List.averageBy (fun e -> (e.Value - mean) ** 2.0))
    Assert.That((found |> List.averageBy _.Error) / spread, near 0.15 1.0)

[<Property>]
let ``the set is {t <= c} at every value`` () =
    let cases =
        gen {
            let! c =
                Gen.listOfLength 6 (Gen.choose (50, 200) |> Gen.map (fun k -> 0.01 * float k))

            let! phase = Gen.choose (0, 628) |> Gen.map (fun k -> 0.01 * float k)
            let! waves = Gen.choose (1, 3)
            let! inRoot = Gen.elements [ true; false ]
            return c, phase, waves, inRoot
        }

    Prop.forAll (Arb.fromGen cases) (fun (c, phase, waves, inRoot) ->
        let belt = belt inRoot 0.01 (fun v -> c[int v]) [ for k in 0..5 -> float k ]
        let t mu = 1.2 + sin (float waves * mu + phase)
        let set = BeltAcceptance.find 6 belt 0.68 [] t

        [ for k in 0..500 -> 0.01 * float k ]
        |> List.forall (fun mu ->
            let struct (q, _) = ConfidenceBelt.quantile belt 0.68 mu
            set.Contains mu = (t mu <= q) || abs (t mu - q) < 1e-6))

[<Test>]
let ``a belt bends where a point is off the line of its neighbours beyond its errors`` () =
    let values = [ 0.0; 1.0; 2.0; 3.0; 4.0 ]
    let peak v = if v = 2.0 then 2.0 else 1.0
    // The point beside the peak is off the line between its neighbours too.
    let bent = belt false 0.05 peak values
    Assert.That(ConfidenceBelt.bends 0.02 bent, same [ 0.5; 1.5; 2.5; 3.5 ])
    Assert.That(ConfidenceBelt.bends 0.02 (belt false 0.5 peak values), Is.Empty)
    Assert.That(ConfidenceBelt.bends 0.6 bent, Is.Empty)
    Assert.That(ConfidenceBelt.bends 0.02 (belt false 0.0 (fun v -> 1.0 + v) values), Is.Empty)
    // In √μ, the middles are those of √μ.
    let root = belt true 0.01 (fun v -> if v = 1.0 then 2.0 else 1.0) [ 0.0; 1.0; 4.0 ]
    Assert.That(ConfidenceBelt.bends 0.02 root, same [ 0.25; 2.25 ])

[<Test>]
let ``misuse is refused`` () =
    let throws (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    throws (fun () -> belt false 0.1 id [])
    throws (fun () -> belt false 0.1 id [ 1.0; 1.0 ])
    throws (fun () -> belt true 0.1 id [ -1.0; 1.0 ])
    throws (fun () -> ConfidenceBelt.quantile (belt false 0.1 id [ 1.0 ]) 0.9 1.0)
    throws (fun () -> BeltAcceptance.find 0 (belt false 0.1 id [ 1.0 ]) 0.68 [] id)
