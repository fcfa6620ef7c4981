/// Tests and significances of whole pyhf workspaces; the numbers are those of cls_workspaces.py.
module Nsbi.Infer.Tests.PublishedWorkspaceLimitsTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests.HistFactory
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private ok (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private observation (name: string) : Observation =
    let text =
        if name.EndsWith ".json" then
            let rec up (at: DirectoryInfo) =
                if File.Exists(Path.Combine(at.FullName, "Nsbi.slnx")) then
                    Path.Combine(at.FullName, "examples", "histfactory", name)
                else
                    up at.Parent

            File.ReadAllText(up (DirectoryInfo TestContext.CurrentContext.TestDirectory))
        else
            Documents.published name

    match DocumentJson.read text with
    | Error faults -> invalidOp (String.Join("\n", faults))
    | Ok document ->
        let workspace = ok (PyhfWorkspace.ofDocument "w" None document)
        let compiled = ok (Workspace.compile "w" workspace)
        ok (Workspace.observation "w" compiled workspace)

let private chargino = "ATLAS-SUSY-2019-08_full_C1N2_Wh_hbb_700_250"

let private cases =
    [
        "search.json",
        "mu",
        2.18094023,
        1.49538255,
        [ 0.5; 0.8893084; 0.562234654 ],
        [ 0.0278939697; 0.0826488632; 0.221383201; 0.489481722; 0.799654646 ]

        chargino,
        "mu_SIG",
        1.90889148,
        7.20847115,
        [ 0.0544868057; 0.860381744; 0.06332864 ],
        [ 6.15714855e-05; 0.000721150814; 0.00725602767; 0.0546836837; 0.252459749 ]
    ]
    |> List.map (fun (name, poi, q0, asimov, levels, band) ->
        TestCaseData(name, poi, q0, asimov, levels, band).SetArgDisplayNames(name))

[<TestCaseSource(nameof cases)>]
let ``CLs at 1 and q0 of a workspace are those of an independent program``
    (name: string, poi: string, q0: float, asimov: float, levels: float list, band: float list)
    =
    let observation = observation name

    let found =
        HypothesisTest.asymptotic Fit.settings observation TestStatistic.UpperLimitBounded poi 1.0

    Assert.That(found.Asimov.Value.Value, near 1e-6 asimov)

    let pairs =
        List.zip
            (levels @ band)
            (found.Levels.Clsb :: found.Levels.Clb :: found.Levels.Cls :: found.Expected)

    for expected, value in pairs do
        Assert.That(value, near (1e-6 * expected) expected)

    let discovery = DiscoverySignificance.asymptotic Fit.settings observation poi 1.0
    Assert.That(discovery.Q.Value, near 1e-6 q0)

[<Test>]
let ``at the limits of a workspace of 126 parameters CLs is 1 − CL`` () =
    let prepared =
        AsymptoticTest.Prepare(
            Fit.settings,
            observation chargino,
            TestStatistic.UpperLimitBounded,
            "mu_SIG"
        )

    let limit = UpperLimit.ofTest null prepared 0.95
    let at mu = prepared.At(mu, None)
    Assert.That((at limit.Observed.Value.Value).Levels.Cls, near 1e-7 0.05)

    for k in 0..4 do
        Assert.That((at limit.Expected[k].Value.Value).Expected[k], near 1e-7 0.05)
