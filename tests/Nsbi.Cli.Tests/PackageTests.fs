module PackageTests

open System
open System.IO
open System.IO.Compression
open NUnit.Framework
open CommandLine

/// The packages of this build under a version of their own, and what is done with them.
[<NonParallelizable>]
type PackageTests() =
    let folder = new Folder()
    let version = $"0.0.0-test.{DateTime.UtcNow:yyyyMMddHHmmss}.{Environment.ProcessId}"
    let packages = Path.Combine(folder.Path, "packages")

    let configuration =
        if AppContext.BaseDirectory.Contains "Release" then
            "Release"
        else
            "Debug"

    let dotnet (arguments: string list) : unit =
        runProgram "dotnet" folder.Path arguments |> shouldExit 0

    let entries (id: string) : string list =
        use archive = ZipFile.OpenRead(Path.Combine(packages, $"{id}.{version}.nupkg"))
        archive.Entries |> Seq.map _.FullName |> Seq.toList

    [<OneTimeSetUp>]
    member _.Pack() =
        for project in
            [
                "build/packages/Nsbi.csproj"
                "build/packages/Nsbi.Interop.csproj"
                "src/Nsbi.Cli/Nsbi.Cli.fsproj"
            ] do
            dotnet [
                "pack"
                Path.Combine(root, project)
                "-c"
                configuration
                "--no-build"
                "-nologo"
                "-o"
                packages
                $"-p:Version={version}"
            ]

    [<OneTimeTearDown>]
    member _.Remove() =
        let home = Environment.GetFolderPath Environment.SpecialFolder.UserProfile

        let cache =
            match Environment.GetEnvironmentVariable "NUGET_PACKAGES" with
            | null -> Path.Combine(home, ".nuget", "packages")
            | path -> path

        for id in [ "nsbi"; "nsbi-fs" ] do
            let unpacked = Path.Combine(cache, id, version)

            if Directory.Exists unpacked then
                Directory.Delete(unpacked, true)

        (folder :> IDisposable).Dispose()

    [<Test>]
    member _.``the package Nsbi holds all layers with their documentation``() =
        let entries = entries "Nsbi"

        for layer in [ "Kernels"; "Learn"; "Model"; "Infer" ] do
            for extension in [ "dll"; "xml" ] do
                Assert.That(entries, Does.Contain $"lib/net10.0/Nsbi.{layer}.{extension}")

        Assert.That(entries, Does.Contain "README.md")
        Assert.That(entries, Does.Contain "LICENSE")

    [<Test>]
    member _.``the package Nsbi.Interop holds the C# face with its documentation``() =
        for extension in [ "dll"; "xml" ] do
            Assert.That(
                entries "Nsbi.Interop",
                Does.Contain $"lib/net10.0/Nsbi.Interop.{extension}"
            )

    [<Test>]
    member _.``an example runs on the package from anywhere``() =
        let example =
            File.ReadAllText(Path.Combine(root, "examples", "01-interference.fsx"))

        let load = "#load \"Nsbi.fsx\""
        Assert.That(example, Does.Contain load)

        let packaged = $"#i \"\"\"nuget: {packages}\"\"\"\n#r \"nuget: Nsbi, {version}\""
        let file = folder.Write("script/packaged.fsx", example.Replace(load, packaged))
        let run = runProgram "dotnet" (Path.GetDirectoryName file) [ "fsi"; file ]
        shouldExit 0 run
        Assert.That(run.Output, Does.Contain "0.390034")

    [<Test>]
    member _.``the tool installs and shows its help``() =
        let tools = Path.Combine(folder.Path, "tools")

        dotnet [
            "tool"
            "install"
            "nsbi-fs"
            "--version"
            version
            "--source"
            packages
            "--tool-path"
            tools
        ]

        let run = runProgram (Path.Combine(tools, "nsbi-fs")) folder.Path [ "--help" ]
        shouldExit 0 run
        Assert.That(run.Output, Does.Contain "nsbi-fs VERB")
