using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Trained networks that give the density ratios r_k(x) = p_k(x)/p_ref(x) of all samples.
/// Immutable; safe to use from several threads. <see cref="RatioTrainer"/> makes it.</summary>
public sealed partial class RatioEstimator
{
    private readonly FNetworks.RatioEstimator _estimator;
    private readonly FEvents.FittedFeatures _features;

    internal RatioEstimator(FNetworks.RatioEstimator estimator, FEvents.FittedFeatures features)
    {
        _estimator = estimator;
        _features = features;
        Normalisation = [.. estimator.Normalisation.Select(r => new RatioNormalisation(r))];
    }

    /// <summary>Reads an estimator from a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">the file</param>
    /// <exception cref="NsbiException">the file cannot be read, is another one, or is damaged
    /// </exception>
    public static RatioEstimator Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var bytes = Disk.Read(path);
        var estimator = FNetworks.EstimatorFile.ofBytes(path, bytes).OrThrow();
        var text =
            estimator.Preprocessing?.Value
            ?? throw new NsbiException([
                $"{path}: the networks come without their features; train them again.",
            ]);
        return new(estimator, FEvents.FittedFeaturesJson.ofText(path, text).OrThrow());
    }

    /// <summary>Writes networks, features and normalisation to one JSON file; equal estimators give
    /// equal bytes.</summary>
    /// <param name="path">the file; an older one is replaced</param>
    /// <exception cref="NsbiException">the file cannot be written</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Disk.Write(path, FNetworks.EstimatorFile.toBytes(_estimator));
    }

    /// <summary>The samples whose ratios are given, in order.</summary>
    public IReadOnlyList<string> Samples => _estimator.ClassNames;

    /// <summary>The features by name, in the order of the networks' inputs.</summary>
    public IReadOnlyList<string> Features => [.. FEvents.FittedFeaturesModule.names(_features)];

    /// <summary>How well the ratios are normalised, by fold and sample.</summary>
    public IReadOnlyList<RatioNormalisation> Normalisation { get; }

    /// <summary>The ratios of events, with the weights that the events have. Each event is given to
    /// the networks of its own fold: simulation to those that never saw it, data by hash.</summary>
    /// <param name="events">with all columns of the features</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every fault: missing columns, values outside of the domain of
    /// a transform</exception>
    public RatioTable Evaluate(EventSet events, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(events);
        var matrix = FEvents.FittedFeaturesModule.apply(_features, events.Table).OrThrow();
        var groups = PreparedEvents.GroupsOf(_features, events.Table);
        return Table(
            FEvents.EventTableModule.weights(events.Table),
            Ratios(matrix.Values, groups, threads)
        );
    }

    /// <summary>The reference table of a likelihood: all events of the samples with weights that
    /// represent p_ref, w_k w_i/Σ_j w_j, and their ratios by networks that never saw them.</summary>
    /// <param name="samples">as in the training</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every fault: missing columns, values outside of the domain of
    /// a transform</exception>
    /// <exception cref="ArgumentException">other samples than in the training</exception>
    public RatioTable ReferenceTable(SimulatedSamples samples, int threads = 1)
    {
        var events = Prepare(samples);
        return Table(
            ReferenceWeights(events),
            Ratios(events.Matrix.Values, events.Groups, threads)
        );
    }

    /// <summary>The standard checks of every ratio on events used neither in training nor in the
    /// normalisation: norm, tails, calibration, closure of each feature, and the identity
    /// Σ_k w_k r_k = 1.</summary>
    /// <param name="samples">as in the training</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every fault of the events</exception>
    /// <exception cref="ArgumentException">other samples than in the training</exception>
    public CheckReport Check(SimulatedSamples samples, int threads = 1)
    {
        var events = Prepare(samples);
        var ratios = Ratios(events.Matrix.Values, events.Groups, threads);
        return new(RatioChecks.Run(_estimator, events, ReferenceWeights(events), ratios));
    }

    private PreparedEvents Prepare(SimulatedSamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);

        if (!samples.Names.SequenceEqual(Samples))
        {
            throw new ArgumentException(
                $"The networks were trained on {string.Join(", ", Samples)}, in this order.",
                nameof(samples)
            );
        }

        return PreparedEvents.Of(samples, _features);
    }

    private double[] ReferenceWeights(PreparedEvents events) =>
        FNetworks.NormalisationModule.referenceWeights(
            [.. _estimator.Mixture.Weights],
            events.Samples,
            [.. FEvents.EventTableModule.weights(events.Table).Select(Math.Abs)]
        );

    private double[][] Ratios(float[] features, ulong[] groups, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using var team = new ThreadTeam(threads);
        return _estimator.ByFold(team, features, groups);
    }

    private RatioTable Table(double[] weights, double[][] ratios) =>
        Samples
            .Zip(ratios)
            .Aggregate(
                new RatioTable(weights),
                (table, pair) => table.WithRatios(pair.First, pair.Second)
            );

    /// <summary>Samples, features, and a table of the normalisation.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"ratios of {string.Join(", ", Samples)} from {string.Join(", ", Features)}",
            [
                ["fold, sample", "C before", "C after"],
                .. Normalisation.Select(record =>
                    new[]
                    {
                        $"{record.Fold}, {record.Sample}",
                        record.Before.ToString(),
                        record.After.ToString(),
                    }
                ),
            ]
        );
}
