namespace Nsbi.Interop;

/// <summary>Trains the calibration by weights: r(x) = p_target(x)/p_source(x) by a discriminator. No event
/// moves, and none can appear where the source has none.</summary>
public static class ReweightingTrainer
{
    private const string Source = "source";
    private const string Target = "target";

    /// <summary>Trains a reweighting of the source to the target.</summary>
    /// <param name="source">the events that get weights: simulation</param>
    /// <param name="target">the events that say which: data</param>
    /// <param name="features">columns or named expressions, as of <see cref="RatioTrainer.Train"/></param>
    /// <param name="options">left out, the standard training; the head is always
    /// <see cref="RatioHead.Separate"/></param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    /// <exception cref="NsbiException">every fault of samples, features and options</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static ReweightingMap Train(
        EventSet source,
        EventSet target,
        IReadOnlyList<string> features,
        TrainingOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        var samples = new SimulatedSamples()
            .With(Source, source)
            .With(Target, target, reference: 0.0);
        var separate = (options ?? new()) with { Head = RatioHead.Separate };
        return new(RatioTrainer.Train(samples, features, separate, progress, cancellation), Target);
    }

    /// <summary>As <see cref="Train"/>, on another thread.</summary>
    /// <param name="source">the events that get weights</param>
    /// <param name="target">the events that say which</param>
    /// <param name="features">columns or named expressions</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    public static Task<ReweightingMap> TrainAsync(
        EventSet source,
        EventSet target,
        IReadOnlyList<string> features,
        TrainingOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => Train(source, target, features, options, progress, cancellation),
            cancellation
        );
}
