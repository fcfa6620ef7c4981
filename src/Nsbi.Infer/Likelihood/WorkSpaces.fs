namespace Nsbi.Infer

open System.Collections.Concurrent

/// <summary>Work spaces of evaluations: as many are kept as were in use at the same time, so that
/// evaluations that follow each other allocate nothing. A space that is not given back, after an
/// exception, is forgotten.</summary>
[<Sealed>]
type internal WorkSpaces<'Space>(create: unit -> 'Space) =
    let kept = ConcurrentBag<'Space>()

    /// A space that no one else uses; what it holds is from before.
    member _.Rent() : 'Space =
        match kept.TryTake() with
        | true, space -> space
        | false, _ -> create ()

    /// Gives it back.
    member _.Return(space: 'Space) : unit = kept.Add space
