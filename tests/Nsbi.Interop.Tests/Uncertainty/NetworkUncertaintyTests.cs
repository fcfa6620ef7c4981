using NUnit.Framework;
using FInfer = Nsbi.Infer;
using FModel = Nsbi.Model;

namespace Nsbi.Interop.Tests;

public class NetworkUncertaintyTests
{
    private static readonly Dictionary<double, double> Constant = new()
    {
        [2.0] = 0.3,
        [0.0] = 0.3,
    };

    /// <summary>One bin of μ s + b events.</summary>
    private static StatisticalModel Model() =>
        new ModelBuilder("counting")
            .Binned(
                "SR",
                sr => sr.Process("s", [20.0], Parameter.OfInterest("mu")).Process("b", [50.0])
            )
            .Build();

    [Test]
    public void the_squares_of_a_gaussian_error_and_of_the_networks_add_up()
    {
        var model = Model().WithNetworkUncertainty("mu", Constant, "alpha");
        var fit = new LikelihoodBuilder(model)
            .Compile()
            .Asimov(new Dictionary<string, double> { ["mu"] = 1.0 })
            .Fit();

        Assert.That(model.Parameters.Select(p => p.Name), Is.EqualTo(new[] { "mu", "alpha" }));
        Assert.That(fit["mu"].Error, Is.EqualTo(Math.Sqrt(70.0 / 400.0 + 0.3 * 0.3)).Within(1e-9));
        Assert.That(fit["alpha"].Error, Is.EqualTo(1.0).Within(1e-9));
    }

    [Test]
    public void the_model_is_the_one_of_fsharp_and_is_read_again()
    {
        var model = Toy.Model().WithNetworkUncertainty("mu", Constant);
        var expected = FInfer.NetworkNuisance.apply(
            "mu",
            "alpha_stat",
            Microsoft.FSharp.Collections.ListModule.OfArray([
                Tuple.Create(0.0, 0.3),
                Tuple.Create(2.0, 0.3),
            ]),
            FInfer.InterferenceToy.model
        );
        Assert.That(model.ToJson(), Is.EqualTo(FModel.ModelJson.write(expected.ResultValue)));
        Assert.That(StatisticalModel.Parse(model.ToJson()).ToJson(), Is.EqualTo(model.ToJson()));
    }

    [Test]
    public void names_and_tables_that_cannot_be_are_sentences()
    {
        Assert.That(
            () => Model().WithNetworkUncertainty("nu", Constant),
            Throws.TypeOf<NsbiException>().With.Message.Contains("nu")
        );
        Assert.That(
            () =>
                Model()
                    .WithNetworkUncertainty("mu", new Dictionary<double, double> { [1.0] = 0.1 }),
            Throws.TypeOf<NsbiException>()
        );
        Assert.That(
            () =>
                Model()
                    .WithNetworkUncertainty(
                        "mu",
                        new Dictionary<double, double> { [0.0] = 0.1, [1.0] = -0.1 }
                    ),
            Throws.TypeOf<NsbiException>()
        );
    }

    [Test]
    public void a_tabulated_function_goes_through_its_knots()
    {
        double At(double x) =>
            Coefficient
                .Tabulated(
                    Parameter.OfInterest("mu", initial: x),
                    new Dictionary<double, double>
                    {
                        [2.0] = 4.0,
                        [0.0] = 1.0,
                        [1.0] = 3.0,
                    }
                )
                .Nominal;
        Assert.That(At(0.0), Is.EqualTo(1.0).Within(1e-15));
        Assert.That(At(1.0), Is.EqualTo(3.0).Within(1e-15));
        Assert.That(At(2.0), Is.EqualTo(4.0).Within(1e-15));
        // The natural spline: m = −3/2 at the inner knot, so that the value is 2 + 3/32 half-way.
        Assert.That(At(0.5), Is.EqualTo(2.0 + 3.0 / 32.0).Within(1e-15));
        Assert.That(
            () => Coefficient.Tabulated(1.0, new Dictionary<double, double> { [0.0] = 1.0 }),
            Throws.ArgumentException
        );
    }
}
