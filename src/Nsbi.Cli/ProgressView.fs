namespace Nsbi.Cli

open System
open System.Collections.Generic
open System.Globalization
open Spectre.Console

/// How far one part of a long work is.
type Step = {
    Name: string
    /// From 0 to 1; 1 ends the part.
    Fraction: float
    /// What stands beside it: a loss, a count.
    Note: string
}

/// What a long work tells of itself.
[<RequireQualifiedAccess>]
type Progress =
    /// A stage begins.
    | Stage of sentence: string
    /// A part of it goes on.
    | Step of step: Step

/// Shows progress on standard error: bars with the remaining time on a terminal, plain lines
/// elsewhere.
[<RequireQualifiedAccess>]
module ProgressView =
    let private isTerminal () : bool =
        not Console.IsErrorRedirected
        && Environment.GetEnvironmentVariable "TERM" <> "dumb"

    let private reporter (report: Progress -> unit) : IProgress<Progress> = {
        new IProgress<Progress> with
            member _.Report progress = lock report (fun () -> report progress)
    }

    let private line (step: Step) : string =
        let percent = (100.0 * step.Fraction).ToString("F0", CultureInfo.InvariantCulture)
        let state = if step.Fraction >= 1.0 then "done" else percent + " %"
        let note = if step.Note = "" then "" else "  " + step.Note
        step.Name + ": " + state + note

    /// A line for each stage, and lines for the parts that last: the first after the quiet time, then one every interval, and
    /// one at the end of a part that had any.
    let plain
        (quiet: TimeSpan)
        (interval: TimeSpan)
        (now: unit -> TimeSpan)
        (log: string -> unit)
        : IProgress<Progress> =
        let due = Dictionary<string, TimeSpan>()
        let shown = HashSet<string>()
        let ended = HashSet<string>()

        let show (step: Step) =
            shown.Add step.Name |> ignore
            due[step.Name] <- now () + interval
            log (line step)

        let follow (step: Step) =
            if not (due.ContainsKey step.Name) then
                due[step.Name] <- now () + quiet

            if step.Fraction < 1.0 then
                if now () >= due[step.Name] then
                    show step
            elif ended.Add step.Name && shown.Contains step.Name then
                show step

        reporter (function
            | Progress.Stage sentence -> log sentence
            | Progress.Step step -> follow step)

    let private onLines (work: IProgress<Progress> -> 'T) : 'T =
        let clock = Diagnostics.Stopwatch.StartNew()

        plain
            (TimeSpan.FromSeconds 1.0)
            (TimeSpan.FromSeconds 10.0)
            (fun () -> clock.Elapsed)
            Output.log
        |> work

    let private onTerminal (work: IProgress<Progress> -> 'T) : 'T =
        let output = AnsiConsoleOutput Console.Error
        let console = AnsiConsole.Create(AnsiConsoleSettings(Out = output))

        let columns: ProgressColumn[] = [|
            TaskDescriptionColumn(Alignment = Justify.Left)
            ProgressBarColumn()
            PercentageColumn()
            RemainingTimeColumn()
        |]

        console
            .Progress()
            .Columns(columns)
            .Start(fun context ->
                let bars = Dictionary<string, ProgressTask>()

                let follow (step: Step) =
                    let bar =
                        match bars.TryGetValue step.Name with
                        | true, bar -> bar
                        | _ ->
                            let bar = context.AddTask(Markup.Escape step.Name, maxValue = 1.0)
                            bars[step.Name] <- bar
                            bar

                    bar.Description <- Markup.Escape $"{step.Name}  {step.Note}"
                    bar.Value <- step.Fraction

                reporter (function
                    | Progress.Stage sentence -> console.WriteLine sentence
                    | Progress.Step step -> follow step)
                |> work)

    /// Does the work while its steps are shown.
    let run (work: IProgress<Progress> -> 'T) : 'T =
        if isTerminal () then onTerminal work else onLines work
