using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Trains maps that move one weighted sample onto another at the least cost: the gradient of an
/// input-convex network, by the dual of Kantorovich's problem.</summary>
/// <remarks>Source: Makkuva, Taghvaei, Oh and Lee, arXiv:1908.10902; Pollard and Windischhofer,
/// arXiv:2107.08648.</remarks>
public static class TransportTrainer
{
    /// <summary>Trains a map of the source onto the target.</summary>
    /// <param name="source">the events that are moved: simulation; weights count, none negative</param>
    /// <param name="target">the events that say where to: data; weights count, none negative</param>
    /// <param name="features">the columns that are moved</param>
    /// <param name="conditions">columns that stay, on which the map depends; distributed alike in both
    /// samples, see <see cref="MatchCondition"/></param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch; the training loss is
    /// the squared distance of the samples, the validation loss how far both potentials are from being
    /// each other's conjugates</param>
    /// <param name="cancellation">ends the training within one update</param>
    /// <returns>the map, which says whether it diverged</returns>
    /// <exception cref="NsbiException">every fault of samples and options: missing columns, negative
    /// weights, conditions that are distributed differently</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static TransportMap Train(
        EventSet source,
        EventSet target,
        IReadOnlyList<string> features,
        IReadOnlyList<string>? conditions = null,
        TransportOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(features);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        var columns = new TransportColumns([.. features], [.. conditions ?? []]);
        var settings = FTransport.TransportSettingsModule.validate(options.ToFSharp()).OrThrow();
        var events = columns.Events(source, target);
        using var team = new ThreadTeam(options.Threads);
        var context = TrainingInput.Context(team, progress, cancellation);
        return new(
            FTransport.TransportTraining.train(context, settings, events).OrThrow(),
            columns
        );
    }

    /// <summary>As <see cref="Train"/>, on another thread.</summary>
    /// <param name="source">the events that are moved</param>
    /// <param name="target">the events that say where to</param>
    /// <param name="features">the columns that are moved</param>
    /// <param name="conditions">columns that stay, on which the map depends</param>
    /// <param name="options">left out, the standard training</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    public static Task<TransportMap> TrainAsync(
        EventSet source,
        EventSet target,
        IReadOnlyList<string> features,
        IReadOnlyList<string>? conditions = null,
        TransportOptions? options = null,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => Train(source, target, features, conditions, options, progress, cancellation),
            cancellation
        );

    /// <summary>The target with weights that give it the source's shares in bins of a condition.</summary>
    /// <param name="source">whose condition is the model</param>
    /// <param name="target">whose weights are changed</param>
    /// <param name="condition">a column of both</param>
    /// <param name="bins">with about equal numbers of source events, 1 or more</param>
    /// <exception cref="NsbiException">a missing column, a bin without target events</exception>
    public static EventSet MatchCondition(
        EventSet source,
        EventSet target,
        string condition,
        int bins = 20
    )
    {
        ArgumentNullException.ThrowIfNull(condition);
        var columns = new TransportColumns([], [condition]);
        var matched = FTransport.TransportEventsModule.matchConditions(
            bins,
            columns.Sample(source),
            columns.Sample(target)
        );
        return target.WithWeights(matched.OrThrow().Weights);
    }
}
