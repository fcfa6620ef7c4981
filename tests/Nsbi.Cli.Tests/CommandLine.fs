/// Runs the built command line as a process, as a person would.
module CommandLine

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open NUnit.Framework

/// What one run left behind.
type Run = {
    ExitCode: int
    Output: string
    Log: string
}

/// A folder of its own for one test, removed with the value.
type Folder() =
    let path = Directory.CreateTempSubdirectory("nsbi-fs-test-").FullName

    member _.Path: string = path

    member _.File(name: string) : string = Path.Combine(path, name)

    member this.Write(name: string, text: string) : string =
        let file = this.File name
        Directory.CreateDirectory(Path.GetDirectoryName file) |> ignore
        File.WriteAllText(file, text)
        file

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

let program = Path.Combine(AppContext.BaseDirectory, "nsbi-fs.dll")

/// The top of the repository.
let root =
    let rec up (folder: DirectoryInfo) =
        if File.Exists(Path.Combine(folder.FullName, "Nsbi.slnx")) then
            folder.FullName
        else
            up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

let start (file: string) (folder: string) (arguments: string list) : Process =
    let info = ProcessStartInfo(file, arguments)
    info.WorkingDirectory <- folder
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    info.RedirectStandardInput <- true
    Process.Start info

let finish (run: Process) : Run =
    use run = run
    let log = run.StandardError.ReadToEndAsync()
    let output = run.StandardOutput.ReadToEnd()
    run.WaitForExit()

    {
        ExitCode = run.ExitCode
        Output = output
        Log = log.Result
    }

/// Runs any program in a folder and waits for it.
let runProgram (file: string) (folder: string) (arguments: string list) : Run =
    start file folder arguments |> finish

/// Runs nsbi-fs in a folder.
let runIn (folder: string) (arguments: string list) : Run =
    runProgram "dotnet" folder (program :: arguments)

/// The words of a command line; quotes keep words together.
let words (line: string) : string list =
    let parts = line.Split '"'

    [
        for index in 0 .. parts.Length - 1 do
            if index % 2 = 1 then
                parts[index]
            else
                yield! parts[index].Split(' ', StringSplitOptions.RemoveEmptyEntries)
    ]

/// The only JSON object on standard output.
let json (run: Run) : JsonElement =
    use document = JsonDocument.Parse run.Output
    document.RootElement.Clone()

let keys (element: JsonElement) : string list =
    element.EnumerateObject() |> Seq.map _.Name |> Seq.toList

let shouldExit (code: int) (run: Run) : unit =
    Assert.That(run.ExitCode, Is.EqualTo code, $"{run.Output}\n{run.Log}")

/// No trace of a stack in what a person sees.
let shouldHideStacks (run: Run) : unit =
    Assert.That(run.Output + run.Log, Does.Not.Contain "   at ")
    Assert.That(run.Output + run.Log, Does.Not.Contain "Exception")
