namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff

/// Parameter values for events of the reference, with the distribution that the samples have.
[<Sealed>]
type internal ParameterDraw(count: int, parameters: float[], rows: int[], weights: float[]) =
    let compare (left: int) (right: int) =
        let mutable k = 0
        let mutable sign = 0

        while sign = 0 && k < count do
            let a, b = parameters[rows[left] * count + k], parameters[rows[right] * count + k]
            sign <- a.CompareTo b
            k <- k + 1

        sign

    let order = [| 0 .. rows.Length - 1 |] |> Array.sortWith compare
    let cumulative = Array.zeroCreate<float> rows.Length

    do
        let mutable sum = 0.0

        for i in 0 .. order.Length - 1 do
            sum <- sum + weights[order[i]]
            cumulative[i] <- sum

    /// The row whose values stand at the share u of the total weight, in the order of the values.
    member _.Row(u: float) : int =
        let wanted = u * cumulative[cumulative.Length - 1]
        let found = Array.BinarySearch(cumulative, wanted)
        // Above the wanted weight: a sum that is met exactly belongs to the next row.
        let at = if found >= 0 then found + 1 else ~~~found
        rows[order[min at (order.Length - 1)]]

/// The tables a parameterised network is trained on: inputs "x", "a" (standardised), "y" and "w".
[<RequireQualifiedAccess>]
module internal ParameterisedSet =
    /// Fractional part of the golden ratio: multiples of it, modulo 1, fill [0, 1) evenly.
    [<Literal>]
    let private Golden = 0.6180339887498949

    /// Weights of these rows: each sample ½ over the number of samples, the reference ½.
    let weights (events: ParameterisedEvents) (rows: int[]) : float[] =
        let labelled = events.Labelled
        let sums = Array.zeroCreate<float> labelled.ClassCount

        for row in rows do
            let c = labelled.ClassArray[row]
            sums[c] <- sums[c] + labelled.WeightArray[row]

        let samples = float (labelled.ClassCount - 1)

        rows
        |> Array.map (fun row ->
            let c = labelled.ClassArray[row]
            let share = if c = 0 then 0.5 else 0.5 / samples
            share * labelled.WeightArray[row] / sums[c])

    /// Shift and scale of features over all rows, of parameters over those of the samples.
    let standardise (events: ParameterisedEvents) (rows: int[]) : Standardisation =
        let labelled = events.Labelled
        let u = weights events rows

        let features =
            Standardisation.fit labelled.FeatureCount labelled.FeatureArray rows u

        let ofSamples, u =
            Array.zip rows u
            |> Array.filter (fun (row, _) -> labelled.ClassArray[row] > 0)
            |> Array.unzip

        let parameters =
            Standardisation.fit
                events.NameArray.Length
                (events.ParameterArray |> Array.map float32)
                ofSamples
                u

        {
            Shift = Array.append features.Shift parameters.Shift
            Scale = Array.append features.Scale parameters.Scale
        }

    /// <summary>The table of these rows and what draws the parameters of its reference rows anew for
    /// epoch e: the event at position i of the reference has the values at the share
    /// frac(u_i + e·0.618…) of the samples' weight, so that every event goes through all values evenly.
    /// </summary>
    let create
        (events: ParameterisedEvents)
        (standardisation: Standardisation)
        (seed: uint64)
        (rows: int[])
        : struct (TrainingSet * (int -> unit)) =
        let labelled = events.Labelled
        let features, count = labelled.FeatureCount, events.NameArray.Length
        let width = features + count + 2
        let data = Array.zeroCreate<float32>(rows.Length * width)
        let weights = weights events rows
        let shift, scale = standardisation.Shift, standardisation.Scale

        let writeParameters slot row =
            for k in 0 .. count - 1 do
                let value = float32 events.ParameterArray[row * count + k]
                let j = features + k
                data[slot * width + j] <- (value - shift[j]) * scale[j]

        let ofFeatures = {
            Shift = Array.truncate features shift
            Scale = Array.truncate features scale
        }

        for slot in 0 .. rows.Length - 1 do
            let row = rows[slot]
            let isSample = labelled.ClassArray[row] > 0

            Standardisation.row
                ofFeatures
                (ReadOnlySpan(labelled.FeatureArray, row * features, features))
                (Span(data, slot * width, features))

            if isSample then
                writeParameters slot row

            data[slot * width + features + count] <- if isSample then 1.0f else 0.0f
            data[slot * width + width - 1] <- float32 (float rows.Length * weights[slot])

        let isOf sample slot =
            (labelled.ClassArray[rows[slot]] > 0) = sample

        let samples = [| 0 .. rows.Length - 1 |] |> Array.filter (isOf true)
        let reference = [| 0 .. rows.Length - 1 |] |> Array.filter (isOf false)

        let draw =
            ParameterDraw(
                count,
                events.ParameterArray,
                samples |> Array.map (fun slot -> rows[slot]),
                samples |> Array.map (fun slot -> weights[slot])
            )

        let mutable stream = RandomStream(seed, "parameters of the reference", 0UL)
        let starts = Array.zeroCreate<float> reference.Length

        for i in 0 .. starts.Length - 1 do
            starts[i] <- stream.NextDouble()

        let redraw (epoch: int) =
            for i in 0 .. reference.Length - 1 do
                let u = starts[i] + float epoch * Golden
                writeParameters reference[i] (draw.Row(u - floor u))

        redraw 0

        let blocks = [ "x", features; "a", count; "y", 1; "w", 1 ]

        struct ({
                    Table = Table.OfSingles(blocks, data)
                    Rows = rows.Length
                },
                redraw)

    /// Trains one network on rows of positive weight.
    let train
        (events: ParameterisedEvents)
        (settings: ParameterisedSettings)
        (name: string)
        (seed: uint64)
        (trainingRows: int[])
        (validationRows: int[])
        (fold: int)
        (memberNumber: int)
        (context: TrainingContext)
        : Network =
        let used rows =
            rows |> Array.filter (fun (row: int) -> events.Labelled.WeightArray[row] > 0.0)

        let trainingRows, validationRows = used trainingRows, used validationRows
        let features, count = events.FeatureCount, events.NameArray.Length
        let training = settings.Estimator.Training
        let architecture = training.Architecture
        let standardisation = standardise events trainingRows
        let struct (trainingSet, redraw) = create events standardisation seed trainingRows
        let struct (validationSet, _) = create events standardisation seed validationRows

        let layers = NetworkGraph.parameters architecture (features + count) 1

        let logit =
            ParameterisedGraph.logit
                architecture
                layers
                standardisation
                settings.Anchored
                (Words.input "x" features)
                (Words.input "a" count)

        let initial =
            let random = NetworkGraph.initialValues seed architecture (features + count) 1

            if settings.Anchored || not (ClassifierSettings.hasStandardLoss training) then
                NetworkGraph.startingAtOne training.Output architecture random
            else
                random

        use loop =
            new TrainingLoop(
                context.Team,
                {
                    Name = name
                    Settings = training
                    Seed = seed
                    Training = trainingSet
                    Validation = validationSet
                    Objective =
                        NetworkGraph.rowLoss training.Loss training.Output 1 logit
                        |> LoopLoss.OfRows
                    Strata = [||]
                    Parameters = layers |> List.collect (fun (w, b) -> [ w; b ])
                    Initial = initial
                    BeforeEpoch = redraw
                }
            )

        loop.Run(fold, memberNumber, context)

        Network(
            architecture,
            features + count,
            1,
            standardisation,
            loop.BestValues,
            loop.History,
            training.Loss,
            training.Output
        )
