using Microsoft.FSharp.Collections;
using NUnit.Framework;
using FInfer = Nsbi.Infer;
using FModel = Nsbi.Model;

namespace Nsbi.Interop.Tests;

/// <summary>The C# face computes nothing of its own: its numbers are those of F#, bit for bit.</summary>
public class SameAsFSharpTests
{
    private static FInfer.Observation FSharpAsimov()
    {
        var ratios = Toy.Sampled.Select(process =>
            Tuple.Create(
                FInfer.InterferenceToy.name(process),
                FInfer.RatioSource.NewRatios(Toy.Ratios(process))
            )
        );
        var table = FInfer.RatioTableModule.weighted(Toy.Weights(), ListModule.OfSeq(ratios));
        var tables = FInfer.RatioTablesModule.reference(
            "SR",
            table,
            FInfer.RatioTablesModule.empty
        );
        var valid = FModel.ModelModule.validate(FInfer.InterferenceToy.model).ResultValue;
        var compiled = FInfer.Likelihood.compile(valid, tables).ResultValue;
        return FInfer.ObservationModule.asimov(compiled, [1.0]).ResultValue.Observation;
    }

    private static void Same(double actual, double expected) =>
        Assert.That(
            BitConverter.DoubleToInt64Bits(actual),
            Is.EqualTo(BitConverter.DoubleToInt64Bits(expected)),
            $"{actual} is not {expected}"
        );

    [Test]
    public void a_model_written_in_csharp_is_the_one_written_in_fsharp() =>
        Assert.That(
            Toy.Model().ToJson(),
            Is.EqualTo(FModel.ModelJson.write(FInfer.InterferenceToy.model))
        );

    [Test]
    public void a_fit_has_the_bits_of_the_fsharp_fit()
    {
        var actual = Toy.Likelihood().Asimov().Fit();
        var expected = FInfer.Fit.run(FSharpAsimov());

        Same(actual.TwiceNll, expected.TwiceNll);
        Same(actual["mu"].Value, expected.Parameters[0].Value);
        Same(actual["mu"].Error!.Value, expected.Parameters[0].Error.Value);
        Same(actual.Covariance("mu", "mu"), expected.Covariance[0, 0]);
        Assert.That(actual.Status.ToString(), Is.EqualTo("Converged"));
        Assert.That(actual.Minima, Has.Count.EqualTo(expected.Minima.Length));
        Assert.That(actual.Evaluations, Is.EqualTo(expected.Evaluations));
        Assert.That(actual.ToString(), Is.EqualTo(expected.ToString()));

        for (var m = 0; m < actual.Minima.Count; m++)
        {
            Same(actual.Minima[m].TwiceNll, expected.Minima[m].TwiceNll);
            Same(actual.Minima[m].Values["mu"], expected.Minima[m].Values[0].Item2);
        }
    }

    [Test]
    public void a_scan_and_an_interval_have_the_bits_of_the_fsharp_ones()
    {
        double[] values = [0.0, 0.5, 2.0, 3.0];
        var observation = Toy.Likelihood().Asimov();
        var best = observation.Fit();
        var scan = observation.Scan(best, "mu", values);
        var set = observation.Interval(best, "mu");

        var other = FSharpAsimov();
        var settings = FInfer.Fit.settings;
        var fit = FInfer.Fit.run(other);
        var expected = FInfer.Profile.scan(settings, other, fit, "mu", ListModule.OfArray(values));
        var intervals = FInfer.Intervals.find(settings, other, fit, "mu", 1.0);

        for (var i = 0; i < values.Length; i++)
        {
            Same(scan.Points[i].T, expected.Points[i].T);
            Same(scan.Points[i].Value, values[i]);
            Same(scan.Points[i].Values["mu"], expected.Points[i].Point[0]);
        }

        Assert.That(set.Intervals, Has.Count.EqualTo(intervals.Intervals.Length));
        Same(set.Intervals[0].Lower, intervals.Intervals[0].Lower);
        Same(set.Intervals[0].Upper, intervals.Intervals[0].Upper);
        Same(set.LowerOffset!.Value, intervals.Lower.Value);
    }
}
