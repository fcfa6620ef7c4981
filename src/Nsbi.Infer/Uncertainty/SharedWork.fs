namespace Nsbi.Infer

open System
open System.Threading

/// <summary>Independent fits on the threads of the settings, one at a time on each.</summary>
[<RequireQualifiedAccess>]
module internal SharedWork =

    /// <summary>The results in the order of the tasks, whatever the threads. Work must not use the
    /// threads itself: its settings are without.</summary>
    let run
        (settings: FitSettings)
        (progress: IProgress<float>)
        (work: FitSettings -> 'a -> 'b)
        (tasks: 'a[])
        : 'b[] =
        let alone = {
            settings with
                FitSettings.Team = None
        }

        let results = Array.zeroCreate tasks.Length
        let finished = [| 0 |]

        let one k =
            settings.Cancellation.ThrowIfCancellationRequested()
            results[k] <- work alone tasks[k]
            let count = Interlocked.Increment(&finished[0])

            if not (isNull progress) then
                progress.Report(float count / float tasks.Length)

        match settings.Team with
        | Some team -> team.For(tasks.Length, (fun k _ -> one k))
        | None ->
            for k in 0 .. tasks.Length - 1 do
                one k

        results
