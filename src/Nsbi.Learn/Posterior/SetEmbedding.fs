namespace Nsbi.Learn.Posterior

open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>How the numbers that the per-event network gives become numbers of the set.</summary>
[<RequireQualifiedAccess>]
type Pooling =
    /// <summary>Σ_i w_i e(x_i), over the mean number of events in training.</summary>
    | Sum
    /// <summary>Σ_i w_i e(x_i) / Σ_i w_i; 0 for a set without events.</summary>
    | Mean
    /// Both, side by side.
    | SumAndMean

/// <summary>What a set of any number of events is summarised by: a deep set.</summary>
/// <remarks>
/// A network e(x) sees one event at a time; its outputs are pooled, and ln(1 + Σ_i w_i) is put beside them. A
/// second network makes of this what the density is conditioned on. The order of the events does not matter, and
/// the pooled numbers are sums, to which later events are added. Source: Zaheer et al., arXiv:1703.06114; Heinrich
/// et al., arXiv:2306.12584.
/// </remarks>
type SetEmbedding = {
    /// Layers of the per-event network.
    Encoder: Architecture
    /// <summary>K ≥ 0: beside each standardised feature x the per-event network sees sin(2^k x/2) and
    /// cos(2^k x/2), k = 0 … K − 1. 0 for smooth densities; 5 or 6 where structures are as narrow as a twentieth of
    /// the features' spread, which are learned many times faster. Source: Tancik et al., arXiv:2006.10739.</summary>
    Waves: int
    /// D, the number of its outputs.
    Width: int
    /// How they are put together.
    Pooling: Pooling
    /// <summary>Layers of the network behind; the last one's outputs are the summary. Empty: the pooled numbers
    /// are. Without dropout.</summary>
    Decoder: Architecture
    /// <summary>Whether the standardised features are pooled beside e(x), and what was pooled stands beside the
    /// decoder's outputs: what is linear in means of features, as in location parameters, needs not be learned.
    /// </summary>
    Skip: bool
}

/// Defaults, checks and JSON.
[<RequireQualifiedAccess>]
module SetEmbedding =
    let internal words: (string * Pooling) list = [
        "sum", Pooling.Sum
        "mean", Pooling.Mean
        "sumAndMean", Pooling.SumAndMean
    ]

    /// <summary>3x64 SiLU event by event, 64 outputs, mean, 2x128 SiLU behind, with skip connections.</summary>
    let standard: SetEmbedding = {
        Encoder = {
            Architecture.standard with
                Hidden = [ 64; 64 ]
        }
        Waves = 0
        Width = 64
        Pooling = Pooling.Mean
        Decoder = {
            Architecture.standard with
                Hidden = [ 128; 128 ]
        }
        Skip = true
    }

    let internal faults (source: string) (embedding: SetEmbedding) : Fault list = [
        yield! Architecture.faults source embedding.Encoder
        yield! Architecture.faults source embedding.Decoder

        if embedding.Decoder.Dropout <> 0.0 then
            Fault.create
                source
                "the decoder has no dropout"
                "leave it out, or drop out in the encoder"
            |> Fault.withValue (JsonFields.text embedding.Decoder.Dropout)

        if embedding.Waves < 0 || embedding.Waves > 16 then
            Fault.create source "the number of waves is out of range" "from 0 to 16"
            |> Fault.withValue (string embedding.Waves)

        if embedding.Width < 1 || embedding.Width > 65536 then
            Fault.create source "the width of the embedding is out of range" "from 1 to 65536"
            |> Fault.withValue (string embedding.Width)
    ]

    let internal read (fields: JsonFields) (initial: SetEmbedding) : SetEmbedding =
        let layers name initial =
            fields.Inside(name, initial, Architecture.read)

        {
            Encoder = layers "encoder" initial.Encoder
            Waves = fields.Int("waves", initial.Waves)
            Width = fields.Int("width", initial.Width)
            Pooling = fields.Word("pooling", initial.Pooling, words)
            Decoder = layers "decoder" initial.Decoder
            Skip = fields.Flag("skip", initial.Skip)
        }

    let internal write (writer: Utf8JsonWriter) (embedding: SetEmbedding) : unit =
        let layers (name: string) architecture =
            writer.WriteStartObject name
            Architecture.write writer architecture
            writer.WriteEndObject()

        layers "encoder" embedding.Encoder
        writer.WriteNumber("waves", embedding.Waves)
        writer.WriteNumber("width", embedding.Width)

        let pooling =
            words |> List.find (fun (_, value) -> value = embedding.Pooling) |> fst

        writer.WriteString("pooling", pooling)
        layers "decoder" embedding.Decoder
        writer.WriteBoolean("skip", embedding.Skip)
