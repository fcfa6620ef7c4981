using MathNet.Numerics.Distributions;
using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class PowerTests
{
    private const int Nodes = 4000;

    private const double Width = 0.08;

    private static readonly PowerOptions Options = new()
    {
        Strategies = [PowerStrategy.Inclusive, PowerStrategy.Bins(20), PowerStrategy.Unbinned],
        Toys = new() { Count = 2000, Seed = 3 },
    };

    /// <summary>The bump toy: 10 events of a Gaussian, modulo the interval, over 100 uniform ones.</summary>
    private static CompiledLikelihood Bump()
    {
        var mu = Parameter.OfInterest("mu", lower: 0.0, upper: 5.0);
        var model = new ModelBuilder("bump")
            .Unbinned("SR", "background", sr => sr.Process("S", 10.0, mu).Process("B", 100.0))
            .Build();
        double[] signal =
        [
            .. Enumerable
                .Range(0, Nodes)
                .Select(i => (i + 0.5) / Nodes - 0.5)
                .Select(x => Enumerable.Range(-3, 7).Sum(k => Normal.PDF(0.0, Width, x + k))),
        ];
        var table = RatioTable
            .Unweighted(Nodes)
            .WithRatios("S", signal)
            .WithRatios("B", [.. Enumerable.Repeat(1.0, Nodes)]);
        return new LikelihoodBuilder(model).Reference("SR", table).Compile();
    }

    /// <summary>The most powerful test of size α of two Poisson numbers, randomised at its threshold.
    /// </summary>
    private static double PoissonPower(double alpha, double h0, double h1)
    {
        var n = (int)h0;

        while (1.0 - Poisson.CDF(h0, n) > alpha)
        {
            n++;
        }

        var gamma = (alpha - (1.0 - Poisson.CDF(h0, n))) / Poisson.PMF(h0, n);
        return 1.0 - Poisson.CDF(h1, n) + gamma * Poisson.PMF(h1, n);
    }

    [Test]
    public async Task strategies_have_the_powers_of_the_bump_toy()
    {
        var progress = new Counting.Now<ToyUpdate>();
        var study = await Bump().StudyPowerAsync("mu", 0.0, 1.0, Options, progress);
        string[] names = ["inclusive", "bins:20", "unbinned"];
        Assert.That(study.Strategies.Select(row => row.Name), Is.EqualTo(names));

        double Power(int row) => study.Strategies[row].Points[0].Power.Value;
        double Error(int row) => study.Strategies[row].Points[0].Power.Error;
        var counted = PoissonPower(0.05, 100.0, 110.0);
        // scipy: 110 against 100 expected events, at size 0.05 by randomisation.
        Assert.That(counted, Is.EqualTo(0.2574895).Within(1e-6));
        Assert.That(Power(0), Is.EqualTo(counted).Within(4.0 * Error(0)));
        Assert.That(Power(2), Is.EqualTo(0.545).Within(4.0 * Error(2)));
        Assert.That(Power(1), Is.EqualTo(Power(2)).Within(0.03));

        // The information of a count at μ = 1.
        Assert.That(study.Strategies[0].Error, Is.EqualTo(Math.Sqrt(110.0) / 10.0).Within(1e-6));
        Assert.That(
            study.Strategies[2].Error!.Value,
            Is.LessThan(study.Strategies[0].Error!.Value)
        );
        Assert.That(study.Strategies[2].ExpectedCls!.Value, Is.LessThan(0.5));
        Assert.That(study.Strategies[2].Area.Value, Is.InRange(0.8, 1.0));
        Assert.That(study.Strategies[2].Curve.Select(point => point.Power.Value), Is.Ordered);
        Assert.That(study.Strategies[2].NullValues, Has.Count.EqualTo(2000));
        Assert.That(
            study.Strategies[2].AlternativeValues.Average(),
            Is.Positive.And.GreaterThan(study.Strategies[2].NullValues.Average())
        );
        Assert.That(study.ExpectedAtNull, Is.EqualTo(100.0).Within(1e-9));
        Assert.That(study.ExpectedAtValue, Is.EqualTo(110.0).Within(1e-9));
        Assert.That(study.Checks.Checks, Is.Not.Empty);
        Assert.That(study.ToString(), Does.Contain("bins:20"));
        Assert.That(progress.Updates, Is.Not.Empty);
    }

    [Test]
    public void nuisance_parameters_are_held_or_profiled()
    {
        var mu = Parameter.OfInterest("mu", lower: 0.0, upper: 20.0);
        var model = new ModelBuilder("counting")
            .Binned(
                "SR",
                sr =>
                    sr.Process("S", [20.0], mu)
                        .Process("B", [50.0], b => b.NormSys(Parameter.Nuisance("a"), 0.8, 1.2))
            )
            .Build();
        var study = new LikelihoodBuilder(model)
            .Compile()
            .StudyPower(
                "mu",
                0.0,
                1.0,
                new()
                {
                    Strategies = [PowerStrategy.Unbinned],
                    Sizes = [0.05, 0.2],
                    Toys = new() { Count = 300 },
                }
            );
        string[] names = ["unbinned", "unbinned, profiled"];
        Assert.That(study.Strategies.Select(row => row.Name), Is.EqualTo(names));
        Assert.That(study.Strategies[0].Points, Has.Count.EqualTo(2));
        Assert.That(
            study.Strategies[1].Points[0].Power.Value,
            Is.LessThan(study.Strategies[0].Points[0].Power.Value)
        );
        Assert.That(
            study.Strategies[0].Points[1].Power.Value,
            Is.GreaterThan(study.Strategies[0].Points[0].Power.Value)
        );
    }

    [Test]
    public void strategies_have_the_names_of_the_command_line()
    {
        Assert.That(PowerStrategy.Cut(0.5).Name, Is.EqualTo("cut:0.5"));
        Assert.That(PowerStrategy.Edges(0.5, 2.0).Name, Is.EqualTo("edges:0.5:2"));
        Assert.That(PowerStrategy.Range(0.0, 3.0, 20).Name, Is.EqualTo("range:0:3:20"));
        Assert.That(PowerStrategy.Parse("range:0:3:20").Name, Is.EqualTo("range:0:3:20"));
        Assert.That(() => PowerStrategy.Parse("everything"), Throws.ArgumentException);
        Assert.That(PowerStrategy.Bins(20).ToString(), Is.EqualTo("20 equally filled bins of r"));
    }

    [Test]
    public void what_cannot_be_asked_is_refused()
    {
        var likelihood = Bump();
        Assert.That(() => likelihood.StudyPower("mu", 1.0, 1.0, Options), Throws.ArgumentException);
        Assert.That(() => likelihood.StudyPower("mu", 0.0, 9.0, Options), Throws.ArgumentException);
        Assert.That(
            () => likelihood.StudyPower("nu", 0.0, 1.0, Options),
            Throws.InstanceOf<ArgumentException>()
        );
        Assert.That(
            () => likelihood.StudyPower("mu", 0.0, 1.0, Options with { Strategies = [] }),
            Throws.ArgumentException
        );
        Assert.That(
            () =>
                likelihood.StudyPower(
                    "mu",
                    0.0,
                    1.0,
                    Options with
                    {
                        Sizes = [1.5],
                        Toys = new() { Count = 10 },
                    }
                ),
            Throws.ArgumentException
        );
    }
}
