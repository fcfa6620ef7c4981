namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.Text
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer

type SampleOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Prior of ``p=normal(m,s);…``: string
    | [<Unique>] Chains of n: string
    | [<Unique>] Warmup of n: string
    | [<Unique>] Draws of n: string
    | [<Unique>] Acceptance of a: string
    | [<Unique>] Metric of ``diagonal|dense``: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> PyhfOptions.workspace
            | Prior _ ->
                "priors beside the constraints: flat (without it), normal(mean,width), or log (flat in the "
                + "logarithm), within the bounds"
            | Chains _ -> "number of chains; 4 if not given"
            | Warmup _ -> "draws of each chain that learn step and metric and are thrown away; 1000"
            | Draws _ -> "draws of each chain that are kept; 1000 if not given"
            | Acceptance _ -> "mean acceptance, between 0 and 1; 0.8. Raise it where chains diverge"
            | Metric _ -> "what is learned of the posterior's form; diagonal if not given"
            | Seed _ -> "seed of the random numbers; 1 if not given"
            | Asimov _ -> "the posterior of the Asimov data of these parameter values"
            | Fix _ -> "hold these parameters at these values"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Out _ ->
                "write results.json, draws.csv and report.html with the pictures into this folder"
            | Threads _ -> "threads to use, one chain each; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Posterior samples of a workspace.
