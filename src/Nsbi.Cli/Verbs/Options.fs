namespace Nsbi.Cli.Verbs

open Nsbi.Cli

/// Reads the options of a verb one after the other and keeps every fault, so that a person is told
/// of all of them at once.
[<Sealed>]
type Options() =
    let faults = ResizeArray<string>()

    member _.Fault(sentence: string) : unit = faults.Add sentence

    /// A value that was read, or the default beside its faults.
    member _.Take(otherwise: 'T, read: Result<'T, string list>) : 'T =
        match read with
        | Ok value -> value
        | Error found ->
            faults.AddRange found
            otherwise

    /// An option that need not be given.
    member this.Optional
        (given: string option, otherwise: 'T, read: string -> Result<'T, string list>)
        : 'T =
        match given with
        | None -> otherwise
        | Some text -> this.Take(otherwise, read text)

    /// "--threads N"; without it all processors are used.
    member this.Threads(given: string option) : int =
        this.Optional(given, System.Environment.ProcessorCount, Values.whole "--threads" 1 1024)

    /// The work if no fault was found, the faults otherwise.
    member _.Finish(work: unit -> Answer) : Answer =
        match List.ofSeq faults with
        | [] -> work ()
        | faults -> Answer.wrongInput faults
