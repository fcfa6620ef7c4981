namespace Nsbi.Infer

open MathNet.Numerics
open Nsbi.Kernels
open Nsbi.Model

/// <summary>What was observed, of one compiled likelihood: event weights over a table of each
/// unbinned channel, bin counts, and the global observables of the constraints. Immutable. Many
/// observations share one compiled likelihood: an Asimov set or a toy is a new observation.
/// </summary>
[<Sealed>]
type Observation
    internal
    (
        owner: CompiledLikelihood,
        events: ObservedEvents[],
        counts: float[][],
        constraints: Constraint[]
    ) =
    let countConstant =
        counts
        |> Array.sumBy (Array.sumBy (fun n -> 2.0 * SpecialFunctions.GammaLn(n + 1.0)))

    /// <summary>Σ_i w_i of an unbinned channel.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such unbinned channel</exception>
    member _.TotalWeight(channel: string) : float =
        match owner.Unbinned |> Array.tryFindIndex (fun c -> c.Name = channel) with
        | Some k -> Array.sum (events[k].Events.Weights.ToArray())
        | None -> invalidArg (nameof channel) $"There is no unbinned channel '{channel}'."

    /// The counts of the binned channels, by name.
    member _.Counts: (string * float list) list =
        Array.map2 (fun (c: CompiledBinned) n -> c.Name, Array.toList n) owner.Binned counts
        |> Array.toList

    /// The global observables of the constrained parameters, by name.
    member _.Globals: (string * float) list =
        List.zip owner.Parameters (Array.toList constraints)
        |> List.choose (fun (p, c) -> Constraint.observed c |> Option.map (fun a -> p.Name, a))

    /// <summary>The first unbinned channel with a negative weight, which makes −2 ln L unbounded
    /// below; none if there is none.</summary>
    member _.NegativeWeights: string option =
        Array.zip owner.Unbinned events
        |> Array.tryFind (fun (_, e) ->
            Array.exists (fun w -> w < 0.0) (e.Events.Weights.ToArray()))
        |> Option.map (fun (c, _) -> c.Name)

    /// <summary>How far −2 ln L may be from its definition: by rounded event variations, and by the
    /// rounding of the logarithms of Poisson terms, which grow with the counts and cancel. Of rounded
    /// event variations, 1e-3 for 10⁶ events, jumping from point to point.</summary>
    member internal _.Noise: float =
        let rounded =
            events
            |> Array.sumBy (fun e ->
                if e.Columns.Count > 0 && e.Columns.Precision <> ColumnPrecision.Double then
                    float e.Columns.Events
                else
                    0.0)

        1e-6 * sqrt rounded + 5e-16 * countConstant

    member internal _.Owner: CompiledLikelihood = owner
    member internal _.Events: ObservedEvents[] = events
    member internal _.BinCounts: float[][] = counts
    member internal _.Constraints: Constraint[] = constraints
    member internal _.CountConstant: float = countConstant

/// <summary>An Asimov set: the observation whose counts are expectations.</summary>
[<NoComparison; ReferenceEquality>]
type Asimov = {
    /// The observation.
    Observation: Observation
    /// <summary>ν(θ)/Σ_i w_i before the last scaling, by unbinned channel; 1 up to rounding, unless
    /// event variations are taken as given, which the yields do not know of.</summary>
    Rescaling: (string * float) list
    /// <summary>Z_c as compiled over Z_c of the reference table itself, by which the densities were
    /// scaled, by channel and process; 1 for the exact pass.</summary>
    ShapeRescaling: ((string * string) * float) list
}

