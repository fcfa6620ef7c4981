module Nsbi.Bench.Program

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "train" :: rest -> TrainBench.run rest
    | "sets" :: rest -> SetsBench.run rest
    | "stream" :: rest -> StreamBench.run rest
    | "likelihood" :: rest -> LikelihoodBench.run rest
    | "binned" :: rest -> BinnedBench.run rest
    | "toys" :: rest -> ToyBench.run rest
    | "hypotest" :: rest -> HypotestBench.run rest
    | _ ->
        eprintfn "usage: Nsbi.Bench train [--threads N] [--rounds N] [4x64 | 4x256 | 5x1000]"
        eprintfn "       Nsbi.Bench sets [--threads N] [--rounds N] [--steps N]"
        eprintfn "       Nsbi.Bench stream [--threads N] [EVENTS …]"
        eprintfn "       Nsbi.Bench likelihood [--threads N] [--rounds N] [1e5 | 1e6 | toys]"
        eprintfn "       Nsbi.Bench binned [--rounds N]"
        eprintfn "       Nsbi.Bench toys [--toys N] [--precision single | exact] [SIZE …]"
        eprintfn "       Nsbi.Bench hypotest [--rounds N]"
        2
