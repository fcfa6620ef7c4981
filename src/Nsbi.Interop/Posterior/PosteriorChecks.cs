using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Whether a posterior is to be believed.</summary>
public static class PosteriorChecks
{
    /// <summary>Ranks of true parameters among posterior draws (simulation-based calibration), and expected
    /// coverage of balls around random points and of regions of highest density.</summary>
    /// <param name="estimator">what is checked</param>
    /// <param name="sets">some hundreds, with parameters of the prior, none of them trained on</param>
    /// <param name="draws">of each posterior</param>
    /// <param name="bins">of the ranks; less than a fifth of the sets</param>
    /// <param name="level">the least p-value that passes</param>
    /// <param name="seed">of draws, references and ties</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="ArgumentException">other features, fewer than two bins, no draws</exception>
    public static CheckReport Calibration(
        PosteriorEstimator estimator,
        EventSets sets,
        int draws = 100,
        int bins = 20,
        double level = 0.01,
        ulong seed = 1,
        int threads = 1
    )
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var inner = estimator.Estimator;
        using var team = new ThreadTeam(threads);
        var states = FPosterior.PosteriorStateModule.ofSets(team, inner, sets.Sets);
        var contexts = FPosterior.PosteriorStateModule.contexts(team, inner, states);
        var parameters = inner.Parameters;
        var trials = new FInfer.PosteriorTrial[sets.Count];
        team.For(
            sets.Count,
            (set, _) =>
                trials[set] = Trial(
                    FPosterior.ConditionalDensity.Create(
                        inner.Settings.Head,
                        inner.Prior,
                        parameters,
                        Row(contexts, set)
                    ),
                    sets.Sets.Values(set).ToArray(),
                    seed + (ulong)set,
                    draws
                )
        );
        var ranks = FInfer.RankTestModule.compute(bins, seed, inner.Prior.Names, trials);
        FInfer.ExpectedCoverage[] coverages =
        [
            FInfer.ExpectedCoverageModule.randomPoints(seed, trials),
            FInfer.ExpectedCoverageModule.highestDensity(seed, trials),
        ];
        return new([
            .. ranks.Select(test => FInfer.RankTestModule.check(level, test)),
            .. coverages.Select(test => FInfer.ExpectedCoverageModule.check(level, test)),
        ]);
    }

    /// <summary>Whether the summary of a set lies outside of the cloud of simulated ones with about as many
    /// events, by Mahalanobis's distance: data that the posterior was never trained for.</summary>
    /// <param name="observed">the state of the data</param>
    /// <param name="simulated">at least twice as many sets as the summary has numbers, and more than 1/level
    /// </param>
    /// <param name="level">the least p-value that passes</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="ArgumentException">other features, too few sets</exception>
    public static CheckResult Summary(
        PosteriorState observed,
        EventSets simulated,
        double level = 0.01,
        int threads = 1
    )
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(simulated);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var inner = observed.Estimator.Estimator;
        using var team = new ThreadTeam(threads);
        var states = FPosterior.PosteriorStateModule.ofSets(team, inner, simulated.Sets);
        var rows = FPosterior.PosteriorStateModule.summaries(team, inner, states);
        var alarm = FInfer.EmbeddingCloud.compute(
            FInfer.EmbeddingDistance.Mahalanobis,
            [.. Enumerable.Range(0, simulated.Count).Select(set => Row(rows, set))],
            [.. observed.Summary()]
        );
        return new(FInfer.EmbeddingCloud.check(level, alarm));
    }

    /// <summary>Whether a classifier tells draws of a posterior from reference draws.</summary>
    /// <param name="reference">50 or more independent draws, a column for each parameter</param>
    /// <param name="tested">50 or more draws with the same columns</param>
    /// <param name="tolerance">how far above ½ the area under the classifier's curve may be</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every missing column</exception>
    /// <exception cref="ArgumentException">too few draws</exception>
    public static CheckResult TwoSample(
        EventSet reference,
        EventSet tested,
        double tolerance = 0.0,
        int threads = 1
    )
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using var team = new ThreadTeam(threads);
        var test = FInfer.PosteriorTwoSampleModule.compute(
            team,
            FInfer.PosteriorTwoSampleModule.settings,
            Draws(reference, reference.Columns),
            Draws(tested, reference.Columns)
        );
        return new(FInfer.PosteriorTwoSampleModule.check(tolerance, test));
    }

    private static FInfer.PosteriorTrial Trial(
        FPosterior.ConditionalDensity density,
        double[] truth,
        ulong seed,
        int draws
    )
    {
        var drawn = density.Sample(seed, draws);
        return FInfer.PosteriorTrialModule.withDensity(
            truth,
            [.. Enumerable.Range(0, draws).Select(draw => Row(drawn, draw))],
            FuncConvert.FromFunc<double[], double>(density.LogDensity)
        );
    }

    private static double[][] Draws(EventSet events, IReadOnlyList<string> columns)
    {
        var rows = TransportColumns.Rows(events, columns);
        return [.. rows.Chunk(columns.Count)];
    }

    private static double[] Row(double[,] matrix, int row) =>
        [.. Enumerable.Range(0, matrix.GetLength(1)).Select(column => matrix[row, column])];
}
