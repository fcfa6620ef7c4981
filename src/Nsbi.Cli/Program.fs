module Nsbi.Cli.Program

open System
open System.IO
open Nsbi.Cli.Verbs

let private verbs () : Verb list = [
    {
        Name = "run"
        Summary = "a whole analysis: train, check, fit, intervals, report"
        Run = RunVerb.run
    }
    {
        Name = "train"
        Summary = "the networks of an analysis only"
        Run = TrainVerb.run
    }
    {
        Name = "check"
        Summary = "the networks and the checks of what they learned"
        Run = CheckVerb.run
    }
    {
        Name = "bootstrap"
        Summary = "how sure the networks of an analysis are"
        Run = BootstrapVerb.run
    }
    {
        Name = "goodness"
        Summary = "whether the model of an analysis describes its data in all features"
        Run = GoodnessVerb.run
    }
    {
        Name = "fit"
        Summary = "best fit of a workspace: Hessian errors, MINOS intervals"
        Run = FitVerb.run
    }
    {
        Name = "scan"
        Summary = "profile likelihood scan of one parameter"
        Run = ScanVerb.run
    }
    {
        Name = "hypotest"
        Summary = "CLs of one value of a parameter, observed and expected"
        Run = HypotestVerb.run
    }
    {
        Name = "limit"
        Summary = "upper limits by CLs, observed and expected"
        Run = LimitVerb.run
    }
    {
        Name = "significance"
        Summary = "the significance of an excess, observed and expected"
        Run = SignificanceVerb.run
    }
    {
        Name = "toys"
        Summary = "pseudo-experiments of a workspace, fitted"
        Run = ToysVerb.run
    }
    {
        Name = "rank"
        Summary = "impacts of nuisance parameters, and the parts of an error"
        Run = RankVerb.run
    }
    {
        Name = "neyman"
        Summary = "confidence belt and sets of one parameter by toys"
        Run = NeymanVerb.run
    }
    {
        Name = "power"
        Summary = "what an analysis can tell: count, cut, bins, unbinned"
        Run = PowerVerb.run
    }
    {
        Name = "posterior"
        Summary = "parameters given whole sets of events: train, check, apply"
        Run = PosteriorVerb.run
    }
    {
        Name = "contour"
        Summary = "sets of two parameters, as closed curves"
        Run = ContourVerb.run
    }
    {
        Name = "sample"
        Summary = "samples of the posterior of all parameters"
        Run = SampleVerb.run
    }
    {
        Name = "calibrate"
        Summary = "simulation moved onto data, with closure before and after"
        Run = CalibrateVerb.run
    }
    {
        Name = "convert"
        Summary = "a workspace in another format: pyhf's, or ours"
        Run = ConvertVerb.run
    }
    {
        Name = "combine"
        Summary = "the channels of several workspaces in one"
        Run = CombineVerb.run
    }
    {
        Name = "report"
        Summary = "the HTML page of a run again"
        Run = ReportVerb.run
    }
]

let private help (verbs: Verb list) : string =
    let lines = [
        "nsbi-fs: measurements in particle physics with neural simulation-based inference"
        ""
        "USAGE: nsbi-fs VERB FILE [options]"
        ""
        for verb in verbs do
            String.Concat("    ", verb.Name.PadRight 14, verb.Summary)
        ""
        "    nsbi-fs VERB --help    the options of a verb, and examples"
        "    nsbi-fs --version      the version"
        ""
        "With --json, standard output holds exactly one JSON object. Exit codes: 0 done;"
        "1 ran but did not succeed; 2 wrong input or usage; 130 interrupted."
    ]

    String.Join("\n", lines)

let private call (verb: Verb) (arguments: string[]) : Answer =
    use interruption = new Interruption()

    try
        verb.Run {
            Verb = verb.Name
            Arguments = arguments
            Json = Array.contains "--json" arguments
            Cancellation = interruption.Token
        }
    with error when interruption.Explains error ->
        Answer.Nothing Outcome.Interrupted

let private dispatch (arguments: string[]) : Answer =
    let verbs = verbs ()

    let named name =
        verbs |> List.tryFind (fun verb -> verb.Name = name)

    match Array.toList arguments with
    | []
    | [ "--help" ]
    | [ "-h" ]
    | [ "help" ] -> Answer.Text(help verbs)
    | [ "--version" ] -> Answer.Text $"nsbi-fs {Version.text ()}"
    | [ "help"; name ] when (named name).IsSome -> call (named name).Value [| "--help" |]
    | name :: _ ->
        match named name with
        | Some verb -> call verb (Array.tail arguments)
        | None ->
            let known = verbs |> List.map _.Name
            let suggestion = Suggestion.sentence known name
            Answer.wrongInput [ $"nsbi-fs has no verb '{name}'; {suggestion}" ]

/// A failure that no verb answered: the machine's (a full disk, a file that cannot be written), or
/// a defect.
let private failure (arguments: string[]) (error: exn) : Answer =
    let sentence =
        match error with
        | :? FileLoadException
        | :? FileNotFoundException -> Defect.sentence arguments error
        | :? IOException
        | :? UnauthorizedAccessException -> error.Message
        | :? OutOfMemoryException -> "There is not enough memory; use fewer events at a time."
        | _ -> Defect.sentence arguments error

    Answer.Nothing(Outcome.NotSuccessful [ sentence ])

/// Prints an answer: results on standard output, sentences on standard error.
let private print (arguments: string[]) (answer: Answer) : int =
    let verb = Array.tryHead arguments |> Option.defaultValue ""
    let sentences = Outcome.sentences (Answer.outcome answer)

    match answer with
    | Answer.Text text -> Output.text text
    | Answer.Result(_, _, json) when Array.contains "--json" arguments -> Output.json verb json
    | Answer.Result(_, text, _) -> Output.text (text ())
    | Answer.Nothing _ when Array.contains "--json" arguments ->
        Output.json verb (fun writer ->
            writer.WriteStartArray "faults"

            for sentence in sentences do
                writer.WriteStringValue sentence

            writer.WriteEndArray())
    | Answer.Nothing _ -> ()

    for sentence in sentences do
        Output.log sentence

    Outcome.exitCode (Answer.outcome answer)

let private answered (arguments: string[]) (work: unit -> Answer) : int =
    try
        print arguments (work ())
    with error ->
        print arguments (failure arguments error)

[<EntryPoint>]
let main (arguments: string[]) : int =
    // A thread of the machine's own that fails: the process would end with a stack trace.
    AppDomain.CurrentDomain.UnhandledException.Add(fun raised ->
        match raised.ExceptionObject with
        | :? exn as error -> exit (answered arguments (fun () -> failure arguments error))
        | _ -> exit 1)

    answered arguments (fun () -> dispatch arguments)
