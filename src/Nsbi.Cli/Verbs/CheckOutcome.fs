namespace Nsbi.Cli.Verbs

open Nsbi.Cli
open Nsbi.Infer

/// How a verb ends whose result was checked.
[<RequireQualifiedAccess>]
module CheckOutcome =
    /// Done where all passed; else each failed one in two sentences.
    let ofChecks (checks: Check list) : Outcome =
        match checks |> List.filter (fun check -> not check.Passed) with
        | [] -> Outcome.Done
        | failed ->
            failed
            |> List.map (fun c -> $"The check '{c.Name}' failed: {c.Finding} {c.Meaning}")
            |> Outcome.NotSuccessful
