namespace Nsbi.Cli

open System

/// "Did you mean": the known name nearest to what was typed.
[<RequireQualifiedAccess>]
module Suggestion =
    /// Damerau-Levenshtein distance with adjacent transpositions (optimal string alignment).
    let distance (a: string) (b: string) : int =
        let table = Array2D.zeroCreate<int> (a.Length + 1) (b.Length + 1)

        for i in 0 .. a.Length do
            table[i, 0] <- i

        for j in 0 .. b.Length do
            table[0, j] <- j

        for i in 1 .. a.Length do
            for j in 1 .. b.Length do
                let replace = if a[i - 1] = b[j - 1] then 0 else 1

                let plain =
                    min
                        (min (table[i - 1, j] + 1) (table[i, j - 1] + 1))
                        (table[i - 1, j - 1] + replace)

                let swapped = i > 1 && j > 1 && a[i - 1] = b[j - 2] && a[i - 2] = b[j - 1]

                table[i, j] <-
                    if swapped then
                        min plain (table[i - 2, j - 2] + 1)
                    else
                        plain

        table[a.Length, b.Length]

    /// The nearest known name, if it is near enough to be meant.
    let nearest (known: string list) (typed: string) : string option =
        let lower (text: string) = text.ToLowerInvariant()
        let near name = distance (lower typed) (lower name)

        match known with
        | [] -> None
        | _ ->
            let best = List.minBy near known

            if near best <= max 1 (best.Length / 3) then
                Some best
            else
                None

    /// " Did you mean 'x'?", or a list of what there is.
    let sentence (known: string list) (typed: string) : string =
        match nearest known typed with
        | Some name -> $"did you mean '{name}'?"
        | None ->
            let quoted = known |> List.map (fun name -> $"'{name}'")
            let listed = String.Join(", ", quoted)
            $"there are {listed}."
