module Nsbi.Learn.Tests.EventTableTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private table =
    EventTable.ofColumns
        [ "m", [| 1.0; 2.0; 3.0 |]; "p", [| 4.0; 5.0; 6.0 |] ]
        (Some [| 0.5; -1.0; 2.0 |])

[<Test>]
let ``sums and effective size follow their definitions`` () =
    Assert.That(table.Count, Is.EqualTo 3)
    Assert.That(table.SumOfWeights, Is.EqualTo 1.5)
    Assert.That(table.SumOfSquaredWeights, Is.EqualTo 5.25)
    Assert.That(table.EffectiveSize, Is.EqualTo(2.25 / 5.25))

[<Test>]
let ``a table without events has effective size zero`` () =
    Assert.That((EventTable.ofColumns [ "m", [||] ] None).EffectiveSize, Is.EqualTo 0.0)

[<Test>]
let ``the arrays given are copied`` () =
    let values = [| 1.0; 2.0 |]
    let table = EventTable.ofColumns [ "m", values ] None
    values[0] <- 9.0
    Assert.That(table.Column("m").Span[0], Is.EqualTo 1.0)

[<Test>]
let ``taking rows keeps their origin and weight`` () =
    let taken = EventTable.take [| 2; 0; 2 |] table
    equal [| 6.0; 4.0; 6.0 |] (EventTable.values "p" taken)
    equal [| 2.0; 0.5; 2.0 |] (EventTable.weights taken)
    Assert.That(taken.Origin 0, Is.EqualTo(struct ("event table", 3)))

[<Test>]
let ``joined tables keep the origins of their parts whatever the order of columns`` () =
    let other =
        good (EventTable.create "other" [ "p", [| 7.0 |]; "m", [| 8.0 |] ] [| 1.0 |])

    let joined = EventTable.concat [ table; other; EventTable.take [| 1 |] table ]
    equal [| 1.0; 2.0; 3.0; 8.0; 2.0 |] (EventTable.values "m" joined)
    Assert.That(joined.Origin 3, Is.EqualTo(struct ("other", 1)))
    Assert.That(joined.Origin 4, Is.EqualTo(struct ("event table", 2)))

[<Test>]
let ``tables with other columns are not joined`` () =
    let other = EventTable.ofColumns [ "m", [| 1.0 |] ] None
    let message = argumentFault (fun () -> EventTable.concat [ table; other ] |> ignore)
    Assert.That(message, Does.Contain "columns differ: m, p / m")

[<Test>]
let ``columns are added, replaced and removed without touching the rest`` () =
    let more = table |> EventTable.withColumn "q" [| 7.0; 8.0; 9.0 |]
    equal [ "m"; "p"; "q" ] (List.ofSeq more.Names)
    let replaced = more |> EventTable.withColumn "m" [| 0.0; 0.0; 0.0 |]
    equal [| 0.0; 0.0; 0.0 |] (EventTable.values "m" replaced)
    equal [| 1.0; 2.0; 3.0 |] (EventTable.values "m" more)
    equal [ "m"; "q" ] (List.ofSeq (EventTable.withoutColumn "p" more).Names)

[<Test>]
let ``weights are replaced and scaled`` () =
    Assert.That((EventTable.scale 2.0 table).SumOfWeights, Is.EqualTo 3.0)
    let weights = EventTable.withWeights [| 1.0; 1.0; 1.0 |] table
    Assert.That(weights.EffectiveSize, Is.EqualTo 3.0)

[<Test>]
let ``all faults of the columns given are reported at once`` () =
    let faults =
        EventTable.create "toy" [ "m", [| 1.0; nan |]; "m", [| 1.0 |] ] [| infinity; 1.0 |]
        |> sentences ""

    let expected = [
        "toy, column 'm': the column is there more than once; give each a name of its own."
        "toy, event 2, column 'm': the value is not a finite number ('NaN'); "
        + "remove or repair the event."
        "toy, event 1, column 'weight': the value is not a finite number ('Infinity'); "
        + "remove or repair the event."
        "toy, column 'm': the column and the weights differ in length ('1 values'); "
        + "there are 2 weights."
    ]

    Assert.That(faults, Is.EquivalentTo expected)

[<Test>]
let ``a column that is not there is named with the nearest one`` () =
    let table = EventTable.ofColumns [ "Higgs_mass", [| 1.0 |] ] None
    let message = argumentFault (fun () -> table.Column "Higgs_mas" |> ignore)
    Assert.That(message, Does.Contain "did you mean 'Higgs_mass'?")

[<Property>]
let ``filtering and its complement together are the table`` (mask: bool list) =
    let mask = List.toArray mask
    let values = Array.init mask.Length float
    let table = EventTable.ofColumns [ "x", values ] None
    let kept = EventTable.filter mask table
    let dropped = EventTable.filter (Array.map not mask) table
    let all = Array.append (EventTable.values "x" kept) (EventTable.values "x" dropped)
    Array.sort all = values && kept.Count + dropped.Count = table.Count
