namespace Nsbi.Cli.Verbs

open Argu
open Nsbi.Cli

type ScanOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Mandatory; Unique>] Poi of p: string
    | [<Mandatory; Unique>] From of a: string
    | [<Mandatory; Unique>] To of b: string
    | [<Unique>] Points of n: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> "the workspace: a model with its data"
            | Poi _ -> "the parameter to scan"
            | From _ -> "its first value"
            | To _ -> "its last value"
            | Points _ -> "the number of values, at equal distances; 21 if not given"
            | Asimov _ -> "scan the Asimov data of these parameter values instead of the observed"
            | Fix _ -> "hold these parameters at these values"
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Profile scan of one parameter.
[<RequireQualifiedAccess>]
module Scan =
    let private about = [ "Profile likelihood scan t = −2 ln L − min of one parameter." ]

    let private examples = [
        "workspace.json --poi mu --from 0 --to 3 --points 31"
        "workspace.json --poi mu --from 0 --to 3 --asimov mu=1 --json"
    ]

    let run (call: Call) : Answer =
        Arguments.dispatch<ScanOption> call about examples (fun options -> Answer.wrongInput [ sprintf "%A" options ])
