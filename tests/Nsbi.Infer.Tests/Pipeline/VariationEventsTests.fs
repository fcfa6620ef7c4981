module Nsbi.Infer.Tests.VariationEventsTests

open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private analysis () =
    json
        """{
  "nsbi-analysis": 1,
  "name": "files",
  "samples": [
    { "name": "S", "file": "s.csv", "weight": "w" },
    { "name": "B", "file": "b.csv", "yield": 30 }
  ],
  "selection": "x > 0",
  "features": ["x"],
  "reference": { "B": 1, "S": 1 },
  "parameters": [
    { "name": "mu", "role": "poi", "initial": 1, "lower": 0, "upper": 8 },
    { "name": "jes", "role": "nuisance" },
    { "name": "eff", "role": "nuisance" }
  ],
  "terms": [{ "name": "S", "scale": "mu" }, { "name": "B" }],
  "systematics": [
    { "parameter": "jes", "samples": { "B": { "up": { "file": "up.csv" } } }, "symmetrised": "mirrored ratio" },
    { "parameter": "eff", "weights": { "S": { "up": "w * (1 + x)", "down": "w * v" } } }
  ],
  "conventional": { "observable": "2 * x", "edges": [0, 4, 8] }
}"""

let private readWith (change: JsonNode -> JsonNode) =
    use folder = new TemporaryFolder()
    folder.Write("s.csv", "x,w,v\n-1,4,1\n1,0.5,1\n2,0.25,2\n3,0.25,2\n") |> ignore
    folder.Write("b.csv", "x\n-1\n1\n2\n") |> ignore
    folder.Write("up.csv", "x\n-1\n1\n2\n3\n") |> ignore
    analysis () |> change |> parse |> succeed |> AnalysisEvents.read folder.Path

let private variation name (events: AnalysisEvents) =
    events.Variations |> List.find (fun v -> v.Plan.Name = name)

[<Test>]
let ``varied events are selected and have what they do not say from their sample`` () =
    let events = readWith id |> succeed
    let jes = variation "jes-B" events
    Assert.That(jes.Reweighted, Is.False)
    Assert.That(jes.Sides.Down.IsNone)
    // The yield of the sample, of which three in four events pass here.
    Assert.That(jes.Sides.Up.Yield, near 1e-12 22.5)
    Assert.That(EventTable.values "x" jes.Sides.Up.Events, same [| 1.0; 2.0; 3.0 |])
    // Events that are equal to nominal ones stay in their folds.
    Assert.That(jes.Sides.Up.Groups[..1], same events.Simulated.Groups[..1])
    Assert.That(events.Files |> List.map fst, same [ "s.csv"; "b.csv"; "up.csv" ])

[<Test>]
let ``varied weights are expressions of columns, the weight among them`` () =
    let events = readWith id |> succeed
    let eff = variation "eff-S" events
    Assert.That(eff.Reweighted)
    Assert.That(EventTable.weights eff.Sides.Up.Events, same [| 1.0; 0.75; 1.0 |])
    Assert.That(eff.Sides.Up.Yield, near 1e-12 2.75)
    Assert.That(EventTable.weights eff.Sides.Down.Value.Events, same [| 0.5; 0.5; 0.5 |])
    Assert.That(eff.Sides.Down.Value.Yield, near 1e-12 1.5)
    // What only the weights read is not there in all samples.
    Assert.That(Seq.toList events.Simulated.Events.Names, same [ "x" ])

[<Test>]
let ``the conventional observable is known of varied events`` () =
    let events = readWith id |> succeed
    let observable = events.Observable.Value
    Assert.That(observable.Varied["jes-B"].Up, same [| 2.0; 4.0; 6.0 |])
    Assert.That(observable.Varied["eff-S"].Down, same (Some [| 2.0; 4.0; 6.0 |]))

    let bins =
        VariedEvents.histogram
            2
            (fun i -> WeightedHistogram.binOf [| 0.0; 4.0; 8.0 |] observable.Varied["jes-B"].Up[i])
            (variation "jes-B" events).Sides.Up

    Assert.That(List.sum bins, near 1e-12 22.5)
    Assert.That(bins.Head, near 1e-12 7.5)

[<Test>]
let ``every file and expression that cannot be read is named`` () =
    let faults =
        readWith (
            set "systematics/0/samples/B/up/file" "\"nowhere.csv\""
            >> set "systematics/1/weights/S/up" "\"w * q\""
        )
        |> faultsOf

    let text = Fault.render faults
    Assert.That(faults.Length, same 2, text)
    Assert.That(text, Does.Contain "nowhere.csv")
    Assert.That(text, Does.Contain "'q'")

[<Test>]
let ``weights that are no numbers or add up to nothing are refused`` () =
    let faults change =
        readWith change |> faultsOf |> Fault.render

    Assert.That(
        faults (set "systematics/1/weights/S/up" "\"log(x - 2)\""),
        Does.Contain "not a finite"
    )

    Assert.That(faults (set "systematics/1/weights/S/up" "\"-w\""), Does.Contain "not positive")
