module Nsbi.Infer.Tests.HistFactoryFitTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests.HistFactory
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Tests

let private ok (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private workspaceOf (json: string) : Workspace =
    match DocumentJson.read json with
    | Ok document -> ok (PyhfWorkspace.ofDocument "w" None document)
    | Error faults -> invalidOp (faults |> List.map string |> String.concat "\n")

let private observed (workspace: Workspace) : CompiledLikelihood * Observation =
    let compiled = ok (Workspace.compile "w" workspace)
    compiled, ok (Workspace.observation "w" compiled workspace)

let private close (tolerance: float) (expected: float) (actual: float) : unit =
    Assert.That(actual, Is.EqualTo(expected).Within(tolerance * max 1.0 (abs expected)))

let private text (name: string) : string =
    let rec up (at: DirectoryInfo) =
        if File.Exists(Path.Combine(at.FullName, "Nsbi.slnx")) then
            Path.Combine(at.FullName, "examples", "histfactory", name)
        else
            up at.Parent

    match name with
    | "all" -> Documents.all
    | name when name.EndsWith ".json" ->
        File.ReadAllText(up (DirectoryInfo TestContext.CurrentContext.TestDirectory))
    | name -> Documents.published name

/// −2 ln L at the initial values and at the shifted point of histfactory_reference.py.
let private values =
    [
        "all", 24.9534372085, 44.96443298749
        "AGC_cms_opendata_ttbar_workspace", 511.293385255, 2462.035593375
        "ATLAS-SUSY-2018-04_SRcombined", 224.5936383628, 233.5554425598
        "ATLAS-SUSY-2019-08_full_C1N2_Wh_hbb_700_250", 231.0207900126, 259.7598932321
        "pyhf-tutorial_bkg_only", 86.07086140155, 91.42668858592
    ]
    |> List.map (fun (name: string, a: float, b: float) -> TestCaseData(name, a, b))

[<TestCaseSource(nameof values)>]
let ``the compiled likelihood is that of an independent program``
    (name: string)
    (nominal: float)
    (shifted: float)
    =
    let compiled, observation = observed (workspaceOf (text name))

    let order =
        compiled.Parameters
        |> List.map _.Name
        |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))
        |> List.mapi (fun k name -> name, float k)
        |> Map.ofList

    let point shift =
        compiled.Parameters
        |> List.map (fun p ->
            let size = if p.Constraint = Gaussian(0.0, 1.0) then 0.5 else 0.02
            p.Initial + shift * size * sin order[p.Name])
        |> List.toArray

    close 1e-11 nominal (Likelihood.twiceNll observation (point 0.0))
    close 1e-11 shifted (Likelihood.twiceNll observation (point 1.0))

[<Property(Arbitrary = [| typeof<RandomDocuments.Arbitraries> |], MaxTest = 100)>]
let ``the compiled likelihood of random documents is that of the formulas`` (document: Document) =
    let workspace = ok (PyhfWorkspace.ofDocument "w" None document)
    let compiled, observation = observed workspace

    [ 0.0; 0.4; -0.7 ]
    |> List.forall (fun shift ->
        let theta =
            compiled.Parameters
            |> List.mapi (fun k p ->
                let size = if p.Lower < 0.0 then 1.5 else 0.1
                p.Initial + shift * size * cos (float k))

        let value name = theta[compiled.Index[name]]
        let expected = HistFactoryReference.expected value

        if
            workspace.Model.Channels
            |> List.collect expected
            |> List.forall (fun nu -> nu > 0.0)
        then
            let wanted = HistFactoryReference.twiceNll workspace.Model workspace.Counts value
            let found = Likelihood.twiceNll observation (List.toArray theta)
            abs (found - wanted) <= 1e-11 * max 1.0 (abs wanted)
        else
            true)

/// Minimum of −2 ln L, the parameter of interest and its error, from histfactory_minimum.py.
let private minima =
    [
        "pyhf-tutorial_bkg_only", 84.84185453726, "JER_EffectiveNP_9", -0.0108834634, 1.247603201
        "AGC_cms_opendata_ttbar_workspace", 141.4140113524, "ttbar_norm", 0.96977672, 0.1051267462
        "ATLAS-SUSY-2018-04_SRcombined", 217.079319116, "", 0.0, 0.0
        "ATLAS-SUSY-2019-08_full_C1N2_Wh_hbb_700_250",
        215.4067902994,
        "mu_SIG",
        0.3597789506,
        0.3134279245
        "search.json", 12.46155990676, "mu", 1.208230853, 0.8216281394
    ]
    |> List.map (fun (name: string, value: float, poi: string, best: float, error: float) ->
        TestCaseData(name, value, poi, best, error))

