namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// <summary>Rows that stand for a table.</summary>
[<RequireQualifiedAccess>]
module internal EventSample =

    /// <summary>So many rows, drawn without replacement and in ascending order, the same at each
    /// call; all rows if there are no more. Drawn, not at equal steps: a table may hold samples in
    /// turns.</summary>
    let rows (events: int) (wanted: int) : int[] =
        let all = Array.init events id

        if wanted >= events then
            all
        else
            let mutable stream = RandomStream(0UL, "rows of a normalisation", uint64 events)
            stream.Shuffle(Span all)
            all |> Array.truncate wanted |> Array.sort
