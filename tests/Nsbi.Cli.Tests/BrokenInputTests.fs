/// What people get wrong, and the sentence that answers it.
module BrokenInputTests

open System.IO
open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Model
open CommandLine
open Workspaces

/// One kind of wrong input: what makes it, the command line, and what the answer must say.
type Broken = {
    What: string
    Arrange: Folder -> unit
    Line: string
    Says: string
} with

    override this.ToString() = this.What

let private interferenceWith (change: Folder -> unit) (folder: Folder) : unit =
    interference folder |> ignore
    change folder

let private countingWith (change: Folder -> unit) (folder: Folder) : unit =
    counting folder (Constant 1.0) 35.0 |> ignore
    change folder

let private column (name: string) (change: float[] -> unit) : Folder -> unit =
    interferenceWith (fun folder ->
        replaceColumn folder name (fun values ->
            change values
            NpyArray.ofVector values))

let private nothing (_: Folder) : unit = ()

let private broken what arrange line says = {
    What = what
    Arrange = arrange
    Line = line
    Says = says
}

let private usage: Broken list = [
    broken "unknown verb" nothing "fitt workspace.json" "did you mean 'fit'?"
    broken "no file" nothing "fit" "missing parameter '<WORKSPACE>'"
    broken "two files" nothing "fit a.json b.json" "does not know what 'b.json' is for"
    broken "unknown option" nothing "fit workspace.json --asimow mu=1" "did you mean '--asimov'?"
    broken "option without its value" nothing "fit workspace.json --fix" "must be followed by"
    broken "option twice" nothing "fit workspace.json --fix mu=1 --fix mu=2" "--fix"
    broken "missing option" nothing "scan workspace.json --poi mu --from 0" "--to"
    broken "threads in words" nothing "fit workspace.json --threads two" "not a whole number"
    broken "no threads" nothing "fit workspace.json --threads 0" "at least 1"
    broken "no points" nothing "scan w.json --poi mu --from 0 --to 1 --points 0" "at least 1"
    broken "too many threads" nothing "fit w.json --threads 3000000000" "at most 1024"
    broken
        "far too many points"
        nothing
        "scan w.json --poi mu --from 0 --to 1 --points 2000000000"
        "at most 100000"
    broken "decimal comma" nothing "scan w.json --poi mu --from 0,5 --to 1" "'0,5' is not a finite"
    broken "infinite value" nothing "fit workspace.json --asimov mu=inf" "not a finite number"
    broken "no assignment" nothing "fit workspace.json --fix mu" "not of the form name=value"
    broken "name twice" nothing "fit workspace.json --fix mu=1,mu=2" "'mu' is named twice"
    broken "range upside down" nothing "scan w.json --poi mu --from 2 --to 1" "exchange them"
]

let private countingHeld (folder: Folder) =
    counting folder (Words.nuisance "nu" |> Words.fixedAt 1.0) 30.0 |> ignore

let private options: Broken list = [
    broken
        "unknown parameter held"
        (countingWith nothing)
        "fit workspace.json --fix mv=1"
        "did you mean 'mu'?"
    broken
        "value outside of the bounds"
        (countingWith nothing)
        "fit workspace.json --fix mu=11"
        "outside of the bounds 0 to 10"
    broken
        "Asimov value outside of the bounds"
        (countingWith nothing)
        "fit workspace.json --asimov mu=-1"
        "outside of the bounds 0 to 10"
    broken
        "interval of an unknown parameter"
        (countingWith nothing)
        "fit workspace.json --minos sigma"
        "there is no parameter 'sigma'"
    broken
        "interval of a held parameter"
        (countingWith nothing)
        "fit workspace.json --minos mu --fix mu=1"
        "free it for its interval"
    broken
        "interval of a parameter that the model holds"
        countingHeld
        "fit workspace.json --minos nu"
        "'nu' is held at a value by the model itself"
    broken
        "scan of a parameter that the model holds"
        countingHeld
        "scan workspace.json --poi nu --from 0 --to 2"
        "'nu' is held at a value by the model itself"
    broken
        "scan of an unknown parameter"
        (countingWith nothing)
        "scan workspace.json --poi nu --from 0 --to 1"
        "there is no parameter 'nu'"
    broken
        "scan beyond the bounds"
        (countingWith nothing)
        "scan workspace.json --poi mu --from 0 --to 20"
        "outside of the bounds 0 to 10"
    broken
        "scan of a blind workspace"
        (fun folder -> simulation folder |> ignore)
        "scan workspace.json --poi mu --from 0 --to 2"
        "use --asimov mu=1, or run the analysis with --unblind"
]

let private documents: Broken list = [
    broken "a file without a name" nothing "fit \"\"" "'': it is no name of a file"
    broken "missing file" nothing "fit absent.json" "absent.json: there is no such file"
    broken
        "a folder"
        (fun folder -> Directory.CreateDirectory(folder.File "dir") |> ignore)
        "fit dir"
        "dir: it is a folder; give the file of the workspace"
    broken
        "an empty file"
        (fun folder -> folder.Write("workspace.json", "") |> ignore)
        "fit workspace.json"
        "no JSON"
    broken
        "a text cut off"
        (countingWith (fun folder ->
            let path = folder.File "workspace.json"
            File.WriteAllText(path, (File.ReadAllText path).Substring(0, 100))))
        "fit workspace.json"
        "no JSON"
    broken
        "a list instead of an object"
        (fun folder -> folder.Write("workspace.json", "[1, 2]") |> ignore)
        "fit workspace.json"
        "an object"
    broken
        "another version"
        (countingWith (fun folder ->
            replaceText folder "\"nsbi-workspace\": 1" "\"nsbi-workspace\": 99"))
        "fit workspace.json"
        "this program reads version 1"
    broken
        "an unknown key"
        (countingWith (fun folder -> replaceText folder "\"globals\"" "\"globbals\""))
        "fit workspace.json"
        "there is no key 'globbals' here"
    broken
        "a key twice"
        (countingWith (fun folder ->
            replaceText folder "\"globals\": []" "\"globals\": [], \"globals\": []"))
        "fit workspace.json"
        "occurs 2 times"
    broken
        "a text where a number should be"
        (countingWith (fun folder -> replaceText folder "35" "\"many\""))
        "fit workspace.json"
        "$.binned[0].counts[0]"
]

