namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Model

// Axes: event i, process c, bin b, parameter k.

/// One event table of a channel, in tiles.
[<NoComparison; ReferenceEquality>]
type internal TiledTable = {
    Tiles: EventTiles
    Weights: float[]
    Terms: IEventTerm[]
}

[<NoComparison; ReferenceEquality>]
type internal CompiledUnbinned = {
    Name: string
    Processes: string[]
    Coefficients: LocalCoefficient[]
    Yields: float[]
    /// The parameters of the event terms: the kernel's β, as places in θ.
    TermParameters: int[]
    Tables: Map<TableKind, TiledTable>
}

/// <summary>By how much the ratios of a process had to be scaled on the reference table.</summary>
type Rescaling = {
    /// The unbinned channel.
    Channel: string
    /// The process.
    Process: string
    /// <summary>Σ_i w_ref,i r_c,i / Σ_i w_ref,i before scaling; 1 for exact ratios on an infinite
    /// table.</summary>
    MeanRatio: float
}

/// <summary>A valid model bound to its event tables: −2 ln L(θ) but for an observation. Immutable;
/// safe to use from several threads.</summary>
[<Sealed>]
type CompiledLikelihood
    internal
    (
        model: ValidModel,
        unbinned: CompiledUnbinned[],
        binned: CompiledBinned[],
        rescalings: Rescaling list
    ) =
    let constraints = model.Parameters |> List.map _.Constraint |> List.toArray

    /// The model.
    member _.Model: ValidModel = model

    /// The parameters in the order of θ.
    member _.Parameters: Parameter list = model.Parameters

    /// The place of each parameter in θ.
    member _.Index: ParameterIndex = model.Index

    /// <summary>The mean of each process's ratios on the reference table, by which they were divided
    /// there, so that Asimov weights add up to ν(θ). The observed table is left as it is.</summary>
    member _.Rescalings: Rescaling list = rescalings

    /// The names of the unbinned channels.
    member _.UnbinnedChannels: string list = unbinned |> Array.map _.Name |> Array.toList

    /// The names of the binned channels with their numbers of bins.
    member _.BinnedChannels: (string * int) list =
        binned |> Array.map (fun c -> c.Name, c.Bins) |> Array.toList

    /// <summary>Number of events in a table of an unbinned channel; none if there is no such table.
    /// </summary>
    member _.Events(channel: string, kind: TableKind) : int option =
        unbinned
        |> Array.tryFind (fun c -> c.Name = channel)
        |> Option.bind (fun c -> c.Tables.TryFind kind)
        |> Option.map _.Weights.Length

    member internal _.Unbinned: CompiledUnbinned[] = unbinned
    member internal _.Binned: CompiledBinned[] = binned
    member internal _.Constraints: Constraint[] = constraints

/// <summary>Expected events, which need no observation.</summary>
[<RequireQualifiedAccess>]
module internal Expected =

    /// A_c = f_c ν_c of an unbinned channel.
    let amplitudes (channel: CompiledUnbinned) (kappa: float[]) : float[] =
        Array.map2
            (fun (f: LocalCoefficient) y -> f.Value kappa * y)
            channel.Coefficients
            channel.Yields
