namespace Nsbi.Infer

open System

/// <summary>The events of a channel with the learned log ratio f of data and model.</summary>
[<NoComparison; ReferenceEquality>]
type GoodnessEvents = {
    /// The unbinned channel.
    Channel: string
    /// The table that the data are rows of.
    Table: TableKind
    /// The rows of the data.
    Rows: int[]
    /// How often each was observed.
    Counts: float[]
    /// <summary>f of the data: where it is large there are more events than the model has.</summary>
    LogRatio: float[]
    /// Rows of the reference table.
    Reference: int[]
    /// <summary>Weights of the reference at the best fit; their sum is ν.</summary>
    Model: float[]
    /// <summary>Weights with the learned ratio, w e^f, where model and f were fitted together.</summary>
    Learned: float[]
} with

    /// <summary>The data in the order of f, the largest first: place among the rows and f.</summary>
    member this.Ranked: (int * float) list =
        Seq.zip this.Rows this.LogRatio
        |> Seq.sortBy (fun (row, f) -> -f, row)
        |> Seq.toList

/// <summary>Data, model and model with the learned ratio in bins of one feature.</summary>
type GoodnessProfile = {
    /// The feature.
    Feature: string
    /// The unbinned channel.
    Channel: string
    /// Increasing; one more than bins.
    Edges: float[]
    /// Observed events.
    Data: float[]
    /// Expected at the best fit.
    Model: float[]
    /// Expected with the learned ratio.
    Learned: float[]
    /// Expected at the best fit, the error of its finite simulation.
    ModelError: float[]
}

/// <summary>Pictures of what was learned.</summary>
[<RequireQualifiedAccess>]
module GoodnessProfile =

    /// <summary>In bins of equal expectation between the ends of the events.</summary>
    /// <param name="bins">how many at most; equal values stay together</param>
    /// <param name="feature">a feature of the channel, one of the test or another</param>
    /// <param name="events">the events</param>
    /// <exception cref="T:System.ArgumentException">the feature is of another channel</exception>
    let make (bins: int) (feature: FitFeature) (events: GoodnessEvents) : GoodnessProfile =
        if feature.Channel <> events.Channel then
            invalidArg
                (nameof feature)
                $"'{feature.Name}' is of channel '{feature.Channel}', the events of '{events.Channel}'."

        let reference =
            events.Reference |> Array.map (fun i -> feature.Values[TableKind.Reference][i])

        let data = events.Rows |> Array.map (fun i -> feature.Values[events.Table][i])
        let known xs = xs |> Array.filter Double.IsFinite

        match known (Array.append reference data) with
        | [||] -> {
            Feature = feature.Name
            Channel = feature.Channel
            Edges = [| 0.0; 1.0 |]
            Data = [| 0.0 |]
            Model = [| 0.0 |]
            Learned = [| 0.0 |]
            ModelError = [| 0.0 |]
          }
        | all ->
            let low, high = Array.min all, Array.max all

            let weights =
                Array.map2 (fun x w -> if Double.IsFinite x then w else 0.0) reference events.Model

            let inner =
                if Array.sum weights > 0.0 then
                    let shares = Array.init (bins - 1) (fun b -> float (b + 1) / float bins)

                    let values =
                        reference |> Array.map (fun x -> if Double.IsFinite x then x else 0.0)

                    WeightedQuantile.compute shares values weights
                    |> Array.distinct
                    |> Array.filter (fun x -> x > low && x < high)
                else
                    [||]

            let edges =
                Array.concat [ [| low |]; inner; [| (if high > low then high else low + 1.0) |] ]

            // The last bin holds its upper end.
            let fill (xs: float[]) (ws: float[]) =
                let sums = Array.zeroCreate<float>(edges.Length - 1)

                Array.iter2
                    (fun x w ->
                        if Double.IsFinite x then
                            let found = Array.BinarySearch(edges, x)
                            let bin = if found >= 0 then found else ~~~found - 1
                            let bin = min bin (sums.Length - 1)
                            sums[bin] <- sums[bin] + w)
                    xs
                    ws

                sums

            {
                Feature = feature.Name
                Channel = feature.Channel
                Edges = edges
                Data = fill data events.Counts
                Model = fill reference events.Model
                Learned = fill reference events.Learned
                ModelError =
                    fill reference (events.Model |> Array.map (fun w -> w * w)) |> Array.map sqrt
            }
