namespace Nsbi.Cli.Verbs

open Argu
open Nsbi.Cli

type FitOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Minos of ``p,…``: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> "the workspace: a model with its data"
            | Asimov _ -> "fit the Asimov data of these parameter values instead of the observed data"
            | Fix _ -> "hold these parameters at these values"
            | Minos _ -> "the intervals of these parameters where −2 ln L has risen by 1 (MINOS)"
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Best fit, Hessian errors, MINOS.
[<RequireQualifiedAccess>]
module Fit =
    let private about = [ "Best fit of a workspace, with Hessian errors and MINOS intervals." ]

    let private examples = [
        "workspace.json"
        "workspace.json --asimov mu=1 --minos mu --json"
    ]

    let run (call: Call) : Answer =
        Arguments.dispatch<FitOption> call about examples (fun options -> Answer.wrongInput [ sprintf "%A" options ])
