namespace Nsbi.Cli

open System
open System.IO

/// What happens to an exception that nobody expected: a sentence for the person, and the stack
/// into a file for the developers.
[<RequireQualifiedAccess>]
module Defect =
    /// log/ of the folder after --out, or a folder of the machine's temporary files.
    let private folder (arguments: string[]) : string =
        let at = Array.IndexOf(arguments, "--out")

        if at >= 0 && at + 1 < arguments.Length && Directory.Exists arguments[at + 1] then
            Path.Combine(arguments[at + 1], "log")
        else
            Path.Combine(Path.GetTempPath(), "nsbi-fs")

    let private write (arguments: string[]) (error: exn) : string option =
        try
            let folder = Directory.CreateDirectory(folder arguments).FullName
            let now = DateTime.UtcNow.ToString "yyyyMMdd-HHmmss"
            let path = Path.Combine(folder, $"defect-{now}-{Environment.ProcessId}.txt")
            let line = String.Join(" ", arguments)
            File.WriteAllText(path, $"nsbi-fs {Version.text ()} {line}\n{error}\n")
            Some path
        with _ ->
            None

    let private oneLine (text: string) : string =
        String.Join(" ", text.Split('\n', StringSplitOptions.TrimEntries))

    /// The sentence for a person; with NSBI_DEBUG=1 the stack goes to standard error.
    let sentence (arguments: string[]) (error: exn) : string =
        let what = $"{error.GetType().Name}: {oneLine error.Message}".TrimEnd('.')

        if Environment.GetEnvironmentVariable "NSBI_DEBUG" = "1" then
            Console.Error.WriteLine(string error)

        match write arguments error with
        | Some path -> $"This is a defect of nsbi-fs ({what}). Please report it with {path}."
        | None -> $"This is a defect of nsbi-fs ({what}). Run it with NSBI_DEBUG=1 to see where."
