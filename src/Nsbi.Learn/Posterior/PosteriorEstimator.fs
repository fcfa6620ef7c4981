namespace Nsbi.Learn.Posterior

open System
open System.Buffers.Binary
open System.Security.Cryptography
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>What a caller should know of a posterior before it is believed.</summary>
[<RequireQualifiedAccess>]
type PosteriorWarning =
    /// <summary>The number of events (sum of weights) is outside of what the training has seen, from the least to
    /// the most: the network extrapolates.</summary>
    | CardinalityOutsideTraining of events: float * least: float * most: float

    /// A sentence for people.
    override this.ToString() : string =
        match this with
        | CardinalityOutsideTraining(events, least, most) ->
            String.Format(
                Globalization.CultureInfo.InvariantCulture,
                "The set has {0:N0} events, but in training sets had {1:N0} to {2:N0}: the posterior is an "
                + "extrapolation; train with sets of this size.",
                events,
                least,
                most
            )

/// <summary>A trained posterior q(φ|{x}) of sets of any number of events. Immutable; may be used from several
/// threads at once, each with a team of its own.</summary>
/// <remarks>Made by <c>PosteriorTraining</c> or read by <c>PosteriorFile</c>; used through
/// <c>PosteriorState</c>.</remarks>
[<Sealed>]
type PosteriorEstimator
    internal
    (
        settings: PosteriorSettings,
        prior: Prior,
        features: string list,
        scales: SetScales,
        values: Values,
        history: TrainingHistory
    ) =
    let identity =
        lazy
            (use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

             let add (bytes: byte[]) = hash.AppendData bytes

             for KeyValue(name, value) in values do
                 add (Text.Encoding.UTF8.GetBytes name)

                 let bytes = Array.zeroCreate<byte>(4 * value.Length)

                 value
                 |> Seq.cast<float>
                 |> Seq.iteri (fun i x ->
                     BinaryPrimitives.WriteSingleLittleEndian(Span(bytes, 4 * i, 4), float32 x))

                 add bytes

             for scale in [ scales.Features.Shift; scales.Features.Scale ] do
                 for x in scale do
                     add (BitConverter.GetBytes x)

             add (Text.Encoding.UTF8.GetBytes(PosteriorSettings.toJson settings))
             Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant())

    /// How it was trained.
    member _.Settings: PosteriorSettings = settings
    /// Of the parameters.
    member _.Prior: Prior = prior
    /// Names of the features, in the order of the columns of events.
    member _.Features: string list = features
    /// Shifts and scales of features and numbers of events.
    member _.Scales: SetScales = scales
    /// <summary>The course of the training; losses are means of −ln q(φ|{x}).</summary>
    member _.History: TrainingHistory = history

    /// <summary>All weights and biases by name: <c>encoder.*</c>, <c>decoder.*</c>, <c>head.*</c>; copies.
    /// </summary>
    member _.Parameters: Values = values |> Map.map (fun _ value -> Array2D.copy value)

    /// <summary>SHA-256 of weights, scales and settings: states of one estimator can be merged, those of others
    /// cannot.</summary>
    member _.Identity: string = identity.Value

    /// Number of sums that a state holds.
    member _.SumCount: int =
        EmbeddingGraph.pooledColumns features.Length settings.Embedding

    member internal _.Values: Values = values

    /// <summary>The numbers that sums over events become before the decoder: what was pooled, with mean 0 and
    /// spread 1 for no one but the number of events; one row per set.</summary>
    member internal this.Decode
        (team: ThreadTeam, sums: float[][], counts: float[])
        : struct (float[,] * float[,]) =
        let columns = this.SumCount
        let rows = sums.Length
        let width = columns + 1
        let data = Array.zeroCreate<float>(max 1 rows * width)

        for s in 0 .. rows - 1 do
            Array.blit sums[s] 0 data (s * width) columns
            data[s * width + columns] <- counts[s]

        let pooled =
            EmbeddingGraph.summarise
                settings.Embedding
                scales
                (input "sums" columns)
                (input "count" 1)

        let weights = EmbeddingGraph.parameters features.Length settings.Embedding
        let context = EmbeddingGraph.decode settings.Embedding weights pooled

        use plan =
            Plan.Compile(team, Precision.Double, max 1 (min rows 256), [ pooled; context ])

        plan.SetParameters values
        let table = Table.OfDoubles([ "sums", columns; "count", 1 ], data)

        match plan.RunAll table with
        | [ pooled; context ] -> struct (pooled, context)
        | _ -> invalidOp "A plan of two outputs has two."

    /// <summary>What a number of events is to the training.</summary>
    /// <param name="events">Σ_i w_i</param>
    member _.Warnings(events: float) : PosteriorWarning list =
        let struct (least, most) = scales.Range

        if events < least - 1e-6 || events > most * (1.0 + 1e-9) + 1e-6 then
            [ PosteriorWarning.CardinalityOutsideTraining(events, least, most) ]
        else
            []

    /// A line for people.
    override _.ToString() : string =
        let names = String.Join(", ", prior.Names)
        let events = String.Join(", ", features)
        $"posterior of {names} given sets of {events}, best of {history.Epochs.Length} epochs: {history.BestEpoch}"