[<RequireQualifiedAccess>]
module SampleVerb =
    let private about = [
        "Samples of the posterior of all parameters, by the No-U-Turn sampler: constraints are priors,"
        "other parameters have flat ones within their bounds unless --prior gives another."
    ]

    let private examples = [
        "workspace.json"
        "workspace.json --prior mu=normal(1,2) --seed 7 --json"
        "workspace.json --metric dense --draws 500 --out results"
    ]

    let private number (value: float) =
        value.ToString("R", CultureInfo.InvariantCulture)

    let private prior (name: string) (text: string) : Result<ParameterPrior, string list> =
        let inside (head: string) =
            if text.StartsWith(head + "(", StringComparison.Ordinal) && text.EndsWith ')' then
                Some(text.Substring(head.Length + 1, text.Length - head.Length - 2).Split ',')
            else
                None

        match text, inside "normal" with
        | "flat", _ -> Ok ParameterPrior.Flat
        | "log", _ -> Ok ParameterPrior.LogFlat
        | _, Some [| mean; width |] ->
            match Values.number "--prior" mean, Values.number "--prior" width with
            | Ok mean, Ok width when width > 0.0 -> Ok(ParameterPrior.Normal(mean, width))
            | Ok _, Ok width ->
                Error [ $"--prior: the width {number width} of {name} is not above 0." ]
            | mean, width ->
                [ mean; width ]
                |> List.collect (function
                    | Error faults -> faults
                    | Ok _ -> [])
                |> Error
        | _ -> Error [ $"--prior: '{text}' of {name} is none of flat, log, normal(mean,width)." ]

    /// "p=normal(1,2);q=log", names as written.
    let private priors (text: string) : Result<(string * ParameterPrior) list, string list> =
        let read (part: string) =
            match part.Split('=', 2, StringSplitOptions.TrimEntries) with
            | [| name; value |] when name <> "" -> prior name value |> Result.map (fun p -> name, p)
            | _ -> Error [ $"--prior: '{part}' is not of the form p=prior." ]

        let found =
            text.Split(';', StringSplitOptions.TrimEntries) |> Array.toList |> List.map read

        match
            found
            |> List.collect (function
                | Error faults -> faults
                | Ok _ -> [])
        with
        | [] -> found |> List.choose Result.toOption |> Ok
        | faults -> Error faults

    let private metric (text: string) : Result<MetricForm, string list> =
        match text with
        | "diagonal" -> Ok MetricForm.Diagonal
        | "dense" -> Ok MetricForm.Dense
        | other -> Error [ $"--metric: '{other}' is none of diagonal, dense." ]

    let private share (text: string) : Result<float, string list> =
        Values.number "--acceptance" text
        |> Result.bind (fun value ->
            if value > 0.0 && value < 1.0 then
                Ok value
            else
                Error [ $"--acceptance: {number value} is not between 0 and 1." ])

    /// What to do, as the options say.
    type private Plan = {
        Priors: Map<string, ParameterPrior>
        Sampling: NutsSettings
        Out: string option
        Title: string
    }

    let private csv (chains: MarkovChains) : byte[] =
        let text = StringBuilder()

        let line (cells: string seq) =
            text.AppendJoin(',', cells).Append('\n') |> ignore

        line (Seq.append [ "chain"; "logDensity" ] chains.Names)

        chains.Chains
        |> Array.iteri (fun c chain ->
            chain.Draws
            |> Array.iteri (fun i draw ->
                line (
                    Seq.append
                        [ string (c + 1); number chain.LogDensities[i] ]
                        (draw |> Seq.map number)
                )))

        UTF8Encoding(false).GetBytes(text.ToString())

    let private members
        (subject: Subject)
        (density: LikelihoodDensity)
        (chains: MarkovChains)
        (summary: PosteriorSummary)
        (writer: Utf8JsonWriter)
        =
        PosteriorSummary.writeMembers writer summary
        writer.WriteStartArray "priors"

        for p in density.Priors do
            writer.WriteStartObject()
            writer.WriteString("name", p.Parameter)
            writer.WriteString("prior", p.Prior)
            writer.WriteEndObject()

        writer.WriteEndArray()
        CheckJson.write writer summary.Checks
        writer.WriteNumber("seed", chains.Seed)
        Subject.writeInputs writer subject

    let private sampled (plan: Plan) (subject: Subject) : Answer =
        let density =
            LikelihoodDensity.create plan.Priors subject.Settings.Fixed subject.Observation

        let fit = Fit.runWith subject.Settings subject.Observation
        let settings = plan.Sampling

        let start =
            if fit.Status.Succeeded then
                LikelihoodDensity.starts fit settings.Seed settings.Chains density
            else
                NutsStart.Random 2.0

        let chains =
            ProgressView.run (fun steps ->
                let progress = {
                    new IProgress<float> with
                        member _.Report fraction =
                            steps.Report(
                                Progress.Step {
                                    Name = $"{settings.Chains} chains"
                                    Fraction = fraction
                                    Note = ""
                                }
                            )
                }

                Nuts.run
                    {
                        settings with
                            Start = start
                            Team = subject.Settings.Team
                            Progress = progress
                            Cancellation = subject.Settings.Cancellation
                    }
                    density.Density)

        let summary = PosteriorSummary.compute chains
        let json = members subject density chains summary

        ResultFolder.write plan.Out "sample" json (fun () ->
            SampleReport.render plan.Title density summary chains)

        plan.Out
        |> Option.iter (fun folder -> ResultFolder.add folder "draws.csv" (csv chains))

        let assumed () =
            density.Priors
            |> List.map (fun p -> $"{p.Parameter}: {p.Prior}")
            |> String.concat "\n"

        Answer.Result(
            CheckOutcome.ofChecks summary.Checks,
            (fun () -> $"{summary}\n\npriors\n{assumed ()}"),
            json
        )

    let private answer (parsed: ParseResults<SampleOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult SampleOption.Workspace)
                (parsed.TryGetResult SampleOption.Asimov)
                (parsed.TryGetResult SampleOption.Fix)
                (parsed.TryGetResult SampleOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult SampleOption.Measurement)
                (parsed.TryGetResult SampleOption.Patch)
                (parsed.TryGetResult SampleOption.Patch_Name)

        let whole (asked: string option) what least standard =
            options.Optional(asked, standard, Values.whole what least 1_000_000)

        let asked = options.Optional(parsed.TryGetResult SampleOption.Prior, [], priors)
        let out = parsed.TryGetResult SampleOption.Out
        ResultFolder.faults out |> List.iter options.Fault

        let sampling = {
            Nuts.settings with
                Chains = whole (parsed.TryGetResult SampleOption.Chains) "--chains" 1 4
                Warmup = whole (parsed.TryGetResult SampleOption.Warmup) "--warmup" 20 1000
                Draws = whole (parsed.TryGetResult SampleOption.Draws) "--draws" 4 1000
                TargetAcceptance =
                    options.Optional(parsed.TryGetResult SampleOption.Acceptance, 0.8, share)
                Metric =
                    options.Optional(
                        parsed.TryGetResult SampleOption.Metric,
                        MetricForm.Diagonal,
                        metric
                    )
                Seed =
                    options.Optional(
                        parsed.TryGetResult SampleOption.Seed,
                        1UL,
                        Values.seed "--seed"
                    )
        }

        let plan = {
            Priors = Map.ofList asked
            Sampling = sampling
            Out = out
            Title = $"Posterior of {IO.Path.GetFileName subject.Workspace}"
        }

        let faults (parameters: Nsbi.Model.Parameter list) = [
            for name, prior in asked do
                yield! Subject.unknown parameters "--prior" name
                yield! Subject.held subject parameters "--prior" "prior" [ name ]

                match prior, parameters |> List.tryFind (fun p -> p.Name = name) with
                | ParameterPrior.LogFlat, Some p when not (p.Lower >= 0.0) ->
                    $"--prior: '{name}' may be negative, so its logarithm has no prior; use normal or flat."
                | _ -> ()

            let isHeld (p: Nsbi.Model.Parameter) =
                p.Fixed || subject.Fixed |> List.exists (fun (n, _) -> n = p.Name)

            if parameters |> List.forall isHeld then
                "--fix: all parameters are held; free one of them."
        ]

        options.Finish(fun () -> Subject.prepare call subject faults (sampled plan))

    let run (call: Call) : Answer =
        Arguments.dispatch<SampleOption> call about examples (fun parsed -> answer parsed call)
