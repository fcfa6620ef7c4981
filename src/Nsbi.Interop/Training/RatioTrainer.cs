using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Trains ratio networks in memory. A whole analysis, with results that survive being killed,
/// is run by <see cref="AnalysisRunner"/>.</summary>
public static class RatioTrainer
{
    /// <summary>Trains r_k = p_k/p_ref of all samples, cross-fitted and normalised.</summary>
    /// <param name="samples">two or more, with their weights in the reference</param>
    /// <param name="features">what the networks are given: columns, or named expressions with
    /// transforms, such as <c>logPt = pt / mass | log | clip(-3, 3)</c></param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    /// <remarks>Events that are equal in all columns of the features are one group and stay in one
    /// fold, so that an event finds its fold again wherever it is evaluated.</remarks>
    /// <exception cref="NsbiException">every fault of samples, features and options</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static RatioEstimator Train(
        SimulatedSamples samples,
        IReadOnlyList<string> features,
        TrainingOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        var input = TrainingInput.Of(samples, features, options);
        using var team = new ThreadTeam(input.Threads);
        return new(
            FNetworks
                .EstimatorAssembly.train(
                    input.Settings,
                    input.Mixture,
                    input.Labelled,
                    input.FeatureText.ToOption(),
                    TrainingInput.Context(team, progress, cancellation)
                )
                .OrThrow(),
            input.Events.Features
        );
    }

    /// <summary>As <see cref="Train"/>, on another thread.</summary>
    /// <param name="samples">two or more, with their weights in the reference</param>
    /// <param name="features">what the networks are given</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    public static Task<RatioEstimator> TrainAsync(
        SimulatedSamples samples,
        IReadOnlyList<string> features,
        TrainingOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => Train(samples, features, options, progress, cancellation), cancellation);
}
