using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class ToyTests
{
    private static Dictionary<string, double> At(double mu) => new() { ["mu"] = mu };

    [Test]
    public async Task fits_of_toys_have_mean_width_and_pulls_of_the_count()
    {
        // n of 20 μ + 100 at μ = 3: μ̂ = (n − 100)/20 has width √160/20, far from its bound 0.
        var likelihood = Counting.Events(120.0, 20.0, 100.0).Likelihood;
        var progress = new Counting.Now<ToyUpdate>();
        var options = new ToyOptions
        {
            Count = 400,
            Seed = 3,
            Threads = 2,
        };
        var toys = await likelihood.FitToysAsync(At(3.0), options, progress);
        var mu = toys.Parameters.Single();
        var width = Math.Sqrt(160.0) / 20.0;

        Assert.That(toys.Fits.Select(f => f.Index), Is.EqualTo(Enumerable.Range(0, 400)));
        Assert.That(mu.Name, Is.EqualTo("mu"));
        Assert.That(mu.Truth, Is.EqualTo(3.0));
        Assert.That(mu.Mean.Value, Is.EqualTo(3.0).Within(4.0 * mu.Mean.Error));
        Assert.That(mu.Mean.Error, Is.EqualTo(width / 20.0).Within(0.005));
        Assert.That(mu.Width.Value, Is.EqualTo(width).Within(4.0 * mu.Width.Error));
        Assert.That(mu.PullWidth.Value, Is.EqualTo(1.0).Within(4.0 * mu.PullWidth.Error));
        Assert.That(toys.Failed, Is.Zero);
        Assert.That(toys.Failures, Is.Empty);
        Assert.That(toys.Checks.Passed);
        Assert.That(toys.Seed, Is.EqualTo(3));
        Assert.That(toys.ToCsv().Split('\n'), Has.Length.EqualTo(402));
        Assert.That(toys.ToString(), Does.Contain("0 of 400 fits failed"));
        Assert.That(progress.Updates.Select(u => u.Done), Is.EqualTo(Enumerable.Range(1, 400)));
        Assert.That(progress.Updates[^1].ToString(), Is.EqualTo("400 of 400 toys"));
    }

    [Test]
    public void toys_that_are_drawn_are_those_that_are_fitted()
    {
        var likelihood = Counting.Events(120.0, 20.0, 100.0).Likelihood;
        var drawn = likelihood.DrawToys(At(2.0), 20, 5).ToList();
        var fitted = likelihood.FitToys(At(2.0), new ToyOptions { Count = 20, Seed = 5 });

        foreach (var (toy, fit) in drawn.Zip(fitted.Fits))
        {
            var best = Math.Max(0.0, (toy.Counts["SR"][0] - 100.0) / 20.0);
            Assert.That(fit.Value("mu"), Is.EqualTo(best).Within(1e-6));
            Assert.That(fit.TwiceNll, Is.EqualTo(toy.TwiceNll(At(best))).Within(1e-9));
            Assert.That(fit.Status, Is.EqualTo(FitStatus.Converged));
            Assert.That(
                fit.Error("mu"),
                Is.EqualTo(Math.Sqrt(toy.Counts["SR"][0]) / 20.0).Within(1e-5)
            );
            Assert.That(fit.Failure, Is.Null);
            Assert.That(() => fit.Value("nu"), Throws.ArgumentException);
        }

        Assert.That(drawn.Select(toy => toy.Counts["SR"][0]).Distinct().Count(), Is.GreaterThan(5));
    }

    [Test]
    public void unbinned_toys_have_as_many_events_as_the_model_expects()
    {
        var likelihood = Toy.Likelihood();
        var numbers = likelihood.DrawToys(At(1.0), 200).Select(toy => toy.TotalWeight("SR"));
        var expected = likelihood.Asimov(At(1.0)).TotalWeight("SR");

        Assert.That(
            numbers.Average(),
            Is.EqualTo(expected).Within(4.0 * Math.Sqrt(expected / 200.0))
        );
    }

    [Test]
    public void cls_of_toys_is_near_the_asymptotic_one_and_the_same_for_all_threads()
    {
        var data = Counting.TwoBins(51.0, 48.0);
        var options = new ToyOptions { Count = 1000, Seed = 7 };
        var test = data.TestHypothesisByToys("mu", 1.0, options: options);
        var shared = data.TestHypothesisByToys("mu", 1.0, options: options with { Threads = 2 });
        var cls = test.ClsObserved;

        Assert.That(test.QObserved, Is.EqualTo(3.93824493).Within(1e-6));
        // 0.0525 by asymptotic formulae, which hold to some per cent for these counts.
        Assert.That(cls.Value, Is.EqualTo(0.05251553).Within(0.008 + 3.0 * cls.Error));
        Assert.That(cls.Value, Is.EqualTo(test.Clsb.Value / test.Clb.Value).Within(1e-12));
        Assert.That(
            test.ClsExpected[2].Value,
            Is.EqualTo(0.06445516).Within(0.02 + 3.0 * test.ClsExpected[2].Error)
        );
        Assert.That(test.ClsExpected, Has.Count.EqualTo(5));
        Assert.That(shared.ToString(), Is.EqualTo(test.ToString()));
        Assert.That(shared.ClsObserved.Error, Is.EqualTo(cls.Error));
        Assert.That(test.Checks.Passed);
    }

    [Test]
    public async Task the_significance_of_a_count_has_its_poisson_probability()
    {
        // P(n ≥ 20 | 12) = 0.0213 (scipy.stats.poisson.sf(19, 12)).
        var data = Counting.Events(20.0, 10.0, 12.0);
        var found = await data.DiscoverySignificanceByToysAsync(
            "mu",
            options: new ToyOptions { Count = 2000, Threads = 2 }
        );

        Assert.That(found.P.Value, Is.EqualTo(0.02128).Within(4.0 * found.P.Error));
        // Φ⁻¹(1 − 0.02128)
        Assert.That(found.Z.Value, Is.EqualTo(2.028).Within(4.0 * found.Z.Error));
        Assert.That(found.IsBound, Is.False);
        Assert.That(found.BestValue, Is.EqualTo(0.8).Within(1e-6));
        Assert.That(found.ToString(), Does.Contain("Z expected at 1"));
        Assert.That(found.Signal, Is.EqualTo(1.0));
    }

    [Test]
    public void a_deficit_has_no_significance_by_toys()
    {
        var data = Counting.Events(5.0, 10.0, 12.0);
        var found = data.DiscoverySignificanceByToys("mu", 2.0, new ToyOptions { Count = 50 });

        Assert.That(found.QObserved, Is.Zero.Within(1e-9));
        Assert.That(found.P.Value, Is.EqualTo(1.0));
        Assert.That(found.Z.Value, Is.NaN);
        Assert.That(found.ExpectedZ.Value, Is.GreaterThan(1.0));
    }

    [Test]
    public async Task a_limit_of_toys_is_near_the_asymptotic_one()
    {
        var data = Counting.TwoBins(60.0, 65.0);
        var limit = await data.FindUpperLimitByToysAsync(
            "mu",
            options: new ToyOptions { Count = 200, Threads = 2 }
        );

        Assert.That(limit.Observed.Error, Is.InRange(0.001, 0.3));
        Assert.That(
            limit.Observed.Value,
            Is.EqualTo(1.93278092).Within(0.1 + 4.0 * limit.Observed.Error)
        );
        Assert.That(limit.Points.Select(p => p.Value), Is.Ordered);
        Assert.That(limit.Expected, Has.Count.EqualTo(5));
        Assert.That(
            limit.Expected[2].Value,
            Is.EqualTo(1.1005031).Within(0.1 + 4.0 * limit.Expected[2].Error)
        );
        Assert.That(limit.ToString(), Does.Contain("expected +2"));
    }

    [Test]
    public void cancelled_toys_end_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Counting.Now<ToyUpdate>(update =>
        {
            if (update.Done >= 5)
            {
                stop.Cancel();
            }
        });
        var data = Counting.TwoBins(51.0, 48.0);
        var options = new ToyOptions { Count = 100_000 };

        Assert.That(
            () => data.Likelihood.FitToys(null, options, progress, stop.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
        Assert.That(progress.Updates, Has.Count.LessThan(100));
        Assert.That(
            () => data.TestHypothesisByToys("mu", 1.0, cancellation: stop.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    [Test]
    public void misuse_is_an_argument_exception_with_a_sentence()
    {
        var data = Counting.TwoBins(51.0, 48.0);

        Assert.That(
            () => data.Likelihood.FitToys(null, new ToyOptions { Count = 0 }),
            Throws.ArgumentException.With.Message.Contains("1 toy or more, not 0")
        );
        Assert.That(
            () => data.Likelihood.FitToys(null, new ToyOptions { Threads = 0 }),
            Throws.ArgumentException.With.Message.Contains("1 thread or more, not 0")
        );
        Assert.That(
            () => data.Likelihood.DrawToys(count: -1),
            Throws.ArgumentException.With.Message.Contains("-1 toys")
        );
        Assert.That(
            () => data.Likelihood.DrawToys(new Dictionary<string, double> { ["nu"] = 1.0 }),
            Throws.ArgumentException
        );
        Assert.That(
            () => data.FindUpperLimitByToys("mu", 0.0),
            Throws.ArgumentException.With.Message.Contains("between 0 and 1")
        );
        Assert.That(
            () => data.Likelihood.DrawToys(At(11.0)),
            Throws.TypeOf<NsbiException>().With.Message.Contains("outside of its bounds")
        );
    }
}
