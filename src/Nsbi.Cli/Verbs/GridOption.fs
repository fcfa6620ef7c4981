namespace Nsbi.Cli.Verbs

open System
open Nsbi.Cli

/// "--grid a:b:n": n values from a to b at equal distances.
[<RequireQualifiedAccess>]
module GridOption =
    /// More values than anyone waits for.
    let private most = 10_000

    let parse (text: string) : Result<float list, string list> =
        match text.Split(':', StringSplitOptions.TrimEntries) with
        | [| first; last; count |] ->
            match
                Values.number "--grid" first,
                Values.number "--grid" last,
                Values.whole "--grid" 1 most count
            with
            | Ok a, Ok b, Ok n when b > a || (a = b && n = 1) -> Ok(ScanVerb.values a b n)
            | Ok _, Ok _, Ok _ -> Error [ $"--grid: '{text}' does not go upwards; write a:b:n." ]
            | a, b, n ->
                let faults result =
                    match result with
                    | Error faults -> faults
                    | Ok _ -> []

                Error(faults a @ faults b @ faults n)
        | _ -> Error [ $"--grid: '{text}' is not of the form a:b:n, as in 0:3:31." ]
