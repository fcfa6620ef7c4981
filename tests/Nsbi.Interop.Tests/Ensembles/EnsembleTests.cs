using Microsoft.FSharp.Collections;
using NUnit.Framework;
using FEnsembles = Nsbi.Learn.Ensembles;
using FInfer = Nsbi.Infer;
using FNetworks = Nsbi.Learn.Networks;

namespace Nsbi.Interop.Tests;

public class EnsembleTests
{
    private static readonly double[] Places = [-2.0, -0.5, 0.0, 0.7, 2.5];

    private static readonly EventSet Points = EventSet.FromColumn("x", Places);

    /// <summary>The ensemble that the F# library makes of the same events and settings.</summary>
    private static FEnsembles.Ensemble<FNetworks.RatioEstimator> FSharpEnsemble(
        Kernels.ThreadTeam team
    )
    {
        var events = Toy.Sampled.Select(process =>
        {
            var x = FInfer.InterferenceToy.sample(1, process, 1500);
            return new FNetworks.ClassEvents(
                FInfer.InterferenceToy.name(process),
                [.. x.Select(value => (float)value)],
                [.. x.Select(_ => 1.0)],
                Groups(x)
            );
        });
        var labelled = FNetworks
            .LabelledEventsModule.create(
                FNetworks.NegativeWeights.Refuse,
                1,
                ListModule.OfSeq(events)
            )
            .ResultValue;
        return FEnsembles
            .RatioEnsembleModule.train(
                FEnsembles.EnsemblePlan.NewNested(3, 2, FEnsembles.Inner.Seeds),
                Settings(),
                FNetworks.ReferenceMixture.equal(ListModule.OfSeq(Ensemble.Samples.Names)),
                labelled,
                FNetworks.TrainingContextModule.plain(team)
            )
            .ResultValue;
    }

