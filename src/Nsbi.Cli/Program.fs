module Nsbi.Cli.Program

[<EntryPoint>]
let main _ = 2
