/// Temporary files, the data beside the project, and what tests ask of results.
module Nsbi.Learn.Tests.Scratch

open System
open System.IO
open System.IO.Compression
open System.Text
open NUnit.Framework
open Nsbi.Learn

/// Equality of F# values, with both printed where they differ.
let equal (expected: 'T) (actual: 'T) =
    if actual <> expected then
        Assert.Fail $"expected\n%A{expected}\nbut found\n%A{actual}"

/// The message of the argument exception that an action ends with.
let argumentFault (action: unit -> unit) : string =
    let thrown = Assert.Throws<ArgumentException>(Action action)
    thrown.Message

/// Runs a test with a folder of its own, removed afterwards.
let inFolder (test: string -> unit) =
    let folder = Directory.CreateTempSubdirectory "nsbi-events-"

    try
        test folder.FullName
    finally
        folder.Delete true

/// Writes a text (through gzip if the name ends in .gz) and returns its path.
let textFile (folder: string) (name: string) (text: string) =
    let path = Path.Combine(folder, name)
    use file = File.Create path

    use stream: Stream =
        if name.EndsWith ".gz" then
            new GZipStream(file, CompressionLevel.Fastest)
        else
            file

    stream.Write(ReadOnlySpan(Encoding.UTF8.GetBytes text))
    path

/// Writes bytes given in base 64 and returns the path.
let bytesFile (folder: string) (name: string) (base64: string) =
    let path = Path.Combine(folder, name)
    File.WriteAllBytes(path, Convert.FromBase64String base64)
    path

let good (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults ->
        Assert.Fail(Fault.render faults)
        Unchecked.defaultof<'T>

let good1 (result: Result<'T, Fault>) : 'T =
    result |> Result.mapError List.singleton |> good

/// The sentences of a failure, with the folder taken out of the names.
let sentences (folder: string) (result: Result<'T, Fault list>) : string list =
    match result with
    | Ok value ->
        Assert.Fail $"no fault was found; the result is {value}"
        []
    | Error faults ->
        Fault.sentences faults
        |> List.map (fun s -> s.Replace(folder + string Path.DirectorySeparatorChar, ""))

let sentence (result: Result<'T, Fault>) : string =
    result |> Result.mapError List.singleton |> sentences "-" |> List.exactlyOne

/// A file of the shared data beside the repository; the test is ignored where there is none.
let sharedData (name: string) : string =
    let rec root (folder: DirectoryInfo) =
        if isNull folder then
            None
        elif File.Exists(Path.Combine(folder.FullName, "Nsbi.slnx")) then
            Some folder.FullName
        else
            root folder.Parent

    match root (DirectoryInfo TestContext.CurrentContext.TestDirectory) with
    | Some root ->
        let path = Path.GetFullPath(Path.Combine(root, "..", "shared", "data", name))

        if not (File.Exists path) then
            Assert.Ignore "The shared data are not beside this repository: nothing to compare with."

        path
    | None ->
        Assert.Ignore "The tests do not run inside the repository: the shared data cannot be found."
        ""
