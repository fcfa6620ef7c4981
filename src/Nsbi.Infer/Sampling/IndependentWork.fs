namespace Nsbi.Infer

open System
open System.Threading
open Nsbi.Kernels

/// <summary>Independent pieces of work on several threads, one at a time on each.</summary>
[<RequireQualifiedAccess>]
module internal IndependentWork =

    /// <summary>The results in the order of their numbers, whatever the threads. Work must not use the
    /// team itself.</summary>
    let run
        (team: ThreadTeam option)
        (progress: IProgress<float>)
        (cancellation: CancellationToken)
        (count: int)
        (work: int -> 'b)
        : 'b[] =
        let results = Array.zeroCreate count
        let finished = [| 0 |]

        let one k =
            cancellation.ThrowIfCancellationRequested()
            results[k] <- work k
            let ready = Interlocked.Increment(&finished[0])

            if not (isNull progress) then
                progress.Report(float ready / float count)

        match team with
        | Some team -> team.For(count, (fun k _ -> one k))
        | None ->
            for k in 0 .. count - 1 do
                one k

        results
