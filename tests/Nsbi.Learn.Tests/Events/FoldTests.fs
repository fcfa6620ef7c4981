module Nsbi.Learn.Tests.FoldTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

[<Test>]
let ``folds are those of the definition, in plain arithmetic elsewhere`` () =
    // From an independent implementation of SplitMix64 in Python integers; must never change.
    let expected = [| 0; 1; 2; 4; 0; 4; 0; 4; 2; 4; 0; 4; 1; 3; 3; 1; 2; 0; 4; 3 |]
    equal expected (Fold.assign 42UL 5 [| 0UL .. 19UL |])

[<Property>]
let ``one group has one fold whatever stands around it`` (seed: uint64) (groups: uint64[]) =
    let folds = Fold.assign seed 5 groups
    let again = Fold.assign seed 5 (Array.rev groups) |> Array.rev
    folds = again && folds |> Array.forall (fun fold -> fold >= 0 && fold < 5)

[<Test>]
let ``folds are equally likely and independent of the seed and of the validation split`` () =
    let n = 100_000
    let groups = Array.init n uint64
    let first = Fold.assign 1UL 5 groups
    let second = Fold.assign 2UL 5 groups
    let validation = groups |> Array.map (Fold.isValidation 1UL 0.2)
    // Pearson χ² against equal cells: 4, 16 and 9 degrees; limits beyond 1 − 1e-6 quantiles.
    let chi2 (expected: 'K -> float) (keys: 'K[]) =
        keys
        |> Array.countBy id
        |> Array.sumBy (fun (key, count) ->
            let e = expected key
            (float count - e) ** 2.0 / e)

    Assert.That(chi2 (fun _ -> float n / 5.0) first, Is.LessThan 34.0)
    Assert.That(chi2 (fun _ -> float n / 25.0) (Array.zip first second), Is.LessThan 75.0)

    let cell (_, isValidation) =
        float n / 5.0 * (if isValidation then 0.2 else 0.8)

    Assert.That(chi2 cell (Array.zip first validation), Is.LessThan 45.0)

[<Test>]
let ``equal values are one group and the sign of zero does not matter`` () =
    let table =
        EventTable.ofColumns
            [ "x", [| 1.0; 0.0; 1.0; -0.0; 2.0 |]; "y", [| 2.0; 3.0; 2.0; 3.0; 1.0 |] ]
            None

    let groups = Fold.groupsByValue [ "x"; "y" ] table
    equal groups[0] groups[2]
    equal groups[1] groups[3]
    equal 3 (Array.distinct groups).Length

[<Test>]
let ``groups do not depend on the selection or the order of events`` () =
    let values = Array.init 50 (fun i -> sin (float i))
    let table = EventTable.ofColumns [ "x", values ] None
    let groups = Fold.groupsByColumn "x" table
    let rows = [| 40; 3; 17 |]
    let some = Fold.groupsByColumn "x" (EventTable.take rows table)
    equal (rows |> Array.map (fun i -> groups[i])) some

[<Test>]
let ``all or nothing is set aside at the ends of the fraction`` () =
    let groups = [| 0UL .. 999UL |]
    Assert.That(groups |> Array.exists (Fold.isValidation 3UL 0.0), Is.False)
    Assert.That(groups |> Array.forall (Fold.isValidation 3UL 1.0), Is.True)

[<Test>]
let ``no folds and fractions outside 0 to 1 are refused`` () =
    let message = argumentFault (fun () -> Fold.ofGroup 1UL 0 1UL |> ignore)
    Assert.That(message, Does.Contain "0 folds")
    let message = argumentFault (fun () -> Fold.isValidation 1UL 1.5 1UL |> ignore)
    Assert.That(message, Does.Contain "fraction of 1.5")
    let message = argumentFault (fun () -> Fold.isValidation 1UL nan 1UL |> ignore)
    Assert.That(message, Does.Contain "fraction of NaN")
