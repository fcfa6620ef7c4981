/// The public 4ℓ samples beside the repository, against the numbers their README states.
module Nsbi.Learn.Tests.SharedDataTests

open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private columns = [
    "theta_star"
    "Phi"
    "Phi1"
    "theta1"
    "theta2"
    "Higgs_mass"
    "Z1_mass"
    "Z2_mass"
    "Higgs_pt"
    "Z1_pt"
    "Z2_pt"
]

let private request =
    EventRequest.columns columns |> EventRequest.weightedBy "Weight"

let private window =
    request
    |> EventRequest.selecting (good1 (Selection.parse "Higgs_mass > 110 && Higgs_mass < 160"))

let private signal = "hzz4l/SMHiggsToZZTo4LTwoMuonsTwoElectronsSkim.csv.gz"
let private background = "hzz4l/ZZTo2e2muTwoMuonsTwoElectronsSkim.csv.gz"

[<Test>]
let ``signal, background and collisions have the stated events and weights`` () =
    let check name count (sum: float) =
        let table = good (EventFile.read request (sharedData name))
        Assert.That(table.Count, Is.EqualTo(count: int))
        Assert.That(table.SumOfWeights, Is.EqualTo(sum).Within 5e-5)

    check signal 11620 2.9157
    check background 49356 95.2211
    check "hzz4l/data_2e2mu_dedup90.csv.gz" 90 90.0

[<Test>]
let ``the mass window keeps the expected events`` () =
    let sum name =
        (good (EventFile.read window (sharedData name))).SumOfWeights

    Assert.That(sum signal, Is.EqualTo(2.85).Within 0.005)
    Assert.That(sum background, Is.EqualTo(7.98).Within 0.005)

[<Test>]
let ``a column of words is refused only when it is asked for`` () =
    let path = sharedData "hzz4l/data_2e2mu_dedup90.csv.gz"
    let faults = EventFile.read (EventRequest.columns [ "source" ]) path |> sentences ""
    Assert.That(faults.Length, Is.EqualTo 21)
    Assert.That(faults[0], Does.Contain "column 'source': the cell is not a number ('Run2012B_")
    Assert.That(faults[20], Does.EndWith "and 70 more: the cell is not a number.")
