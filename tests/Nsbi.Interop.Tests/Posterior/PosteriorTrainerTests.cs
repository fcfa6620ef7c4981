using NUnit.Framework;
using FPosterior = Nsbi.Learn.Posterior;

namespace Nsbi.Interop.Tests;

public class PosteriorTrainerTests
{
    private static byte[] Bytes(PosteriorEstimator estimator)
    {
        using var file = new TemporaryFile();
        estimator.Save(file.Path);
        return file.Bytes;
    }

    [Test]
    public void trained_on_a_simulator_it_has_the_bytes_of_the_words()
    {
        var expected = Same.Trained(FPosterior.SetSize.NewUniform(0, 12));
        Assert.That(Bytes(Mean.Trained), Is.EqualTo(expected));
    }

    [Test]
    public async Task sizes_that_are_drawn_leave_the_stream_to_the_events()
    {
        var size = SetSize.Drawn(50, (phi, random) => (int)Math.Min(50, random.NextPoisson(8.0)));
        var progress = new Counting.Now<TrainingUpdate>();
        var estimator = await PosteriorTrainer.TrainAsync(
            Mean.Simulator(size),
            Mean.Options,
            progress
        );
        FPosterior.DrawSize inner = (double[] phi, ref Kernels.RandomStream stream) =>
            (int)Math.Min(50, stream.NextPoisson(8.0));
        var expected = Same.Trained(FPosterior.SetSize.NewDrawn(50, inner));
        Assert.That(Bytes(estimator), Is.EqualTo(expected));
        Assert.That(progress.Updates[^1].IsDone);
        Assert.That(estimator.Epochs, Is.EqualTo(3));
        Assert.That(estimator.BestLoss, Is.EqualTo(progress.Updates[^1].BestLoss));
    }

    [Test]
    public async Task trained_on_recorded_sets_it_has_the_bytes_of_the_words()
    {
        using var team = new Kernels.ThreadTeam(1);
        var expected = FPosterior.SetSimulatorModule.sets(
            team,
            8,
            200,
            Same.Simulator(FPosterior.SetSize.NewUniform(0, 9))
        );
        var drawn = Mean.Simulator(SetSize.Uniform(0, 9)).Draw(200, 8, 2);
        var copied = EventSets.Of(
            drawn.Parameters,
            drawn.Features,
            Enumerable.Range(0, drawn.Count).Select(set => drawn[set])
        );
        var options = Mean.Options with { SubSets = true };
        var estimator = await PosteriorTrainer.TrainAsync(Mean.Prior, copied, options);
        Assert.That(Bytes(estimator), Is.EqualTo(Same.Trained(expected, true)));
        Assert.That(copied.Events, Is.EqualTo(expected.Events));
        Assert.That(copied.ToString(), Is.EqualTo(expected.ToString()));
    }

    [Test]
    public void every_option_reaches_the_file()
    {
        var options = Mean.Options with
        {
            Activation = Activation.Tanh,
            Dropout = 0.1,
            Waves = 2,
            Pooling = Pooling.Sum,
            Skip = false,
            Head = DensityHead.Mixture(3, CovarianceForm.Diagonal),
            Optimisation = Optimisation.NAdam,
            WeightDecay = 0.01,
            Schedule = LearningRateSchedule.Step(1, 0.5),
            Patience = 4,
            Epochs = 1,
            SetsPerEpoch = 40,
            ValidationSets = 11,
            ValidationFraction = 0.25,
            SubSets = true,
            Seed = 9,
        };
        using var file = new TemporaryFile();
        PosteriorTrainer.Train(Mean.Simulator(SetSize.Fixed(3)), options).Save(file.Path);
        var text = File.ReadAllText(file.Path);

        foreach (
            var part in new[]
            {
                "\"tanh\"",
                "\"dropout\":0.1",
                "\"waves\":2",
                "\"pooling\":\"sum\"",
                "\"skip\":false",
                "\"components\":3",
                "\"covariance\":\"diagonal\"",
                "\"nadam\"",
                "\"weightDecay\":0.01",
                "\"kind\":\"step\"",
                "\"patience\":4",
                "\"setsPerEpoch\":40",
                "\"validationSets\":11",
                "\"validationFraction\":0.25",
                "\"subSets\":true",
                "\"seed\":9",
            }
        )
        {
            Assert.That(text, Does.Contain(part));
        }
    }

    [Test]
    public void every_option_of_a_flow_reaches_its_head()
    {
        var flow = DensityHead.Flow(
            new()
            {
                Kind = FlowKind.Coupling,
                Layers = 3,
                Bins = 5,
                Bound = 2.5,
                HiddenLayers = [7],
                Activation = Activation.Elu,
            }
        );
        Assert.That(
            flow.ToString(),
            Is.EqualTo(
                """{"kind":"flow","transform":"coupling","layers":3,"bins":5,"bound":2.5,"""
                    + "\"hidden\":[7],\"activation\":\"elu\",\"dropout\":0}"
            )
        );
    }

    [Test]
    public void faults_of_options_and_sets_are_sentences()
    {
        var simulator = Mean.Simulator(SetSize.Fixed(3));
        var wrong = Mean.Options with { Epochs = 0, SetsPerEpoch = 0, Width = 0 };
        var error = Assert.Throws<NsbiException>(() => PosteriorTrainer.Train(simulator, wrong))!;
        Assert.That(error.Faults, Has.Count.EqualTo(3));
        Assert.That(
            () => PosteriorTrainer.Train(simulator, Mean.Options with { Threads = 0 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
        );
        Assert.That(() => DensityHead.Mixture(0), Throws.TypeOf<NsbiException>());
        Assert.That(
            () => DensityHead.Flow(new() { Layers = 0, Bins = 1 }),
            Throws.TypeOf<NsbiException>()
        );

        var other = new Prior().With("nu", PriorDensity.Normal(0.0, 1.0));
        Assert.That(
            () => PosteriorTrainer.Train(other, simulator.Draw(5, 2), Mean.Options),
            Throws.TypeOf<NsbiException>().With.Message.Contains("'mu'")
        );
        Assert.That(
            () => EventSets.Of(["mu"], ["x", "y"], [new(Mean.Events(2), [0.0])]),
            Throws.TypeOf<NsbiException>().With.Message.Contains("'y'")
        );
        Assert.That(
            () => EventSets.Of(["mu"], ["x"], [new(Mean.Events(2), [0.0, 1.0])]),
            Throws.TypeOf<NsbiException>().With.Message.Contains("set 1")
        );
    }

    [Test]
    public void a_simulator_that_gives_something_impossible_is_told()
    {
        var short1 = new SetSimulator(
            "short",
            Mean.Prior,
            ["x"],
            SetSize.Fixed(3),
            (_, events, _) => new double[events - 1]
        );
        Assert.That(
            () => short1.DrawAt([0.0], 3, new RandomNumbers(1, "set")),
            Throws.InvalidOperationException.With.Message.Contains("gave 2 numbers for 3 events")
        );
        Assert.That(
            () => new SetSimulator("none", Mean.Prior, [], SetSize.Fixed(3), Mean.Draw),
            Throws.ArgumentException
        );
        Assert.That(() => Mean.Simulator(SetSize.LogUniform(0, 3)), Throws.ArgumentException);
    }

    [Test]
    public void a_cancelled_training_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Counting.Now<TrainingUpdate>(_ => stop.Cancel());
        Assert.That(
            async () =>
                await PosteriorTrainer.TrainAsync(
                    Mean.Simulator(SetSize.Fixed(3)),
                    Mean.Options,
                    progress,
                    stop.Token
                ),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }
}
