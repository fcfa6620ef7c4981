using Microsoft.FSharp.Collections;
using NUnit.Framework;
using FInfer = Nsbi.Infer;
using FModel = Nsbi.Model;
using FWords = Nsbi.Model.Words;

namespace Nsbi.Interop.Tests;

/// <summary>Modifiers and event variations: those of the F# words, bit for bit.</summary>
public class ModifierTests
{
    private static readonly Parameter Mu = Parameter.OfInterest("mu", lower: 0.0, upper: 8.0);
    private static readonly Parameter Jes = Parameter.Nuisance("jes", 0.0, -5.0, 5.0);
    private static readonly Parameter Lumi = Parameter.Nuisance("lumi", 0.0, -5.0, 5.0);

    private static StatisticalModel Model() =>
        new ModelBuilder("with systematics")
            .Unbinned(
                "SR",
                "mixture",
                sr =>
                    sr.Process("S", 40.0, p => p.NormSys(Lumi, 0.97, 1.03), Mu)
                        .Process(
                            "B",
                            200.0,
                            p =>
                                p.NormSys(Lumi, 0.97, 1.03)
                                    .EventSys(Jes, Interpolation.LogPolynomial)
                                    .EventRate(EventRate.FromEvents)
                        )
            )
            .Binned(
                "CR",
                cr =>
                    cr.Process(
                        "B",
                        [30.0, 20.0],
                        p =>
                            p.HistoSys(Jes, [28.0, 21.0], [33.0, 18.0])
                                .StatError("stat", [1.5, 1.0])
                                .ShapeSys("method", [2.0, 2.0])
                    )
            )
            .Build();

    private static readonly double[] X = [.. Enumerable.Range(0, 400).Select(i => -4.0 + 0.02 * i)];

    private static double[] Values(Func<double, double> f) => [.. X.Select(f)];

    private static double[] Weights() => Values(x => Math.Exp(-0.5 * x * x));

    private static double[] Signal() => Values(x => Math.Exp(0.8 * x - 0.32));

    private static double[] Moved(double shift) =>
        Values(x => Math.Exp(shift * x - 0.5 * shift * shift));

    private static RatioTable Table() =>
        new RatioTable(Weights())
            .WithRatios("S", Signal())
            .WithRatios("B", Values(_ => 1.0))
            .WithVariation("B", "jes", Moved(0.1), Moved(-0.1));

    [Test]
    public void the_modifiers_are_those_of_the_words()
    {
        var jes = FWords.between(-5.0, 5.0, FWords.nuisance("jes"));
        var binned = FWords.binned(
            "CR",
            ListModule.OfArray([
                FWords.processOf(
                    "B",
                    ListModule.OfArray([
                        FWords.binYields(ListModule.OfArray([30.0, 20.0])),
                        FWords.histoSys(
                            jes,
                            ListModule.OfArray([28.0, 21.0]),
                            ListModule.OfArray([33.0, 18.0])
                        ),
                        FWords.statError("stat", ListModule.OfArray([1.5, 1.0])),
                        FWords.shapeSys("method", ListModule.OfArray([2.0, 2.0])),
                    ])
                ),
            ])
        );
        var written = new FModel.Model("CR alone", ListModule.OfArray([binned]));
        var expected = FModel.ModelJson.write(written);
        var model = new ModelBuilder("CR alone")
            .Binned(
                "CR",
                cr =>
                    cr.Process(
                        "B",
                        [30.0, 20.0],
                        p =>
                            p.HistoSys(Jes, [28.0, 21.0], [33.0, 18.0])
                                .StatError("stat", [1.5, 1.0])
                                .ShapeSys("method", [2.0, 2.0])
                    )
            )
            .Build();

        Assert.That(model.ToJson(), Is.EqualTo(expected));
    }

    [Test]
    public void a_process_tells_its_modifiers()
    {
        var process = Model().Channels[0].Processes[1];
        Assert.That(process.Modifiers, Is.EqualTo(new[] { "normsys lumi", "eventsys jes" }));
        Assert.That(
            Model().Channels[1].Processes[0].Modifiers[1],
            Is.EqualTo("staterror stat[0], stat[1]")
        );
    }

    [Test]
    public void a_table_with_variations_gives_a_fit_with_its_nuisance_parameters()
    {
        var fit = new LikelihoodBuilder(Model()).Reference("SR", Table()).Compile().Asimov().Fit();

        Assert.That(fit["mu"].Value, Is.EqualTo(1.0).Within(1e-3));
        Assert.That(fit["jes"].Value, Is.EqualTo(0.0).Within(1e-3));
        Assert.That(fit["jes"].Error!.Value, Is.InRange(0.1, 0.99));
        Assert.That(fit["lumi"].Error!.Value, Is.InRange(0.1, 1.0));
    }

    [Test]
    public void a_variation_that_the_table_lacks_is_a_fault()
    {
        var table = new RatioTable(Weights())
            .WithRatios("S", Signal())
            .WithRatios("B", Values(_ => 1.0));
        var error = Assert.Throws<NsbiException>(() =>
            new LikelihoodBuilder(Model()).Reference("SR", table).Compile()
        )!;

        Assert.That(error.Message, Does.Contain("jes").And.Contain("'B'"));
    }

    [Test]
    public void one_side_alone_needs_a_symmetrisation()
    {
        StatisticalModel With(Action<ProcessBuilder> modifiers) =>
            new ModelBuilder("one side")
                .Unbinned("SR", "mixture", sr => sr.Process("B", 200.0, modifiers))
                .Build();

        var table = new RatioTable(Weights())
            .WithRatios("B", Values(_ => 1.0))
            .WithVariation("B", "jes", Moved(0.1));

        CompiledLikelihood Compile(Action<ProcessBuilder> modifiers) =>
            new LikelihoodBuilder(With(modifiers)).Reference("SR", table).Compile();

        Assert.Throws<NsbiException>(() => Compile(p => p.EventSys(Jes)));
        Assert.DoesNotThrow(() => Compile(p => p.EventSys(Jes, Symmetrisation.MirroredRatio)));
    }
}
