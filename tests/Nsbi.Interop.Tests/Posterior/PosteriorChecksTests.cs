using NUnit.Framework;
using FInfer = Nsbi.Infer;

namespace Nsbi.Interop.Tests;

public class PosteriorChecksTests
{
    private static readonly EventSets Sets = Mean.Simulator(SetSize.Uniform(0, 12)).Draw(150, 77);

    [Test]
    public void ranks_and_coverages_are_those_of_the_words()
    {
        var report = PosteriorChecks.Calibration(Mean.Trained, Sets, 50, 10, seed: 3, threads: 2);
        var trials = Enumerable
            .Range(0, Sets.Count)
            .Select(set =>
            {
                var posterior = Mean.Trained.Empty.Add(Sets[set].Events).Posterior();
                var draws = posterior.Sample(50, 3 + (ulong)set).Column("mu").ToArray();
                return FInfer.PosteriorTrialModule.ofDraws(
                    [.. Sets[set].Parameters],
                    [.. draws.Select(draw => new[] { draw })]
                );
            });
        FInfer.PosteriorTrial[] all = [.. trials];
        var names = Microsoft.FSharp.Collections.ListModule.OfArray(["mu"]);
        var ranks = FInfer.RankTestModule.compute(10, 3, names, all);
        Assert.That(report.Checks, Has.Count.EqualTo(3));
        Assert.That(report.Checks[0].Name, Is.EqualTo("ranks of mu"));
        Assert.That(report.Checks[0].Value, Is.EqualTo(ranks[0].PValue));
        Assert.That(
            report.Checks[1].Value,
            Is.EqualTo(FInfer.ExpectedCoverageModule.randomPoints(3, all).PValue)
        );
    }

    [Test]
    public void a_set_outside_of_the_cloud_raises_the_alarm()
    {
        var cloud = Mean.Simulator(SetSize.Fixed(8)).Draw(200, 5);
        var usual = Mean.Trained.Empty.Add(Mean.Events(8));
        var strange = Mean.Trained.Empty.Add(Mean.Events(8, mu: 40.0));
        Assert.That(PosteriorChecks.Summary(usual, cloud).Passed);
        var alarm = PosteriorChecks.Summary(strange, cloud);
        Assert.That(alarm.Passed, Is.False);
        Assert.That(alarm.Value, Is.EqualTo(1.0 / 201.0));
    }

    [Test]
    public void draws_are_told_from_others()
    {
        var reference = Mean.Trained.Empty.Add(Mean.Events(8)).Posterior();
        var other = Mean.Trained.Empty.Add(Mean.Events(8, mu: -2.0)).Posterior();
        var same = PosteriorChecks.TwoSample(reference.Sample(300, 2), reference.Sample(300, 3));
        var apart = PosteriorChecks.TwoSample(reference.Sample(300, 2), other.Sample(300, 3));
        Assert.That(same.Passed);
        Assert.That(apart.Passed, Is.False);
        Assert.That(apart.Value, Is.GreaterThan(0.9));
    }
}
