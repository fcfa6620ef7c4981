module ExamplesTests

open System.IO
open NUnit.Framework
open CommandLine

let private scripts =
    Directory.GetFiles(Path.Combine(root, "examples"), "*.fsx")
    |> Array.map Path.GetFileName
    |> Array.filter (fun name -> System.Char.IsDigit name[0])

let private output (script: string) : string =
    // The scripts load the Release build, whatever this one is.
    let library = Path.Combine(root, "src/Nsbi.Cli/bin/Release/net10.0/Nsbi.Infer.dll")
    Assert.That(File.Exists library, "Build the solution with -c Release first.")

    let run = runProgram "dotnet" root [ "fsi"; Path.Combine("examples", script) ]
    shouldExit 0 run
    run.Output

[<Test>]
let ``every example script loads the libraries in the one way`` () =
    Assert.That(scripts, Is.Not.Empty)

    for script in scripts do
        let text = File.ReadAllText(Path.Combine(root, "examples", script))
        Assert.That(text, Does.Contain "#load \"Nsbi.fsx\"", script)

[<Test>]
let ``the interference example prints the known numbers`` () =
    let text = output "01-interference.fsx"

    for part in
        [
            "S        mu - sqrt(mu)  40"
            "mu                    1      0.390034"
            "another minimum"
            "0.00      2.448976      2.448976"
            "4.00     49.142017     49.142017"
            "mu with t ≤ 1: [0.594"
            "t ≤ 2.6: [0 (bound), 0.02"
            "] ∪ [0.27"
            "t ≤ 3.841: [0 (bound), 1.765"
            "20 bins    2.382"
        ] do
        Assert.That(text, Does.Contain part)
