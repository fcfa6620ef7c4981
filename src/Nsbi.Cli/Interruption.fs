namespace Nsbi.Cli

open System
open System.Runtime.InteropServices
open System.Threading

/// Ctrl-C and SIGTERM: the first asks the work to stop at the next durable point, the second ends
/// the process.
[<Sealed>]
type Interruption() =
    let cancellation = new CancellationTokenSource()

    let onSignal (context: PosixSignalContext) : unit =
        if not cancellation.IsCancellationRequested then
            context.Cancel <- true
            Output.log "Interrupted: stopping; interrupt again to stop at once."
            cancellation.Cancel()

    let onFirst = Action<PosixSignalContext> onSignal
    let keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, onFirst)
    let terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, onFirst)

    member _.Token: CancellationToken = cancellation.Token

    /// True if the error is the echo of an interruption.
    member _.Explains(error: exn) : bool =
        let rec explains (error: exn) =
            match error with
            | :? OperationCanceledException -> true
            | :? AggregateException as several ->
                several.InnerExceptions |> Seq.forall explains
                && several.InnerExceptions.Count > 0
            | _ -> false

        cancellation.IsCancellationRequested && explains error

    interface IDisposable with
        member _.Dispose() =
            keyboard.Dispose()
            terminate.Dispose()
            cancellation.Dispose()
