using NUnit.Framework;
using FPosterior = Nsbi.Learn.Posterior;

namespace Nsbi.Interop.Tests;

public class PosteriorStateTests
{
    private static FPosterior.PosteriorEstimator Inner(PosteriorEstimator estimator)
    {
        using var file = new TemporaryFile();
        estimator.Save(file.Path);
        return FPosterior.PosteriorFile.ofBytes(file.Path, file.Bytes).ResultValue;
    }

    private static byte[] Bytes(PosteriorState state)
    {
        using var file = new TemporaryFile();
        state.Save(file.Path);
        return file.Bytes;
    }

    private static float[] Rows(EventSet events) =>
        [
            .. Enumerable
                .Range(0, events.Count)
                .SelectMany(i => Mean.Features.Select(name => (float)events.Column(name).Span[i])),
        ];

    [Test]
    public void events_are_added_as_by_the_words()
    {
        var inner = Inner(Mean.Trained);
        var events = Mean.Events(7);
        using var team = new Kernels.ThreadTeam(1);
        var expected = FPosterior.PosteriorStateModule.ofEvents(team, inner, Rows(events));
        var state = Mean.Trained.Empty.Add(events, 2);
        Assert.That(Bytes(state), Is.EqualTo(FPosterior.PosteriorStateModule.toBytes(expected)));
        Assert.That(state.Events, Is.EqualTo(7));
        Assert.That(state.Warnings, Is.Empty);
        var rows = FPosterior.PosteriorStateModule.summaries(team, inner, [expected]);
        Assert.That(state.Summary(), Is.EqualTo(rows.Cast<double>()));

        double[] weights = [.. Enumerable.Range(0, 7).Select(i => 0.5 + i)];
        using var stream = new FPosterior.PosteriorStream(team, inner);
        float[] singles = [.. weights.Select(weight => (float)weight)];
        var weighted = stream.Add(stream.Empty, Rows(events), singles);
        Assert.That(
            Bytes(Mean.Trained.Empty.Add(events.WithWeights(weights))),
            Is.EqualTo(FPosterior.PosteriorStateModule.toBytes(weighted))
        );
    }

    [Test]
    public void the_posterior_is_that_of_the_words()
    {
        using var team = new Kernels.ThreadTeam(1);
        var inner = Inner(Mean.Trained);
        var events = Mean.Events(9);
        var state = FPosterior.PosteriorStateModule.ofEvents(team, inner, Rows(events));
        var context = FPosterior.PosteriorStateModule.contexts(team, inner, [state]);
        var expected = FPosterior.ConditionalDensity.Create(
            inner.Settings.Head,
            inner.Prior,
            inner.Parameters,
            [.. context.Cast<double>()]
        );
        var posterior = Mean.Trained.Empty.Add(events).Posterior();
        var mu = posterior["mu"];
        Assert.That(mu.Mean.Value, Is.EqualTo(expected.Mean[0].Value));
        Assert.That(mu.Mean.Error, Is.Zero);
        Assert.That(
            mu.StandardDeviation.Value,
            Is.EqualTo(expected.StandardDeviation[0].Value).And.InRange(0.1, 1.0)
        );
        Assert.That(mu.Quantile(0.16).Value, Is.EqualTo(expected.Quantile(0, 0.16).Value));
        Assert.That(mu.Cumulative(0.3).Value, Is.EqualTo(expected.Cumulative(0, 0.3).Value));
        Assert.That(posterior.LogDensity(0.3), Is.EqualTo(expected.LogDensity([0.3])));
        Assert.That(
            posterior.HighestDensityMass(0.3).Value,
            Is.EqualTo(expected.HighestDensityMass([0.3]).Value)
        );
        Assert.That(posterior.Covariance("mu", "mu"), Is.EqualTo(expected.Covariance[0, 0]));
        Assert.That(
            posterior.Sample(5, 3).Column("mu").ToArray(),
            Is.EqualTo(expected.Sample(3, 5).Cast<double>())
        );
        Assert.That(posterior.ToString(), Does.Contain("mu").And.Contain("median"));
        Assert.That(() => posterior["nu"], Throws.TypeOf<KeyNotFoundException>());
        Assert.That(() => posterior.LogDensity(0.1, 0.2), Throws.ArgumentException);
        Assert.That(
            () => Mean.Trained.Empty.Posterior(draws: 10),
            Throws.ArgumentException,
            "too few draws"
        );
    }

    [Test]
    public void portions_merged_and_saved_states_are_as_all_at_once()
    {
        var estimator = Mean.Trained;
        var first = Mean.Events(4, seed: 1);
        var second = Mean.Events(5, seed: 2);
        var joined = EventSet.FromColumns(
            Mean.Features.ToDictionary(
                name => name,
                name =>
                    (IReadOnlyList<double>)
                        [.. first.Column(name).ToArray(), .. second.Column(name).ToArray()]
            )
        );
        var atOnce = estimator.Empty.Add(joined);
        var streamed = estimator.Empty.Add(first).Add(second);
        var merged = estimator.Empty.Add(first).Merge(estimator.Empty.Add(second));
        Assert.That(Bytes(streamed), Is.EqualTo(Bytes(atOnce)));
        Assert.That(merged.Events, Is.EqualTo(9));
        Assert.That(merged.Weight, Is.EqualTo(9.0));
        Assert.That(
            merged.Posterior()["mu"].Mean.Value,
            Is.EqualTo(atOnce.Posterior()["mu"].Mean.Value).Within(1e-12)
        );

        using var estimatorFile = new TemporaryFile();
        using var stateFile = new TemporaryFile();
        estimator.Save(estimatorFile.Path);
        atOnce.Save(stateFile.Path);
        var again = PosteriorEstimator.Load(estimatorFile.Path);
        var state = PosteriorState.Load(stateFile.Path, again);
        Assert.That(again.Identity, Is.EqualTo(estimator.Identity));
        Assert.That(again.ToString(), Is.EqualTo(estimator.ToString()));
        Assert.That(
            state.Posterior().LogDensity(0.2),
            Is.EqualTo(atOnce.Posterior().LogDensity(0.2))
        );
    }

    [Test]
    public void what_does_not_fit_is_told()
    {
        var state = Mean.Trained.Empty;
        var wrong = EventSet.FromColumn("x", [1.0]);
        Assert.That(
            () => state.Add(wrong),
            Throws.TypeOf<NsbiException>().With.Message.Contains("'noise'")
        );
        Assert.That(state.Add(Mean.Events(30)).Warnings, Has.Count.EqualTo(1));

        var other = PosteriorTrainer.Train(
            Mean.Simulator(SetSize.Fixed(2)),
            Mean.Options with
            {
                Epochs = 1,
                SetsPerEpoch = 40,
            }
        );
        Assert.That(() => state.Merge(other.Empty), Throws.ArgumentException);
        using var file = new TemporaryFile();
        state.Save(file.Path);
        Assert.That(
            () => PosteriorState.Load(file.Path, other),
            Throws.TypeOf<NsbiException>().With.Message.Contains("another estimator")
        );
        Assert.That(
            () => PosteriorEstimator.Load(file.Path),
            Throws.TypeOf<NsbiException>(),
            "a state is no estimator"
        );
        Assert.That(
            () => PosteriorEstimator.Load("no such file.json"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("no such file.json")
        );
    }
}
