namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// Rows of events with their responses as the inputs of <c>InfernoLoss</c>.
[<RequireQualifiedAccess>]
module internal InfernoSet =
    /// By how much the weights of each sample grow so that these rows alone add up to its expected events,
    /// times the number of rows.
    let private factors (events: ResponseEvents) (rows: int[]) : float[] =
        let sum (rows: int seq) =
            let sums = Array.zeroCreate<float> events.SampleNames.Count

            for row in rows do
                let c = events.SampleArray[row]
                sums[c] <- sums[c] + events.WeightArray[row]

            sums

        (sum (seq { 0 .. events.Count - 1 }), sum rows)
        ||> Array.map2 (fun all part -> float rows.Length * all / part)

    /// Samples of which the rows do not hold a positive sum of weights.
    let lacking (events: ResponseEvents) (rows: int[]) : string list = [
        for c, factor in Array.indexed (factors events rows) do
            if not (Double.IsFinite factor && factor > 0.0) then
                events.SampleNames[c]
    ]

    /// Names and widths of the blocks.
    let private blocks (events: ResponseEvents) : (string * int) list = [
        let features = events.FeatureCount
        "x", features
        "w", 1
        "v", events.Parameters.Length

        for j, parameter in List.indexed events.Parameters do
            match parameter.Displacement with
            | Displacement.Nowhere -> ()
            | Displacement.Along _ -> $"t{j}", features
            | Displacement.Between _ ->
                $"u{j}", features
                $"d{j}", features
                $"uw{j}", 1
                $"dw{j}", 1
    ]

    let create (events: ResponseEvents) (standardisation: Standardisation) (rows: int[]) =
        let blocks = blocks events
        let width = List.sumBy snd blocks
        let data = Array.zeroCreate<float32>(rows.Length * width)
        let factors = factors events rows
        let features = events.FeatureCount
        let parameters = Array.ofList events.Parameters

        for k in 0 .. rows.Length - 1 do
            let row = rows[k]
            let factor = factors[events.SampleArray[row]]
            let mutable at = k * width

            let put (value: float) =
                data[at] <- float32 value
                at <- at + 1

            let standardised (values: float32[]) =
                Standardisation.row
                    standardisation
                    (ReadOnlySpan(values, row * features, features))
                    (Span(data, at, features))

                at <- at + features

            standardised events.FeatureArray
            put (factor * events.WeightArray[row])

            for parameter in parameters do
                let slopes = parameter.WeightSlopes
                put (if slopes.Length = 0 then 0.0 else factor * slopes[row])

            for parameter in parameters do
                match parameter.Displacement with
                | Displacement.Nowhere -> ()
                | Displacement.Along tangents ->
                    for f in 0 .. features - 1 do
                        put (float tangents[row * features + f] * float standardisation.Scale[f])
                | Displacement.Between copies ->
                    standardised copies.UpFeatures
                    standardised copies.DownFeatures
                    put (factor * copies.UpWeights[row])
                    put (factor * copies.DownWeights[row])

        {
            Table = Table.OfSingles(blocks, data)
            Rows = rows.Length
        }
