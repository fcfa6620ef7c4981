namespace Nsbi.Learn.Networks

open System.Diagnostics

/// A training that advances update by update, and whose state can be saved at any of them.
type internal ITrainingCourse =
    abstract IsDone: bool
    /// Epochs done.
    abstract Epochs: int
    /// One update, and what ends an epoch.
    abstract Advance: unit -> unit
    abstract Checkpoint: unit -> byte[]
    abstract Restore: byte[] -> unit
    /// Tells the progress.
    abstract Report: unit -> unit

[<RequireQualifiedAccess>]
module internal TrainingCourse =
    /// To the end, from the context's checkpoint if there is one: told four times a second and after every
    /// epoch, saved in between and before a cancellation.
    let run (context: TrainingContext) (course: ITrainingCourse) : unit =
        context.Checkpoint |> Option.iter course.Restore
        let sinceSave, sinceReport = Stopwatch.StartNew(), Stopwatch.StartNew()
        course.Report()

        while not course.IsDone do
            if context.Cancellation.IsCancellationRequested then
                context.Save(course.Checkpoint())
                context.Cancellation.ThrowIfCancellationRequested()

            let before = course.Epochs
            course.Advance()

            if course.Epochs > before || sinceReport.ElapsedMilliseconds > 250L then
                sinceReport.Restart()
                course.Report()

            if not course.IsDone && sinceSave.Elapsed > context.SaveEvery then
                context.Save(course.Checkpoint())
                sinceSave.Restart()
