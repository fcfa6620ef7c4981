using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class ModelTests
{
    private static readonly Parameter Mu = Parameter.OfInterest("mu", lower: 0.0, upper: 8.0);

    [Test]
    public void coefficients_are_written_with_the_operators_of_csharp()
    {
        Coefficient all =
            -(1.0 - Coefficient.Sqrt(Mu)) * 2.0 / Coefficient.Power(Mu, 2.0)
            + Coefficient.Exp(Mu)
            - Coefficient.Log(Mu);

        Assert.That(
            all.ToString(),
            Is.EqualTo("-(1 - sqrt(mu)) * 2 / mu ** 2 + exp(mu) - log(mu)")
        );
        Assert.That(all.Nominal, Is.EqualTo(Math.E).Within(1e-15));
    }

    [Test]
    public void a_model_is_read_back_as_it_was_written()
    {
        var lumi = Parameter.Nuisance("lumi", 1.0, 0.0, 2.0, Constraint.Poisson(100.0, 100.0));
        var model = new ModelBuilder("two channels")
            .Unbinned("SR", "mixture", sr => sr.Process("S", 4.0, Mu * lumi).Process("B", 8.0))
            .Binned("CR", cr => cr.Process("B", [3.0, 2.0], lumi))
            .Build();
        var again = StatisticalModel.Parse(model.ToJson());

        Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()));
        Assert.That(again.ToString(), Is.EqualTo(model.ToString()));
        Assert.That(again.Parameters.Select(p => p.Name), Is.EqualTo(new[] { "mu", "lumi" }));
        Assert.That(again.Parameters[1].Constraint.Kind, Is.EqualTo(ConstraintKind.Poisson));
        Assert.That(again.Parameters[1].Constraint.Observed, Is.EqualTo(100.0));
        Assert.That(again.Parameters[0].Constraint.Observed, Is.Null);
        Assert.That(again.Channels[0].Reference, Is.EqualTo("mixture"));
        Assert.That(again.Channels[1].Processes[0].Yields, Is.EqualTo(new[] { 3.0, 2.0 }));
        Assert.That(again.Channels[1].Processes[0].Scale, Is.TypeOf<Parameter>());
    }

    [Test]
    public void every_fault_of_a_model_is_reported_at_once()
    {
        var outside = Parameter.OfInterest("nu", 9.0, 0.0, 8.0);
        var builder = new ModelBuilder("wrong").Unbinned(
            "SR",
            "mixture",
            sr => sr.Process("S", -1.0, outside).Process("S", 2.0)
        );
        var error = Assert.Throws<NsbiException>(() => builder.Build())!;

        Assert.That(error.Faults, Has.Count.EqualTo(3));
        Assert.That(error.Message, Does.Contain("nu").And.Contain("-1").And.Contain("'S'"));
    }

    [Test]
    public void text_that_is_no_model_is_answered_with_its_place()
    {
        var error = Assert.Throws<NsbiException>(() => StatisticalModel.Parse("{"))!;
        Assert.That(error.Faults.Single(), Does.Contain("line 1"));
        Assert.That(
            () => StatisticalModel.Read("no such file.json"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("no such file.json")
        );
    }

    [Test]
    public void parameters_can_be_fixed_in_the_model_and_where_they_are_declared()
    {
        var fixedMu = Toy.Model().Fix("mu", 2.0).Parameters.Single();
        Assert.That(fixedMu.IsFixed && fixedMu.Initial == 2.0);
        Assert.That(Mu.FixedAt(3.0).IsFixed);
        Assert.That(Mu.IsFixed, Is.False);
        Assert.That(() => Toy.Model().Fix("nu", 2.0), Throws.ArgumentException);
    }
}
