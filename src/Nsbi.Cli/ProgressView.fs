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

/// Shows steps on standard error: bars with the remaining time on a terminal, plain lines
/// elsewhere.
[<RequireQualifiedAccess>]
module ProgressView =
    let private isTerminal () : bool =
        not Console.IsErrorRedirected
        && Environment.GetEnvironmentVariable "TERM" <> "dumb"

    let private reporter (report: Step -> unit) : IProgress<Step> = {
        new IProgress<Step> with
            member _.Report step = lock report (fun () -> report step)
    }

    let private line (step: Step) : string =
        let percent = (100.0 * step.Fraction).ToString("F0", CultureInfo.InvariantCulture)
        let state = if step.Fraction >= 1.0 then "done" else percent + " %"
        let note = if step.Note = "" then "" else "  " + step.Note
        step.Name + ": " + state + note

    /// One line where a part begins and ends, and in between at most every interval.
    let plain (interval: TimeSpan) (now: unit -> TimeSpan) (log: string -> unit) : IProgress<Step> =
        let last = Dictionary<string, TimeSpan>()
        let ended = HashSet<string>()

        reporter (fun step ->
            let due =
                match last.TryGetValue step.Name with
                | true, before -> now () - before >= interval
                | _ -> true

            if not (ended.Contains step.Name) && (due || step.Fraction >= 1.0) then
                last[step.Name] <- now ()
                log (line step)

                if step.Fraction >= 1.0 then
                    ended.Add step.Name |> ignore)

    let private onLines (work: IProgress<Step> -> 'T) : 'T =
        let clock = Diagnostics.Stopwatch.StartNew()
        plain (TimeSpan.FromSeconds 10.0) (fun () -> clock.Elapsed) Output.log |> work

    let private onTerminal (work: IProgress<Step> -> 'T) : 'T =
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

                reporter (fun step ->
                    let bar =
                        match bars.TryGetValue step.Name with
                        | true, bar -> bar
                        | _ ->
                            let bar = context.AddTask(Markup.Escape step.Name, maxValue = 1.0)
                            bars[step.Name] <- bar
                            bar

                    bar.Description <- Markup.Escape $"{step.Name}  {step.Note}"
                    bar.Value <- step.Fraction)
                |> work)

    /// Does the work while its steps are shown.
    let run (work: IProgress<Step> -> 'T) : 'T =
        if isTerminal () then onTerminal work else onLines work
