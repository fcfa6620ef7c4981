using Nsbi.Learn.Autodiff;

namespace Nsbi.Interop;

/// <summary>How ratio networks are built and trained. What is not set has the standard value: four
/// layers of 64 with SiLU, Adam at 1e-3 with a cosine schedule, batches of 1024, 30 epochs, 4 folds.
/// The result does not depend on the number of threads.</summary>
public sealed record TrainingOptions
{
    private static readonly FNetworks.EstimatorSettings Standard = FNetworks
        .EstimatorSettingsModule
        .standard;

    /// <summary>Widths of the hidden layers; none for a linear classifier.</summary>
    public IReadOnlyList<int> HiddenLayers { get; init; } =
    [.. Standard.Training.Architecture.Hidden];

    /// <summary>The function behind every hidden layer.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Share of a hidden layer's outputs that is dropped in training, from 0 to below 1.
    /// </summary>
    public double Dropout { get; init; } = Standard.Training.Architecture.Dropout;

    /// <summary>The rule of the updates.</summary>
    public Optimisation Optimisation { get; init; } = Optimisation.Adam;

    /// <summary>Decoupled weight decay, 0 or more.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The learning rate before the schedule's factor, above 0.</summary>
    public double LearningRate { get; init; } = Standard.Training.LearningRate;

    /// <summary>How the learning rate changes.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine();

    /// <summary>Events per update, 1 or more.</summary>
    public int BatchSize { get; init; } = Standard.Training.BatchSize;

    /// <summary>Passes over the training events at most, 1 or more.</summary>
    public int Epochs { get; init; } = Standard.Training.Epochs;

    /// <summary>Epochs without a new best validation loss after which training ends; null: never
    /// early. The best weights are kept in either case.</summary>
    public int? Patience { get; init; } = Standard.Training.Patience?.Value;

    /// <summary>Share of the training events set aside for the validation loss.</summary>
    public double ValidationFraction { get; init; } = Standard.Training.ValidationFraction;

    /// <summary>How ratios are read off classifiers.</summary>
    public RatioHead Head { get; init; } = RatioHead.Softmax;

    /// <summary>k: events of a fold are evaluated by networks that never saw it; 1 for a single
    /// estimator with the share <see cref="HeldOut"/> kept from training.</summary>
    public int Folds { get; init; } = Standard.Folds;

    /// <summary>Networks per fold that differ in their random numbers; their ratios are averaged.
    /// </summary>
    public int Members { get; init; } = Standard.Members;

    /// <summary>Share of the events kept from training where there is one fold.</summary>
    public double HeldOut { get; init; } = Standard.HeldOut;

    /// <summary>Share of the held-out events on which closure is measured; the others normalise the
    /// ratios.</summary>
    public double CheckFraction { get; init; } = Standard.CheckFraction;

    /// <summary>The seed of every random number.</summary>
    public ulong Seed { get; init; } = Standard.Seed;

    /// <summary>What is done with events of negative weight.</summary>
    public NegativeWeightPolicy NegativeWeights { get; init; } = NegativeWeightPolicy.Refuse;

    /// <summary>Threads to share the work, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal FNetworks.NegativeWeights Policy =>
        NegativeWeights switch
        {
            NegativeWeightPolicy.Drop => FNetworks.NegativeWeights.Drop,
            NegativeWeightPolicy.AbsoluteValue => FNetworks.NegativeWeights.AbsoluteValue,
            _ => FNetworks.NegativeWeights.Refuse,
        };

    internal FNetworks.EstimatorSettings ToFSharp()
    {
        var activation = Activation switch
        {
            Activation.Relu => Learn.Autodiff.Activation.Relu,
            Activation.Tanh => Learn.Autodiff.Activation.Tanh,
            Activation.Elu => Learn.Autodiff.Activation.Elu,
            _ => Learn.Autodiff.Activation.Silu,
        };
        var optimiser =
            Optimisation == Optimisation.NAdam ? OptimiserModule.nadam : OptimiserModule.adam;
        var training = new FNetworks.ClassifierSettings(
            new(HiddenLayers.ToFSharp(), activation, Dropout),
            new(
                optimiser.Momentum,
                optimiser.Beta1,
                optimiser.Beta2,
                optimiser.Epsilon,
                WeightDecay
            ),
            LearningRate,
            Schedule.Schedule,
            BatchSize,
            Epochs,
            Patience is { } patience ? FSharpOption<int>.Some(patience) : null,
            Standard.Training.KeepBest,
            ValidationFraction
        );
        return new(
            training,
            Head == RatioHead.Separate ? FNetworks.Head.Separate : FNetworks.Head.Softmax,
            Folds,
            Members,
            HeldOut,
            CheckFraction,
            Seed
        );
    }
}
