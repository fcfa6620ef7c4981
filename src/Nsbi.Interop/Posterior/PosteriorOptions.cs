namespace Nsbi.Interop;

/// <summary>How a posterior of sets is learned. What is not set has the standard value: a per-event
/// network of two layers of 64, means of 64 outputs, two layers of 128 behind, a full Gaussian, 50 epochs
/// of 10 000 fresh sets. The result does not depend on the number of threads.</summary>
public sealed record PosteriorOptions
{
    private static readonly FPosterior.PosteriorSettings Standard = FPosterior
        .PosteriorSettingsModule
        .standard;

    /// <summary>Widths of the hidden layers of the per-event network.</summary>
    public IReadOnlyList<int> EncoderLayers { get; init; } = [.. Standard.Embedding.Encoder.Hidden];

    /// <summary>Share of the outputs of the per-event network's hidden layers that is dropped in
    /// training, from 0 to below 1.</summary>
    public double Dropout { get; init; } = Standard.Embedding.Encoder.Dropout;

    /// <summary>K: beside each standardised feature x stand sin(2ᵏx/2) and cos(2ᵏx/2), k below K. 0 for
    /// smooth densities, 5 or 6 for structures as narrow as a twentieth of the features' spread.</summary>
    public int Waves { get; init; } = Standard.Embedding.Waves;

    /// <summary>Outputs of the per-event network, which are pooled.</summary>
    public int Width { get; init; } = Standard.Embedding.Width;

    /// <summary>How they are pooled.</summary>
    public Pooling Pooling { get; init; } = Pooling.Mean;

    /// <summary>Widths of the layers behind the pooling.</summary>
    public IReadOnlyList<int> DecoderLayers { get; init; } = [.. Standard.Embedding.Decoder.Hidden];

    /// <summary>Whether features are pooled as they are too, and pooled numbers stand beside the
    /// decoder's outputs.</summary>
    public bool Skip { get; init; } = Standard.Embedding.Skip;

    /// <summary>The function behind every hidden layer of both networks.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>The family of densities.</summary>
    public DensityHead Head { get; init; } = DensityHead.Gaussian();

    /// <summary>The rule of the updates.</summary>
    public Optimisation Optimisation { get; init; } = Optimisation.Adam;

    /// <summary>Decoupled weight decay, 0 or more.</summary>
    public double WeightDecay { get; init; } = Standard.Optimiser.WeightDecay;

    /// <summary>The learning rate before the schedule's factor, above 0.</summary>
    public double LearningRate { get; init; } = Standard.LearningRate;

    /// <summary>How the learning rate changes.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine(0.0);

    /// <summary>Sets per update, 1 or more.</summary>
    public int BatchSize { get; init; } = Standard.BatchSize;

    /// <summary>Passes at most, 1 or more; with a simulator each is over fresh sets.</summary>
    public int Epochs { get; init; } = Standard.Epochs;

    /// <summary>Epochs without a new best validation loss after which training ends; null: never
    /// early. The best weights are kept in either case.</summary>
    public int? Patience { get; init; } = Standard.Patience?.Value;

    /// <summary>Sets per epoch, of a simulator.</summary>
    public int SetsPerEpoch { get; init; } = Standard.SetsPerEpoch;

    /// <summary>Sets of the validation loss, of a simulator.</summary>
    public int ValidationSets { get; init; } = Standard.ValidationSets;

    /// <summary>Share of recorded sets for the validation loss, above 0, below 1.</summary>
    public double ValidationFraction { get; init; } = Standard.ValidationFraction;

    /// <summary>Whether each epoch sees a random part of each recorded set, of a size uniform from one
    /// event to all: then smaller sets are within the training.</summary>
    public bool SubSets { get; init; } = Standard.SubSets;

    /// <summary>The seed of every random number.</summary>
    public ulong Seed { get; init; } = Standard.Seed;

    /// <summary>Threads to share the work, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal FPosterior.PosteriorSettings ToFSharp() =>
        new(
            new(
                NetworkWords.Layers(EncoderLayers, Activation, Dropout),
                Waves,
                Width,
                Pooling switch
                {
                    Pooling.Sum => FPosterior.Pooling.Sum,
                    Pooling.SumAndMean => FPosterior.Pooling.SumAndMean,
                    _ => FPosterior.Pooling.Mean,
                },
                NetworkWords.Layers(DecoderLayers, Activation),
                Skip
            ),
            Head.Head,
            NetworkWords.Updates(Optimisation, WeightDecay),
            LearningRate,
            Schedule.Schedule,
            BatchSize,
            Epochs,
            Patience.ToOption(),
            Standard.KeepBest,
            SetsPerEpoch,
            ValidationSets,
            ValidationFraction,
            SubSets,
            Seed
        );
}
