using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>A trained transport y = T(x; z), the gradient of a convex potential. Immutable; safe to use
/// from several threads. Outside of the source's events it is an extrapolation.</summary>
public sealed class TransportMap
{
    private readonly TransportColumns _columns;
    private readonly FTransport.TransportMap _map;

    internal TransportMap(FTransport.TransportMap map, TransportColumns columns)
    {
        _map = map;
        _columns = columns;
        Epochs = [.. map.History.Epochs.Select(epoch => new TransportEpoch(epoch))];
    }

    /// <summary>Reads a map from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <param name="features">the columns that are moved, in the order of the training</param>
    /// <param name="conditions">the columns that stay, in the order of the training</param>
    /// <exception cref="NsbiException">the file cannot be read, is another one, is damaged, or has a map of
    /// another number of features or conditions</exception>
    public static TransportMap Load(
        string path,
        IReadOnlyList<string> features,
        IReadOnlyList<string>? conditions = null
    )
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(features);
        var columns = new TransportColumns([.. features], [.. conditions ?? []]);
        var map = FTransport.TransportMapModule.ofBytes(path, Disk.Read(path)).OrThrow();

        if (
            map.FeatureCount != columns.Features.Count
            || map.ConditionCount != columns.Conditions.Count
        )
        {
            throw new NsbiException([
                $"{path}: the map moves {map.FeatureCount} features under {map.ConditionCount} "
                    + $"conditions, not {columns.Features.Count} under {columns.Conditions.Count}; "
                    + "name the columns that it was trained with.",
            ]);
        }

        return new(map, columns);
    }

    /// <summary>Writes the map to one JSON file, without the names of its columns; equal maps give equal
    /// bytes.</summary>
    /// <param name="path">the file; an older one is replaced</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Disk.Write(path, FTransport.TransportMapModule.toBytes(_map));
    }

    /// <summary>The columns that are moved.</summary>
    public IReadOnlyList<string> Features => _columns.Features;

    /// <summary>The columns that stay, on which the map depends.</summary>
    public IReadOnlyList<string> Conditions => _columns.Conditions;

    /// <summary>The course of the training.</summary>
    public IReadOnlyList<TransportEpoch> Epochs { get; }

    /// <summary>Whether a loss was not finite in the training: the map is that of the last epoch before.
    /// </summary>
    public bool Diverged => _map.History.Ending.IsDiverged;

    /// <summary>The events where the map takes them; other columns and weights stay.</summary>
    /// <param name="events">with the columns of the map</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every missing column</exception>
    public EventSet Apply(EventSet events, int threads = 1) =>
        Moved(events, threads, (team, x, z) => _map.Apply(team, x, z));

    /// <summary>The events where the map takes them from; other columns and weights stay. Exact to about
    /// 1e-10 of the features' scales.</summary>
    /// <param name="events">with the columns of the map</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every missing column</exception>
    public EventSet Inverse(EventSet events, int threads = 1) =>
        Moved(events, threads, (team, x, z) => _map.Inverse(team, x, z));

    /// <summary>∂T_a/∂x_b of each event: symmetric and positive in units of the features' scales.</summary>
    /// <param name="events">with the columns of the map</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <returns>F x F for each event: a, b</returns>
    /// <exception cref="NsbiException">every missing column</exception>
    public IReadOnlyList<double[,]> Jacobian(EventSet events, int threads = 1)
    {
        var width = Features.Count;
        var all = Run(events, threads, (team, x, z) => _map.Jacobian(team, x, z));
        var matrices = new double[events.Count][,];

        for (var i = 0; i < matrices.Length; i++)
        {
            matrices[i] = new double[width, width];
            Buffer.BlockCopy(
                all,
                i * width * width * sizeof(double),
                matrices[i],
                0,
                width * width * sizeof(double)
            );
        }

        return matrices;
    }

    /// <summary>The share of the weight with a feature or a condition outside of the range of the source:
    /// what the map says of it is extrapolation.</summary>
    /// <param name="events">with the columns of the map</param>
    /// <exception cref="NsbiException">every missing column</exception>
    public double OutsideShare(EventSet events)
    {
        var sample = _columns.Sample(events);
        return _map.OutsideShare(sample.Features, sample.Conditions, sample.Weights);
    }

    private EventSet Moved(
        EventSet events,
        int threads,
        Func<ThreadTeam, double[], double[], double[]> work
    ) => _columns.Replace(events, Run(events, threads, work));

    private double[] Run(
        EventSet events,
        int threads,
        Func<ThreadTeam, double[], double[], double[]> work
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var sample = _columns.Sample(events);
        using var team = new ThreadTeam(threads);
        return work(team, sample.Features, sample.Conditions);
    }

    /// <summary>A line: columns and how the training ended.</summary>
    /// <returns>the text</returns>
    public override string ToString()
    {
        var given = Conditions.Count == 0 ? "" : $" at fixed {string.Join(", ", Conditions)}";
        var ending = Diverged ? "diverged" : Epochs[^1].ToString();
        return $"transport of {string.Join(", ", Features)}{given}, {ending}";
    }
}
