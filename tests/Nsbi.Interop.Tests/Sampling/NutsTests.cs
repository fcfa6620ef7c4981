using Microsoft.FSharp.Core;
using NUnit.Framework;
using FInfer = Nsbi.Infer;

namespace Nsbi.Interop.Tests;

public class NutsTests
{
    private static readonly NutsOptions Options = new()
    {
        Chains = 2,
        Warmup = 200,
        Draws = 300,
        Seed = 5,
    };

    private static readonly string[] Names = ["x", "y"];

    /// <summary>x ~ N(1, 2²), y exponential with mean 3.</summary>
    private static double LogDensity(IReadOnlyList<double> point, double[] gradient)
    {
        gradient[0] = -(point[0] - 1.0) / 4.0;
        gradient[1] = -1.0 / 3.0;
        return -0.125 * (point[0] - 1.0) * (point[0] - 1.0) - point[1] / 3.0;
    }

    private static MarkovChains Sample(
        NutsOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    ) =>
        NutsSampler.Sample(
            Names,
            LogDensity,
            lower: [double.NegativeInfinity, 0.0],
            options: options,
            progress: progress,
            cancellation: cancellation
        );

    private static FInfer.MarkovChains Inner(FInfer.ILogDensity density, FInfer.NutsStart start) =>
        FInfer.Nuts.run(
            new(
                2,
                200,
                300,
                0.8,
                10,
                FInfer.MetricForm.Diagonal,
                start,
                5,
                null,
                null,
                CancellationToken.None
            ),
            density
        );

    [Test]
    public void chains_have_the_bits_of_the_words()
    {
        var progress = new Counting.Now<double>();
        var chains = Sample(Options with { Threads = 2 }, progress);
        var inner = Inner(
            FInfer.LogDensity.bounded(
                Microsoft.FSharp.Collections.ListModule.OfArray(Names),
                [double.NegativeInfinity, 0.0],
                [double.PositiveInfinity, double.PositiveInfinity],
                FuncConvert.FromFunc<double[], double[], double>((x, g) => LogDensity(x, g))
            ),
            FInfer.NutsStart.NewRandom(2.0)
        );
        Assert.That(chains.Values("x"), Is.EqualTo(inner.Values("x")));
        Assert.That(chains.Values("y"), Is.EqualTo(inner.Values("y")));
        Assert.That(
            chains.Thinned(7).Column("y").ToArray(),
            Is.EqualTo(inner.Thinned(7).Select(draw => draw[1]))
        );
        Assert.That(chains.Draws().Count, Is.EqualTo(600));
        Assert.That(progress.Updates[^1], Is.EqualTo(1.0));

        var expected = FInfer.PosteriorSummaryModule.compute(inner);
        var summary = chains.Summary;
        Assert.That(chains.ToString(), Is.EqualTo(expected.ToString()));
        Assert.That(summary["y"].Mean.Value, Is.EqualTo(expected["y"].Mean));
        Assert.That(summary["y"].Rhat, Is.EqualTo(expected["y"].Rhat));
        Assert.That(summary["y"].Quantiles[0.5].Value, Is.EqualTo(expected["y"].Quantiles[2]));
        Assert.That(summary.Checks.Checks, Has.Count.EqualTo(expected.Checks.Length));
        Assert.That(summary.Gradients, Is.EqualTo(expected.Gradients));

        foreach (var (name, mean) in new[] { ("x", 1.0), ("y", 3.0) })
        {
            var found = summary[name].Mean;
            Assert.That(found.Value, Is.EqualTo(mean).Within(5.0 * found.Error));
        }
    }

    [Test]
    public async Task a_likelihood_is_sampled_around_its_fit()
    {
        var observation = Counting.TwoBins(60.0, 62.0);
        var best = observation.Fit();
        var chains = await observation.SamplePosteriorAsync(
            best,
            new Dictionary<string, ParameterPrior> { ["mu"] = ParameterPrior.Normal(1.0, 0.5) },
            options: Options
        );
        Assert.That(chains.Names[0], Is.EqualTo("mu"));
        Assert.That(chains.Summary["mu"].Mean.Value, Is.InRange(0.5, 1.5));
        var flat = observation.SamplePosterior(best, options: Options);
        Assert.That(
            flat.Summary["mu"].StandardDeviation.Value,
            Is.GreaterThan(chains.Summary["mu"].StandardDeviation.Value)
        );
        var held = observation.SamplePosterior(
            held: new Dictionary<string, double> { ["mu"] = 1.0 },
            options: Options
        );
        Assert.That(held.Names, Does.Not.Contain("mu"));
    }

    [Test]
    public void what_cannot_be_sampled_is_refused()
    {
        Assert.That(() => Sample(Options with { Chains = 0 }), Throws.ArgumentException);
        Assert.That(
            () =>
                Sample(
                    Options with
                    {
                        Starts =
                        [
                            [1.0],
                        ],
                    }
                ),
            Throws.ArgumentException
        );
        Assert.That(
            () => NutsSampler.Sample(Names, LogDensity, lower: [0.0]),
            Throws.ArgumentException
        );
        Assert.That(
            () => NutsSampler.Sample(Names, (_, _) => double.NaN),
            Throws.InvalidOperationException
        );
        var chains = Sample(
            Options with
            {
                Starts =
                [
                    [1.0, 2.0],
                ],
                Metric = MetricForm.Dense,
            }
        );
        Assert.That(() => chains.Values("z"), Throws.ArgumentException);
        Assert.That(() => chains.Summary["z"], Throws.TypeOf<KeyNotFoundException>());
        using var stop = new CancellationTokenSource();
        var progress = new Counting.Now<double>(_ => stop.Cancel());
        Assert.That(
            () => Sample(Options, progress, stop.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }
}
