namespace Nsbi.Infer

open System.Collections.Generic
open Nsbi.Model

// Axes: bin b, wide parameter i, bin factor k.

/// <summary>A binned channel in the inner coordinates κ. Its parameters are of two sorts: wide ones,
/// which act on whole processes, and bin factors, each of one bin. A parameter may be both.</summary>
[<NoComparison; ReferenceEquality>]
type internal CompiledBinned = {
    Name: string
    Processes: BinnedProcess[]
    Bins: int
    /// Places in θ of the wide parameters, ascending.
    Wide: int[]
    Bases: InterpolationBasis[]
    /// Places in θ of the bin factors, bin by bin.
    BinFactors: int[]
    /// Whether a bin factor is the square of its inner coordinate.
    IsSquared: bool[]
    /// The bin factors of bin b are those from <c>FirstOfBin[b]</c> up to that of b + 1.
    FirstOfBin: int[]
    /// Work spaces that are not in use.
    Spaces: WorkSpaces<BinnedSpace>
}

/// <summary>Binned channels without an observation.</summary>
[<RequireQualifiedAccess>]
module internal BinnedChannel =

    /// From a channel of a valid model.
    let compile (model: ValidModel) (c: BinnedChannel) : CompiledBinned =
        let inner = model.InnerCoordinates
        let bins = c.Processes.Head.Yields.Length

        let wide =
            c.Processes
            |> List.collect (BinnedProcess.widePlaces inner)
            |> List.distinct
            |> List.sort
            |> List.toArray

        let bases =
            c.Processes
            |> List.collect (BinnedProcess.bases inner)
            |> List.distinct
            |> List.toArray

        let binFactors =
            c.Processes
            |> List.collect BinnedProcess.gammas
            |> List.collect List.indexed
            |> List.choose (fun (b, gamma) ->
                gamma |> Option.map (fun p -> struct (b, inner.Index[p.Name])))
            |> List.distinct
            |> List.sort
            |> List.toArray

        let layout = {
            Inner = inner
            Wide = wide
            Bases = Dictionary(bases |> Seq.mapi (fun k b -> KeyValuePair(b, k)))
            BinFactors = Dictionary(binFactors |> Seq.mapi (fun k f -> KeyValuePair(f, k)))
        }

        let processes =
            c.Processes |> List.map (BinnedProcess.compile layout) |> List.toArray

        let places = binFactors |> Array.map (fun (struct (_, place)) -> place)

        {
            Name = c.Name
            Processes = processes
            Bins = bins
            Wide = wide
            Bases = bases
            BinFactors = places
            IsSquared = places |> Array.map inner.IsSquared
            FirstOfBin =
                Array.init (bins + 1) (fun b ->
                    binFactors |> Array.filter (fun (struct (bin, _)) -> bin < b) |> Array.length)
            Spaces =
                WorkSpaces(fun () ->
                    BinnedSpace(processes, bases.Length, wide.Length, places.Length, bins))
        }

    /// Fills the values of bases, bin factors and processes, and ν_b.
    let fill
        (channel: CompiledBinned)
        (kappa: float[])
        (derivatives: bool)
        (space: BinnedSpace)
        : unit =
        InterpolationBasis.fill channel.Bases kappa space.Bases

        for k in 0 .. channel.BinFactors.Length - 1 do
            let u = kappa[channel.BinFactors[k]]
            let squared = channel.IsSquared[k]
            space.Gamma[k] <- if squared then u * u else u
            space.GammaSlope[k] <- if squared then 2.0 * u else 1.0
            space.GammaBend[k] <- if squared then 2.0 else 0.0

        System.Array.Clear space.Expected

        for state in space.Processes do
            state.Fill(kappa, space.Bases, space.Gamma, derivatives)

            for b in 0 .. channel.Bins - 1 do
                space.Expected[b] <- space.Expected[b] + state.Scale * state.Content b

    /// ν_b.
    let expected (channel: CompiledBinned) (kappa: float[]) : float[] =
        let space = channel.Spaces.Rent()
        fill channel kappa false space
        let expected = Array.copy space.Expected
        channel.Spaces.Return space
        expected
