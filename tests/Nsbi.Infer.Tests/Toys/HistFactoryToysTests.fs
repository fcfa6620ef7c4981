/// Toys of a pyhf workspace against those of histfactory_toys.py.
module Nsbi.Infer.Tests.HistFactoryToysTests

open System.IO
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.ToyModels

let private compiled =
    let rec up (at: DirectoryInfo) =
        if File.Exists(Path.Combine(at.FullName, "Nsbi.slnx")) then
            Path.Combine(at.FullName, "examples", "histfactory", "search.json")
        else
            up at.Parent

    let path = up (DirectoryInfo TestContext.CurrentContext.TestDirectory)

    match WorkspaceFile.read path |> Result.bind (Workspace.compile path) with
    | Ok compiled -> compiled
    | Error faults -> invalidOp (Fault.render faults)

let private point =
    Map.ofList [
        "mu", 1.3
        "lumi", 1.005
        "jes", 0.5
        "bkg_norm", -0.4
        "stat_SR[0]", 1.02
        "stat_SR[1]", 0.98
        "stat_SR[2]", 1.01
        "fakes_SR[0]", 1.1
        "fakes_SR[1]", 0.9
        "fakes_SR[2]", 1.05
    ]

let private sampler =
    let theta =
        compiled.Index.Names |> List.map (fun name -> point[name]) |> List.toArray

    InterferenceModel.ok (ToySampler.create compiled theta)

let private toys = lazy (Array.init 40_000 (fun k -> sampler.Draw(31UL, uint64 k)))

let private check (what: string) (values: float[]) (mean: float) (variance: float) =
    let m, v = moments values
    let n = float values.Length
    // Of the 400,000 toys of the script a tenth of ours in the errors.
    Assert.That(m, near (4.4 * sqrt (variance / n)) mean, what)
    Assert.That(v, near (4.4 * variance * sqrt (2.3 / n)) variance, what)

[<Test>]
let ``bin counts have the means and variances of an independent generator`` () =
    let counts = toys.Value |> Array.map (fun toy -> List.toArray (snd toy.Counts.Head))

    // The expectations are exact, the variances drawn.
    for b, (mean, variance) in
        List.indexed [ 72.41745328, 72.4661; 55.95095035, 56.0676; 36.54348841, 36.487 ] do
        check $"bin {b}" (counts |> Array.map (fun c -> c[b])) mean variance

    Assert.That(sampler.Expected, near 1e-6 (72.41745328 + 55.95095035 + 36.54348841))

[<TestCase("lumi", 1.00495, 0.000288761)>]
[<TestCase("jes", 0.498068, 1.00051)>]
[<TestCase("bkg_norm", -0.400159, 0.997562)>]
[<TestCase("stat_SR[0]", 1.02002, 0.000890063)>]
[<TestCase("stat_SR[1]", 0.979967, 0.00101689)>]
[<TestCase("stat_SR[2]", 1.01003, 0.00156869)>]
[<TestCase("fakes_SR[0]", 12.2258, 12.1556)>]
[<TestCase("fakes_SR[1]", 6.94413, 6.92488)>]
[<TestCase("fakes_SR[2]", 6.55882, 6.5853)>]
let ``auxiliary data have the means and variances of an independent generator``
    (name: string, mean: float, variance: float)
    =
    let values =
        toys.Value |> Array.map (fun toy -> Map.ofList toy.Globals |> Map.find name)

    check name values mean variance

[<Test>]
let ``fitted toys have the moments of those drawn and fitted by an independent program`` () =
    let toys = 2_000

    let run = {
        ToyRun.ofToys toys with
            Seed = 32UL
            Threads = 2
    }

    let study = ToyStudy.make (ToyEnsemble.run run) Fit.settings None 32UL sampler
    let mu = study.Summary.Parameters |> List.find (fun p -> p.Name = "mu")
    Assert.That(study.Summary.Failed, same 0)

    // 2,000 toys against 1,000: errors of both.
    let agree (what: string) (error: float) (found: float) (expected: float) =
        Assert.That(found, near (4.0 * sqrt 3.0 * error) expected, what)

    agree "mean" mu.Best.MeanError mu.Best.Mean 1.27918
    agree "rms" mu.Best.WidthError mu.Best.Width 0.737726
    agree "pull mean" mu.Pull.MeanError mu.Pull.Mean 0.0467039
    agree "pull rms" mu.Pull.WidthError mu.Pull.Width 0.883838
    let p = 0.049
    agree "at bound" (sqrt (p * (1.0 - p) / float toys)) mu.AtBound p
