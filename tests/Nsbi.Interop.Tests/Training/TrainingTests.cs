using Microsoft.FSharp.Collections;
using NUnit.Framework;
using FInfer = Nsbi.Infer;
using FNetworks = Nsbi.Learn.Networks;

namespace Nsbi.Interop.Tests;

public class TrainingTests
{
    private static readonly TrainingOptions Options = new()
    {
        HiddenLayers = [8],
        Epochs = 2,
        BatchSize = 256,
        LearningRate = 5e-3,
        Folds = 2,
        Seed = 3,
    };

    private static SimulatedSamples Samples() =>
        Toy.Sampled.Aggregate(
            new SimulatedSamples(),
            (samples, process) =>
                samples.With(
                    FInfer.InterferenceToy.name(process),
                    EventSet.FromColumn("x", FInfer.InterferenceToy.sample(1, process, 1500))
                )
        );

    private sealed class Now : IProgress<TrainingUpdate>
    {
        public List<TrainingUpdate> Updates { get; } = [];

        public void Report(TrainingUpdate value) => Updates.Add(value);
    }

    [Test]
    public async Task training_reports_progress_and_gives_the_bytes_of_fsharp()
    {
        var progress = new Now();
        var samples = Samples();
        var ratios = await RatioTrainer.TrainAsync(samples, ["x"], Options, progress);
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        var path = Path.Combine(folder, "ratios.json");
        ratios.Save(path);

        Assert.That(progress.Updates.Count(update => update.IsDone), Is.EqualTo(2));
        Assert.That(progress.Updates[^1].ToString(), Does.StartWith("network-fold1-member0"));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(FSharpBytes(ratios, path)));

