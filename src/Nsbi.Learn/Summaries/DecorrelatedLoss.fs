namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// The loss of a decorrelated training as a graph, and events as its inputs.
[<RequireQualifiedAccess>]
module internal DecorrelatedLoss =
    /// Numbers of the penalised classes.
    let private penalised insensitive =
        match insensitive with
        | InsensitiveClass.Background -> [ 0 ]
        | InsensitiveClass.Signal -> [ 1 ]
        | InsensitiveClass.Each -> [ 0; 1 ]

    /// Loss of a batch, 1 x 1. Inputs: "x", "y", "w" as for classifiers; "p", one where the class is penalised,
    /// times the event's weight, a column each; "qk" the waves of nuisance feature k.
    let loss (settings: DecorrelatedSettings) nuisances (logit: Node) : Node =
        let classes = (penalised settings.Insensitive).Length

        let classifier =
            NetworkGraph.rowLoss settings.Training.Loss settings.Training.Output 1 logit
            |> meanRows

        if settings.Strength = 0.0 then
            classifier
        else
            let weights = input "p" classes
            let phi = DistanceCorrelation.wavesOf settings.Terms (sigmoid logit)

            [
                for c in 0 .. classes - 1 do
                    for k in 0 .. nuisances - 1 do
                        DistanceCorrelation.unbiasedOfWaves
                            (column c weights)
                            phi
                            (input $"q{k}" (2 * settings.Terms))
            ]
            |> List.reduce (+)
            |> fun penalty -> classifier + settings.Strength * penalty

    let set
        (settings: DecorrelatedSettings)
        (events: DecorrelatedEvents)
        (standardisation: Standardisation)
        (rows: int[])
        : TrainingSet =
        let labelled = events.Labelled
        let features, waves = labelled.FeatureCount, 2 * settings.Terms
        let penalised = penalised settings.Insensitive

        let blocks = [
            "x", features
            "y", 1
            "w", 1
            "p", penalised.Length
            for k in 0 .. events.NuisanceCount - 1 do
                $"q{k}", waves
        ]

        let width = List.sumBy snd blocks
        let data = Array.zeroCreate<float32>(rows.Length * width)
        let sums = [| 0.0; 0.0 |]

        for row in rows do
            let c = labelled.ClassArray[row]
            sums[c] <- sums[c] + labelled.WeightArray[row]

        for i in 0 .. rows.Length - 1 do
            let row = rows[i]
            let c = labelled.ClassArray[row]
            let w = 0.5 * float rows.Length * labelled.WeightArray[row] / sums[c]
            let first = i * width

            Standardisation.row
                standardisation
                (ReadOnlySpan(labelled.FeatureArray, row * features, features))
                (Span(data, first, features))

            data[first + features] <- float32 c
            data[first + features + 1] <- float32 w

            for place, wanted in List.indexed penalised do
                data[first + features + 2 + place] <- if c = wanted then float32 w else 0.0f

            for k in 0 .. events.NuisanceCount - 1 do
                let start = first + features + 2 + penalised.Length + k * waves

                DistanceCorrelation.waves settings.Terms (events.Scaled(row, k))
                |> Array.iteri (fun j value -> data[start + j] <- float32 value)

        {
            Table = Table.OfSingles(blocks, data)
            Rows = rows.Length
        }
