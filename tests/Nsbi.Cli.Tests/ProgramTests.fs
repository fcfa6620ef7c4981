module ProgramTests

open NUnit.Framework
open CommandLine

let here = TestContext.CurrentContext.TestDirectory

[<TestCase("")>]
[<TestCase("--help")>]
[<TestCase("-h")>]
[<TestCase("help")>]
let ``help lists every verb with one line`` (line: string) =
    let run = runIn here (words line)
    shouldExit 0 run

    for verb in [ "run"; "train"; "check"; "fit"; "scan"; "report" ] do
        Assert.That(run.Output, Does.Match $"(?m)^    {verb} +[a-zA-Z]")

    Assert.That(run.Log, Is.Empty)

[<Test>]
let ``the version is told`` () =
    let run = runIn here [ "--version" ]
    shouldExit 0 run
    Assert.That(run.Output, Does.Match @"^nsbi-fs \d+\.\d+\.\d+")

[<Test>]
let ``an unknown verb is answered by the nearest one`` () =
    let run = runIn here [ "sacn"; "workspace.json" ]
    shouldExit 2 run
    Assert.That(run.Log.Trim(), Is.EqualTo "nsbi-fs has no verb 'sacn'; did you mean 'scan'?")
    Assert.That(run.Output, Is.Empty)

[<Test>]
let ``with json even a fault is one object on standard output`` () =
    let run = runIn here [ "fit"; "absent.json"; "--json" ]
    shouldExit 2 run
    let result = json run
    Assert.That((keys result = [ "schemaVersion"; "verb"; "version"; "faults" ]))
    Assert.That(result.GetProperty("faults").GetArrayLength(), Is.GreaterThan 0)
    Assert.That(run.Log, Does.Contain(string (result.GetProperty("faults")[0])))

[<Test>]
let ``help needs no other library than that of the language`` () =
    use folder = new Folder()

    for file in [ "nsbi-fs.dll"; "nsbi-fs.runtimeconfig.json"; "FSharp.Core.dll" ] do
        System.IO.File.Copy(System.IO.Path.Combine(here, file), folder.File file)

    for argument in [ "--help"; "--version"; "unfold" ] do
        let run = runProgram "dotnet" folder.Path [ folder.File "nsbi-fs.dll"; argument ]
        shouldExit (if argument = "unfold" then 2 else 0) run
