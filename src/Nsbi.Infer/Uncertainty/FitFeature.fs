namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>A number of each event of an unbinned channel, in which data and the fitted model are
/// compared.</summary>
[<NoComparison; ReferenceEquality>]
type FitFeature = {
    /// What it is called.
    Name: string
    /// The unbinned channel.
    Channel: string
    /// <summary>Its value in each row of both tables; finite.</summary>
    Values: Map<TableKind, float[]>
}

/// <summary>Features of events.</summary>
[<RequireQualifiedAccess>]
module FitFeature =

    /// <summary>A feature by its values.</summary>
    /// <param name="name">what it is called</param>
    /// <param name="channel">the unbinned channel</param>
    /// <param name="reference">values in the rows of its reference table</param>
    /// <param name="observed">values in the rows of its observed table</param>
    let create (name: string) (channel: string) (reference: float[]) (observed: float[]) = {
        Name = name
        Channel = channel
        Values = Map.ofList [ TableKind.Reference, reference; TableKind.Observed, observed ]
    }

    /// Largest finite logarithm that a feature has, so that empty densities can be sorted.
    let private far = 700.0

    let private logRatio (compiled: CompiledLikelihood) (channel: CompiledUnbinned) kind (a, b) =
        let table = channel.Tables[kind]

        // The reference table's ratios were divided by their means: the feature is that of the data.
        let scale c =
            if kind = TableKind.Observed then
                1.0
            else
                compiled.Rescalings
                |> List.tryFind (fun r ->
                    r.Channel = channel.Name && r.Process = channel.Processes[c].Name)
                |> Option.map _.MeanRatio
                |> Option.defaultValue 1.0

        let shift = log (scale a / scale b)

        Array.init table.Weights.Length (fun i ->
            let x = log table.Tiles[a, i] - log table.Tiles[b, i] + shift
            if Double.IsNaN x then 0.0 else Math.Clamp(x, -far, far))

    /// <summary>The largest distance of the distribution functions of two processes in a feature of the
    /// reference table.</summary>
    let private separation (channel: CompiledUnbinned) (values: float[]) (a, b) =
        let table = channel.Tables[TableKind.Reference]
        let order = Array.init values.Length id
        Array.Sort(Array.copy values, order)

        let weight c i = table.Weights[i] * table.Tiles[c, i]

        let total c =
            Seq.sumBy (weight c) (seq { 0 .. values.Length - 1 })

        let totalA, totalB = total a, total b
        let mutable sum = 0.0
        let mutable largest = 0.0

        for k in 0 .. order.Length - 1 do
            let i = order[k]
            sum <- sum + weight a i / totalA - weight b i / totalB

            if k + 1 = order.Length || values[order[k + 1]] <> values[i] then
                largest <- max largest (abs sum)

        largest

    /// <summary>In each unbinned channel with a reference table and two processes at least, ln(p_a/p_b)
    /// of the two processes that it tells apart best: what the analysis itself sees of an event.
    /// </summary>
    let ofRatios (compiled: CompiledLikelihood) : FitFeature list = [
        for channel in compiled.Unbinned do
            let count = channel.Processes.Length

            if count > 1 && channel.Tables.ContainsKey TableKind.Reference then
                let pairs = [
                    for a in 0 .. count - 1 do
                        for b in a + 1 .. count - 1 -> a, b
                ]

                let a, b =
                    pairs
                    |> List.maxBy (fun pair ->
                        let values = logRatio compiled channel TableKind.Reference pair
                        separation channel values pair)

                {
                    Name =
                        $"ln p({channel.Processes[a].Name})/p({channel.Processes[b].Name}) in {channel.Name}"
                    Channel = channel.Name
                    Values =
                        channel.Tables.Keys
                        |> Seq.map (fun kind -> kind, logRatio compiled channel kind (a, b))
                        |> Map.ofSeq
                }
    ]
