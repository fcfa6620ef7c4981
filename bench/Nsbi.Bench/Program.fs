module Nsbi.Bench.Program

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "train" :: rest -> TrainBench.run rest
    | "binned" :: rest -> BinnedBench.run rest
    | _ ->
        eprintfn "usage: Nsbi.Bench train [--threads N] [--rounds N] [4x64 | 4x256 | 5x1000]"
        eprintfn "       Nsbi.Bench binned [--rounds N]"
        2
