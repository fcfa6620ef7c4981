/// Published pyhf workspaces; the numbers are those of published_workspaces.py.
module Nsbi.Infer.Tests.PublishedWorkspacesTests

open System
open System.IO
open System.IO.Compression
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.HistFactory
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private observation (name: string) : Observation =
    let rec up (at: DirectoryInfo) =
        if isNull at then
            Assert.Ignore "The published workspaces are not at hand (shared/data/histfactory)."

        let here = Path.Combine(at.FullName, "shared", "data", "histfactory")
        if Directory.Exists here then here else up at.Parent

    let folder = up (DirectoryInfo TestContext.CurrentContext.TestDirectory)
    use file = File.OpenRead(Path.Combine(folder, name + ".json.gz"))
    use reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress))

    let found =
        reader.ReadToEnd() |> DocumentJson.read |> ok |> HistFactory.model None |> ok

    let compiled = RatioTables.empty |> Likelihood.compile (valid found.Model) |> ok
    ok (Observation.observed compiled found.Counts)

/// α = 0·8 sin k, all others 1 + 0·1 sin k, k = 1, 2, … in the order of the names.
let private point (compiled: CompiledLikelihood) : float[] =
    let order = compiled.Index.Names |> List.toArray
    Array.Sort(order, StringComparer.Ordinal)

    compiled.Parameters
    |> List.map (fun p ->
        let wave = sin (float (1 + Array.IndexOf(order, p.Name)))
        if p.Lower < 0.0 then 0.8 * wave else 1.0 + 0.1 * wave)
    |> List.toArray

[<TestCase("AGC_cms_opendata_ttbar_workspace", 34, 5941.593655023)>]
[<TestCase("ATLAS-SUSY-2018-04_SRcombined", 118, 300.4142495655)>]
[<TestCase("ATLAS-SUSY-2019-08_full_C1N2_Wh_hbb_700_250", 126, 462.6378642191)>]
[<TestCase("pyhf-tutorial_bkg_only", 19, 97.88134086814)>]
let ``workspaces have their −2 ln L, and their fits converge`` (name: string, size: int, expected) =
    let observation = observation name
    let compiled = observation.Owner
    Assert.That(compiled.Index.Count, same size)
    Assert.That(Likelihood.twiceNll observation (point compiled), near 1e-7 expected)

    let fit = Fit.run observation
    let plain = Fit.runWith { Fit.settings with ClosedForm = false } observation
    Assert.That(fit.Status, same Converged)
    Assert.That(fit.TwiceNll, near 1e-8 plain.TwiceNll)

    for p in fit.Parameters do
        Assert.That(p.Error.IsSome, same (not p.IsFixed))
