namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Kernels
open Nsbi.Model

/// <summary>Toys that are to be tested, and where results are kept.</summary>
[<NoComparison; ReferenceEquality>]
type ToyWork = {
    /// <summary>Toys at each value, seed, threads, progress and cancellation.</summary>
    Run: ToyRun
    /// <summary>The store of durable results with the names and SHA-256 of the inputs; none to keep
    /// everything in memory.</summary>
    Store: (TaskStore * (string * string) list) option
    /// Settings of all fits.
    Fits: FitSettings
}

/// <summary>Toys for tests of several values.</summary>
[<RequireQualifiedAccess>]
module ToyWork =

    /// <summary>In memory.</summary>
    let ofRun (fits: FitSettings) (run: ToyRun) : ToyWork = { Run = run; Store = None; Fits = fits }

    /// The settings of the fits of a toy, each of which has one thread.
    let internal ofToy (work: ToyWork) : FitSettings = { work.Fits with Team = None }

    /// <summary>The seed of the toys at a value: different values have independent toys, and those of
    /// a value do not depend on the other values.</summary>
    let internal seedAt (seed: uint64) (purpose: string) (value: float) : uint64 =
        let mutable stream =
            RandomStream(seed, purpose, BitConverter.DoubleToUInt64Bits(value + 0.0))

        let high = uint64 (stream.NextInt32 Int32.MaxValue)
        let low = uint64 (stream.NextInt32 Int32.MaxValue)
        (high <<< 31) ^^^ low

    /// <summary>A name in a store for a value: its shortest decimal form.</summary>
    let internal label (prefix: string) (value: float) : string =
        let text = value.ToString("R", CultureInfo.InvariantCulture).Replace("+", "")
        $"{prefix}-{text}"

    /// <summary>Draws the toys of a sampler and measures each, so many in a durable task.</summary>
    let internal runInPieces
        (chunk: int)
        (work: ToyWork)
        (label: string)
        (seed: uint64)
        (progress: IProgress<ToyProgress>)
        (sampler: ToySampler)
        (measurement: IToyMeasurement<'Result>)
        : 'Result[] =
        let run = {
            work.Run with
                Seed = seed
                Progress = progress
        }

        match work.Store with
        | None -> ToyEnsemble.run run sampler measurement
        | Some(store, inputs) ->
            ToyEnsemble.runInPieces chunk store label inputs run sampler measurement

    /// <summary>Draws the toys of a sampler and measures each.</summary>
    let internal run
        (work: ToyWork)
        (label: string)
        (seed: uint64)
        (progress: IProgress<ToyProgress>)
        (sampler: ToySampler)
        (measurement: IToyMeasurement<'Result>)
        : 'Result[] =
        runInPieces ToyEnsemble.chunk work label seed progress sampler measurement

    /// θ with all parameters but one at their best for the data and a value of that one; where the
    /// data are impossible there, as in the best fit.
    let internal profiled (best: FitResult) (name: string) (value: float) (conditional: FitResult) =
        if conditional.Status.Succeeded then
            conditional.Values
        else
            best.Parameters
            |> List.map (fun p -> if p.Name = name then value else p.Value)
            |> List.toArray
