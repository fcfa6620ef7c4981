namespace Nsbi.Learn.Autodiff.Planning

open Nsbi.Learn.Autodiff

/// In which phase each value of a program is computed. A phase computes fixed arrays, then batch
/// arrays chunk by chunk, then sums over the batch; those are there from the next phase on.
type internal Schedule = { Phases: int; PhaseOf: int[] }

[<RequireQualifiedAccess>]
module internal Schedule =
    /// The earliest phase of each value.
    let private earliest (program: Program) : int[] =
        let phase = Array.zeroCreate program.Values.Length

        for index in 0 .. program.Values.Length - 1 do
            for argument in program.Values[index].Arguments do
                let there =
                    if Program.isReduction program program.Values[argument] then
                        phase[argument] + 1
                    else
                        phase[argument]

                phase[index] <- max phase[index] there

        phase

    /// Every value as late as its consumers allow: then forwards and backwards passes meet in one
    /// phase, and what lies between them never leaves the cache.
    let ofProgram (program: Program) : Schedule =
        let early = earliest program

        let isReduction index =
            Program.isReduction program program.Values[index]

        let indices = [ 0 .. program.Values.Length - 1 ]

        let latestOf choose =
            indices |> List.filter choose |> List.map (fun i -> early[i])

        let lastReduction = List.fold max -1 (latestOf isReduction)
        let isBatch index = Program.isBatch program.Values[index]
        let lastBatch = List.fold max 0 (latestOf isBatch)
        let phases = max (lastReduction + 2) (lastBatch + 1)
        let late = Array.create program.Values.Length System.Int32.MaxValue

        for index in List.rev indices do
            let whenUsed =
                program.Consumers[index]
                |> List.map (fun consumer ->
                    if isReduction index then
                        late[consumer] - 1
                    else
                        late[consumer])

            let atTheEnd =
                if isReduction index then lastReduction
                elif isBatch index then lastBatch
                else phases - 1

            late[index] <- List.fold min atTheEnd whenUsed

        { Phases = phases; PhaseOf = late }
