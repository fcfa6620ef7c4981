namespace Nsbi.Cli

open System.Text.Json

/// How a verb ended.
[<RequireQualifiedAccess>]
type Outcome =
    /// It did what was asked.
    | Done
    /// It ran but did not succeed: a fit that did not converge, a failed check.
    | NotSuccessful of sentences: string list
    /// The input or the usage was wrong; all faults.
    | WrongInput of faults: string list
    /// It was interrupted from outside.
    | Interrupted

[<RequireQualifiedAccess>]
module Outcome =
    /// The one place that decides exit codes.
    let exitCode (outcome: Outcome) : int =
        match outcome with
        | Outcome.Done -> 0
        | Outcome.NotSuccessful _ -> 1
        | Outcome.WrongInput _ -> 2
        | Outcome.Interrupted -> 130

    /// What a person is told on standard error, one line each.
    let sentences (outcome: Outcome) : string list =
        match outcome with
        | Outcome.Done -> []
        | Outcome.NotSuccessful sentences -> sentences
        | Outcome.WrongInput faults -> faults
        | Outcome.Interrupted -> [ "Interrupted." ]

/// What a verb gives back. A verb never writes to standard output itself, so that with --json
/// exactly one object comes out.
[<RequireQualifiedAccess>]
type Answer =
    /// A text that was asked for instead of a result: help, the version.
    | Text of string
    /// It ended without a result.
    | Nothing of Outcome
    /// A result, as a text for a person and as the members of a JSON object.
    | Result of outcome: Outcome * text: (unit -> string) * json: (Utf8JsonWriter -> unit)

[<RequireQualifiedAccess>]
module Answer =
    let outcome (answer: Answer) : Outcome =
        match answer with
        | Answer.Text _ -> Outcome.Done
        | Answer.Nothing outcome
        | Answer.Result(outcome, _, _) -> outcome

    let wrongInput (faults: string list) : Answer =
        Answer.Nothing(Outcome.WrongInput faults)
