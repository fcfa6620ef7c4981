namespace Nsbi.Interop;

/// <summary>A trained posterior of sets of any number of events. Immutable; safe to use from several
/// threads.</summary>
public sealed class PosteriorEstimator
{
    internal PosteriorEstimator(FPosterior.PosteriorEstimator estimator)
    {
        Estimator = estimator;
        Prior = new(estimator.Prior);
    }

    internal FPosterior.PosteriorEstimator Estimator { get; }

    /// <summary>Reads an estimator from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <exception cref="NsbiException">the file cannot be read, is another one, or is damaged
    /// </exception>
    public static PosteriorEstimator Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(FPosterior.PosteriorFile.ofBytes(path, Disk.Read(path)).OrThrow());
    }

    /// <summary>Writes networks, prior and scales to one JSON file; equal estimators give equal bytes.
    /// </summary>
    /// <param name="path">the file; an older one is replaced</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Disk.Write(path, FPosterior.PosteriorFile.toBytes(Estimator));
    }

    /// <summary>Of the parameters.</summary>
    public Prior Prior { get; }

    /// <summary>The columns that events must have.</summary>
    public IReadOnlyList<string> Features => [.. Estimator.Features];

    /// <summary>SHA-256 of weights, scales and settings: states of one estimator can be merged, those of
    /// different ones cannot.</summary>
    public string Identity => Estimator.Identity;

    /// <summary>Epochs that the training took.</summary>
    public int Epochs => Estimator.History.Epochs.Length;

    /// <summary>The epoch whose weights were kept.</summary>
    public int BestEpoch => Estimator.History.BestEpoch;

    /// <summary>The least validation loss: the mean of −ln q(φ|{x}).</summary>
    public double BestLoss => Estimator.History.BestLoss;

    /// <summary>The state without any event, to which events are added.</summary>
    public PosteriorState Empty => new(this, FPosterior.PosteriorStateModule.empty(Estimator));

    /// <summary>A line: parameters, features, the course of the training.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Estimator.ToString();
}
