namespace Nsbi.Infer

open Nsbi.Model

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
