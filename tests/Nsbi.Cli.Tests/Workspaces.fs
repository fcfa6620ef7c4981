/// Workspaces on disk for the verbs to work on.
module Workspaces

open System.IO
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Model.Words
open CommandLine

let ok (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> failwith $"%A{List.map string faults}"

/// So many that toys are drawn from them as from simulated events: none is expected more than once in
/// ten toys.
let private nodes = 26_001

let private ratios (x: float) : (InterferenceProcess * float) list =
    InterferenceToy.sampled
    |> List.map (fun proc -> proc, InterferenceToy.ratio InterferenceToy.reference proc x)

let private table (xs: float[]) (weights: float[]) : RatioTable =
    RatioTable.weighted weights [
        for proc in InterferenceToy.sampled do
            InterferenceToy.name proc,
            Ratios(xs |> Array.map (fun x -> ratios x |> List.find (fst >> (=) proc) |> snd))
    ]

let private write (folder: Folder) (workspace: Workspace) : string =
    let path = folder.File "workspace.json"
    WorkspaceFile.write path workspace |> ok
    path

let private reference: RatioTables =
    let quadrature = InterferenceToy.quadrature nodes
    let density = InterferenceToy.mixtureDensity InterferenceToy.reference

    let weights =
        Array.map2 (fun x width -> density x * width) quadrature.Nodes quadrature.Widths

    RatioTables.reference "SR" (table quadrature.Nodes weights) RatioTables.empty

/// The interference toy on quadrature nodes, without data.
let simulation (folder: Folder) : string =
    Workspace.create InterferenceToy.model reference |> write folder

/// The interference toy: quadrature nodes as reference, 268 events as data.
let interference (folder: Folder) : string =
    let events =
        Array.append
            (InterferenceToy.sample 7UL Total 68)
            (InterferenceToy.sample 7UL NonInterfering 200)

    reference
    |> RatioTables.observed "SR" (table events (Array.create events.Length 1.0))
    |> Workspace.create InterferenceToy.model
    |> write folder

/// The interference toy whose non-interfering background may shift by ±0.2 at its nuisance parameter.
let shifted (folder: Folder) : string =
    let alpha = nuisance "alpha"
    let quadrature = InterferenceToy.quadrature nodes

    let withShift (p: Process) =
        if p.Name <> InterferenceToy.name NonInterfering then
            p
        else
            {
                p with
                    Modifiers =
                        (processOf "x" [ yields 1.0; normSys alpha (0.95, 1.05); eventSys alpha ])
                            .Modifiers
            }

    let model = {
        InterferenceToy.model with
            Channels = InterferenceToy.model.Channels |> List.map (Channel.mapProcesses withShift)
    }

    let side sign =
        Ratios(quadrature.Nodes |> Array.map (fun x -> exp (0.05 * sign * x)))

    let varied =
        reference.Tables["SR", TableKind.Reference]
        |> RatioTable.withVariation
            (InterferenceToy.name NonInterfering)
            "alpha"
            (VariationRatios.between (side -1.0, side 1.0))

    RatioTables.reference "SR" varied RatioTables.empty
    |> Workspace.create model
    |> write folder

/// One bin with a signal of strength mu over a background of strength nu.
let counting (folder: Folder) (nu: Coefficient) (count: float) : string =
    let mu = poi "mu" |> between 0.0 10.0

    {
        Workspace.create
            (model "counting" [
                binned "SR" [
                    processOf "S" [ scaledBy mu; binYields [ 10.0 ] ]
                    processOf "B" [ scaledBy nu; binYields [ 20.0 ] ]
                ]
            ])
            RatioTables.empty with
            Counts = Map.ofList [ "SR", [ count ] ]
    }
    |> write folder

/// Replaces a column of a workspace, and its hash, so that only the numbers are wrong.
let replaceColumn (folder: Folder) (column: string) (change: float[] -> NpyArray) : unit =
    let path =
        Directory.GetFiles(folder.File "workspace.columns", column) |> Array.exactlyOne

    let before = ContentHash.ofFile path
    let old = NpyFile.read path |> ok
    NpyFile.write path (change (NpyArray.toFloats old)) |> ok
    let workspace = folder.File "workspace.json"
    let text = File.ReadAllText workspace
    File.WriteAllText(workspace, text.Replace(before, ContentHash.ofFile path))

/// Replaces a text in a workspace, which must be there.
let replaceText (folder: Folder) (before: string) (after: string) : unit =
    let workspace = folder.File "workspace.json"
    let text = File.ReadAllText workspace

    if not (text.Contains before) then
        failwith $"'{before}' is not in the workspace"

    let at = text.IndexOf before
    File.WriteAllText(workspace, text.Remove(at, before.Length).Insert(at, after))
