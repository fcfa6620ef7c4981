module Nsbi.Learn.Tests.Posterior.EventSetsFileTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private withFiles (events: string) (values: string) (act: EventSetsRequest -> unit) =
    let folder = Directory.CreateTempSubdirectory().FullName

    try
        let path name (lines: string) =
            let path = Path.Combine(folder, name)
            File.WriteAllText(path, lines.Replace(" ", "").Replace(";", "\n") + "\n")
            path

        act {
            Events = path "events.csv" events
            Set = "set"
            Features = [ "x"; "y" ]
            Weight = None
            Selection = None
            Parameters = [ "a" ]
            Values = if values = "" then None else Some(path "values.csv" values)
        }
    finally
        Directory.Delete(folder, true)

let private sizes (sets: EventSets) = Array.init sets.Count sets.Size

[<Test>]
let ``sets are read with parameters beside the events`` () =
    withFiles "set,a,x,y; 4,1.5,1,2; 2,0.5,3,4; 4,1.5,5,6" "" (fun request ->
        let sets = EventSetsFile.read request |> valueOf
        Assert.That(sizes sets, Is.EqualTo<int[]> [| 2; 1 |])
        Assert.That(sets.Set(0).ToArray(), Is.EqualTo<float32[]> [| 1f; 2f; 5f; 6f |])
        Assert.That(sets.Values(1).ToArray(), Is.EqualTo<float[]> [| 0.5 |])
        Assert.That(sets.Weights(0).Length, Is.EqualTo 0))

[<Test>]
let ``sets without events come from the file of parameters`` () =
    withFiles "set,w,x,y; 4,2,1,2; 2,1,3,4; 4,3,5,6" "a,set; 7,1; 8,2; 9,4" (fun request ->
        let selection =
            (match Selection.parse "x < 5" with
             | Ok c -> c
             | Error f -> invalidOp (string f))

        let sets =
            EventSetsFile.read {
                request with
                    Weight = Some "w"
                    Selection = Some selection
            }
            |> valueOf

        Assert.That(sizes sets, Is.EqualTo<int[]> [| 0; 1; 1 |])
        Assert.That(sets.Weights(2).ToArray(), Is.EqualTo<float32[]> [| 2f |])
        Assert.That(sets.Values(0).ToArray(), Is.EqualTo<float[]> [| 7.0 |]))

[<Test>]
let ``every fault of both files is told`` () =
    let told events values words =
        withFiles events values (fun request ->
            let text = EventSetsFile.read request |> faultsOf

            for part: string in words do
                Assert.That(text, Does.Contain part))

    told "set,a,x,y; 1,1,1,1; 1,2,1,1; 0.5,1,1,1" "" [
        "event 2, column 'a': the parameter is not the same for all events of a set ('2')"
        "event 3, column 'set': the number of a set is not a whole number ('0.5')"
    ]

    told "set,x,y; 1,1,1; 3,1,1" "set,a; 1,1; 1,2" [
        "event 2, column 'set': the set is there more than once ('1')"
        "event 2, column 'set': the set has no parameters ('3')"
    ]

    told "set,x; 1,1" "set; 1" [
        "column 'y': there is no such column"
        "column 'a': there is no such column"
    ]
