using Nsbi.Learn.Autodiff;
using Nsbi.Learn.Losses;

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

    /// <summary>What is minimised; others than the cross-entropy need <see cref="RatioHead.Separate"/>.
    /// </summary>
    public TrainingLoss Loss { get; init; } = TrainingLoss.BinaryCrossEntropy;

    /// <summary>p of the losses that have a power, else not used.</summary>
    public double? LossPower { get; init; }

    /// <summary>How the loss's output is made of the network's; null: the sigmoid for probabilities,
    /// the exponential for ratios.</summary>
    public NetworkOutput? Output { get; init; }

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

    private Learn.Losses.Loss LossToFSharp() =>
        Loss switch
        {
            TrainingLoss.MeanSquaredError => Learn.Losses.Loss.MeanSquaredError,
            TrainingLoss.MaximumLikelihood => Learn.Losses.Loss.MaximumLikelihood,
            TrainingLoss.SquareRoot => Learn.Losses.Loss.SquareRoot,
            TrainingLoss.LinearQuadratic => Learn.Losses.Loss.LinearQuadratic,
            TrainingLoss.PowerMeanSquared => Learn.Losses.Loss.NewPowerMeanSquared(
                LossPower ?? double.NaN
            ),
            TrainingLoss.PowerSquareRoot => Learn.Losses.Loss.NewPowerSquareRoot(
                LossPower ?? double.NaN
            ),
            _ => Learn.Losses.Loss.BinaryCrossEntropy,
        };

    private OutputMap OutputToFSharp(Learn.Losses.Loss loss) =>
        Output switch
        {
            NetworkOutput.Sigmoid => OutputMap.Sigmoid,
            NetworkOutput.Tanh => OutputMap.Tanh,
            NetworkOutput.Arctan => OutputMap.Arctan,
            NetworkOutput.Exponential => OutputMap.Exponential,
            NetworkOutput.Square => OutputMap.Square,
            NetworkOutput.Rectified => OutputMap.Rectified,
            _ => OutputMapModule.standard(loss),
        };

    internal FNetworks.EstimatorSettings ToFSharp()
    {
        var loss = LossToFSharp();
        var training = new FNetworks.ClassifierSettings(
            NetworkWords.Layers(HiddenLayers, Activation, Dropout),
            NetworkWords.Updates(Optimisation, WeightDecay),
            LearningRate,
            Schedule.Schedule,
            BatchSize,
            Epochs,
            Patience.ToOption(),
            Standard.Training.KeepBest,
            ValidationFraction,
            loss,
            OutputToFSharp(loss)
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
