/// What people get wrong in analyses and event files, and the sentence that answers it.
module BrokenAnalysisTests

open System.IO
open NUnit.Framework
open CommandLine
open Analyses

/// One kind of wrong input.
type BrokenAnalysis = {
    What: string
    Arrange: Folder -> unit
    Line: string
    Says: string
} with

    override this.ToString() = this.What

let private train = "train analysis.json --out results"

let private inToy what before after says = {
    What = what
    Arrange =
        fun folder ->
            writeToy folder
            replace folder "analysis.json" before after
    Line = train
    Says = says
}

let private withPreselection what classes signal background says =
    let plan =
        $"\"preselection\": {{ \"classes\": [{classes}], \"signal\": \"{signal}\", "
        + $"\"background\": \"{background}\", \"target\": 0.1 }}, \"seed\""

    inToy what "\"seed\"" plan says

let private inFile what file before after says = {
    What = what
    Arrange =
        fun folder ->
            writeFiles folder
            replace folder file before after
    Line = train
    Says = says
}

let private usage what line says = {
    What = what
    Arrange = writeToy
    Line = line
    Says = says
}

let private all: BrokenAnalysis list = [
    usage "a run without a folder" "run analysis.json" "--out"
    usage "training without a folder" "train analysis.json" "--out DIR"
    usage "a seed in words" "run analysis.json --out r --seed lucky" "--seed: 'lucky'"
    usage "unblinding a check" "check analysis.json --unblind" "no option '--unblind'"
    usage "an analysis without a name" "run \"\" --out results" "'': it is no name of a file"
    usage "a report of a file" "report analysis.json" "it is a file; give the folder of a run"
    usage "a folder without a name" "run analysis.json --out \"\"" "its name is empty"
    usage "a file in place of a folder" "run analysis.json --out analysis.json" "it is a file"
    usage "a folder in place of an analysis" "run . --out results" ".: it is a folder; give"
    usage "no analysis" "run absent.json --out results" "absent.json: there is no such file"
    usage "a report of nothing" "report absent" "there is no such folder"
    usage "a report of a folder without results" "report ." "no report.json"
    inToy "a text cut off" "\"terms\": [" "\"terms\": " "no JSON"
    inToy "another version" "\"nsbi-analysis\": 1" "\"nsbi-analysis\": 7" "reads version 1"
    inToy "an unknown key" "\"seed\"" "\"sead\"" "there is no key 'sead'"
    inToy "a missing key" "\"features\": [\"x\"]," "" "'features' is missing"
    inToy "a number as text" "\"events\": 4000" "\"events\": \"many\"" "$.samples[0].events"
    inToy "an unknown toy" "\"toy\": \"interference\"" "\"toy\": \"inference\"" "no such toy"
    inToy "an unknown process" "\"process\": \"NI\"" "\"process\": \"NJ\"" "no such process"
    inToy "no events" "\"events\": 4000" "\"events\": 0" "not positive"
    inToy "a sample twice" "\"name\": \"SBI\", \"toy\"" "\"name\": \"S\", \"toy\"" "more than once"
    inToy "a sample unknown to the reference" "{ \"S\": 1" "{ \"T\": 1" "no such sample"
    inToy "a negative share" "\"B\": 1, \"NI\"" "\"B\": -1, \"NI\"" "not positive"
    inToy "a share of nothing" "\"B\": 1, \"NI\"" "\"B\": 1e-9, \"NI\"" "1e6 times the smallest"
    inToy "a negative limit" "\"identity\": 10" "\"identity\": -10" "$.limits.identity"
    inToy
        "a limit below 0"
        "\"closureSigmas\": 1e6"
        "\"closureSigmas\": -1"
        "$.limits.closureSigmas"
    inToy "a p-value above 1" "\"pValue\": 0" "\"pValue\": 5" "no p-value is above 1"
    withPreselection "a class twice" "\"S\", \"B\", \"B\"" "S" "B" "more than once"
    withPreselection "a signal of no class" "\"S\", \"B\"" "NI" "B" "none of the classes"
    inToy "a bad expression" "mu - sqrt(mu)" "mu - sqrt(mu" "$.terms[0].scale"
    inToy "an unknown parameter" "\"1 - sqrt(mu)\"" "\"1 - sqrt(nu)\"" "nu"
    inToy "an unknown feature" "[\"x\"]" "[\"z\"]" "'z'"
    inToy "an unknown transform" "[\"x\"]" "[\"x | wiggle\"]" "wiggle"
    inToy "no layers of sense" "\"hidden\": [16]" "\"hidden\": [-16]" "hidden"
    inToy "a bad learning rate" "\"learningRate\": 0.01" "\"learningRate\": -1" "learning rate"
    inToy "one fold less than none" "\"folds\": 2" "\"folds\": 0" "folds"
    inToy "bounds upside down" "\"lower\": 0" "\"lower\": 9" "mu"
    inToy "a blind word" "\"blind\": true" "\"blind\": \"yes\"" "$.blind"
    inFile "a feature of no column" "analysis.json" "[\"x\", \"y = x" "[\"x\", \"y = z" "'z'"
    inFile "a missing file" "analysis.json" "\"S.csv\"" "\"T.csv\"" "T.csv"
    inFile "a missing weight column" "analysis.json" "\"w\"" "\"v\"" "'v'"
    inFile "a selection that leaves nothing" "analysis.json" "x > -3" "x > 400" "select"
    inFile "a selection of no sense" "analysis.json" "x > -3" "x >" "selection"
    inFile "a selection of no column" "analysis.json" "x > -3" "q > -3" "'q'"
    inFile "a missing column" "B.csv" "x,w" "y,w" "'x'"
    inFile "a cell that is no number" "B.csv" ",1\n" ",one\n" "line 2"
    inFile "a NaN" "B.csv" ",1\n" ",NaN\n" "line 2"
    inFile "a short line" "B.csv" ",1\n" "\n" "line 2"
    inFile "a column twice" "B.csv" "x,w" "x,x" "x"
    inFile "a negative weight" "B.csv" ",1\n" ",-1\n" "negative"
    {
        What = "an empty event file"
        Arrange =
            fun folder ->
                writeFiles folder
                File.WriteAllText(folder.File "S.csv", "")
        Line = train
        Says = "S.csv"
    }
]

