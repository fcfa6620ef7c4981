using NUnit.Framework;
using FCalibration = Nsbi.Learn.Calibration;

namespace Nsbi.Interop.Tests;

public class CalibrationTests
{
    private const int Events = 20_000;

    /// <summary>Target N(1, 1) and reference N(0, 1), at the quantiles of each: ln r = x − ½.</summary>
    private static readonly double[] Exact =
    [
        .. Quantiles().Select(x => Math.Exp(x + 0.5)),
        .. Quantiles().Select(x => Math.Exp(x - 0.5)),
    ];

    private static readonly double[] Target =
    [
        .. Enumerable.Repeat(1.0, Events),
        .. Enumerable.Repeat(0.0, Events),
    ];

    private static readonly double[] Reference = [.. Target.Select(w => 1.0 - w)];

    private static IEnumerable<double> Quantiles() =>
        Enumerable
            .Range(0, Events)
            .Select(i =>
                MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, (i + 0.5) / Events)
            );

    /// <summary>A network that is too flat: ln r̃ = ½ ln r + 0.3.</summary>
    private static readonly double[] Flat =
    [
        .. Exact.Select(r => Math.Exp(0.5 * Math.Log(r) + 0.3)),
    ];

    [Test]
    public void platt_finds_the_line_that_was_bent()
    {
        var options = new CalibrationOptions { Method = CalibrationMethod.Platt };
        var found = RatioCalibration.Fit(Target, Reference, Flat, options);

        Assert.That(found.Slope, Is.EqualTo(2.0).Within(0.01));
        Assert.That(found.Offset, Is.EqualTo(-0.6).Within(0.01));
        Assert.That(found.Steps, Is.Empty);
        Assert.That(found.IsMonotone);
        Assert.That(found.Method, Is.EqualTo(CalibrationMethod.Platt));
        var expected = Math.Exp(found.Slope!.Value * Math.Log(1.7) + found.Offset!.Value);
        Assert.That(found.Apply([1.7])[0], Is.EqualTo(expected).Within(1e-12));
        Assert.That(found.ToString(), Does.StartWith("Platt calibration: ln r′ = "));
    }

    [TestCase(CalibrationMethod.Histogram)]
    [TestCase(CalibrationMethod.Isotonic)]
    public void steps_find_the_ratio_again(CalibrationMethod method)
    {
        var options = new CalibrationOptions { Method = method };
        var found = RatioCalibration.Fit(Target, Reference, Flat, options);
        double[] some = [0.3, 1.0, 3.0];
        var found3 = found.Apply([.. some.Select(r => Math.Exp(0.5 * Math.Log(r) + 0.3))]);

        for (var i = 0; i < some.Length; i++)
        {
            Assert.That(found3[i], Is.EqualTo(some[i]).Within(6.0).Percent);
        }

        Assert.That(found.Slope, Is.Null);
        Assert.That(found.Method, Is.EqualTo(method));
        Assert.That(found.Steps[0].From, Is.Null);
        Assert.That(found.Steps[1].From, Is.Positive);
        Assert.That(
            found.Apply(Flat).Zip(Reference, (r, q) => r * q).Sum() / Events,
            Is.EqualTo(1.0).Within(1e-9)
        );
        Assert.That(found.LogErrors(some), Is.All.Positive.And.All.LessThan(0.5));
    }

    [Test]
    public void a_histogram_has_the_bins_that_were_asked_for()
    {
        var options = new CalibrationOptions { Method = CalibrationMethod.Histogram, Bins = 12 };
        var found = RatioCalibration.Fit(Target, Reference, Flat, options);
        Assert.That(found.Steps, Has.Count.EqualTo(12));

        // Ratios that fall with the true one.
        double[] falling = [.. Exact.Select(r => 1.0 / r)];
        Assert.That(RatioCalibration.Fit(Target, Reference, falling, options).IsMonotone, Is.False);
        var joined = options with { Monotone = true };
        Assert.That(
            RatioCalibration.Fit(Target, Reference, falling, joined).Steps,
            Has.Count.EqualTo(1)
        );
    }

    [Test]
    public void wrong_weights_ratios_and_bins_are_refused()
    {
        Assert.That(() => RatioCalibration.Fit(Target, Reference, [1.0]), Throws.ArgumentException);
        Assert.That(
            () => RatioCalibration.Fit([1.0, 0.0], [0.0, 1.0], [1.0, -1.0]),
            Throws.ArgumentException
        );
        Assert.That(
            () =>
                RatioCalibration.Fit(
                    Target,
                    Reference,
                    Flat,
                    new() { Method = CalibrationMethod.Histogram, Bins = 0 }
                ),
            Throws.TypeOf<NsbiException>()
        );
        Assert.That(
            () =>
                RatioCalibration.Fit(
                    [1.0, 0.0],
                    [0.0, 1.0],
                    [2.0, 0.5],
                    new() { Method = CalibrationMethod.Platt }
                ),
            Throws.TypeOf<NsbiException>()
        );
    }

    [TestCase(CalibrationMethod.Histogram)]
    [TestCase(CalibrationMethod.Isotonic)]
    [TestCase(CalibrationMethod.Platt)]
    public void an_estimator_is_calibrated_and_keeps_it_in_its_file(CalibrationMethod method)
    {
        var samples = Ensemble.Samples;
        var before = Ensemble.Trained[0, 0];
        var options = new CalibrationOptions { Method = method, Renormalise = true };
        var after = before.Calibrate(samples, options);
        var points = EventSet.FromColumn("x", [-1.0, 0.5, 2.0]);

        Assert.That(before.Calibration, Is.Null);
        Assert.That(after.Calibration, Is.EqualTo(method));
        Assert.That(
            after.Evaluate(points).Ratios("S"),
            Is.Not.EqualTo(before.Evaluate(points).Ratios("S"))
        );
        Assert.That(
            after.Uncalibrated.Evaluate(points).Ratios("S"),
            Is.EqualTo(before.Evaluate(points).Ratios("S"))
        );
        Assert.That(
            after.Check(samples).Checks[^1].Passed,
            "renormalised ratios keep the identity"
        );

        var path = Path.Combine(Path.GetTempPath(), $"nsbi-{Guid.NewGuid()}.json");
        after.Save(path);
        var again = RatioEstimator.Load(path);
        File.Delete(path);
        Assert.That(again.Calibration, Is.EqualTo(method));
        Assert.That(
            again.Evaluate(points).Ratios("B"),
            Is.EqualTo(after.Evaluate(points).Ratios("B"))
        );
    }

    [Test]
    public void the_calibration_of_weighted_events_has_the_bits_of_the_fsharp_one()
    {
        double[] weights = [.. Target.Select((w, i) => w * (1.0 + i % 3))];
        var actual = RatioCalibration.Fit(weights, Reference, Flat).Apply(Exact);
        var sample = FCalibration.CalibrationSample.Create(weights, Reference, Flat);
        var expected = FCalibration.RatioCalibrationModule.fit(
            FCalibration.CalibrationMethod.Isotonic,
            sample
        );
        Assert.That(
            actual,
            Is.EqualTo(FCalibration.RatioCalibrationModule.apply(expected.ResultValue, Exact))
        );
    }
}
