namespace Nsbi.Infer

open Nsbi.Model

// Axes: process c, bin b.

[<NoComparison; ReferenceEquality>]
type internal CompiledBinned = {
    Name: string
    Processes: string[]
    Coefficients: LocalCoefficient[]
    /// Process by process, bin by bin.
    Yields: float[][]
    Bins: int
}

/// <summary>Binned channels without an observation.</summary>
[<RequireQualifiedAccess>]
module internal BinnedChannel =

    /// From a channel of a valid model.
    let compile (model: ValidModel) (c: BinnedChannel) : CompiledBinned =
        let processes = List.toArray c.Processes

        {
            Name = c.Name
            Processes = processes |> Array.map _.Name
            Coefficients =
                processes
                |> Array.map (fun p -> LocalCoefficient(model.InnerCoordinates, Process.factor p))
            Yields = processes |> Array.map (fun p -> List.toArray p.Yields)
            Bins = processes[0].Yields.Length
        }

    /// ν_b = Σ_c f_c ν_cb.
    let expected (channel: CompiledBinned) (kappa: float[]) : float[] =
        let scales = channel.Coefficients |> Array.map _.Value(kappa)

        Array.init channel.Bins (fun b ->
            Array.fold2 (fun sum f (y: float[]) -> sum + f * y[b]) 0.0 scales channel.Yields)
