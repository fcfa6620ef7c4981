namespace Nsbi.Cli.Verbs

open System
open Argu
open Nsbi.Cli

/// What the command line of one verb says.
[<RequireQualifiedAccess>]
type Parsed<'Options when 'Options :> IArgParserTemplate> =
    | Options of ParseResults<'Options>
    | Help of text: string
    | Faults of sentences: string list

/// The options of one verb, parsed with Argu.
[<RequireQualifiedAccess>]
module Arguments =
    /// "--name=value" is "--name value".
    let private spaced (argument: string) : string list =
        match argument.IndexOf '=' with
        | at when argument.StartsWith("--", StringComparison.Ordinal) && at > 2 -> [
            argument.Substring(0, at)
            argument.Substring(at + 1)
          ]
        | _ -> [ argument ]

    let private known (parser: ArgumentParser) : string list =
        parser.GetArgumentCases()
        |> Seq.collect (fun case -> case.CommandLineNames.Value)
        |> Seq.toList

    let private sentence (verb: string) (options: string list) (message: string) : string =
        let first = message.Split('\n')[0]
        let plain = first.Replace("ERROR: ", "").TrimEnd('.', ' ', '\r')
        let unknown = "unrecognized argument: "

        if plain.StartsWith(unknown, StringComparison.Ordinal) then
            let typed = plain.Substring(unknown.Length).Trim('\'')

            if typed.StartsWith('-') then
                $"{verb} has no option '{typed}'; {Suggestion.sentence options typed}"
            else
                $"{verb} does not know what '{typed}' is for; see nsbi-fs {verb} --help."
        else
            $"{verb}: {plain}; see nsbi-fs {verb} --help."

    let private help (call: Call) (parser: ArgumentParser) (about: string list) examples : string =
        let lines =
            [
                yield! about
                ""
                parser.PrintUsage(programName = $"nsbi-fs {call.Verb}").TrimEnd()
                ""
                "EXAMPLES:"
                ""
            ]
            @ (examples |> List.map (fun example -> $"    nsbi-fs {call.Verb} {example}"))

        String.Join("\n", lines)

    /// Parses the arguments of a call. The examples are what follows "nsbi-fs VERB".
    let parse<'Options when 'Options :> IArgParserTemplate>
        (call: Call)
        (about: string list)
        (examples: string list)
        : Parsed<'Options> =
        let name = $"nsbi-fs {call.Verb}"

        let parser =
            ArgumentParser.Create<'Options>(programName = name, checkStructure = false)

        if call.Arguments |> Array.exists (fun text -> text = "--help" || text = "-h") then
            Parsed.Help(help call parser about examples)
        else
            try
                let arguments = call.Arguments |> Seq.collect spaced |> Seq.toArray
                Parsed.Options(parser.ParseCommandLine(inputs = arguments))
            with :? ArguParseException as error ->
                Parsed.Faults [ sentence call.Verb (known parser) error.Message ]

    /// Runs a verb on its parsed options; help and faults are answered here.
    let dispatch<'Options when 'Options :> IArgParserTemplate>
        (call: Call)
        (about: string list)
        (examples: string list)
        (run: ParseResults<'Options> -> Answer)
        : Answer =
        match parse<'Options> call about examples with
        | Parsed.Options options -> run options
        | Parsed.Faults faults -> Answer.wrongInput faults
        | Parsed.Help text -> Answer.Text text
