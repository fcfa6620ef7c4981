using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Events of negative weights as events of positive ones with the same density. Immutable.
/// </summary>
/// <remarks>Source: Nachman and Thaler, arXiv:2007.11586.</remarks>
public sealed class PositiveWeights
{
    private PositiveWeights(EventSet events, FTransport.PositiveWeights result)
    {
        Events = events.WithWeights(result.Weights);
        Expected = result.Expected;
        Cut = result.Cut;
        CutShare = result.CutShare;
        Factor = result.Factor;
        SignedSize = result.SignedSize;
        PositiveSize = result.PositiveSize;
        ErrorFactor = result.ErrorFactor;
    }

    /// <summary>With e of bins of one column: Σ w/Σ|w| in the bin of each event.</summary>
    /// <param name="events">with signed weights of a positive sum</param>
    /// <param name="column">of which e is a function</param>
    /// <param name="bins">with about equal numbers of events, 1 or more</param>
    /// <param name="replacement">whether all events are kept</param>
    /// <param name="seed">of the events that are kept in a resampling</param>
    /// <exception cref="NsbiException">every fault: a missing column, a sum that is not positive, nothing
    /// left</exception>
    public static PositiveWeights Binned(
        EventSet events,
        string column,
        int bins = 20,
        WeightReplacement replacement = WeightReplacement.Resample,
        ulong seed = 1
    )
    {
        ArgumentNullException.ThrowIfNull(column);
        var values = TransportColumns.Rows(events, [column]);
        var weights = events.Weights.ToArray();
        var groups = FEvents.Fold.groupsByValue(new[] { column }.ToFSharp(), events.Table);
        var expected = FTransport.PositiveWeightsModule.binned(bins, values, weights);
        return Of(events, groups, expected, replacement, seed);
    }

    /// <summary>With e of a classifier of the sign, each event by networks that did not see it.</summary>
    /// <param name="events">with signed weights of a positive sum</param>
    /// <param name="features">columns or named expressions, as of <see cref="RatioTrainer.Train"/></param>
    /// <param name="options">left out, the standard training; the head is always
    /// <see cref="RatioHead.Softmax"/></param>
    /// <param name="replacement">whether all events are kept</param>
    /// <param name="progress">told about four times a second and after every epoch</param>
    /// <param name="cancellation">ends the training within one update</param>
    /// <exception cref="NsbiException">every fault: missing columns, no negative weight, a sum that is not
    /// positive, nothing left</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static PositiveWeights Learned(
        EventSet events,
        IReadOnlyList<string> features,
        TrainingOptions? options = null,
        WeightReplacement replacement = WeightReplacement.Resample,
        IProgress<TrainingUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(features);
        options = (options ?? new()) with { Head = RatioHead.Softmax };
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        var settings = FNetworks.EstimatorSettingsModule.validate(options.ToFSharp()).OrThrow();
        var parsed = FEvents.FeatureModule.parseAll(features.ToFSharp()).OrThrow();
        var prepared = PreparedEvents.Of(new SimulatedSamples().With("events", events), parsed);
        var weights = events.Weights.ToArray();
        var classes = FTransport.PositiveWeightsModule.classes(
            prepared.Matrix.Columns,
            new("events", prepared.Matrix.Values, weights, prepared.Groups)
        );
        var (labelled, mixture) = classes.OrThrow();
        using var team = new ThreadTeam(options.Threads);
        var estimator = FNetworks
            .EstimatorAssembly.train(
                settings,
                mixture,
                labelled,
                null,
                TrainingInput.Context(team, progress, cancellation)
            )
            .OrThrow();
        var expected = FTransport.PositiveWeightsModule.expected(
            team,
            estimator,
            prepared.Matrix.Values,
            prepared.Groups
        );
        return Of(events, prepared.Groups, expected, replacement, options.Seed);
    }

    private static PositiveWeights Of(
        EventSet events,
        ulong[] groups,
        double[] expected,
        WeightReplacement replacement,
        ulong seed
    )
    {
        var result = FTransport.PositiveWeightsModule.create(
            replacement == WeightReplacement.Reweight
                ? FTransport.WeightReplacement.Reweight
                : FTransport.WeightReplacement.Resample,
            seed,
            groups,
            expected,
            events.Weights.ToArray()
        );
        return new(events, result.OrThrow());
    }

    /// <summary>The events with weights of 0 or more, which add up to what the signed ones did; 0 for events
    /// that are not kept.</summary>
    public EventSet Events { get; }

    /// <summary>e of each event.</summary>
    public ReadOnlyMemory<double> Expected { get; }

    /// <summary>Events where the signs cancel, which get no weight.</summary>
    public int Cut { get; }

    /// <summary>Σ|w| of these as a share of all.</summary>
    public double CutShare { get; }

    /// <summary>What all weights were multiplied with to keep their sum; near 1 where e is right.</summary>
    public double Factor { get; }

    /// <summary>(Σ w)²/Σ w² of the signed weights.</summary>
    public double SignedSize { get; }

    /// <summary>(Σ w)²/Σ w² of the positive weights.</summary>
    public double PositiveSize { get; }

    /// <summary>What a standard error from squares of the positive weights is to be multiplied with.
    /// </summary>
    public double ErrorFactor { get; }

    /// <summary>A line: sizes and what was cut.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"effective size {TextTable.Number(SignedSize)} signed, "
        + $"{TextTable.Number(PositiveSize)} positive, {Cut} events cut";
}
