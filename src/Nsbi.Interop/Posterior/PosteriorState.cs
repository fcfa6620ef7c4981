using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>All that a posterior needs of the events seen so far: sums over events, to which new events
/// are added without looking at the old ones. Immutable; safe to use from several threads.</summary>
/// <remarks>Events in several portions give the same bits as at once; merged states agree to rounding.
/// </remarks>
public sealed class PosteriorState
{
    private readonly FPosterior.PosteriorState _state;

    internal PosteriorState(PosteriorEstimator estimator, FPosterior.PosteriorState state)
    {
        Estimator = estimator;
        _state = state;
    }

    /// <summary>Reads a state from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <param name="estimator">whose state it is</param>
    /// <exception cref="NsbiException">the file cannot be read, is another one, is damaged, or has the
    /// state of another estimator</exception>
    public static PosteriorState Load(string path, PosteriorEstimator estimator)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(estimator);
        var state = FPosterior.PosteriorStateModule.ofBytes(
            path,
            estimator.Estimator,
            Disk.Read(path)
        );
        return new(estimator, state.OrThrow());
    }

    /// <summary>Writes the state to a JSON file; equal states give equal bytes.</summary>
    /// <param name="path">the file; an older one is replaced</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Disk.Write(path, FPosterior.PosteriorStateModule.toBytes(_state));
    }

    /// <summary>Whose state it is.</summary>
    public PosteriorEstimator Estimator { get; }

    /// <summary>Number of events.</summary>
    public long Events => _state.Events;

    /// <summary>Σ w; the number of events where all weights are 1.</summary>
    public double Weight => _state.Weight;

    /// <summary>What should be known before the posterior is believed, a sentence each: more or fewer
    /// events than sets had in the training.</summary>
    public IReadOnlyList<string> Warnings =>
        [
            .. FPosterior
                .PosteriorStateModule.warnings(Estimator.Estimator, _state)
                .Select(warning => warning.ToString()),
        ];

    /// <summary>The state with events added.</summary>
    /// <param name="events">with all columns of the features; weights count</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every missing column</exception>
    public PosteriorState Add(EventSet events, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var rows = SetRows.Of(events, Estimator.Features);
        float[] weights = [.. SetRows.Weights(events).Select(weight => (float)weight)];
        using var team = new ThreadTeam(threads);
        using var stream = new FPosterior.PosteriorStream(team, Estimator.Estimator);
        return new(Estimator, stream.Add(_state, rows, weights));
    }

    /// <summary>The state of the events of both, as of two workers.</summary>
    /// <param name="other">of the same estimator</param>
    /// <exception cref="ArgumentException">a state of another estimator</exception>
    public PosteriorState Merge(PosteriorState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Estimator, FPosterior.PosteriorStateModule.merge(_state, other._state));
    }

    /// <summary>The posterior of the events so far.</summary>
    /// <param name="draws">behind the numbers that have no closed form, 100 or more</param>
    /// <param name="seed">of these draws</param>
    /// <exception cref="ArgumentException">too few draws</exception>
    public PosteriorDensity Posterior(int draws = 10_000, ulong seed = 1)
    {
        var estimator = Estimator.Estimator;
        return new(
            FPosterior.ConditionalDensity.Create(
                estimator.Settings.Head,
                estimator.Prior,
                estimator.Parameters,
                Row(FPosterior.PosteriorStateModule.contexts),
                new(draws, seed)
            )
        );
    }

    /// <summary>The pooled numbers of the set as the decoder sees them: sets unlike those of the training
    /// show here first.</summary>
    public IReadOnlyList<double> Summary() => Row(FPosterior.PosteriorStateModule.summaries);

    private double[] Row(
        Func<ThreadTeam, FPosterior.PosteriorEstimator, FPosterior.PosteriorState[], double[,]> rows
    )
    {
        using var team = new ThreadTeam(1);
        return [.. rows(team, Estimator.Estimator, [_state]).Cast<double>()];
    }

    /// <summary>A line: how many events.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _state.ToString();
}
