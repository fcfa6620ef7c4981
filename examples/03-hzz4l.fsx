// H -> ZZ -> 2e2mu in collisions that CMS recorded in 2012: the whole pipeline from F#.
//   dotnet fsi examples/03-hzz4l.fsx [FOLDER] [--quick]
// FOLDER receives networks, results.json and report.html (default: results/hzz4l); a run that was
// interrupted continues there. --quick trains 10 networks in place of 40 (default:
// results/hzz4l-quick).
#load "Nsbi.fsx"

open System
open System.IO
open System.Text.Json.Nodes
open Nsbi.Infer

let words = fsi.CommandLineArgs |> Array.tail |> Array.toList
let quick = List.contains "--quick" words

let out =
    let folder = if quick then "results/hzz4l-quick" else "results/hzz4l"

    words
    |> List.tryFind (fun word -> not (word.StartsWith "--"))
    |> Option.defaultValue folder

let stop (code: int) (sentences: string list) : 'a =
    for sentence in sentences do
        eprintfn $"{sentence}"

    exit code

let read (path: string) : Analysis =
    match AnalysisFile.read path with
    | Ok analysis -> analysis
    | Error faults -> stop 2 (faults |> List.map string)

// 1. The analysis is a file; read, it is a value.
let folder = Path.Combine(__SOURCE_DIRECTORY__, "hzz4l")
let file = Path.Combine(folder, "analysis.json")
let analysis = read file

let eventFiles = [
    for sample in analysis.Samples do
        match sample.Source with
        | SampleFile path -> Path.GetFullPath(Path.Combine(folder, path))
        | SampleToy _ -> ()
]

match eventFiles |> List.tryFind (File.Exists >> not) with
| Some missing ->
    printfn $"The event samples are not here: there is no {Path.GetFileName missing}."
    exit 0
| None -> ()

// 2. The quick variant: the same file with fewer networks, and its paths made absolute because it is
//    written elsewhere.
let quickFile () : string =
    let json = JsonNode.Parse(File.ReadAllText file)

    let absolute (holder: JsonNode) =
        let path = Path.Combine(folder, holder["file"].GetValue<string>())
        holder["file"] <- JsonValue.Create(Path.GetFullPath path)

    json["samples"].AsArray() |> Seq.iter absolute
    absolute json["data"]
    let networks = json["networks"]
    networks["folds"] <- JsonValue.Create 5
    networks["members"] <- JsonValue.Create 2
    Directory.CreateDirectory out |> ignore
    let path = Path.Combine(out, "analysis-quick.json")
    File.WriteAllText(path, json.ToJsonString())
    path

// 3. Train, check, fit, report. The analysis is blind: without Unblind the data stay closed.
let options = {
    Pipeline.options with
        Unblind = true
        Progress = {
            new IProgress<PipelineProgress> with
                member _.Report(progress: PipelineProgress) =
                    match progress with
                    | Stage sentence -> eprintfn $"{sentence}"
                    | Training p when p.IsDone -> eprintfn $"  {p.Network}: loss %.4f{p.BestLoss}"
                    | Training _
                    | Trainings _
                    | Toys _ -> ()
        }
}

let run =
    match Pipeline.run options (if quick then quickFile () else file) out with
    | Ok run -> run
    | Error(WrongInput sentences) -> stop 2 sentences
    | Error(NotSuccessful sentences) -> stop 1 sentences

// 4. What came out, beside the conventional analysis.
let failed = run.Checks |> List.filter (fun check -> not check.Passed)
printfn $"{analysis.Name}\n{run.Checks.Length} checks, {failed.Length} failed"

for check in failed do
    printfn $"  {check.Name}: {check.Finding} {check.Meaning}"

printfn "\n%-34s %6s  %-18s %12s" "" "mu" "68 % interval" "significance"

let show (name: string) (m: Measurement) =
    let interval =
        m.Interval68.Intervals
        |> List.map (fun i -> $"[%.2f{i.Lower}, %.2f{i.Upper}]")
        |> String.concat " and "

    printfn
        $"%-34s{name} %6.2f{m.Fit[analysis.Interest].Value}  %-18s{interval} %12.2f{m.Significance}"

let observed (name: string) (measurement: Measurement option) =
    match measurement with
    | Some m -> show name m
    | None -> printfn $"%-34s{name} stays closed"

run.Expected
|> Option.iter (fun study -> show "expected, learned ratios" study.Measurement)

run.Score
|> Option.iter (fun twin -> show $"expected, {twin.Name}" twin.Expected)

run.Conventional
|> Option.iter (fun twin -> show $"expected, {twin.Name}" twin.Expected)

observed "observed, learned ratios" run.Observed

run.Conventional
|> Option.iter (fun twin -> observed $"observed, {twin.Name}" twin.Observed)

run.Expected
|> Option.iter (fun study ->
    printfn
        $"\nThe expected significance has an error of %.3f{study.Significance.Error} from the number of simulated events.")

run.BlindReason |> Option.iter (printfn "%s")
printfn $"""Report: {Path.Combine(out, "report.html")}"""
exit (if run.Passed then 0 else 1)