let private models: Broken list = [
    broken
        "negative yields of an unbinned channel"
        (interferenceWith (fun folder -> replaceText folder "200" "-200"))
        "fit workspace.json"
        "a yield is -200"
    broken
        "process twice"
        (countingWith (fun folder -> replaceText folder "\"name\": \"B\"" "\"name\": \"S\""))
        "fit workspace.json"
        "'S'"
    broken
        "a scale that is no expression"
        (countingWith (fun folder -> replaceText folder "\"mu\"," "\"mu +\","))
        "fit workspace.json"
        "scale"
    broken
        "no counts of a channel"
        (countingWith (fun folder -> replaceText folder "35" ""))
        "fit workspace.json"
        "SR"
    broken
        "negative count"
        (countingWith (fun folder -> replaceText folder "35" "-35"))
        "fit workspace.json"
        "-35"
    broken
        "counts of an unknown channel"
        (countingWith (fun folder -> replaceText folder "\"channel\": \"SR\"" "\"channel\": \"XX\""))
        "fit workspace.json"
        "'XX'"
]

let private columns: Broken list = [
    broken
        "missing column"
        (interferenceWith (fun folder -> Directory.Delete(folder.File "workspace.columns", true)))
        "fit workspace.json"
        "there is no file"
    broken
        "changed column"
        (interferenceWith (fun folder ->
            let path =
                Directory.GetFiles(folder.File "workspace.columns", "*-observed-weights.npy")
                |> Array.exactlyOne

            NpyFile.write path (NpyArray.ofVector [| 1.0; 2.0 |]) |> ok))
        "fit workspace.json"
        "is not the one the workspace was written with"
    broken
        "short column"
        (interferenceWith (fun folder ->
            replaceColumn folder "*-observed-*-S.npy" (fun r -> NpyArray.ofVector r[1..])))
        "fit workspace.json"
        "267 ratios for 268 events"
    broken
        "NaN among the ratios"
        (column "*-observed-*-S.npy" (fun r -> r[3] <- nan))
        "fit workspace.json"
        "the ratio of row 3 is NaN"
    broken
        "negative ratio"
        (column "*-reference-*-S.npy" (fun r -> r[5] <- -1.0))
        "fit workspace.json"
        "the ratio of row 5 is -1"
    broken
        "infinite weight"
        (column "*-observed-weights.npy" (fun w -> w[2] <- infinity))
        "fit workspace.json"
        "the weight of row 2"
    broken
        "negative reference weight"
        (column "*-reference-weights.npy" (fun w -> w[4] <- -1.0))
        "fit workspace.json"
        "the reference weight of row 4 is -1"
    broken
        "a matrix instead of a column"
        (interferenceWith (fun folder ->
            replaceColumn folder "*-observed-*-S.npy" (fun r -> NpyArray.ofMatrix 2 134 r)))
        "fit workspace.json"
        "give one axis"
    broken
        "no observed events"
        (fun folder -> simulation folder |> ignore)
        "fit workspace.json"
        "no observed events (was the run blind?); use --asimov mu=1, or run"
    broken
        "a table twice"
        (interferenceWith (fun folder -> replaceText folder "\"reference\": {" "\"observed\": {"))
        "fit workspace.json --asimov mu=1"
        "occurs 2 times"
]

let private all: Broken list =
    List.concat [ usage; options; documents; models; columns ]

let cases: obj[] list = all |> List.map (fun case -> [| box case |])

[<Test>]
let ``more than twenty kinds of wrong input are known`` () =
    Assert.That(all |> List.distinctBy _.What |> List.length, Is.EqualTo all.Length)
    Assert.That(all.Length, Is.GreaterThanOrEqualTo 20)

[<TestCaseSource(nameof cases)>]
let ``wrong input is answered by a sentence and exit code 2`` (case: Broken) =
    use folder = new Folder()
    case.Arrange folder
    let before = Directory.GetFileSystemEntries folder.Path |> Array.sort
    let run = runIn folder.Path (words case.Line)
    shouldExit 2 run
    shouldHideStacks run
    Assert.That(run.Output, Is.Empty)
    Assert.That(run.Log, Does.Contain case.Says)

    for line in run.Log.TrimEnd().Split '\n' do
        Assert.That(line, Does.Match @"[.?]$", "each line is a sentence")

    let after = Directory.GetFileSystemEntries folder.Path |> Array.sort
    Assert.That(after, Is.EqualTo<string[]> before, "nothing is written")

[<Test>]
let ``all faults of a command line are told at once`` () =
    use folder = new Folder()
    let run = runIn folder.Path (words "fit w.json --fix mu --asimov nu --threads 0")
    shouldExit 2 run
    Assert.That(run.Log.TrimEnd().Split('\n').Length, Is.EqualTo 3)
