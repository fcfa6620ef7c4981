using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class FittingTests
{
    private static Dictionary<string, double> At(double mu) => new() { ["mu"] = mu };

    [Test]
    public void the_toy_has_its_known_error_interval_and_second_minimum()
    {
        var observation = Toy.Likelihood().Asimov();
        var fit = observation.Fit();
        var set = observation.Interval(fit, "mu");

        Assert.That(fit.Status, Is.EqualTo(FitStatus.Converged));
        Assert.That(fit["mu"].Error, Is.EqualTo(0.390034).Within(1e-5));
        Assert.That(fit.Minima[^1].Values["mu"], Is.InRange(0.0, 0.0015));
        Assert.That(set.Intervals[0].Lower, Is.EqualTo(0.594).Within(1e-3));
        Assert.That(set.Intervals[0].Upper, Is.EqualTo(1.387).Within(1e-3));
        Assert.That(set.Contains(1.0) && !set.Contains(1.5));
    }

    [Test]
    public async Task work_on_other_threads_gives_the_same_numbers()
    {
        var observation = Toy.Likelihood().Asimov(At(1.5));
        var options = new FitOptions { Threads = 2 };
        var here = observation.Fit();
        var there = await observation.FitAsync(options);
        var shares = new List<double>();
        var scan = await observation.ScanAsync(there, "mu", [0.5, 1.0], options, new Now(shares));
        var set = await observation.IntervalAsync(there, "mu", 1.0, options);

        Assert.That(there["mu"].Value, Is.EqualTo(here["mu"].Value));
        Assert.That(
            scan.ToString(),
            Is.EqualTo(observation.Scan(here, "mu", [0.5, 1.0]).ToString())
        );
        Assert.That(set.ToString(), Is.EqualTo(observation.Interval(here, "mu").ToString()));
        Assert.That(shares, Is.Not.Empty.And.Ordered);
        Assert.That(shares[^1], Is.EqualTo(1.0));
    }

    private sealed class Now(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }

    [Test]
    public void a_cancelled_fit_ends_as_cancelled()
    {
        var cancelled = new CancellationToken(true);
        var observation = Toy.Likelihood().Asimov();

        Assert.That(
            () => observation.Fit(null, cancelled),
            Throws.InstanceOf<OperationCanceledException>()
        );
        Assert.That(
            async () => await observation.FitAsync(null, cancelled),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    [Test]
    public void a_fixed_parameter_stays_where_it_is_held()
    {
        var observation = Toy.Likelihood().Asimov();
        var fit = observation.Fit(new FitOptions { Fixed = At(2.0) });

        Assert.That(fit["mu"].Value, Is.EqualTo(2.0).Within(1e-15));
        Assert.That(fit["mu"].IsFixed);
        Assert.That(fit["mu"].Error, Is.Null);
        Assert.That(fit.TwiceNll, Is.EqualTo(observation.TwiceNll(At(2.0))).Within(1e-9));
    }

    [Test]
    public void misuse_is_an_argument_exception()
    {
        var observation = Toy.Likelihood().Asimov();
        var fit = observation.Fit();
        var unknown = new Dictionary<string, double> { ["nu"] = 1.0 };

        Assert.That(() => observation.TwiceNll(unknown), Throws.ArgumentException);
        Assert.That(() => fit["nu"], Throws.ArgumentException);
        Assert.That(() => observation.Scan(fit, "nu", [1.0]), Throws.ArgumentException);
        Assert.That(() => observation.Interval(fit, "mu", -1.0), Throws.ArgumentException);
        Assert.That(
            () => observation.Fit(new FitOptions { Threads = 0 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
        );
    }

    [Test]
    public void every_fault_of_the_tables_is_reported_at_once()
    {
        var table = Toy.Table().WithRatios("S", [1.0]).WithRatios("B", [-1.0]);
        var builder = new LikelihoodBuilder(Toy.Model()).Reference("SR", table);
        var error = Assert.Throws<NsbiException>(() => builder.Compile())!;

        Assert.That(error.Faults, Has.Count.GreaterThanOrEqualTo(2));
        Assert.That(error.Message, Is.EqualTo(string.Join('\n', error.Faults)));
    }

    [Test]
    public void bins_are_counted_and_printed()
    {
        var mu = Parameter.OfInterest("mu", lower: 0.0);
        var model = new ModelBuilder("counting")
            .Binned("CR", cr => cr.Process("S", [10.0, 5.0], mu).Process("B", [20.0, 20.0]))
            .Build();
        var likelihood = new LikelihoodBuilder(model).Compile();
        var observation = likelihood.Observed(
            new Dictionary<string, IReadOnlyList<double>> { ["CR"] = [30.0, 25.0] }
        );
        var fit = observation.Fit();

        Assert.That(fit["mu"].Value, Is.EqualTo(1.0).Within(1e-6));
        // 1/V = Σ s²/n at the expectation
        Assert.That(
            fit["mu"].Error,
            Is.EqualTo(1.0 / Math.Sqrt(100.0 / 30.0 + 25.0 / 25.0)).Within(1e-6)
        );
        Assert.That(observation.ToString(), Is.EqualTo("observation of counting: CR 55"));
        Assert.That(() => likelihood.Observed(), Throws.TypeOf<NsbiException>());
    }
}
