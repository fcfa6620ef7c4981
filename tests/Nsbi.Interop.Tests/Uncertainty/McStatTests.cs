using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class McStatTests
{
    /// <summary>Four results of variance 5/3.</summary>
    private static readonly double[] Four = [1.0, 2.0, 3.0, 4.0];

    /// <summary>Three results of variance 1/4.</summary>
    private static readonly double[] Three = [0.5, 1.0, 1.5];

    private static void IsNear(double actual, double expected) =>
        Assert.That(actual, Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void the_estimators_are_their_formulae()
    {
        var single = McStatEstimators.EnsembleVariance(Four);
        IsNear(single.Variance.Value, 5.0 / 3.0);
        IsNear(single.Variance.Error, 5.0 / 3.0 * Math.Sqrt(2.0 / 3.0));
        IsNear(single.Sigma.Value, Math.Sqrt(5.0 / 3.0));
        Assert.That(single.Trainings, Is.EqualTo(4));
        Assert.That(single.Method, Is.EqualTo(McStatMethod.EnsembleVariance));
        Assert.That(single.ToString(), Does.StartWith("ensemble variance: 1.291 ± "));

        var subtracted = McStatEstimators.TrainingSubtracted(Four, Three);
        IsNear(subtracted.Variance.Value, 1.25 * 5.0 / 3.0 - 0.25);
        Assert.That(subtracted.Method, Is.EqualTo(McStatMethod.TrainingSubtracted));
        Assert.That(subtracted.Trainings, Is.EqualTo(7));

        var nested = McStatEstimators.NestedBootstraps(10, Four);
        IsNear(nested.Variance.Value, 5.0 / 3.0);
        Assert.That(nested.Trainings, Is.EqualTo(40));
        Assert.That(nested.Method, Is.EqualTo(McStatMethod.NestedBootstraps));
        Assert.That(
            McStatEstimators.NestedSeeds(10, Four).Method,
            Is.EqualTo(McStatMethod.NestedSeeds)
        );

        var negative = McStatEstimators.TrainingSubtracted(Three, Four);
        Assert.That(negative.Variance.Value, Is.Negative);
        Assert.That(negative.Sigma.Value, Is.Zero);
    }

    [Test]
    public void the_jackknife_is_the_sum_over_blocks()
    {
        // Blocks g of 2, networks m of 4: results that follow the first block's counts.
        int[][] counts =
        [
            [0, 1],
            [1, 1],
            [1, 2],
            [2, 0],
        ];
        double[] results = [0.0, 1.0, 1.0, 2.0];
        var estimate = McStatEstimators.BlockJackknife(counts, results);

        // Sample covariances with the counts: 2/3 and −1/3; of the results with themselves: 2/3.
        IsNear(estimate.Variance.Value, 4.0 / 9.0 + 1.0 / 9.0 - 2.0 / 4.0 * (2.0 / 3.0));
        Assert.That(estimate.Method, Is.EqualTo(McStatMethod.BlockJackknife));
        Assert.That(
            () =>
                McStatEstimators.BlockJackknife(
                    [
                        [1, 1],
                    ],
                    results
                ),
            Throws.ArgumentException
        );
    }

    [Test]
    public void what_is_no_uncertainty_of_the_average_has_its_own_type_and_names()
    {
        var mean = McStatEstimators.StandardErrorOfTheMean(Four);
        IsNear(mean.Value, Math.Sqrt(5.0 / 12.0));

        // Drawn averages of four: variance (M − 1)/M SVar/M = 5/16, from 4000 of them.
        var spread = McStatEstimators.SpreadOfResampledAverages(Four, 4000);
        Assert.That(spread.Value, Is.EqualTo(Math.Sqrt(5.0 / 16.0)).Within(5.0).Percent);
        Assert.That(
            McStatEstimators.SpreadOfResampledAverages(Four, 4000).Value,
            Is.EqualTo(spread.Value)
        );
    }

    [Test]
    public void the_self_check_warns_of_what_shrinks_and_of_nothing_else()
    {
        var random = new Random(1);
        double Normal() =>
            Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble()))
            * Math.Cos(2.0 * Math.PI * random.NextDouble());
        double[] networks = [.. Enumerable.Range(0, 32).Select(_ => Normal())];
        var shrinking = EnsembleSelfCheck.OfDoubleBootstrap(networks);
        Assert.That(shrinking.Exponent, Is.EqualTo(0.5).Within(0.02));
        Assert.That(shrinking.Error, Is.Null);
        Assert.That(shrinking.Points.Select(p => p.Networks), Is.EqualTo(new[] { 8, 16, 32 }));
        var check = shrinking.Check("σ by the double bootstrap");
        Assert.That(check.Passed, Is.False);
        Assert.That(check.Limit, Is.EqualTo(0.4));
        Assert.That(check.Name, Does.Contain("σ by the double bootstrap"));

        // Replicas that differ far more than the networks on each of them.
        double[][] replicas =
        [
            .. Enumerable
                .Range(0, 12)
                .Select(_ =>
                {
                    var own = 10.0 * Normal();
                    return Enumerable.Range(0, 8).Select(_ => own + 0.1 * Normal()).ToArray();
                }),
        ];
        var nested = EnsembleSelfCheck.OfNested(replicas);
        Assert.That(nested.Exponent, Is.EqualTo(0.0).Within(0.01));
        Assert.That(nested.Error, Is.LessThan(0.01));
        Assert.That(nested.Check("σ by the nested bootstrap").Passed);

        var any = EnsembleSelfCheck.Of(16, subset => Math.Pow(subset.Count, -0.25));
        IsNear(any.Exponent, 0.25);
    }

    [Test]
    public void a_budget_is_split_by_the_formulae()
    {
        var pilot = new TrainingPilot(data: 1.0, training: 4.0);
        var split = TrainingBudget.Split(pilot, McStatMethod.NestedSeeds, 20, 8);
        IsNear(split.Sigma, Math.Sqrt(1.0 + 4.0 / 8.0));
        IsNear(split.RelativeError, 1.0 / Math.Sqrt(2.0 * 19.0));
        IsNear(split.Bias, 0.0);
        Assert.That(split.Trainings, Is.EqualTo(21 * 8));

        var biased = TrainingBudget.Split(pilot, McStatMethod.EnsembleVariance, 1, 5);
        IsNear(biased.Bias, Math.Sqrt(5.0) / Math.Sqrt(2.0) - 1.0);

        var table = TrainingBudget.Table(pilot, 100);
        Assert.That(table.Select(row => row.Method), Is.EqualTo(Enum.GetValues<McStatMethod>()));
        Assert.That(table.Select(row => row.Trainings), Is.All.LessThanOrEqualTo(100));
        var best = TrainingBudget.Best(pilot, 100);
        Assert.That(table.Select(row => row.ToString()), Does.Contain(best.ToString()));
        Assert.That(
            TrainingBudget.Best(pilot, 100, McStatMethod.NestedSeeds).ToString(),
            Is.EqualTo(table[3].ToString())
        );
        Assert.That(
            McStatEstimators.Guidance(McStatMethod.NestedBootstraps),
            Does.Contain("11 % for J = 40")
        );
    }

    [Test]
    public void a_pilot_is_the_difference_of_variances()
    {
        var pilot = TrainingPilot.Of(Four, Three)!;
        IsNear(pilot.Data, 5.0 / 3.0 - 0.25);
        IsNear(pilot.Training, 0.25);
        Assert.That(TrainingPilot.Of(Three, Four), Is.Null);
    }

    [Test]
    public void too_few_networks_and_results_that_are_none_are_refused()
    {
        Assert.That(() => McStatEstimators.EnsembleVariance([1.0]), Throws.ArgumentException);
        Assert.That(
            () => McStatEstimators.EnsembleVariance([1.0, double.NaN]),
            Throws.ArgumentException
        );
        Assert.That(() => McStatEstimators.EnsembleVariance(null!), Throws.ArgumentNullException);
        Assert.That(() => EnsembleSelfCheck.OfDoubleBootstrap([1.0]), Throws.ArgumentException);
        Assert.That(
            () => TrainingBudget.Best(new TrainingPilot(0.0, 1.0), 100),
            Throws.ArgumentException
        );
    }
}
