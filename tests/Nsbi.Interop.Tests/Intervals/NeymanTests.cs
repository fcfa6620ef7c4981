using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class NeymanTests
{
    [Test]
    public async Task the_construction_of_a_large_count_is_the_asymptotic_one()
    {
        // μ̂ = 2 ± √140/20 = 0.59.
        var data = Counting.Events(140.0, 20.0, 100.0);
        var progress = new Counting.Now<ToyUpdate>();
        var options = new NeymanOptions
        {
            Levels = [0.6827],
            Refinements = 0,
            Toys = new ToyOptions { Count = 500, Threads = 2 },
        };
        double[] grid = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5];
        var belt = await data.NeymanConstructAsync("mu", grid, options, progress);
        var set = belt.Sets.Single();
        var interval = set.Intervals.Single();
        var asymptotic = set.Asymptotic!.Intervals.Single();

        Assert.That(belt.Best["mu"].Value, Is.EqualTo(2.0).Within(1e-6));
        Assert.That(belt.Points.Select(p => p.Value), Is.EqualTo(grid));
        Assert.That(set.Level, Is.EqualTo(0.6827));
        Assert.That(set.Contains(2.0) && !set.Contains(3.2));
        Assert.That(interval.Lower.AtEdge || interval.Upper.AtEdge, Is.False);
        // Counts are whole: the quantile moves by the step of a count, 0.05 of μ.
        Assert.That(
            interval.Lower.Value,
            Is.EqualTo(asymptotic.Lower).Within(0.06 + 4.0 * interval.Lower.Error)
        );
        Assert.That(
            interval.Upper.Value,
            Is.EqualTo(asymptotic.Upper).Within(0.06 + 4.0 * interval.Upper.Error)
        );
        Assert.That(belt.Points.Select(p => p.Toys + p.Failed), Is.All.EqualTo(500));
        Assert.That(
            belt.Points.Select(p => p.Quantiles[0.6827].Value),
            Is.All.EqualTo(1.0).Within(0.5)
        );
        Assert.That(progress.Updates[^1].Total, Is.EqualTo(3500));
        Assert.That(progress.Updates.Max(u => u.Done), Is.EqualTo(3500));
        Assert.That(belt.ToString(), Does.Contain("Neyman"));
    }

    [Test]
    public void shifted_nuisance_parameters_have_constructions_of_their_own()
    {
        var data = Counting.TwoBins(60.0, 65.0);
        var options = new NeymanOptions
        {
            Levels = [0.6827, 0.9, 0.6827],
            Refinements = 0,
            Shifted = ["unc[0]"],
            Toys = new ToyOptions { Count = 50 },
        };
        var belt = data.NeymanConstruct("mu", [0.5, 1.5], options);

        Assert.That(belt.Shifted.Select(s => s.Sigmas), Is.EquivalentTo(new[] { 1.0, -1.0 }));
        Assert.That(belt.Shifted.Select(s => s.Nuisance), Is.All.EqualTo("unc[0]"));
        Assert.That(belt.Shifted.Select(s => s.Sets.Count), Is.All.EqualTo(2));
        Assert.That(belt.Sets.Select(s => s.Level), Is.EqualTo(new[] { 0.6827, 0.9 }));
    }

    [Test]
    public void misuse_is_an_argument_exception_with_a_sentence()
    {
        var data = Counting.Events(140.0, 20.0, 100.0);

        Assert.That(
            () => data.NeymanConstruct("mu", []),
            Throws.ArgumentException.With.Message.Contains("no values")
        );
        Assert.That(
            () => data.NeymanConstruct("mu", [21.0]),
            Throws.ArgumentException.With.Message.Contains("outside of the bounds")
        );
        Assert.That(
            () => data.NeymanConstruct("mu", [1.0], new NeymanOptions { Levels = [68.0] }),
            Throws.ArgumentException.With.Message.Contains("between 0 and 1")
        );
        Assert.That(
            () => data.NeymanConstruct("mu", [1.0], new NeymanOptions { Levels = [] }),
            Throws.ArgumentException.With.Message.Contains("confidence level")
        );
        Assert.That(() => data.NeymanConstruct("nu", [1.0]), Throws.ArgumentException);
        Assert.That(
            () => data.NeymanConstruct("mu", [1.0], cancellation: new(true)),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }
}
