namespace Nsbi.Cli.Verbs

open System
open Nsbi.Cli
open Nsbi.Infer

/// What verbs that draw toys have in common.
[<RequireQualifiedAccess>]
module ToyOptions =
    /// More toys than anyone waits for; a mistyped number is not worked on for days.
    let most = 10_000_000

    /// "--method multinomial|poisson".
    let method (text: string) : Result<ToyMethod, string list> =
        match text with
        | "multinomial" -> Ok Multinomial
        | "poisson" -> Ok PoissonPerEvent
        | other -> Error [ $"--method: '{other}' is none of multinomial, poisson." ]

    /// "12 s left", from the share that is done and the time it took.
    let private left (clock: Diagnostics.Stopwatch) (share: float) : string =
        if share <= 0.0 || share >= 1.0 then
            ""
        else
            let seconds = clock.Elapsed.TotalSeconds * (1.0 - share) / share

            let text (value: float) (unit: string) =
                FormattableString.Invariant $", {value:F0} {unit} left"

            if seconds < 120.0 then text seconds "s"
            elif seconds < 7_200.0 then text (seconds / 60.0) "min"
            else text (seconds / 3_600.0) "h"

    /// Toys as a step of a long work, with what is left of the time: toys that were found finished
    /// take none of it.
    let progress (name: string) (view: IProgress<Progress>) : IProgress<ToyProgress> =
        let clock = Diagnostics.Stopwatch.StartNew()
        let mutable last = 0
        let mutable found = 0

        {
            new IProgress<ToyProgress> with
                member _.Report p =
                    if p.Done > last + 1 then
                        found <- found + p.Done - last

                    last <- p.Done
                    let fresh = float (p.Done - found) / float (max 1 (p.Total - found))
                    let failed = if p.Failed = 0 then "" else $", {p.Failed} failed"

                    view.Report(
                        Progress.Step {
                            Name = name
                            Fraction = float p.Done / float (max 1 p.Total)
                            Note = $"{p.Done} of {p.Total}{failed}{left clock fresh}"
                        }
                    )
        }
