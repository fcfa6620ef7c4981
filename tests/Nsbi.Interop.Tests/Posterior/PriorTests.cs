using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class PriorTests
{
    private static readonly Prior All = new Prior()
        .With("a", PriorDensity.Uniform(1.0, 3.0))
        .With("b", PriorDensity.Normal(0.0, 2.0))
        .With("c", PriorDensity.TruncatedNormal(0.0, 1.0, -1.0, 1.0))
        .With("d", PriorDensity.LogNormal(2.0, 0.5));

    [Test]
    public void densities_are_those_of_their_formulae()
    {
        var half = Math.Log(2.0);
        var root = 0.5 * Math.Log(2.0 * Math.PI);
        // scipy: ln of the normal integral from −1 to 1.
        const double Inside = -0.38171514630212616;
        var value = -half + (-0.125 - root - half) + (-0.125 - root - Inside);
        value += -root - Math.Log(0.5) - half;
        Assert.That(All.LogDensity(2.0, 1.0, 0.5, 2.0), Is.EqualTo(value).Within(1e-12));
        Assert.That(All.LogDensity(0.0, 1.0, 0.5, 2.0), Is.EqualTo(double.NegativeInfinity));
        Assert.That(() => All.LogDensity(0.0), Throws.ArgumentException);
    }

    [Test]
    public void draws_are_those_of_the_words()
    {
        var stream = new Kernels.RandomStream(3, "prior", 1);
        var random = new RandomNumbers(3, "prior", 1);
        var inner = Learn.Posterior.PriorModule.create([
            Tuple.Create("a", Learn.Posterior.PriorDensity.NewUniform(1.0, 3.0)),
            Tuple.Create("b", Learn.Posterior.PriorDensity.NewNormal(0.0, 2.0)),
            Tuple.Create("c", Learn.Posterior.PriorDensity.NewTruncatedNormal(0.0, 1.0, -1.0, 1.0)),
            Tuple.Create("d", Learn.Posterior.PriorDensity.NewLogNormal(2.0, 0.5)),
        ]);

        for (var draw = 0; draw < 3; draw++)
        {
            var expected = inner.ResultValue.Sample(ref stream);
            Assert.That(All.Sample(random), Is.EqualTo(expected));
        }
    }

    [Test]
    public void random_numbers_are_those_of_the_kernels()
    {
        var stream = new Kernels.RandomStream(3, "numbers", 7);
        var random = new RandomNumbers(3, "numbers", 7);
        Assert.That(random.NextDouble(), Is.EqualTo(stream.NextDouble()));
        Assert.That(random.NextGaussian(), Is.EqualTo(stream.NextGaussian()));
        Assert.That(random.NextGaussian(), Is.EqualTo(stream.NextGaussian()));
        Assert.That(random.NextInt(1000), Is.EqualTo(stream.NextInt32(1000)));
        Assert.That(random.NextPoisson(30.0), Is.EqualTo(stream.NextPoisson(30.0)));
        Assert.That(() => random.NextPoisson(-1.0), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void all_faults_of_a_prior_are_told_together()
    {
        var wrong = new Prior()
            .With("a", PriorDensity.Uniform(3.0, 1.0))
            .With("a", PriorDensity.Normal(0.0, -1.0));
        var faults = Assert.Throws<NsbiException>(() => wrong.LogDensity(0.0, 0.0))!.Faults;
        Assert.That(faults, Has.Count.EqualTo(3));
        Assert.That(
            () => wrong.LogDensity(0.0, 0.0),
            Throws.TypeOf<NsbiException>().With.Message.Contains("'a'"),
            "again"
        );
        Assert.That(() => new Prior().LogDensity(), Throws.TypeOf<NsbiException>());
    }

    [Test]
    public void parameters_are_found_by_name()
    {
        Assert.That(All.Names, Is.EqualTo(new[] { "a", "b", "c", "d" }));
        Assert.That(All.ToString(), Does.Contain($"b: {All["b"]}"));
        Assert.That(() => All["e"], Throws.TypeOf<KeyNotFoundException>());
    }
}