        var again = RatioEstimator.Load(path);
        var table = ratios.Evaluate(samples["S"]);
        Assert.That(again.ToString(), Is.EqualTo(ratios.ToString()));
        Assert.That(again.Evaluate(samples["S"], 2).Ratios("B"), Is.EqualTo(table.Ratios("B")));
        Assert.That(table.Count, Is.EqualTo(1500));
        Directory.Delete(folder, true);
    }

    [Test]
    public async Task a_feature_names_the_number_that_stands_for_a_missing_value()
    {
        var samples = Toy.Sampled.Aggregate(
            new SimulatedSamples(),
            (samples, process) =>
            {
                var x = FInfer.InterferenceToy.sample(1, process, 1500);
                double[] some = [.. x.Select((value, i) => i % 3 == 0 ? -999 : value)];
                return samples.With(
                    FInfer.InterferenceToy.name(process),
                    EventSet.FromColumn("x", some)
                );
            }
        );
        var ratios = await RatioTrainer.TrainAsync(samples, ["x | missing(-999)"], Options);
        var path = Path.Combine(Path.GetTempPath(), $"nsbi-{Guid.NewGuid()}.json");
        ratios.Save(path);
        var again = RatioEstimator.Load(path);
        File.Delete(path);

        Assert.That(again.Features, Is.EqualTo(new[] { "x", "no x" }));
        var checks = ratios.Check(samples).Checks.Select(check => check.Name).ToList();
        Assert.That(checks, Does.Contain("closure of S in x"));
        Assert.That(checks, Does.Not.Contain("closure of S in no x"));
        // Events that lack x have one ratio, whatever stands in their place.
        var events = EventSet.FromColumn("x", [-999, -999, 1.0]);
        var r = again.Evaluate(events).Ratios("S");
        Assert.That(r[0], Is.Positive.And.EqualTo(r[1]).And.Not.EqualTo(r[2]));
    }

    /// <summary>The file that the F# library makes of the same events and settings.</summary>
    private static byte[] FSharpBytes(RatioEstimator ratios, string path)
    {
        var events = Toy.Sampled.Select(process =>
        {
            var x = FInfer.InterferenceToy.sample(1, process, 1500);
            var table = Learn.Events.EventTableModule.ofColumns(
                ListModule.OfArray([Tuple.Create("x", x)]),
                null
            );
            return new FNetworks.ClassEvents(
                FInfer.InterferenceToy.name(process),
                [.. x.Select(value => (float)value)],
                [.. x.Select(_ => 1.0)],
                Learn.Events.Fold.groupsByValue(ListModule.OfArray(["x"]), table)
            );
        });
        var standard = FNetworks.EstimatorSettingsModule.standard;
        var training = new FNetworks.ClassifierSettings(
            new(ListModule.OfArray([8]), Learn.Autodiff.Activation.Silu, 0.0),
            standard.Training.Optimiser,
            5e-3,
            standard.Training.Schedule,
            256,
            2,
            standard.Training.Patience,
            standard.Training.KeepBest,
            standard.Training.ValidationFraction,
            standard.Training.Loss,
            standard.Training.Output
        );
        var settings = new FNetworks.EstimatorSettings(
            training,
            FNetworks.Head.Softmax,
            2,
            standard.Members,
            standard.HeldOut,
            standard.CheckFraction,
            3
        );
        using var team = new Kernels.ThreadTeam(1);
        var preprocessing = FNetworks
            .EstimatorFile.ofBytes(path, File.ReadAllBytes(path))
            .ResultValue.Preprocessing;
        var estimator = FNetworks.EstimatorAssembly.train(
            settings,
            FNetworks.ReferenceMixture.equal(ListModule.OfSeq(ratios.Samples)),
            FNetworks
                .LabelledEventsModule.create(
                    FNetworks.NegativeWeights.Refuse,
                    1,
                    ListModule.OfSeq(events)
                )
                .ResultValue,
            preprocessing,
            FNetworks.TrainingContextModule.plain(team)
        );
        return FNetworks.EstimatorFile.toBytes(estimator.ResultValue);
    }

    [Test]
    public void trained_ratios_become_a_likelihood_that_closes()
    {
        var samples = Samples();
        var ratios = RatioTrainer.Train(samples, ["x"], Options);
        var table = ratios.ReferenceTable(samples);
        var observation = new LikelihoodBuilder(Toy.Model())
            .Reference("SR", table)
            .Compile()
            .Asimov();
        var checks = ratios.Check(samples);

        Assert.That(table.Weights.Sum(), Is.EqualTo(1.0).Within(1e-12));
        Assert.That(observation.Fit()["mu"].Value, Is.EqualTo(1.0).Within(1e-5));
        Assert.That(ratios.Normalisation, Has.Count.EqualTo(8));
        Assert.That(
            checks.Checks.Select(check => check.Name),
            Has.Some.Contains("SBI").And.Some.Contains("normalisation")
        );
        Assert.That(checks.Checks[^1].Passed, "the softmax keeps the identity");
        Assert.That(checks.ToString(), Does.Contain("checks passed"));
    }

    [Test]
    public void a_cancelled_training_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var stopping = new Stopping(stop);
        Assert.That(
            async () =>
                await RatioTrainer.TrainAsync(Samples(), ["x"], Options, stopping, stop.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<TrainingUpdate>
    {
        public void Report(TrainingUpdate value) => stop.Cancel();
    }

    [Test]
    public void faults_of_options_features_and_samples_are_sentences()
    {
        var samples = Samples();
        var wrong = Options with { Epochs = 0, LearningRate = -1.0 };

        Assert.That(
            Assert.Throws<NsbiException>(() => RatioTrainer.Train(samples, ["x"], wrong))!.Faults,
            Has.Count.EqualTo(2)
        );
        Assert.That(
            Assert.Throws<NsbiException>(() => RatioTrainer.Train(samples, ["y"], Options))!.Faults,
            Has.Count.EqualTo(4)
        );
        Assert.That(
            () => RatioTrainer.Train(samples, ["x | lag"], Options),
            Throws.TypeOf<NsbiException>()
        );
        Assert.That(
            () => RatioEstimator.Load("no such file.json"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("no such file.json")
        );
    }

    [Test]
    public void every_option_reaches_the_networks()
    {
        var samples = Samples();
        var options = Options with
        {
            Activation = Activation.Tanh,
            Optimisation = Optimisation.NAdam,
            WeightDecay = 0.01,
            Schedule = LearningRateSchedule.Step(1, 0.5),
            Dropout = 0.1,
            Epochs = 1,
            Patience = null,
            Head = RatioHead.Separate,
            Members = 2,
            Folds = 1,
            HeldOut = 0.4,
            NegativeWeights = NegativeWeightPolicy.Drop,
        };
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        var path = Path.Combine(folder, "ratios.json");
        RatioTrainer.Train(samples, ["t = x | clip(-3, 3)"], options).Save(path);
        var text = File.ReadAllText(path);
        Directory.Delete(folder, true);

        foreach (
            var part in new[]
            {
                "\"tanh\"",
                "\"nadam\"",
                "\"weightDecay\":0.01",
                "\"kind\":\"step\"",
                "\"dropout\":0.1",
                "\"patience\":-1",
                "\"separate\"",
                "\"members\":2",
                "\"folds\":1",
                "\"heldOut\":0.4",
            }
        )
        {
            Assert.That(text, Does.Contain(part));
        }
    }
}
