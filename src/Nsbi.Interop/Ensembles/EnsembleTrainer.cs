using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Trains ensembles of ratio estimators in memory.</summary>
public static class EnsembleTrainer
{
    /// <summary>Trains every estimator of a plan: side by side with one thread each, or one by one with
    /// all threads where there are fewer networks than threads. The result does not depend on it.
    /// </summary>
    /// <param name="samples">two or more, with their weights in the reference</param>
    /// <param name="features">as of <see cref="RatioTrainer.Train"/></param>
    /// <param name="plan">how many estimators, and how they differ</param>
    /// <param name="options">of each estimator; its seed is that of the bootstraps too. Left out, the
    /// standard training</param>
    /// <param name="progress">told about four times a second and after every epoch, from several threads
    /// </param>
    /// <param name="cancellation">ends the trainings within one update each</param>
    /// <remarks>The network of (j, m) does not depend on how many replicas or members there are: an
    /// ensemble that grows keeps what it had.</remarks>
    /// <exception cref="NsbiException">every fault of samples, features and options; too few events for
    /// bootstraps</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static RatioEnsemble Train(
        SimulatedSamples samples,
        IReadOnlyList<string> features,
        EnsemblePlan plan,
        TrainingOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        var input = TrainingInput.Of(samples, features, options);
        using var team = new ThreadTeam(input.Threads);
        var context = TrainingInput.Context(team, progress, cancellation);
        var tasks = FEnsembles
            .EnsembleTraining.tasks(plan.Plan, input.Settings, input.Mixture, input.Labelled)
            .OrThrow();
        return new(
            FEnsembles
                .RatioEnsembleModule.ofNetworks(
                    team,
                    plan.Plan,
                    input.Settings,
                    input.Mixture,
                    input.Labelled,
                    input.FeatureText.ToOption(),
                    FEnsembles.EnsembleTraining.run(context, tasks)
                )
                .OrThrow(),
            input.Events.Features
        );
    }

    /// <summary>As <see cref="Train"/>, on another thread.</summary>
    /// <param name="samples">two or more, with their weights in the reference</param>
    /// <param name="features">as of <see cref="RatioTrainer.Train"/></param>
    /// <param name="plan">how many estimators, and how they differ</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch, from several threads
    /// </param>
    /// <param name="cancellation">ends the trainings within one update each</param>
    public static Task<RatioEnsemble> TrainAsync(
        SimulatedSamples samples,
        IReadOnlyList<string> features,
        EnsemblePlan plan,
        TrainingOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => Train(samples, features, plan, options, progress, cancellation),
            cancellation
        );
}
