// The inputs of the calibration of Z → ℓℓ, from the public files beside the repository: muon pairs of CMS
// (2011, 7 TeV, CERN Open Data record 545) and parton-level events of three generator set-ups.
//     dotnet fsi examples/zmumu/inputs.fsx ../shared/data results/zmumu
//     nsbi-fs calibrate results/zmumu/calibration.json --out results/zmumu/transport
// Writes data.csv, lo.csv (leading order, MLM and CKKW-L merging) and nlo.csv (FxFx, negative weights), all with the
// columns weight, mass, pair_pt, pair_y, pt_minus, pt_plus, eta_minus, eta_plus, and copies the plans there.
//
// At parton level every second pair has p_T = 0 exactly: a point mass, which no map can spread. So each pair gets
// a transverse recoil, normal with 5 GeV in both components, in place of the parton shower that is not there. It
// is seeded and belongs to what is calibrated away.
#load "../Nsbi.fsx"

open System.IO
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events

let recoil = 5.0

let data, out =
    match List.ofArray fsi.CommandLineArgs with
    | [ _; data; out ] -> data, out
    | _ ->
        eprintfn "usage: dotnet fsi inputs.fsx DATA OUT"
        exit 2

let valid (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        eprintfn $"{Fault.render faults}"
        exit 2

let read columns weight (file: string) : EventTable =
    let request = {
        EventRequest.columns columns with
            Weight = weight
    }

    EventFile.read request (Path.Combine(data, file)) |> valid

/// A lepton as (E, px, py, pz).
let boost (b: float[]) (p: float[]) : float[] =
    let square = b[0] * b[0] + b[1] * b[1] + b[2] * b[2]

    if square = 0.0 then
        p
    else
        let gamma = 1.0 / sqrt (1.0 - square)
        let along = b[0] * p[1] + b[1] * p[2] + b[2] * p[3]
        let move = (gamma - 1.0) * along / square + gamma * p[0]

        [|
            gamma * (p[0] + along)
            p[1] + move * b[0]
            p[2] + move * b[1]
            p[3] + move * b[2]
        |]

/// The pair with another transverse momentum, of the same mass and rapidity.
let withTransverse (x: float) (y: float) (minus: float[]) (plus: float[]) : float[] * float[] =
    let pair = Array.map2 (+) minus plus
    let longitudinal = [| 0.0; 0.0; pair[3] / pair[0] |]
    let central = boost (Array.map (~-) longitudinal) pair
    let back = [| -central[1] / central[0]; -central[2] / central[0]; 0.0 |]

    let mass =
        sqrt (central[0] * central[0] - central[1] * central[1] - central[2] * central[2])

    let energy = sqrt (mass * mass + x * x + y * y)
    let forth = [| x / energy; y / energy; 0.0 |]

    let move p =
        p
        |> boost (Array.map (~-) longitudinal)
        |> boost back
        |> boost forth
        |> boost longitudinal

    move minus, move plus

let rows (weights: float[]) (leptons: (float[] * float[])[]) : EventTable =
    let pt (p: float[]) = sqrt (p[1] * p[1] + p[2] * p[2])
    let eta (p: float[]) = System.Math.Asinh(p[3] / pt p)

    let pairs = leptons |> Array.map (fun (minus, plus) -> Array.map2 (+) minus plus)

    let mass (p: float[]) =
        sqrt (p[0] * p[0] - p[1] * p[1] - p[2] * p[2] - p[3] * p[3])

    let rapidity (p: float[]) = System.Math.Atanh(p[3] / p[0])

    EventTable.ofColumns
        [
            "mass", pairs |> Array.map mass
            "pair_pt", pairs |> Array.map pt
            "pair_y", pairs |> Array.map rapidity
            "pt_minus", leptons |> Array.map (fst >> pt)
            "pt_plus", leptons |> Array.map (snd >> pt)
            "eta_minus", leptons |> Array.map (fst >> eta)
            "eta_plus", leptons |> Array.map (snd >> eta)
        ]
        (Some weights)

let vectors names (table: EventTable) : float[][] =
    let columns =
        names |> List.map (fun name -> EventTable.values name table) |> List.toArray

    Array.init table.Count (fun i -> columns |> Array.map (fun column -> column[i]))

/// A generated sample, with weights of ±1: each has but one size of weights.
let generated (file: string) : EventTable =
    let names lepton = [ for part in [ "E"; "px"; "py"; "pz" ] -> $"{lepton}_{part}" ]

    let table =
        read (names "lm" @ names "lp") (Some "weight") $"zjets-lhe/{file}.csv.gz"

    let minus, plus = vectors (names "lm") table, vectors (names "lp") table

    Array.map2
        (fun i (minus: float[], plus: float[]) ->
            let mutable stream = RandomStream(1UL, "recoil of " + file, uint64 i)
            let x, y = recoil * stream.NextGaussian(), recoil * stream.NextGaussian()
            withTransverse (minus[1] + plus[1] + x) (minus[2] + plus[2] + y) minus plus)
        [| 0 .. table.Count - 1 |]
        (Array.zip minus plus)
    |> rows (EventTable.weights table |> Array.map (fun w -> float (sign w)))

/// The muons of CMS by their charge.
let observed () : EventTable =
    let names i = [ for part in [ "E"; "px"; "py"; "pz" ] -> $"{part}{i}" ]

    let table =
        read (names 1 @ names 2 @ [ "Q1" ]) None "cms-zmumu/Zmumu_Run2011A_masses.csv.gz"

    let first, second = vectors (names 1) table, vectors (names 2) table

    Array.map2
        (fun charge (a, b) -> if charge < 0.0 then a, b else b, a)
        (EventTable.values "Q1" table)
        (Array.zip first second)
    |> rows (Array.create table.Count 1.0)

let write name table =
    EventFile.write (Some "weight") (Path.Combine(out, name)) table |> valid
    printfn $"{name, -8} {table}"

Directory.CreateDirectory out |> ignore
write "data.csv" (observed ())
write "lo.csv" (EventTable.concat [ generated "z_mlm"; generated "z_ckkwl" ])
write "nlo.csv" (generated "z_fxfx")

for plan in Directory.GetFiles(__SOURCE_DIRECTORY__, "*.json") do
    File.Copy(plan, Path.Combine(out, Path.GetFileName plan), true)