[<TestCaseSource(nameof minima)>]
let ``a fit finds the minimum of an independent program``
    (name: string)
    (value: float)
    (poi: string)
    (best: float)
    (error: float)
    =
    let fit = Fit.run (snd (observed (workspaceOf (text name))))
    Assert.That(fit.Status.Succeeded, Is.True, fit.Status.Advice)
    close 1e-8 value fit.TwiceNll

    if poi <> "" then
        close 1e-6 best fit[poi].Value
        close 1e-6 error fit[poi].Error.Value

/// pyhf's example of three parameters with counts, a lower bound of mu and no settings else.
let private example (counts: string) (lower: string) : Observation =
    $$$"""{"channels": [{"name": "c", "samples": [
        {"name": "s", "data": [12.0, 11.0], "modifiers": [
            {"name": "mu", "type": "normfactor", "data": null}]},
        {"name": "b", "data": [50.0, 52.0], "modifiers": [
            {"name": "u", "type": "shapesys", "data": [3.0, 7.0]}]}]}],
    "observations": [{"name": "c", "data": {{{counts}}} }],
    "measurements": [{"name": "m", "config": {"poi": "mu", "parameters": [
        {"name": "mu", "bounds": [[{{{lower}}}, 10.0]]}]}}],
    "version": "1.0.0"}"""
    |> workspaceOf
    |> observed
    |> snd

let private at (mu: float) (observation: Observation) : float =
    (Fit.runWith (Fit.fix "mu" mu Fit.settings) observation).TwiceNll

[<Test>]
let ``the golden numbers of pyhf come out`` () =
    // Exact minima from histfactory_minimum.py; pyhf's strings stop short of them.
    let observation = example "[51, 48]" "-1.0"
    let fit = Fit.run observation
    close 1e-10 24.96719090407 fit.TwiceNll
    close 1e-8 -0.06687001992 fit["mu"].Value
    close 1e-10 28.92218013372 (at 1.0 observation)
    close 1e-6 3.9549891 (at 1.0 observation - fit.TwiceNll)

    // q̃: the best fit is at the bound 0.
    let bounded = example "[51, 48]" "0.0"
    let atBound = Fit.run bounded
    close 1e-6 3.93824492 (at 1.0 bounded - atBound.TwiceNll)

    // q0.
    let other = example "[60, 65]" "-1.0"
    let fit = Fit.run other
    close 1e-8 0.9524306878 fit["mu"].Value
    close 1e-9 2.98339481096 (at 0.0 other - fit.TwiceNll)
    close 1e-4 2.98339447 (at 0.0 other - fit.TwiceNll)

[<Test>]
let ``an unbinned channel and a pyhf workspace that share a nuisance are the sum of both`` () =
    let search = workspaceOf (text "search.json")

    let shared =
        Model.parameters search.Model |> List.find (fun p -> p.Name = "bkg_norm")

    let strength = Model.parameters search.Model |> List.find (fun p -> p.Name = "mu")

    let events = {
        Workspace.create
            (model "events" [
                unbinned "E" (reference "r") [
                    processOf "S" [ scaledBy (Parameter strength); yields 6.0 ]
                    processOf "B" [ scaledBy (exp (0.2 * Parameter shared)); yields 30.0 ]
                ]
            ])
            (RatioTables.observed
                "E"
                (RatioTable.unweighted 32 [
                    "S", Ratios(Array.init 32 (fun i -> 0.2 + 0.06 * float i))
                    "B", Ratios(Array.init 32 (fun i -> 1.4 - 0.03 * float i))
                ])
                RatioTables.empty) with
            Counts = Map.empty
    }

    let both = ok (Workspace.combine "both" [ "search.json", search; "events", events ])
    let whole, wholeData = observed both

    let value mu alpha (compiled: CompiledLikelihood) data =
        compiled.Parameters
        |> List.map (fun p ->
            match p.Name with
            | "mu" -> mu
            | "bkg_norm" -> alpha
            | _ -> p.Initial)
        |> List.toArray
        |> Likelihood.twiceNll data

    for mu, alpha in [ 1.0, 0.0; 0.3, -1.7; 2.5, 0.6 ] do
        let part workspace =
            let compiled, data = observed workspace
            value mu alpha compiled data

        let once = Constraint.twiceNll shared.Constraint alpha
        close 1e-12 (part search + part events - once) (value mu alpha whole wholeData)

    let fit = Fit.run wholeData
    Assert.That(fit.Status.Succeeded, Is.True, fit.Status.Advice)
    Assert.That(fit["mu"].Error.Value, Is.LessThan 0.8216)
