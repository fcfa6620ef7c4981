module Networks.DataSplitTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Networks

let private settings folds = {
    EstimatorSettings.standard with
        Folds = folds
        Seed = 17UL
}

let private isHeldOut role =
    role = Role.Normalisation || role = Role.Check

[<Property>]
let ``a group is held out in exactly one of several folds`` (group: uint64) =
    let roles = [ for f in 0..4 -> DataSplit.role (settings 5) f group ]
    let held = roles |> List.filter isHeldOut
    let fold = DataSplit.fold 17UL 5 group
    held.Length = 1 && isHeldOut roles[fold]

[<Property>]
let ``an event's role in the other folds does not depend on which of them trains`` (group: uint64) =
    [ for f in 0..4 -> DataSplit.role (settings 5) f group ]
    |> List.filter (isHeldOut >> not)
    |> List.distinct
    |> List.length
        =
        1

[<Test>]
let ``the shares of folds and roles are as wanted`` () =
    let n = 40_000

    let share f role =
        (List.filter ((=) role) f |> List.length |> float) / float n

    let rolesOf settings = [ for g in 1..n -> DataSplit.role settings 0 (uint64 g) ]

    let near (expected: float) (actual: float) =
        let error = sqrt (expected * (1.0 - expected) / float n)
        Assert.That(actual, Is.EqualTo(expected).Within(4.0 * error))

    let crossed = rolesOf (settings 5)
    near 0.1 (share crossed Role.Check)
    near 0.1 (share crossed Role.Normalisation)
    near 0.08 (share crossed Role.Validation)

    let single =
        rolesOf {
            settings 1 with
                HeldOut = 0.4
                CheckFraction = 0.25
        }

    near 0.1 (share single Role.Check)
    near 0.3 (share single Role.Normalisation)
    near 0.06 (share single Role.Validation)
    near 0.54 (share single Role.Training)

[<Test>]
let ``networks of different names have different seeds`` () =
    let seeds = [ for i in 0..99 -> DataSplit.networkSeed 1UL $"fold{i % 10}-member{i / 10}" ]
    Assert.That((List.distinct seeds).Length, Is.EqualTo 100)
    Assert.That(DataSplit.networkSeed 2UL "fold0-member0", Is.Not.EqualTo seeds[0])