let cases: obj[] list = all |> List.map (fun case -> [| box case |])

[<Test>]
let ``more than twenty kinds of wrong analyses are known`` () =
    Assert.That(all |> List.distinctBy _.What |> List.length, Is.EqualTo all.Length)
    Assert.That(all.Length, Is.GreaterThanOrEqualTo 20)

[<TestCaseSource(nameof cases)>]
let ``a wrong analysis is answered by a sentence and exit code 2`` (case: BrokenAnalysis) =
    use folder = new Folder()
    case.Arrange folder
    let run = runIn folder.Path (words case.Line)
    shouldExit 2 run
    shouldHideStacks run
    Assert.That(run.Output, Is.Empty)
    Assert.That(run.Log, Does.Contain case.Says)

    // Nothing half-written: no networks, no results.
    for file in [ "networks.json"; "results.json"; "report.html" ] do
        Assert.That(File.Exists(Path.Combine(folder.Path, "results", file)), Is.False)

[<Test>]
let ``all faults of an analysis are told at once`` () =
    use folder = new Folder()
    writeToy folder
    replace folder "analysis.json" "\"events\": 4000" "\"events\": 0"
    replace folder "analysis.json" "[\"x\"]" "[\"x | wiggle\"]"
    replace folder "analysis.json" "\"process\": \"NI\"" "\"process\": \"NJ\""
    let run = runIn folder.Path (words train)
    shouldExit 2 run
    Assert.That(run.Log.TrimEnd().Split('\n').Length, Is.GreaterThanOrEqualTo 3)
