using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class PowerTests
{
    private static readonly ToyOptions Options = new()
    {
        Count = 4000,
        Seed = 2,
        Threads = 2,
    };

    [Test]
    public async Task the_power_of_a_count_is_that_of_its_poisson_distribution()
    {
        // scipy: 110 against 100 expected events, at size 0.05 by randomisation.
        var likelihood = Counting.Events(110.0, 10.0, 100.0).Likelihood;
        var found = await likelihood.StudyPowerAsync(
            "mu",
            0.0,
            1.0,
            ["inclusive"],
            options: Options
        );
        var power = found.Single();
        var error = power.Power.Error;

        Assert.That(power.Power.Value, Is.EqualTo(0.2574895).Within(3.5 * error));
        Assert.That(power.Strategy, Is.EqualTo("inclusive"));
        Assert.That(power.ParameterError, Is.EqualTo(Math.Sqrt(110.0) / 10.0).Within(1e-6));
        Assert.That(power.NullValues, Has.Count.EqualTo(4000));
        Assert.That(power.AlternativeValues.Average(), Is.GreaterThan(power.NullValues.Average()));
        Assert.That(power.Area.Value, Is.InRange(0.6, 0.9));
        Assert.That(power.Checks.Passed);
        Assert.That(power.ToString(), Does.StartWith("inclusive: power "));
    }

    [Test]
    public void what_cannot_be_studied_is_refused()
    {
        var likelihood = Counting.Events(110.0, 10.0, 100.0).Likelihood;

        foreach (
            var (value, strategy, size) in new[]
            {
                (0.0, "inclusive", 0.05),
                (1.0, "everything", 0.05),
                (1.0, "inclusive", 1.0),
                (99.0, "inclusive", 0.05),
            }
        )
        {
            Assert.Throws<ArgumentException>(() =>
                likelihood.StudyPower("mu", 0.0, value, [strategy], size)
            );
        }
    }
}
