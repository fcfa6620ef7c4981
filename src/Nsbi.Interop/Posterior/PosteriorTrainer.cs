using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Learns the posterior q(φ|{x}) of whole sets of events: neural posterior estimation.</summary>
/// <remarks>The mean of −ln q over sets whose φ comes from the prior is least where q is the posterior.
/// Source: Papamakarios and Murray, arXiv:1605.06376; Heinrich et al., arXiv:2306.12584.</remarks>
public static class PosteriorTrainer
{
    /// <summary>Trains on fresh sets of a simulator in each epoch.</summary>
    /// <param name="simulator">of whole sets; called from several threads</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    /// <exception cref="NsbiException">every fault of the options</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    /// <exception cref="InvalidOperationException">the simulator gave something impossible</exception>
    public static PosteriorEstimator Train(
        SetSimulator simulator,
        PosteriorOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(simulator);
        return Run(
            options,
            progress,
            cancellation,
            (context, settings) =>
                FPosterior.PosteriorTraining.simulate(context, settings, simulator.Simulator)
        );
    }

    /// <summary>Trains on recorded sets, whose parameters were drawn from the prior.</summary>
    /// <param name="prior">of the parameters</param>
    /// <param name="sets">two or more</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    /// <exception cref="NsbiException">every fault of options and sets: other parameters than the
    /// prior's, values outside its support, too few sets</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static PosteriorEstimator Train(
        Prior prior,
        EventSets sets,
        PosteriorOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(sets);
        return Run(
            options,
            progress,
            cancellation,
            (context, settings) =>
                FPosterior.PosteriorTraining.ofSets(context, settings, prior.Checked, sets.Sets)
        );
    }

    /// <summary>As <see cref="Train(SetSimulator, PosteriorOptions, IProgress{TrainingUpdate},
    /// CancellationToken)"/>, on another thread.</summary>
    /// <param name="simulator">of whole sets; called from several threads</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    public static Task<PosteriorEstimator> TrainAsync(
        SetSimulator simulator,
        PosteriorOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => Train(simulator, options, progress, cancellation), cancellation);

    /// <summary>As <see cref="Train(Prior, EventSets, PosteriorOptions, IProgress{TrainingUpdate},
    /// CancellationToken)"/>, on another thread.</summary>
    /// <param name="prior">of the parameters</param>
    /// <param name="sets">two or more</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    public static Task<PosteriorEstimator> TrainAsync(
        Prior prior,
        EventSets sets,
        PosteriorOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => Train(prior, sets, options, progress, cancellation), cancellation);

    private static PosteriorEstimator Run(
        PosteriorOptions? options,
        IProgress<TrainingUpdate>? progress,
        CancellationToken cancellation,
        Func<
            FNetworks.TrainingContext,
            FPosterior.PosteriorSettings,
            FSharpResult<FPosterior.PosteriorEstimator, FSharpList<FLearn.Fault>>
        > train
    )
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        using var team = new ThreadTeam(options.Threads);
        var context = TrainingInput.Context(team, progress, cancellation);
        return new(train(context, options.ToFSharp()).OrThrow());
    }
}
