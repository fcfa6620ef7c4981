namespace Nsbi.Interop;

/// <summary>A calibration by weights: r(x) = p_target(x)/p_source(x). Immutable; safe to use from several
/// threads.</summary>
public sealed class ReweightingMap
{
    private readonly string _target;

    internal ReweightingMap(RatioEstimator estimator, string target)
    {
        Estimator = estimator;
        _target = target;
    }

    /// <summary>Reads a map from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <exception cref="NsbiException">the file cannot be read, is another one, is damaged, or holds no
    /// reweighting</exception>
    public static ReweightingMap Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        // What the networks are of is asked first.
        FTransport.ReweightingMapModule.ofBytes(path, Disk.Read(path)).OrThrow();
        var estimator = RatioEstimator.Load(path);
        return new(estimator, estimator.Samples[1]);
    }

    /// <summary>Writes networks and features to one JSON file; equal maps give equal bytes.</summary>
    /// <param name="path">the file; an older one is replaced</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Save(string path) => Estimator.Save(path);

    /// <summary>The networks of the ratio of target to source, with their normalisation.</summary>
    public RatioEstimator Estimator { get; }

    /// <summary>r of events, each by the networks of its own fold: those that did not see it in the
    /// training.</summary>
    /// <param name="events">with all columns of the features</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every fault of the events</exception>
    public ReadOnlyMemory<double> Ratios(EventSet events, int threads = 1) =>
        Estimator.Evaluate(events, threads).Ratios(_target).ToArray();

    /// <summary>The events with weights w r(x), scaled to a sum.</summary>
    /// <param name="events">of the source; weights of 0 or more</param>
    /// <param name="total">Σ w afterwards; left out, as before</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every fault: missing columns, ratios that are not finite, weights
    /// that add up to nothing</exception>
    public EventSet Apply(EventSet events, double? total = null, int threads = 1)
    {
        var ratios = Ratios(events, threads);
        var weighed = FTransport.ReweightingMapModule.weigh(
            total ?? events.SumOfWeights,
            ratios.ToArray(),
            events.Weights.ToArray()
        );
        return events.WithWeights(weighed.OrThrow().Weights);
    }

    /// <summary>A line: the features.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"reweighting by {string.Join(", ", Estimator.Features)}";
}
