module Nsbi.Infer.Tests.Sampling.PosteriorSummaryTests

open System
open System.IO
open System.Text
open System.Text.Json
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Infer.Tests.Sampling.SamplerToys

let private chains =
    Nuts.run { Nuts.settings with Draws = 600 } (normals [| 1.0; 4.0 |])

let private summary = PosteriorSummary.compute chains

let private chain (values: float[]) : MarkovChain = {
    Draws = values |> Array.map Array.singleton
    LogDensities = values
    Energies = values
    Depths = values |> Array.map (fun _ -> 3)
    Divergent = values |> Array.map (fun _ -> false)
    Acceptance = 0.9
    Steps = 10L
    WarmupSteps = 20L
    StepSize = 0.5
    Scales = [| 1.0 |]
}

let private ofValues (values: float[] list) : MarkovChains = {
    Names = [ "a" ]
    Chains = values |> List.map chain |> Array.ofList
    MaxDepth = 10
    Seed = 1UL
}

let private json (summary: PosteriorSummary) =
    use stream = new MemoryStream()

    do
        use writer = new Utf8JsonWriter(stream)
        writer.WriteStartObject()
        PosteriorSummary.writeMembers writer summary
        writer.WriteEndObject()

    JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement

[<Test>]
let ``moments and quantiles are those of the draws`` () =
    let found =
        ofValues [ [| 4.0; 1.0; 3.0; 2.0 |]; [| 5.0; 7.0; 6.0; 8.0 |] ]
        |> PosteriorSummary.computeAt [ 0.5; 0.25 ]

    let p = found["a"]
    Assert.That(p.Mean, Expect.near 1e-12 4.5)
    // numpy: std(ddof=1), quantile of 1 … 8.
    Assert.That(p.Sd, Expect.near 1e-12 2.449489742783178)
    Assert.That(p.Quantiles[0], Expect.near 1e-12 4.5)
    Assert.That(p.Quantiles[1], Expect.near 1e-12 2.75)

[<Test>]
let ``good chains pass all checks`` () =
    Assert.That(failed summary, Is.Empty)
    Assert.That(summary.Checks.Length, Expect.same 6)

[<Test>]
let ``chains that disagree fail`` () =
    let first = chains.Values "x0"

    let apart =
        first |> Array.mapi (fun c v -> v |> Array.map (fun x -> x + 2.0 * float c))

    let found = ofValues (List.ofArray apart) |> PosteriorSummary.compute
    Assert.That(failed found, Does.Contain "agreement of chains")
    Assert.That(failed found, Does.Contain "effective draws of centres")

[<Test>]
let ``chains that never move fail and print`` () =
    let found =
        ofValues [ Array.create 10 1.0; Array.create 10 1.0 ]
        |> PosteriorSummary.compute

    Assert.That(failed found, Does.Contain "agreement of chains")
    Assert.That(string found, Does.Contain "NaN")
    let parameter = (json found).GetProperty("parameters")[0]
    Assert.That(parameter.GetProperty("rhat").ValueKind, Expect.same JsonValueKind.Null)
    Assert.That(parameter.GetProperty("reason").GetString(), Does.Contain "rhat")

[<Test>]
let ``divergences, cut trajectories and low energy fail by name`` () =
    let bad = {
        summary with
            Divergences = 3
            Saturated = 100
            EnergyFraction = 0.1
    }

    Assert.That(
        failed bad,
        Expect.same [ "divergences"; "depth of trajectories"; "energy of trajectories" ]
    )

[<Test>]
let ``the table has a line per parameter`` () =
    let lines = (string summary).Split '\n'
    Assert.That(lines.Length, Expect.same 3)
    Assert.That(lines[0], Does.StartWith "parameter")
    Assert.That(lines[0], Does.Contain "95%")
    Assert.That(lines[2], Does.StartWith "x1")

[<Test>]
let ``the JSON has the numbers`` () =
    let root = json summary
    let x1 = root.GetProperty("parameters")[1]
    Assert.That(x1.GetProperty("name").GetString(), Expect.same "x1")
    Assert.That(x1.GetProperty("sd").GetDouble(), Expect.near 1e-12 summary["x1"].Sd)
    let median = x1.GetProperty("quantiles")[2]
    Assert.That(median.GetProperty("probability").GetDouble(), Expect.near 1e-12 0.5)
    Assert.That(root.GetProperty("divergences").GetInt32(), Expect.same 0)
    Assert.That(root.GetProperty("draws").GetInt32(), Expect.same 600)

[<Test>]
let ``the energy fraction of independent energies is two`` () =
    let mutable stream = Nsbi.Kernels.RandomStream(1UL, "energies")
    let values = Array.zeroCreate<float> 5000

    for k in 0 .. values.Length - 1 do
        values[k] <- stream.NextGaussian()

    Assert.That((chain values).EnergyFraction, Expect.near 0.1 2.0)

[<Test>]
let ``thinned draws are spread evenly`` () =
    let draws = ofValues [ [| 0.0 .. 9.0 |]; [| 10.0 .. 19.0 |] ]
    let found = draws.Thinned 4 |> Array.map Array.head
    Assert.That(found, Expect.same [| 2.0; 7.0; 12.0; 17.0 |])

[<Test>]
let ``unknown parameters are named with those that are there`` () =
    let act () = chains.Values "y" |> ignore
    let fault = Assert.Throws<ArgumentException>(Action act)
    Assert.That(fault.Message, Does.Contain "x0")