/// <summary>How to make observations.</summary>
[<RequireQualifiedAccess>]
module Observation =

    /// <summary>An observation from weights, counts and global observables.</summary>
    /// <returns>the observation, or every fault of the data</returns>
    /// <remarks>Events of weight zero are left out. Negative weights are allowed here, and refused
    /// by fits.</remarks>
    let create
        (compiled: CompiledLikelihood)
        (data: ObservedData)
        : Result<Observation, ModelError list> =
        let unbinned = compiled.Unbinned |> Array.map _.Name |> Array.toList
        let binned = compiled.Binned |> Array.map _.Name |> Array.toList

        let events =
            compiled.Unbinned
            |> Array.toList
            |> List.map (ObservedData.eventsOf data)
            |> TableFault.collect

        let counts =
            compiled.Binned
            |> Array.toList
            |> List.map (ObservedData.countsOf data)
            |> TableFault.collect

        let constraints = ObservedData.constraintsOf compiled data |> TableFault.collect

        let names =
            ObservedData.unknown "unbinned channel" unbinned data.Weights.Keys
            @ ObservedData.unknown "binned channel" binned data.Counts.Keys
            @ ObservedData.unknown "parameter" compiled.Index.Names data.Globals.Keys

        match events, counts, constraints, names with
        | Ok events, Ok counts, Ok constraints, [] ->
            Observation(
                compiled,
                List.toArray events,
                List.toArray counts,
                List.toArray constraints
            )
            |> Ok
        | _ ->
            Error(
                names
                @ TableFault.ofResult events
                @ TableFault.ofResult counts
                @ TableFault.ofResult constraints
            )

    /// <summary>The observation of no event: channels without events, bins with counts of 0, and the
    /// global observables of the model.</summary>
    let empty (compiled: CompiledLikelihood) : Observation =
        let events =
            compiled.Unbinned
            |> Array.map (fun channel ->
                let kind = channel.Tables.Keys |> Seq.head
                ObservedData.eventsOfRows channel kind [||] [||])

        let counts = compiled.Binned |> Array.map (fun c -> Array.zeroCreate c.Bins)
        Observation(compiled, events, counts, compiled.Constraints)

    /// No data: to be filled in, channel by channel.
    let nothing: ObservedData = {
        Weights = Map.empty
        Counts = Map.empty
        Globals = Map.empty
    }

    /// <summary>The observed tables with their own weights, these bin counts, and the global
    /// observables of the model.</summary>
    let observed
        (compiled: CompiledLikelihood)
        (counts: (string * float list) list)
        : Result<Observation, ModelError list> =
        create compiled {
            nothing with
                Counts = Map.ofList counts
        }

    /// <summary>The same with the weights of one unbinned channel over a table of it.</summary>
    let withWeights
        (channel: string)
        (kind: TableKind)
        (weights: float[])
        (data: ObservedData)
        : ObservedData = {
        data with
            Weights = data.Weights.Add(channel, (kind, weights))
    }

    /// <summary>The Asimov set at θ: w_A,i = D(x_i; θ) w_ref,i / Σ w_ref over the reference tables,
    /// counts ν_b(θ), global observables as expected at θ.</summary>
    /// <param name="compiled">needs the reference table of every unbinned channel</param>
    /// <param name="theta">parameter values in the order of its index</param>
    /// <returns>the set, with Σ w_A = ν(θ) exactly; or faults: a missing table, a negative
    /// density or expectation at θ</returns>
    let asimov (compiled: CompiledLikelihood) (theta: float[]) : Result<Asimov, ModelError list> =
        if theta.Length <> compiled.Index.Count then
            invalidArg (nameof theta) $"Give {compiled.Index.Count} values, not {theta.Length}."

        let kappa = compiled.Model.InnerCoordinates.ToInner theta

        let globals =
            List.zip compiled.Parameters (Array.toList theta)
            |> List.choose (fun (p, value) ->
                Constraint.expected p.Constraint value |> Option.map (fun a -> p.Name, a))

        compiled.Unbinned
        |> Array.toList
        |> List.map (fun channel ->
            AsimovWeights.weights channel theta kappa
            |> Result.map (fun (rescaling, shapes, w) -> channel.Name, rescaling, shapes, w))
        |> TableFault.collect
        |> Result.bind (fun sets ->
            create compiled {
                Weights =
                    sets
                    |> List.map (fun (name, _, _, w) -> name, (TableKind.Reference, w))
                    |> Map.ofList
                Counts =
                    compiled.Binned
                    |> Array.map (fun c -> c.Name, Array.toList (BinnedChannel.expected c kappa))
                    |> Map.ofArray
                Globals = Map.ofList globals
            }
            |> Result.map (fun observation -> {
                Observation = observation
                Rescaling = sets |> List.map (fun (name, rescaling, _, _) -> name, rescaling)
                ShapeRescaling = [
                    for name, _, shapes, _ in sets do
                        for proc, factor in shapes do
                            (name, proc), factor
                ]
            }))
