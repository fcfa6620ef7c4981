namespace Nsbi.Infer

open System
open System.IO
open System.Threading

/// <summary>One pseudo-experiment to be measured.</summary>
[<NoComparison; ReferenceEquality>]
type Toy = {
    /// Its number, from 0.
    Index: int
    /// <summary>The seed it was drawn with: whoever needs more random numbers for it takes a stream of
    /// (seed, another purpose, index).</summary>
    Seed: uint64
    /// What was drawn.
    Observation: Observation
}

/// <summary>What is done with each toy. Toys are measured on several threads at once, each on one: a
/// measurement must not use a thread team of its own.</summary>
type IToyMeasurement<'Result> =
    /// <summary>A name and value for everything beside toy and seed that the result depends on.
    /// </summary>
    abstract Settings: (string * string) list

    /// <summary>Measures a toy. A fit that fails is a result with its reason, not an exception.
    /// </summary>
    abstract Measure: toy: Toy -> 'Result

    /// <summary>Why the measurement of a toy failed; none where it did not.</summary>
    abstract Failure: result: 'Result -> string option

    /// <summary>Writes a result, the same bytes for the same result.</summary>
    abstract Write: writer: BinaryWriter * result: 'Result -> unit

    /// <summary>Reads what was written.</summary>
    abstract Read: reader: BinaryReader -> 'Result

/// <summary>How far a list of toys is.</summary>
type ToyProgress = {
    /// Toys that are measured, whether or not that failed.
    Done: int
    /// All toys.
    Total: int
    /// Toys whose measurement failed.
    Failed: int
}

/// <summary>How many toys are to be made, and how.</summary>
[<NoComparison; ReferenceEquality>]
type ToyRun = {
    /// Number of toys.
    Toys: int
    /// Seed of all random numbers.
    Seed: uint64
    /// Threads, each of which measures one toy at a time; results do not depend on it.
    Threads: int
    /// Told after each toy; may be null.
    Progress: IProgress<ToyProgress>
    /// Ends the run with an OperationCanceledException.
    Cancellation: CancellationToken
}

/// <summary>Making runs.</summary>
[<RequireQualifiedAccess>]
module ToyRun =

    /// <summary>Seed 1, one thread, no progress, no cancellation.</summary>
    /// <param name="toys">how many</param>
    let ofToys (toys: int) : ToyRun = {
        Toys = toys
        Seed = 1UL
        Threads = 1
        Progress = null
        Cancellation = CancellationToken.None
    }
