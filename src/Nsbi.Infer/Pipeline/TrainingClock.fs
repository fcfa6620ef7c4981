namespace Nsbi.Infer

open System
open System.Diagnostics

/// <summary>How far a list of trainings is.</summary>
type TrainingList = {
    /// Trainings that are finished, those of earlier runs among them.
    Finished: int
    /// All of them.
    Count: int
    /// The share of the work that is done, from 0 to 1.
    Fraction: float
    /// At the pace of this run; none before there is one.
    Remaining: TimeSpan option
}

/// Measures the pace of a list of trainings of about the same length. Safe to use from several
/// threads.
[<Sealed>]
type internal TrainingClock(count: int, progress: IProgress<TrainingList>) =
    let watch = Stopwatch.StartNew()
    // Of each training: how far it was when this run took it up, and how far it is.
    let first = Array.create count nan
    let last = Array.zeroCreate<float> count
    let mutable finished = 0

    let report () =
        let sum = Array.sum last

        let own =
            Array.fold2
                (fun sum (a: float) b -> if Double.IsNaN a then sum else sum + b - a)
                0.0
                first
                last

        progress.Report {
            Finished = finished
            Count = count
            Fraction = sum / float (max 1 count)
            Remaining =
                if own > 0.0 then
                    Some(watch.Elapsed * ((float count - sum) / own))
                else
                    None
        }

    /// Training i is at a share of its epochs.
    member _.At(i: int, share: float) : unit =
        lock watch (fun () ->
            if Double.IsNaN first[i] then
                first[i] <- share

            last[i] <- share
            report ())

    /// Training i is finished; reused if an earlier run did it.
    member _.Finish(i: int, reused: bool) : unit =
        lock watch (fun () ->
            if Double.IsNaN first[i] then
                first[i] <- (if reused then nan else 0.0)

            last[i] <- 1.0
            finished <- finished + 1
            report ())
