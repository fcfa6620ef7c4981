module Nsbi.Infer.Tests.PyhfWorkspaceTests

open System.IO
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests.HistFactory
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private inFolder (action: (string -> string) -> 'a) : 'a =
    let folder = Directory.CreateTempSubdirectory("nsbi-pyhf-").FullName

    try
        action (fun name -> Path.Combine(folder, name))
    finally
        Directory.Delete(folder, true)

let private ok (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private faults (result: Result<'a, Fault list>) : string =
    match result with
    | Ok _ -> invalidOp "There is no fault."
    | Error faults -> Fault.render faults

let private contains (parts: string list) (text: string) : unit =
    for part in parts do
        Assert.That(text, Does.Contain part)

let private textOf (workspace: Workspace) : string =
    PyhfWorkspace.toDocument "w" workspace |> ok |> DocumentJson.write

/// pyhf → own → pyhf, by way of files.
let private roundTrip (json: string) : string =
    inFolder (fun file ->
        File.WriteAllText(file "pyhf.json", json)

        WorkspaceFile.write (file "own.json") (ok (WorkspaceFile.read (file "pyhf.json")))
        |> ok

        let back = ok (WorkspaceFile.read (file "own.json"))

        PyhfWorkspace.toDocument "own.json" back
        |> ok
        |> WorkspaceFile.writePyhf (file "b.gz")
        |> ok

        textOf (ok (WorkspaceFile.read (file "b.gz"))))

let private published = Documents.names

[<Test>]
let ``a pyhf workspace comes back from our own file without loss`` () =
    Documents.assertEqual Documents.all (roundTrip Documents.all)

[<TestCaseSource(nameof published)>]
let ``every published workspace comes back from our own file`` (name: string) =
    let json = Documents.published name
    Documents.assertEqual json (roundTrip json)

[<Test>]
let ``the measurement is chosen in both formats`` () =
    inFolder (fun file ->
        File.WriteAllText(file "pyhf.json", Documents.all)

        WorkspaceFile.write (file "own.json") (ok (WorkspaceFile.read (file "pyhf.json")))
        |> ok

        let other = {
            WorkspaceChoice.standard with
                Measurement = Some "other"
        }

        let a, b =
            fst (ok (WorkspaceFile.readWith other (file "pyhf.json"))),
            fst (ok (WorkspaceFile.readWith other (file "own.json")))

        Assert.That((a.Model = b.Model), same true)
        Assert.That(a.Model.Name, Is.EqualTo "other")
        Documents.assertEqual Documents.all (textOf b)

        let wrong = { other with Measurement = Some "no" }

        faults (WorkspaceFile.readWith wrong (file "own.json"))
        |> contains [ "there is no measurement 'no'"; "there are: main, other" ])

[<Test>]
let ``global observables become settings`` () =
    inFolder (fun file ->
        File.WriteAllText(file "pyhf.json", Documents.all)
        let workspace = ok (WorkspaceFile.read (file "pyhf.json"))

        let shifted = {
            workspace with
                Globals = Map.ofList [ "jes", 0.75 ]
        }

        let document = ok (PyhfWorkspace.toDocument "w" shifted)

        let settings =
            document.Measurements.Head.Parameters |> List.find (fun s -> s.Name = "jes")

        Assert.That((settings.AuxData = Some [ 0.75 ]), same true)
        let again = ok (PyhfWorkspace.ofDocument "w" None document)

        let jes = Model.parameters again.Model |> List.find (fun p -> p.Name = "jes")
        Assert.That((jes.Constraint = Gaussian(0.75, 1.0)), same true))

[<Test>]
let ``a model of binned channels written in F# becomes a document and comes back`` () =
    let mu = poi "mu" |> between 0.0 5.0

    let written =
        model "counting" [
            binned "SR" [
                processOf "S" [ scaledBy mu; binYields [ 3.0; 4.0 ] ]
                processOf "B" [
                    binYields [ 20.0; 30.0 ]
                    normSys (nuisance "a" |> between -4.0 4.0) (0.9, 1.1)
                ]
            ]
        ]

    let workspace = {
        Workspace.create written RatioTables.empty with
            Counts = Map.ofList [ "SR", [ 21.0; 33.0 ] ]
    }

    let document = ok (PyhfWorkspace.toDocument "w" workspace)
    let settings = document.Measurements.Head

    Assert.That(settings.Poi, Is.EqualTo "mu")
    Assert.That((settings.Parameters |> List.map _.Name = [ "mu"; "a" ]), same true)
    let again = ok (PyhfWorkspace.ofDocument "w" None document)
    let declared (w: Workspace) = Model.parameters w.Model
    Assert.That((declared again = declared workspace), same true)

[<Test>]
let ``everything that pyhf cannot say is refused with its place`` () =
    let mu = poi "mu" |> above 0.0
    let nu = poi "nu" |> between 0.0 5.0

    let written =
        model "both" [
            unbinned "SR" (reference "r") [ processOf "S" [ scaledBy (sqrt mu); yields 2.0 ] ]
            binned "CR" [
                processOf "S" [ scaledBy (sqrt mu); binYields [ 1.0 ] ]
                processOf "B" [ scaledBy (nu * nu); binYields [ 1.0 ] ]
            ]
        ]

    PyhfWorkspace.toDocument "w.json" (Workspace.create written RatioTables.empty)
    |> faults
    |> contains [
        "w.json: channel 'SR': it is unbinned, which pyhf does not know"
        "channel 'CR', process 'S': it is scaled by sqrt(mu)"
        "channel 'CR', process 'B': the normfactor 'nu' acts on it 2 times"
        "it has 2 parameters of interest: mu, nu"
    ]

    let bounded lower =
        model "one" [ binned "CR" [ processOf "B" [ scaledBy lower; binYields [ 1.0 ] ] ] ]

    PyhfWorkspace.toDocument "w" (Workspace.create (bounded mu) RatioTables.empty)
    |> faults
    |> contains [
        "parameter 'mu': it has no finite bounds"
        "channel 'CR': there are no counts"
    ]

let private example (name: string) : string =
    let rec up (at: DirectoryInfo) =
        if File.Exists(Path.Combine(at.FullName, "Nsbi.slnx")) then
            Path.Combine(at.FullName, "examples", "histfactory", name)
        else
            up at.Parent

    up (DirectoryInfo TestContext.CurrentContext.TestDirectory)

let private choose patch name = {
    WorkspaceChoice.standard with
        Patch = Some patch
        PatchName = name
}

[<Test>]
let ``a patch of a patch set is applied before the workspace is read`` () =
    let patched key =
        WorkspaceFile.readWith (choose (example "signals.json") (Some key)) (example "search.json")

    for key in [ "heavy"; "700,10" ] do
        let workspace = fst (ok (patched key))
        let signal = (Channel.processes workspace.Model.Channels.Head).Head
        Assert.That((signal.Yields = [ 1.0; 5.0; 8.0 ]), same true)

    faults (patched "middle")
    |> contains [ "it has no patch 'middle'"; "light (300, 10)" ]

    WorkspaceFile.readWith (choose (example "signals.json") None) (example "search.json")
    |> faults
    |> contains [ "it holds 2 patches, and none is chosen"; "light, heavy" ]

    WorkspaceFile.readWith (choose (example "signals.json") (Some "heavy")) (example "control.json")
    |> faults
    |> contains [ "it is for a workspace of md5"; "it is for a workspace of sha256" ]

[<Test>]
let ``a patch that does not fit is refused`` () =
    inFolder (fun file ->
        let patch (text: string) =
            File.WriteAllText(file "patch.json", text)

            faults (
                WorkspaceFile.readWith (choose (file "patch.json") None) (example "search.json")
            )

        patch """[{"op": "remove", "path": "/channels/3"}]"""
        |> contains [ "operation 0 of the patch (remove '/channels/3'): '/channels' has 1 items" ]

        patch """[{"op": "remove", "path": "/observations/0"}]"""
        |> contains [ "observations: the list is empty" ]

        patch """{"op": "remove"}"""
        |> contains [ "an object stands where a list should" ]

        patch "[" |> contains [ "patch.json"; "the text is no JSON here" ]

        File.WriteAllText(file "patch.json", "[]")

        WorkspaceFile.readWith (choose (file "patch.json") (Some "x")) (example "search.json")
        |> faults
        |> contains [ "it is a single patch, in which there is none of the name 'x'" ]

        WorkspaceFile.readWith (choose (file "none.json") None) (example "search.json")
        |> faults
        |> contains [ "none.json"; "there is no such file" ])

[<Test>]
let ``faults of a pyhf workspace have their JSON path`` () =
    inFolder (fun file ->
        File.WriteAllText(file "w.json", Documents.all.Replace("\"lo\": 0.8", "\"lo\": -0.8"))

        faults (WorkspaceFile.read (file "w.json"))
        |> contains [
            "channel 'CR', process 'bkg', normsys of 'jes'"
            "one of its factors is -0.8"
        ]

        File.WriteAllText(file "w.json", Documents.all.Replace("[12.0, 11]", "[12.0, \"11\"]"))

        faults (WorkspaceFile.read (file "w.json"))
        |> contains [ "$.channels[0].samples[0].data[1]"; "the text \"11\"" ]

        File.WriteAllBytes(file "w.gz", [| 0x1fuy; 0x8buy; 1uy; 2uy |])

        faults (WorkspaceFile.read (file "w.gz"))
        |> contains [ "it is no valid gzip file" ])

let private both: (string * Workspace) list = [
    for name in [ "search.json"; "control.json" ] -> name, ok (WorkspaceFile.read (example name))
]

[<Test>]
let ``workspaces are joined by the names of their parameters`` () =
    let joined = ok (Workspace.combine "joined" both)

    Assert.That((joined.Model.Channels |> List.map Channel.name = [ "SR"; "CR" ]), same true)
    Assert.That(joined.Counts["CR"].Length, Is.EqualTo 2)

    let shared =
        Model.parameters joined.Model |> List.filter (fun p -> p.Name = "bkg_norm")

    Assert.That(shared.Length, Is.EqualTo 1)
    let document = ok (PyhfWorkspace.toDocument "w" joined)
    let again = ok (PyhfWorkspace.ofDocument "w" None document)
    Assert.That((again.Model = joined.Model), same true)

[<Test>]
let ``conflicts of workspaces are refused with both places`` () =
    let search = snd both.Head

    let narrow = {
        search with
            Model = search.Model |> Model.mapParameters (fun p -> { p with Upper = 4.0 })
    }

    let held = {
        search with
            Globals = Map.ofList [ "bkg_norm", 0.5 ]
    }

    Workspace.combine "w" [ "a.json", search; "b.json", narrow ]
    |> faults
    |> contains [
        "b.json: the channel 'SR' is in a.json too"
        "b.json: the parameter 'mu' is of interest, from 1 in 0 to 4, free here and of interest, \
         from 1 in 0 to 6, free in a.json"
    ]

    Workspace.combine "w" [ "a.json", held; both[1] ]
    |> faults
    |> contains [
        "control.json: the parameter 'bkg_norm' is a nuisance, from 0 in -5 to 5, Gaussian(0, 1) \
         here and a nuisance, from 0 in -5 to 5, Gaussian(0.5, 1) in a.json"
    ]
