using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Trains ratio networks in memory. A whole analysis, with results that survive being killed,
/// is run by <see cref="AnalysisRunner"/>.</summary>
public static class RatioTrainer
{
    /// <summary>Trains r_k = p_k/p_ref of all samples, cross-fitted, normalised, and calibrated where
    /// that is asked for.</summary>
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
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(features);
        options ??= new TrainingOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CalibrationBins, 2);

        var settings = FNetworks.EstimatorSettingsModule.validate(options.ToFSharp()).OrThrow();
        var mixture = samples.Mixture();
        var parsed = FEvents.FeatureModule.parseAll(features.ToFSharp()).OrThrow();
        var events = PreparedEvents.Of(samples, parsed);
        var classes = FNetworks
            .LabelledEventsModule.create(
                options.Policy,
                events.Matrix.Columns,
                events.Classes(samples.Names).ToFSharp()
            )
            .OrThrow();

        using var team = new ThreadTeam(options.Threads);
        var plain = FNetworks.TrainingContextModule.plain(team);
        var context = new FNetworks.TrainingContext(
            team,
            new Forwarded<FNetworks.TrainingProgress, TrainingUpdate>(
                progress,
                report => new TrainingUpdate(report)
            ),
            cancellation,
            plain.Checkpoint,
            plain.Save,
            plain.SaveEvery
        );
        var text = FEvents.FittedFeaturesJson.toText(events.Features);
        var trained = FNetworks
            .EstimatorAssembly.train(settings, mixture, classes, text.ToOption(), context)
            .OrThrow();
        return new(
            options.CalibrationToFSharp() is { } calibration
                ? FCalibration
                    .CrossFittedCalibration.fitEstimator(team, calibration, trained, classes)
                    .OrThrow()
                : trained,
            events.Features
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
