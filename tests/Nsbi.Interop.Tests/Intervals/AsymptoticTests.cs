using NUnit.Framework;

namespace Nsbi.Interop.Tests;

/// <summary>Numbers of pyhf and of an independent program; those of F# have a test of their own.
/// </summary>
public class AsymptoticTests
{
    private static readonly double[] Band =
    [
        0.00260640,
        0.01382064,
        0.06445516,
        0.23526090,
        0.57304165,
    ];

    private static readonly double[] ExpectedLimits =
    [
        0.559884258,
        0.757029028,
        1.06235501,
        1.50118084,
        2.05080203,
    ];

    [Test]
    public void two_bins_have_their_published_cls()
    {
        var test = Counting.TwoBins(51.0, 48.0).TestHypothesis("mu", 1.0);

        Assert.That(test.ClsObserved, Is.EqualTo(0.05251553).Within(1e-7));
        Assert.That(test.ClsExpected, Is.EqualTo(Band).Within(1e-7));
        Assert.That(test.Clsb, Is.EqualTo(0.02332496).Within(1e-7));
        Assert.That(test.Clb, Is.EqualTo(0.44415366).Within(1e-7));
        Assert.That(test.QObserved, Is.EqualTo(3.93824493).Within(1e-6));
        Assert.That(test.Value, Is.EqualTo(1.0));
        Assert.That(test.BestValue, Is.Zero.Within(1e-9));
        Assert.That(test.Reason, Is.Null);
        Assert.That(test.Warnings, Is.Empty);
        Assert.That(test.ToString(), Does.Contain("CLs observed"));
    }

    [Test]
    public void two_bins_have_the_limits_of_an_independent_program()
    {
        var progress = new Counting.Now<double>();
        var observation = Counting.TwoBins(60.0, 65.0);
        var limit = observation.FindUpperLimit("mu", progress: progress);

        Assert.That(limit.Observed.Value, Is.EqualTo(1.93278092).Within(2e-6));
        Assert.That(
            observation.TestHypothesis("mu", limit.Observed.Value!.Value).ClsObserved,
            Is.EqualTo(0.05).Within(1e-7)
        );
        Assert.That(limit.Level, Is.EqualTo(0.95));
        Assert.That(progress.Updates, Is.Ordered);
        Assert.That(progress.Updates[^1], Is.EqualTo(1.0));
    }

    [Test]
    public async Task a_limit_out_of_reach_is_null_with_its_reason()
    {
        var observation = Counting.TwoBins(300.0, 300.0);
        var limit = await observation.FindUpperLimitAsync("mu");

        Assert.That(limit.Observed.Value, Is.Null);
        Assert.That(limit.Observed.Reason, Does.Contain("up to the bound 10 of mu"));
        Assert.That(limit.Observed.ToString(), Does.StartWith("none: "));
        Assert.That(limit.Expected.Select(l => l.Value), Has.None.Null);
        Assert.That(limit.Expected.Select(l => l.Reason), Has.All.Null);
    }

    [Test]
    public void two_bins_have_their_expected_limits() =>
        Assert.That(
            Counting
                .TwoBins(51.0, 48.0)
                .FindUpperLimit("mu", statistic: LimitStatistic.QTilde)
                .Expected.Select(limit => limit.Value!.Value),
            Is.EqualTo(ExpectedLimits).Within(3e-6)
        );

    [Test]
    public void two_bins_have_their_published_significance()
    {
        var found = Counting.TwoBins(60.0, 65.0).DiscoverySignificance("mu");

        Assert.That(found.QObserved, Is.EqualTo(2.98339481).Within(1e-7));
        Assert.That(found.Observed.Z, Is.EqualTo(Math.Sqrt(2.98339481)).Within(1e-7));
        Assert.That(found.Observed.P, Is.EqualTo(0.0420613289).Within(1e-8));
        // scipy.optimize.minimize of the same likelihood.
        Assert.That(found.BestValue, Is.EqualTo(0.952431).Within(2e-6));
        Assert.That(found.Signal, Is.EqualTo(1.0));
        Assert.That(found.Observed.Reason, Is.Null);
    }

    [Test]
    public void the_expected_significance_of_a_count_is_that_of_the_formula()
    {
        // √(2 ((s + b) ln(1 + s/b) − s)) for 10 over 100.
        var observation = Counting.Events(105.0, 10.0, 100.0);
        var found = observation.DiscoverySignificance("mu");
        var three = observation.DiscoverySignificance("mu", 3.0);

        Assert.That(found.Expected.Z, Is.EqualTo(0.98399).Within(1e-5));
        Assert.That(
            three.Expected.Z,
            Is.EqualTo(Math.Sqrt(2.0 * (130.0 * Math.Log(1.3) - 30.0))).Within(1e-7)
        );
        Assert.That(three.Signal, Is.EqualTo(3.0));
    }

    [Test]
    public void misuse_is_an_argument_exception_with_a_sentence()
    {
        var data = Counting.TwoBins(51.0, 48.0);
        var held = new FitOptions { Fixed = new Dictionary<string, double> { ["mu"] = 1.0 } };

        Assert.That(
            () => data.TestHypothesis("nu", 1.0),
            Throws.ArgumentException.With.Message.Contains("nu")
        );
        Assert.That(
            () => data.TestHypothesis("mu", 11.0),
            Throws.ArgumentException.With.Message.Contains("outside of the bounds")
        );
        Assert.That(
            () => data.TestHypothesis("mu", 1.0, options: held),
            Throws.ArgumentException.With.Message.Contains("is fixed")
        );
        Assert.That(
            () => data.FindUpperLimit("mu", 95.0),
            Throws.ArgumentException.With.Message.Contains("between 0 and 1")
        );
        Assert.That(
            () => data.DiscoverySignificance("mu", -1.0),
            Throws.InstanceOf<ArgumentException>()
        );
        Assert.That(() => data.DiscoverySignificance(null!), Throws.ArgumentNullException);
        Assert.That(
            () => data.TestHypothesis("mu", 1.0, (LimitStatistic)7),
            Throws.InstanceOf<ArgumentException>()
        );
    }

    [Test]
    public void a_cancelled_search_ends_as_cancelled() =>
        Assert.That(
            () => Counting.TwoBins(51.0, 48.0).FindUpperLimit("mu", cancellation: new(true)),
            Throws.InstanceOf<OperationCanceledException>()
        );
}
