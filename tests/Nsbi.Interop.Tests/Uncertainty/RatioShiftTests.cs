using NUnit.Framework;
using FInfer = Nsbi.Infer;
using FProcess = Nsbi.Infer.InterferenceProcess;

namespace Nsbi.Interop.Tests;

public class RatioShiftTests
{
    private static readonly Observation Observation = Toy.Likelihood().Asimov();

    private static readonly FitResult Fit = Observation.Fit();

    private static readonly RatioSensitivity Sensitivity = Observation.Sensitivity(Fit, "mu");

    private static RatioChange Times(FProcess process, Func<double, double> factor) =>
        new(
            "SR",
            FInfer.InterferenceToy.name(process),
            [.. Toy.Ratios(process).Zip(Toy.Quadrature.Nodes, (r, x) => r * factor(x))]
        );

    private static readonly RatioChange Tilted = Times(
        FProcess.Total,
        x => 1.0 + 0.01 * Math.Tanh(x)
    );

    private static readonly RatioChange Waved = Times(
        FProcess.NonInterfering,
        x => 1.0 + 0.01 * Math.Cos(2.0 * x)
    );

    [Test]
    public void the_shifts_of_the_interference_toy_are_those_of_an_independent_computation()
    {
        double Linear(RatioChange change, RatioScale scale) =>
            Sensitivity.Shift([change], scale).Total;
        double Refit(RatioChange change) =>
            Observation.FitWith([change])["mu"].Value - Fit["mu"].Value;

        Assert.That(Linear(Tilted, RatioScale.Normalised), Is.EqualTo(-0.010438).Within(1e-6));
        Assert.That(Linear(Waved, RatioScale.Normalised), Is.EqualTo(0.00911).Within(5e-6));
        Assert.That(Linear(Tilted, RatioScale.Literal), Is.EqualTo(-0.00884).Within(5e-6));
        Assert.That(Linear(Waved, RatioScale.Literal), Is.EqualTo(0.00889).Within(5e-6));
        Assert.That(Refit(Tilted), Is.EqualTo(-0.010422).Within(2e-6));
        Assert.That(Refit(Waved), Is.EqualTo(0.009062).Within(2e-6));
    }

    [Test]
    public void a_shift_is_the_sum_of_its_parts_and_of_the_influences()
    {
        var both = Sensitivity.Shift([Tilted, Waved]);
        Assert.That(both.Parameter, Is.EqualTo("mu"));
        Assert.That(both.Parts.Select(part => part.Process), Is.EqualTo(new[] { "SBI", "NI" }));
        Assert.That(both.Parts.Sum(part => part.Shift), Is.EqualTo(both.Total).Within(1e-15));
        Assert.That(
            both.Parts[0].Shift,
            Is.EqualTo(Sensitivity.Shift([Tilted]).Total).Within(1e-15)
        );
        Assert.That(both.ToString(), Does.Contain("SR, SBI"));

        // The ratios of the toy have the mean 1 by quadrature, so that they are on the scale of the
        // literal change.
        var before = Toy.Ratios(FProcess.Total);
        var byHand = Sensitivity
            .Influence("SR", "SBI")
            .Select((phi, i) => phi * (Tilted.Ratios[i] - before[i]))
            .Sum();
        Assert.That(
            byHand,
            Is.EqualTo(Sensitivity.Shift([Tilted], RatioScale.Literal).Total).Within(1e-8)
        );
    }

    [Test]
    public void replicas_spread_by_the_standard_deviation_of_their_shifts()
    {
        IReadOnlyList<RatioChange>[] replicas =
        [
            [Tilted],
            [Waved],
            [Tilted, Waved],
        ];
        var spread = Sensitivity.Spread(replicas);
        double[] shifts = [.. replicas.Select(replica => Sensitivity.Shift(replica).Total)];
        var mean = shifts.Average();

        Assert.That(spread.Shifts, Is.EqualTo(shifts));
        Assert.That(
            spread.StandardDeviation,
            Is.EqualTo(Math.Sqrt(shifts.Sum(s => (s - mean) * (s - mean)) / 2.0)).Within(1e-15)
        );
        Assert.That(
            () =>
                Sensitivity.Spread([
                    [Tilted],
                ]),
            Throws.ArgumentException
        );
    }

    [Test]
    public void a_table_of_ratios_changes_all_its_processes()
    {
        var changes = RatioChange.Of("SR", Toy.Table());
        Assert.That(
            changes.Select(change => change.Process),
            Is.EquivalentTo(new[] { "S", "SBI", "B", "NI" })
        );
        Assert.That(Sensitivity.Shift(changes).Total, Is.EqualTo(0.0).Within(1e-12));
    }

    [Test]
    public void unknown_names_lengths_and_parameters_without_an_error_are_refused()
    {
        Assert.That(
            () => Sensitivity.Shift([new RatioChange("CR", "S", Tilted.Ratios)]),
            Throws.ArgumentException
        );
        Assert.That(
            () => Sensitivity.Shift([new RatioChange("SR", "SBI", [1.0])]),
            Throws.ArgumentException
        );
        Assert.That(() => Sensitivity.Influence("SR", "other"), Throws.ArgumentException);
        Assert.That(
            () => Observation.Sensitivity(Fit, "other"),
            Throws.InstanceOf<ArgumentException>()
        );
        var negative = Times(FProcess.Total, x => x < 0.0 ? -1.0 : 3.0);
        Assert.That(() => Observation.FitWith([negative]), Throws.TypeOf<NsbiException>());
    }
}
