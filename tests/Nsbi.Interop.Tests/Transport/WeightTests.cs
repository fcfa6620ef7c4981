using NUnit.Framework;
using FTransport = Nsbi.Learn.Transport;

namespace Nsbi.Interop.Tests;

public class WeightTests
{
    private static readonly TrainingOptions Training = new()
    {
        HiddenLayers = [8],
        Epochs = 2,
        BatchSize = 128,
        LearningRate = 5e-3,
        Folds = 2,
        Seed = 3,
    };

    private static readonly EventSet Signed = Shifted.Source.WithWeights([
        .. Enumerable.Range(0, Shifted.Source.Count).Select(i => i % 5 == 0 ? -0.7 : 1.0),
    ]);

    [Test]
    public async Task a_reweighting_weighs_as_the_words_do()
    {
        var map = await ReweightingTrainer.TrainAsync(
            Shifted.Source,
            Shifted.Target,
            ["a"],
            Training with
            {
                Epochs = 10,
                BatchSize = 32,
            }
        );
        var ratios = map.Ratios(Shifted.Source).ToArray();
        var inner = FTransport.ReweightingMapModule.weigh(
            50.0,
            ratios,
            Shifted.Source.Weights.ToArray()
        );
        var weighed = map.Apply(Shifted.Source, 50.0);
        Assert.That(weighed.Weights.ToArray(), Is.EqualTo(inner.ResultValue.Weights));
        Assert.That(weighed.SumOfWeights, Is.EqualTo(50.0).Within(1e-9));
        Assert.That(
            map.Apply(Shifted.Source).SumOfWeights,
            Is.EqualTo(Shifted.Source.SumOfWeights).Within(1e-9)
        );

        double MeanOf(EventSet events)
        {
            var sum = 0.0;

            for (var i = 0; i < events.Count; i++)
            {
                sum += events.Weights.Span[i] * events.Column("a").Span[i];
            }

            return sum / events.SumOfWeights;
        }

        Assert.That(MeanOf(weighed), Is.GreaterThan(MeanOf(Shifted.Source) + 0.5));

        using var file = new TemporaryFile();
        map.Save(file.Path);
        Assert.That(
            ReweightingMap.Load(file.Path).Ratios(Shifted.Source).ToArray(),
            Is.EqualTo(ratios)
        );
        var read = FTransport.ReweightingMapModule.ofBytes(file.Path, file.Bytes);
        Assert.That(read.IsOk, "the words read it");
    }

    [Test]
    public void binned_positive_weights_are_those_of_the_words()
    {
        var weights = Signed.Weights.ToArray();
        var values = Shifted.Rows(Signed, "a");
        var groups = Learn.Events.Fold.groupsByValue(
            Microsoft.FSharp.Collections.ListModule.OfArray(["a"]),
            Learn.Events.EventTableModule.ofColumns(
                Microsoft.FSharp.Collections.ListModule.OfArray([Tuple.Create("a", values)]),
                null
            )
        );
        var inner = FTransport
            .PositiveWeightsModule.create(
                FTransport.WeightReplacement.Resample,
                4,
                groups,
                FTransport.PositiveWeightsModule.binned(6, values, weights),
                weights
            )
            .ResultValue;
        var positive = PositiveWeights.Binned(Signed, "a", 6, seed: 4);
        Assert.That(positive.Events.Weights.ToArray(), Is.EqualTo(inner.Weights));
        Assert.That(positive.Expected.ToArray(), Is.EqualTo(inner.Expected));
        Assert.That(positive.ErrorFactor, Is.EqualTo(inner.ErrorFactor));
        Assert.That(positive.Cut, Is.Zero);
        Assert.That(positive.CutShare, Is.Zero);
        Assert.That(positive.ToString(), Does.Contain("0 events cut"));
    }

    [Test]
    public void learned_positive_weights_keep_the_sum()
    {
        var positive = PositiveWeights.Learned(
            Signed,
            ["a", "b"],
            Training,
            WeightReplacement.Reweight
        );
        Assert.That(positive.Events.Weights.ToArray(), Is.All.GreaterThanOrEqualTo(0.0));
        Assert.That(
            positive.Events.SumOfWeights,
            Is.EqualTo(Signed.SumOfWeights).Within(1e-9 * Signed.Count)
        );
        // E[sign w | x] is (4 · 1 − 0.7)/(4 · 1 + 0.7) everywhere.
        Assert.That(positive.Expected.ToArray().Average(), Is.EqualTo(3.3 / 4.7).Within(0.1));
        Assert.That(positive.ErrorFactor, Is.GreaterThan(1.0));
    }

    [Test]
    public void what_has_no_positive_weights_is_told()
    {
        Assert.That(
            () => PositiveWeights.Learned(Shifted.Source, ["a"], Training),
            Throws.TypeOf<NsbiException>(),
            "no negative weight"
        );
        double[] negative = [.. Enumerable.Repeat(-1.0, Signed.Count)];
        Assert.That(
            () => PositiveWeights.Binned(Signed.WithWeights(negative), "a"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("positive")
        );
        Assert.That(
            () => PositiveWeights.Binned(Signed, "c"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("'c'")
        );
        using var file = new TemporaryFile();
        Ensemble.Trained[0, 0].Save(file.Path);
        Assert.That(
            () => ReweightingMap.Load(file.Path),
            Throws.TypeOf<NsbiException>().With.Message.Contains("no reweighting")
        );
    }
}
