module DefectTests

open System.IO
open System.Text.RegularExpressions
open NUnit.Framework
open Nsbi.Cli
open CommandLine

let failure () : exn =
    try
        raise (System.InvalidOperationException "first line\nsecond line")
    with error ->
        error

[<Test>]
let ``a defect is one sentence and its stack is in the log of the output folder`` () =
    use folder = new Folder()

    let sentence =
        Defect.sentence [| "run"; "a.json"; "--out"; folder.Path |] (failure ())

    Assert.That(sentence, Does.StartWith "This is a defect of nsbi-fs")
    Assert.That(sentence, Does.Not.Contain "\n")
    let path = Directory.GetFiles(folder.File "log") |> Array.exactlyOne
    Assert.That(sentence, Does.Contain path)
    Assert.That(File.ReadAllText path, Does.Contain "DefectTests.failure")

[<Test>]
let ``without an output folder the stack is in a file of its own`` () =
    let sentence = Defect.sentence [| "fit" |] (failure ())
    let path = Regex.Match(sentence, @"report it with (.*)\.$").Groups[1].Value
    Assert.That(File.ReadAllText path, Does.Contain "second line")
    File.Delete path
