module HelpTests

open NUnit.Framework
open CommandLine
open Workspaces

/// The examples at the end of a verb's help, as words after "nsbi-fs".
let examples (verb: string) : string list list =
    let help = runIn (TestContext.CurrentContext.TestDirectory) [ verb; "--help" ]
    shouldExit 0 help
    let marker = "EXAMPLES:"
    let at = help.Output.IndexOf marker
    Assert.That(at, Is.GreaterThan 0, help.Output)

    help.Output.Substring(at + marker.Length).Split '\n'
    |> Array.map _.Trim()
    |> Array.filter _.StartsWith("nsbi-fs ")
    |> Array.map (fun line -> words line |> List.tail)
    |> Array.toList

[<TestCase("run")>]
[<TestCase("train")>]
[<TestCase("check")>]
[<TestCase("bootstrap")>]
[<TestCase("fit")>]
[<TestCase("scan")>]
[<TestCase("hypotest")>]
[<TestCase("limit")>]
[<TestCase("significance")>]
[<TestCase("toys")>]
[<TestCase("neyman")>]
[<TestCase("power")>]
[<TestCase("posterior")>]
[<TestCase("calibrate")>]
[<TestCase("report")>]
let ``the examples of the help run`` (verb: string) =
    use folder = new Folder()
    interference folder |> ignore
    Analyses.writeToy folder
    CalibrateVerbTests.writePlan folder ""
    PosteriorVerbTests.writePlan folder

    if verb = "report" then
        shouldExit 0 (runIn folder.Path (words "run analysis.json --out results"))

    let examples = examples verb
    Assert.That(examples.Length, Is.GreaterThan 0)

    for example in examples do
        let run = runIn folder.Path example
        shouldExit 0 run

        if List.contains "--json" example then
            json run |> ignore