    /// <summary>The settings as the file of a member has them.</summary>
    private static FNetworks.EstimatorSettings Settings()
    {
        var path = Path.Combine(Path.GetTempPath(), $"nsbi-{Guid.NewGuid()}.json");
        Ensemble.Trained[0, 0].Save(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return FNetworks.EstimatorFile.ofBytes(path, bytes).ResultValue.Settings;
    }

    private static ulong[] Groups(double[] x) =>
        Learn.Events.Fold.groupsByValue(
            ListModule.OfArray(["x"]),
            Learn.Events.EventTableModule.ofColumns(
                ListModule.OfArray([Tuple.Create("x", x)]),
                null
            )
        );

    [Test]
    public void members_and_averages_have_the_bits_of_the_fsharp_ones()
    {
        using var team = new Kernels.ThreadTeam(1);
        var expected = FSharpEnsemble(team);
        float[] features = [.. Places.Select(x => (float)x)];

        void Same(RatioEstimator actual, FNetworks.RatioEstimator estimator)
        {
            var table = actual.Evaluate(Points);
            var ratios = estimator.ByFold(team, features, Groups(Places));

            for (var k = 0; k < actual.Samples.Count; k++)
            {
                Assert.That(table.Ratios(actual.Samples[k]), Is.EqualTo(ratios[k]));
            }
        }

        for (var j = 0; j < 3; j++)
        {
            Same(Ensemble.Trained[j, 0], expected[j, 0]);
            Same(Ensemble.Trained[j, 1], expected[j, 1]);
            Same(Ensemble.Trained.Average(j), expected.Average(j));
        }
    }

    [Test]
    public void a_statistic_is_carried_through_members_and_averages()
    {
        var ensemble = Ensemble.Trained;
        double At(RatioEstimator estimator) => estimator.Evaluate(Points).Ratios("S")[2];
        var ratios = ensemble.Carry(At);

        Assert.That(ratios.Members, Has.Count.EqualTo(3));
        Assert.That(ratios.Averages, Has.Count.EqualTo(3));

        for (var j = 0; j < 3; j++)
        {
            Assert.That(ratios.Members[j], Has.Count.EqualTo(2));
            Assert.That(ratios.Members[j][1], Is.EqualTo(At(ensemble[j, 1])));
            Assert.That(ratios.Averages[j], Is.EqualTo(At(ensemble.Average(j))));
        }

        Assert.That(ratios.Bootstraps, Is.EqualTo(ratios.Members.Select(part => part[0])));
        Assert.That(ratios.Seeds, Is.EqualTo(ratios.Members));
        Assert.That(ratios.Nested, Is.EqualTo(ratios.Averages));
        Assert.That(ratios.Bootstraps.Distinct().Count(), Is.EqualTo(3));

        var logs = ratios.Select(Math.Log);
        Assert.That(logs.Averages[2], Is.EqualTo(Math.Log(ratios.Averages[2])));
        Assert.That(logs.Plan.ToString(), Is.EqualTo(Ensemble.Plan.ToString()));
    }

    [Test]
    public void events_count_as_often_in_every_set_that_has_them()
    {
        var ensemble = Ensemble.Trained;
        var signal = Ensemble.Samples["S"];
        var counts = ensemble.Counts(signal, 1);
        var bootstrap = new PoissonBootstrap(3, "bootstrap of the data", 1);

        Assert.That(counts, Is.EqualTo(bootstrap.Counts(signal, ["x"])));
        Assert.That(ensemble.Counts(signal, 1, 0), Is.EqualTo(counts), "members share the data");
        Assert.That(ensemble.Counts(signal, 2), Is.Not.EqualTo(counts));

        var backwards = EventSet.FromColumn("x", [.. signal.Column("x").ToArray().Reverse()]);
        Assert.That(bootstrap.Counts(backwards, ["x"]).Reverse(), Is.EqualTo(counts));

        var applied = bootstrap.Apply(signal, ["x"]);
        Assert.That(applied.Weights.ToArray(), Is.EqualTo(counts.Select(n => (double)n)));
        Assert.That(applied.Count, Is.EqualTo(1500));
    }

    [Test]
    public void counts_are_poisson_numbers_of_mean_1()
    {
        const int Groups = 40_000;
        var bootstrap = new PoissonBootstrap(11, "test", 0);
        int[] counts = [.. Enumerable.Range(0, Groups).Select(g => bootstrap.Count((ulong)g))];
        double[] expected = [Math.Exp(-1.0), Math.Exp(-1.0), Math.Exp(-1.0) / 2.0];

        for (var n = 0; n < expected.Length; n++)
        {
            var error = Math.Sqrt(expected[n] * (1.0 - expected[n]) / Groups);
            Assert.That(
                counts.Count(count => count == n) / (double)Groups,
                Is.EqualTo(expected[n]).Within(4.0 * error)
            );
        }

        Assert.That(counts.Average(), Is.EqualTo(1.0).Within(4.0 / Math.Sqrt(Groups)));
        Assert.That(bootstrap.Recount(7, 0), Is.Zero);
        Assert.That(
            Enumerable.Range(0, Groups).Average(g => bootstrap.Recount((ulong)g, 5)),
            Is.EqualTo(5.0).Within(4.0 * Math.Sqrt(5.0 / Groups))
        );
    }

    [Test]
    public void plans_say_what_they_are()
    {
        Assert.That(EnsemblePlan.Seeds(4).IsNested, Is.False);
        Assert.That(EnsemblePlan.Seeds(4).Inner, Is.EqualTo(InnerMembers.Seeds));
        Assert.That(EnsemblePlan.Bootstraps(4).Inner, Is.EqualTo(InnerMembers.Bootstraps));
        var nested = EnsemblePlan.Nested(5, 3, InnerMembers.Bootstraps);
        Assert.That(nested.Count, Is.EqualTo(15));
        Assert.That(nested.Replicas, Is.EqualTo(5));
        Assert.That(nested.Members, Is.EqualTo(3));
        Assert.That(nested.Inner, Is.EqualTo(InnerMembers.Bootstraps));
        Assert.That(
            () => EnsemblePlan.Nested(0, 20_000),
            Throws.TypeOf<NsbiException>().With.Property("Faults").Count.EqualTo(2)
        );
        Assert.That(() => EnsemblePlan.Seeds(1), Throws.TypeOf<NsbiException>());
    }

    [Test]
    public void wrong_numbers_and_columns_are_refused()
    {
        var ensemble = Ensemble.Trained;
        Assert.That(() => ensemble[3, 0], Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ensemble[0, 2], Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ensemble.Average(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        var bootstrap = new PoissonBootstrap(1, "test", 0);
        Assert.That(() => bootstrap.Counts(Points, []), Throws.ArgumentException);
        Assert.That(() => bootstrap.Counts(Points, ["y"]), Throws.InstanceOf<ArgumentException>());
        Assert.That(
            () => EnsembleTrainer.Train(Ensemble.Samples, ["y"], Ensemble.Plan, Ensemble.Options),
            Throws.TypeOf<NsbiException>().With.Property("Faults").Count.EqualTo(4)
        );
    }

    [Test]
    public void a_cancelled_training_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        Assert.That(
            async () =>
                await EnsembleTrainer.TrainAsync(
                    Ensemble.Samples,
                    ["x"],
                    Ensemble.Plan,
                    Ensemble.Options,
                    new Stopping(stop),
                    stop.Token
                ),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<TrainingUpdate>
    {
        public void Report(TrainingUpdate value) => stop.Cancel();
    }

    [Test]
    public void the_ratios_of_a_replica_move_a_fit()
    {
        var ensemble = Ensemble.Trained;
        var samples = Ensemble.Samples;
        var observation = new LikelihoodBuilder(Toy.Model())
            .Reference("SR", ensemble.Average().ReferenceTable(samples))
            .Compile()
            .Asimov();
        var fit = observation.Fit();
        var sensitivity = observation.Sensitivity(fit, "mu");
        var changes = ensemble.Carry(estimator =>
            RatioChange.Of("SR", estimator.ReferenceTable(samples))
        );
        var spread = sensitivity.Spread(changes.Averages);

        Assert.That(spread.Shifts[0], Is.EqualTo(0.0).Within(1e-9), "the ratios themselves");
        Assert.That(spread.Shifts[1], Is.EqualTo(sensitivity.Shift(changes.Averages[1]).Total));
        var estimate = McStatEstimators.NestedSeeds(ensemble.Members, spread.Shifts);
        Assert.That(estimate.Sigma.Value, Is.EqualTo(spread.StandardDeviation).Within(1e-12));
        Assert.That(estimate.Trainings, Is.EqualTo(6));
    }
}
