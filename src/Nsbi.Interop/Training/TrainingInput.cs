using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Samples, features and options as trainings take them.</summary>
internal sealed record TrainingInput(
    FNetworks.EstimatorSettings Settings,
    FNetworks.ReferenceMixture Mixture,
    PreparedEvents Events,
    FNetworks.LabelledEvents Labelled,
    int Threads
)
{
    /// <summary>The features as they stand in the files of estimators.</summary>
    public string FeatureText => FEvents.FittedFeaturesJson.toText(Events.Features);

    public static TrainingInput Of(
        SimulatedSamples samples,
        IReadOnlyList<string> features,
        TrainingOptions? options
    )
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(features);
        options ??= new TrainingOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);

        var settings = FNetworks.EstimatorSettingsModule.validate(options.ToFSharp()).OrThrow();
        var mixture = samples.Mixture();
        var parsed = FEvents.FeatureModule.parseAll(features.ToFSharp()).OrThrow();
        var events = PreparedEvents.Of(samples, parsed);
        return new(
            settings,
            mixture,
            events,
            events.Labelled(samples.Names, options.NegativeWeights),
            options.Threads
        );
    }

    public static FNetworks.TrainingContext Context(
        ThreadTeam team,
        IProgress<TrainingUpdate>? progress,
        CancellationToken cancellation
    )
    {
        var plain = FNetworks.TrainingContextModule.plain(team);
        return new(
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
    }
}
