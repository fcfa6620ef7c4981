module Nsbi.Kernels.Tests.ColumnScanTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Kernels.Tests.ColumnProblems

let private first (events, columns, forms: ColumnForm[]) =
    ColumnScan.FirstNonPositive(events, columns, ReadOnlySpan forms)

[<Property(MaxTest = 100)>]
let ``the first factor that is not positive is found`` (seed: int) (length: int) =
    // Large ratios and |α| < 1.6 make a few factors negative.
    let p = random seed (1 + abs (length % 400)) 2 5 1.5
    let columns = columns ColumnPrecision.Single p
    let forms = formsAt p p.Beta

    let expected =
        seq {
            for i in 0 .. p.X.Length - 1 do
                for k in 0 .. forms.Length - 1 do
                    let g, _, _ = forms[k].At(columns.LogUp(k, i), columns.LogDown(k, i))

                    if p.Events.Weights[i] <> 0.0 && not (g > 0.0) then
                        struct (i, k, g)
        }
        |> Seq.tryHead

    let found = first (p.Events, columns, forms)

    match expected with
    | None -> Assert.That(found.HasValue, Is.False)
    | Some(struct (i, k, g)) ->
        Assert.That(found.Value.Row, Is.EqualTo i)
        Assert.That(found.Value.Column, Is.EqualTo k)
        Assert.That(found.Value.Value, Is.EqualTo(g).Within 1e-15)

[<Test>]
let ``some of the problems of the test above have a factor below zero and some have none`` () =
    let found =
        List.init 40 (fun seed ->
            let p = random seed 200 2 5 1.5
            (first (p.Events, columns ColumnPrecision.Single p, formsAt p p.Beta)).HasValue)

    Assert.That(List.contains true found && List.contains false found)

[<Test>]
let ``positive factors and events of weight zero are no fault`` () =
    let read _ (up: float[]) (down: float[]) =
        Array.Fill(up, 0.1)
        Array.Fill(down, -0.1)
        down[3] <- -2.0

    let columns =
        InterpolatedColumns.Create(
            [| ColumnPlace(0, 0) |],
            5,
            ColumnPrecision.Double,
            ColumnReader read
        )

    let events (weights: float[]) =
        WeightedEvents.CreateWhole(EventTiles.Create [| Array.create 5 1.0 |], ReadOnlySpan weights)

    let ones = Array.create 5 1.0
    Assert.That((first (events ones, columns, [| code0 1.0 |])).HasValue, Is.False)
    Assert.That((first (events ones, columns, [| code1 -3.0 |])).HasValue, Is.False)
    Assert.That((first (events ones, columns, [| code0 -2.0 |])).Value.Row, Is.EqualTo 3)
    ones[3] <- 0.0
    Assert.That((first (events ones, columns, [| code0 -2.0 |])).HasValue, Is.False)
