namespace Nsbi.Infer

open System

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

        IndependentWork.run settings.Team progress settings.Cancellation tasks.Length (fun k ->
            work alone tasks[k])
