namespace Nsbi.Infer

open Nsbi.Kernels
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
    let negative =
        lazy (unbinned |> Seq.collect (EventPositivity.find model.Parameters) |> Seq.toList)

    let sizes =
        lazy (unbinned |> Seq.collect (ShapeSize.find model.Parameters) |> Seq.toList)

    let spaces =
        unbinned
        |> Array.map (fun channel ->
            let plan = UnbinnedPlan.create model.InnerCoordinates channel
            WorkSpaces(fun () -> UnbinnedSpace plan))

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

    /// <summary>Whether it was compiled to anything but its definition: Z as a function of the
    /// parameters, or event variations in less than double precision.</summary>
    member _.IsApproximate: bool =
        unbinned
        |> Array.exists (fun c ->
            Array.exists Option.isSome c.Normalisations
            || (c.Columns.Length > 0
                && c.Tables.Values
                   |> Seq.exists (fun t -> t.Columns.Precision <> ColumnPrecision.Double)))

    /// <summary>Event variations whose interpolation is not positive for some events within ±3 and
    /// the bounds; found once, when first asked for.</summary>
    member _.NegativeInterpolants: NegativeInterpolant list = negative.Value

    /// <summary>By how much the event variations of each process and parameter change its
    /// normalisation; found once, when first asked for.</summary>
    member _.ShapeSizes: ShapeSize list = sizes.Value

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
    member internal _.UnbinnedSpaces: WorkSpaces<UnbinnedSpace>[] = spaces
    member internal _.Binned: CompiledBinned[] = binned
    member internal _.Constraints: Constraint[] = constraints
