using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class RankingTests
{
    /// <summary>One bin of 20 μ + 100 (1 + 0.1 α) and as many events as expected: μ follows α by
    /// −0.1 · 100/20, and the events say nothing of α.</summary>
    private static Observation OneBin()
    {
        var mu = Parameter.OfInterest("mu", lower: -10.0, upper: 10.0);
        var alpha = Parameter.Nuisance("alpha", constraint: Constraint.Gaussian(0.0, 1.0));
        var model = new ModelBuilder("one bin")
            .Binned(
                "SR",
                sr =>
                    sr.Process("S", [20.0], mu)
                        .Process(
                            "B",
                            [100.0],
                            b => b.NormSys(alpha, 0.9, 1.1, Interpolation.PiecewiseLinear)
                        )
            )
            .Build();
        return Counting.Observe(model, 120.0);
    }

    [Test]
    public async Task a_shift_moves_the_signal_by_what_it_adds_to_the_background()
    {
        var observation = OneBin();
        var best = observation.Fit();
        var progress = new Counting.Now<double>();

        foreach (var method in Enum.GetValues<ImpactMethod>())
        {
            var ranking = await observation.RankNuisancesAsync(
                best,
                "mu",
                method,
                progress: progress
            );
            var impact = ranking.Impacts.Single();

            Assert.That(ranking.Parameter, Is.EqualTo("mu"));
            Assert.That(impact.Name, Is.EqualTo("alpha"));
            Assert.That(impact.Up, Is.EqualTo(-0.5).Within(1e-5), method.ToString());
            Assert.That(impact.Down, Is.EqualTo(0.5).Within(1e-5), method.ToString());
            Assert.That(impact.Pull, Is.Zero.Within(1e-6));
            Assert.That(impact.Constraint, Is.EqualTo(1.0).Within(1e-6));
            Assert.That(impact.Remark, Is.Null);
            Assert.That(ranking.ToString(), Does.Contain("impacts on mu"));
        }

        Assert.That(progress.Updates, Has.Some.EqualTo(1.0));
    }

    [Test]
    public void misuse_is_an_argument_exception()
    {
        var observation = OneBin();
        var best = observation.Fit();

        Assert.That(() => observation.RankNuisances(best, "nu"), Throws.ArgumentException);
        Assert.That(() => observation.RankNuisances(null!, "mu"), Throws.ArgumentNullException);
        Assert.That(
            () => observation.RankNuisances(best, "mu", cancellation: new(true)),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }
}
