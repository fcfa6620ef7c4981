module Networks.PreselectionTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

let private gaussians name total mean n : ScoredSample =
    let mutable stream = RandomStream(5UL, name, 0UL)

    {
        Name = name
        Yield = total
        Scores = Array.init n (fun _ -> mean + stream.NextGaussian())
        Weights = Array.create n 0.7
    }

let private valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private faultsOf result =
    match result with
    | Ok _ -> ""
    | Error faults -> Fault.render faults

/// 1 − Φ(x), Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7).
let private tail (x: float) =
    let z = abs x / sqrt 2.0
    let t = 1.0 / (1.0 + 0.3275911 * z)

    let poly =
        t
        * (0.254829592
           + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))

    let upper = 0.5 * poly * exp (-z * z)
    if x >= 0.0 then upper else 1.0 - upper

[<Test>]
let ``the cut is where signal over background reaches the target`` () =
    let signal = gaussians "S" 40.0 1.0 100_000
    let background = gaussians "NI" 4000.0 0.0 100_000
    let found = Preselection.findCut 0.1 signal background |> valueOf
    let expected = 0.01 * tail (found.Cut - 1.0) / tail found.Cut
    Assert.That(abs (found.Ratio.Pull expected), Is.LessThan 3.0)
    Assert.That(found.Ratio.Value, Is.EqualTo(0.1).Within 1e-3)
    Assert.That(expected, Is.EqualTo(0.1).Within(4.0 * found.Ratio.Error))
    Assert.That(found.Ratio.Error, Is.InRange(1e-4, 0.02))
    Assert.That(found.Signal.Value, Is.EqualTo(40.0 * tail (found.Cut - 1.0)).Within 0.5)

[<Test>]
let ``the passing events of a cut are counted by definition`` () =
    let sample name scores : ScoredSample = {
        Name = name
        Yield = 10.0
        Scores = scores
        Weights = scores |> Array.map (fun _ -> 2.0)
    }

    let signal = sample "S" [| for i in 1..20 -> float i + 0.5 |]
    let background = sample "B" [| for i in 1..20 -> float i - 5.0 |]
    // Above x: 21 − x signal events, 15 − x background events: 20/15 with everything above 0.
    let found = Preselection.findCut 1.3 signal background |> valueOf

    let passing (s: ScoredSample) =
        s.Scores |> Array.filter (fun x -> x >= found.Cut) |> Array.length

    Assert.That(found.Signal.Value, Is.EqualTo(0.5 * float (passing signal)).Within 1e-12)
    Assert.That(found.Background.Value, Is.EqualTo(0.5 * float (passing background)).Within 1e-12)
    Assert.That(found.Ratio.Value, Is.GreaterThanOrEqualTo 1.3)
    Assert.That(passing background, Is.EqualTo 15)

[<Test>]
let ``nothing is cut where the ratio is high enough already`` () =
    let found =
        Preselection.findCut 0.1 (gaussians "S" 5.0 1.0 1000) (gaussians "B" 10.0 0.0 1000)

    Assert.That((valueOf found).Cut, Is.EqualTo Double.NegativeInfinity)

[<Test>]
let ``a target out of reach is answered with how far one comes`` () =
    let sentence =
        Preselection.findCut 0.5 (gaussians "S" 1.0 0.1 5000) (gaussians "NI" 1e4 0.0 5000)
        |> faultsOf

    Assert.That(sentence, Does.Contain "no cut on the score gives 'S'/'NI' as wanted")
    Assert.That(sentence, Does.Contain "the largest with 10 effective events of 'NI' is")

[<Test>]
let ``broken samples are refused with every fault`` () =
    let broken = {
        gaussians "S" -1.0 0.0 10 with
            Scores = Array.create 9 nan
    }

    let sentence =
        Preselection.findCut -0.1 broken {
            gaussians "B" 1.0 0.0 10 with
                Weights = Array.create 10 -1.0
        }
        |> faultsOf

    for words in
        [
            "S/B is not positive"
            "differ in length"
            "yield is not positive"
            "not a number"
            "total weight is not positive"
        ] do
        Assert.That(sentence, Does.Contain words)

[<Test>]
let ``the control region holds every failing event in bins of about equal expectation`` () =
    let samples = [ gaussians "S" 40.0 1.0 20_000; gaussians "NI" 400.0 0.0 20_000 ]
    let region = Preselection.controlRegion 0.5 4 samples |> valueOf
    Assert.That(region.Edges.Length, Is.EqualTo 4)
    Assert.That(region.Edges[3], Is.EqualTo 0.5)

    let totals =
        Array.init 4 (fun b -> region.Yields |> List.sumBy (fun (_, yields) -> yields[b].Value))

    for sample in samples do
        let failing = sample.Scores |> Array.filter (fun s -> s < 0.5) |> Array.length
        let yields = region.Yields |> List.find (fun (name, _) -> name = sample.Name) |> snd
        let expected = sample.Yield * float failing / float sample.Scores.Length
        Assert.That(Array.sumBy _.Value yields, Is.EqualTo(expected).Within 1e-9)

    for b in 0..3 do
        Assert.That(totals[b], Is.EqualTo(Array.sum totals / 4.0).Within 0.1)

    for score in [ -10.0; region.Edges[0]; region.Edges[1] - 1e-9; 0.4999; 0.5; 3.0 ] do
        let expected =
            if score >= 0.5 then
                -1
            else
                region.Edges |> Array.filter (fun edge -> edge <= score) |> Array.length

        Assert.That(Preselection.bin region score, Is.EqualTo expected)

[<Test>]
let ``more bins than failing events are refused`` () =
    let sentence =
        Preselection.controlRegion -1.0 50 [ gaussians "S" 1.0 0.0 100 ] |> faultsOf

    Assert.That(sentence, Does.Contain "fewer failing events than bins")

[<Test>]
let ``the score rises with the softmax output of the signal`` () =
    let ratios = [| [| 1.0; 2.0; 0.5 |]; [| 1.0; 0.5; 1.2 |]; [| 1.0; 0.8; 1.4 |] |]
    let proportions = [| 0.2; 0.3; 0.5 |]
    let scores = Preselection.scores proportions 0 ratios

    for i in 0..2 do
        let output =
            proportions[0] * ratios[0][i]
            / Array.sum (Array.init 3 (fun k -> proportions[k] * ratios[k][i]))

        Assert.That(1.0 / (1.0 + exp -scores[i]), Is.EqualTo(output).Within 1e-15)
