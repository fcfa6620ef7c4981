module ReadmeTests

open System.IO
open System.Text.Json
open System.Text.RegularExpressions
open NUnit.Framework
open CommandLine

let private readme = File.ReadAllText(Path.Combine(root, "README.md"))

/// The blocks of code in a language.
let private blocks (language: string) : string list = [
    for found in Regex.Matches(readme, $@"```{language}\n(.*?)```", RegexOptions.Singleline) ->
        found.Groups[1].Value
]

let private lines (text: string) : string list =
    text.Split '\n' |> Array.map _.Trim() |> Array.filter ((<>) "") |> Array.toList

let private commands =
    blocks "sh"
    |> List.collect lines
    |> List.filter (fun line -> line.StartsWith "nsbi-fs ")
    |> List.map (fun line -> line.Split('#').[0] |> _.Trim())

[<Test>]
let ``the scripts of the README run`` () =
    let scripts = blocks "fsharp"
    Assert.That(scripts, Is.Not.Empty)
    use folder = new Folder()
    let nsbi = Path.Combine(root, "examples", "Nsbi.fsx").Replace("\\", "/")

    let outputs = [
        for script in scripts do
            Assert.That(script, Does.StartWith "#load \"examples/Nsbi.fsx\"")

            let path = folder.Write("readme.fsx", script.Replace("examples/Nsbi.fsx", nsbi))

            let run = ExamplesTests.runScript path []
            shouldExit 0 run
            run.Output
    ]

    Assert.That(outputs.Head, Does.Contain "0.390034")
    Assert.That(outputs[1], Does.Contain "0.433949")
    Assert.That(outputs[1], Does.Contain "0.0305 at 3")
    Assert.That(outputs[2], Does.Contain "q0 = 2.98339")
    Assert.That(outputs[3], Does.Contain "CWL2 ** 2")

[<Test>]
let ``the commands of the README run one after the other`` () =
    use folder = new Folder()
    // The CMS and ATLAS data need not be here; they have tests of their own.
    let here =
        commands
        |> List.filter (fun command -> not (command.Contains "hzz4l" || command.Contains "higgsml"))

    Assert.That(here.Length, Is.GreaterThanOrEqualTo 6)

    for command in here do
        let inFolder (word: string) =
            if word.StartsWith "results/" then
                folder.File word
            else
                word

        let run = words command |> List.tail |> List.map inFolder |> runIn root
        shouldExit 0 run

[<Test>]
let ``the README shows every verb and no other`` () =
    let help = (runIn root [ "--help" ]).Output

    let verbs = [
        for found in Regex.Matches(help, @"^    ([a-z]+)  +\S", RegexOptions.Multiline) ->
            found.Groups[1].Value
    ]

    let shown =
        commands
        |> List.map (fun command -> (words command)[1])
        |> List.distinct
        |> List.sort

    Assert.That(shown, Is.EqualTo(box (List.sort verbs)))

[<Test>]
let ``the lines of C# in the README stand in the example`` () =
    let example =
        Path.Combine(root, "examples", "CSharp", "Program.cs")
        |> File.ReadAllText
        |> lines
        |> set

    for line in blocks "csharp" |> List.collect lines do
        Assert.That(example, Does.Contain line)

[<Test>]
let ``the README explains every key of the analyses of the examples`` () =
    let rec keys (element: JsonElement) : string list =
        match element.ValueKind with
        | JsonValueKind.Object -> [
            for item in element.EnumerateObject() do
                item.Name
                yield! keys item.Value
          ]
        | JsonValueKind.Array -> element.EnumerateArray() |> Seq.collect keys |> Seq.toList
        | _ -> []

    for name in [ "interference"; "interference-systematics"; "hzz4l"; "higgsml" ] do
        let path = Path.Combine(root, "examples", name, "analysis.json")
        use document = JsonDocument.Parse(File.ReadAllText path)
        let analysis = document.RootElement

        let samples = [
            for sample in analysis.GetProperty("samples").EnumerateArray() ->
                sample.GetProperty("name").GetString()
        ]

        for key in List.distinct (keys analysis) |> List.except samples do
            Assert.That(readme, Does.Contain $"`{key}`")
