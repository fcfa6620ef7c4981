using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class EnsembleSummaryTests
{
    private static readonly EventSet Point = EventSet.FromColumn("x", [0.3]);

    private static readonly EnsembleValues<double> Ratios = Ensemble.Trained.Carry(estimator =>
        estimator.Evaluate(Point).Ratios("S")[0]
    );

    [Test]
    public void the_uncertainty_is_read_off_the_replicas()
    {
        var summary = EnsembleSummary.Of(Ratios);
        var nested = McStatEstimators.NestedSeeds(2, Ratios.Nested);
        var found = summary.Estimates.Single(e => e.Method == McStatMethod.NestedSeeds);

        Assert.That(found.Sigma.Value, Is.EqualTo(nested.Sigma.Value));
        Assert.That(summary.HasSimulation);
        Assert.That(summary.Failed, Is.Zero);
        Assert.That(
            summary.Mean.Value,
            Is.EqualTo(Ratios.Members.SelectMany(part => part).Average()).Within(1e-12)
        );

        // √ of the mean over replicas of the variance of two members, ½(a − b)².
        var training = Math.Sqrt(
            Ratios.Members.Average(part => 0.5 * (part[0] - part[1]) * (part[0] - part[1]))
        );
        Assert.That(summary.Training!.Value, Is.EqualTo(training).Within(1e-12));
        Assert.That(summary.ToString(), Does.Contain(found.Name));
    }

    [Test]
    public void a_replica_without_a_result_is_left_out_and_counted()
    {
        var calls = 0;
        // The second value is that of member 1 of replica 0.
        var holes = Ratios.Select(value => ++calls == 2 ? double.NaN : value);
        var summary = EnsembleSummary.Of(holes);

        Assert.That(summary.Failed, Is.EqualTo(1));
        Assert.That(
            summary.Mean.Value,
            Is.EqualTo(Ratios.Members.Skip(1).SelectMany(part => part).Average()).Within(1e-12)
        );
    }
}
