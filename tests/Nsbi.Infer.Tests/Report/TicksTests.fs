module Nsbi.Infer.Tests.TicksTests

open System
open System.Globalization
open NUnit.Framework
open FsCheck
open FsCheck.FSharp
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

/// Ends of axes over many orders of magnitude, far from zero too.
let ranges =
    gen {
        let! low = Gen.choose (-1000, 1000)
        let! width = Gen.choose (1, 1000)
        let! exponent = Gen.choose (-9, 9)
        let unit = Math.Pow(10.0, float exponent)
        return float low * unit, float (low + width) * unit
    }
    |> Arb.fromGen

let private parse (label: string) =
    Double.Parse(label.Replace('−', '-'), CultureInfo.InvariantCulture)

[<Property>]
let ``linear ticks increase inside the axis at equal distances`` () =
    Prop.forAll ranges (fun (low, high) ->
        let values = Ticks.linear 5 low high |> List.map _.Value
        let steps = values |> List.pairwise |> List.map (fun (a, b) -> b - a)
        let slack = 1e-9 * (abs low + abs high)

        values |> List.forall (fun v -> v >= low && v <= high)
        && steps |> List.forall (fun s -> s > 0.0 && abs (s - steps[0]) <= slack))

[<Property>]
let ``there are between two and twice the wished number of linear ticks`` () =
    Prop.forAll ranges (fun (low, high) ->
        [ 4; 5; 8 ]
        |> List.forall (fun wished ->
            let count = (Ticks.linear wished low high).Length
            count >= 2 && count <= 2 * wished))

[<Property>]
let ``labels of linear ticks differ and say the value`` () =
    Prop.forAll ranges (fun (low, high) ->
        let ticks = Ticks.linear 5 low high

        (ticks |> List.distinctBy _.Label |> List.length) = ticks.Length
        && ticks
           |> List.forall (fun tick -> abs (parse tick.Label - tick.Value) <= 1e-6 * (high - low)))

[<Property>]
let ``the step of linear ticks is 1, 2, 2.5 or 5 times a power of ten`` () =
    Prop.forAll ranges (fun (low, high) ->
        match Ticks.linear 5 low high with
        | first :: second :: _ ->
            let step = second.Value - first.Value
            let mantissa = step / Math.Pow(10.0, floor (log10 step + 1e-6))
            [ 1.0; 2.0; 2.5; 5.0 ] |> List.exists (fun m -> abs (mantissa - m) < 1e-3)
        | _ -> false)

[<Test>]
let ``labels are as people write them`` () =
    let labels wished low high =
        Ticks.linear wished low high |> List.map _.Label

    Assert.That(labels 4 0.0 1.0, same [ "0.00"; "0.25"; "0.50"; "0.75"; "1.00" ])
    Assert.That(labels 4 -3.0 3.0, same [ "−2"; "0"; "2" ])
    Assert.That(labels 4 110.0 160.0, same [ "120"; "140"; "160" ])
    Assert.That(labels 4 0.0 3e-7, same [ "0e0"; "1e−7"; "2e−7"; "3e−7" ])

[<Test>]
let ``logarithmic ticks are powers of ten with superscripts`` () =
    let labels low high =
        Ticks.logarithmic low high |> List.map _.Label |> List.filter (fun l -> l <> "")

    Assert.That(labels 0.0009 12.0, same [ "10⁻³"; "10⁻²"; "10⁻¹"; "10⁰"; "10¹" ])
    Assert.That(labels 1.0 60.0, same [ "1"; "2"; "5"; "10"; "20"; "50" ])

[<Property>]
let ``logarithmic ticks increase inside the axis`` () =
    Prop.forAll ranges (fun (low, high) ->
        let low = abs low + 1e-12
        let high = low * (1.5 + abs high)
        let values = Ticks.logarithmic low high |> List.map _.Value

        values |> List.forall (fun v -> v >= low && v <= high)
        && values |> List.pairwise |> List.forall (fun (a, b) -> a < b))

[<Test>]
let ``axes without length are refused`` () =
    Assert.That(Action(fun () -> Ticks.linear 5 1.0 1.0 |> ignore), Throws.ArgumentException)
    Assert.That(Action(fun () -> Ticks.linear 5 nan 1.0 |> ignore), Throws.ArgumentException)
    Assert.That(Action(fun () -> Ticks.logarithmic 0.0 1.0 |> ignore), Throws.ArgumentException)
