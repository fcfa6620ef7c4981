using Microsoft.FSharp.Collections;
using NUnit.Framework;
using FNetworks = Nsbi.Learn.Networks;
using FTransport = Nsbi.Learn.Transport;

namespace Nsbi.Interop.Tests;

public class TransportTests
{
    private static FTransport.TransportSample Sample(EventSet events) =>
        new(
            Shifted.Rows(events, Shifted.Features),
            Shifted.Rows(events, "z"),
            events.Weights.ToArray()
        );

    /// <summary>The map that the words make of the same events and settings.</summary>
    private static FTransport.TransportMap Inner()
    {
        var standard = FTransport.TransportSettingsModule.standard;
        var settings = new FTransport.TransportSettings(
            ListModule.OfArray([8, 8]),
            ListModule.OfArray([4]),
            standard.Floor,
            standard.Start,
            standard.Cost,
            standard.Optimiser,
            standard.LearningRate,
            standard.Schedule,
            128,
            2,
            5,
            standard.MapSteps,
            standard.PotentialSteps,
            3
        );
        var events = FTransport.TransportEventsModule.create(
            2,
            1,
            Sample(Shifted.Source),
            Sample(Shifted.Target)
        );
        using var team = new Kernels.ThreadTeam(1);
        return FTransport
            .TransportTraining.train(
                FNetworks.TrainingContextModule.plain(team),
                settings,
                events.ResultValue
            )
            .ResultValue;
    }

    [Test]
    public async Task a_map_has_the_bits_of_the_words()
    {
        var progress = new Counting.Now<TrainingUpdate>();
        var map = await TransportTrainer.TrainAsync(
            Shifted.Source,
            Shifted.Target,
            Shifted.Features,
            ["z"],
            Shifted.Options,
            progress
        );
        var inner = Inner();
        using var file = new TemporaryFile();
        map.Save(file.Path);
        Assert.That(file.Bytes, Is.EqualTo(FTransport.TransportMapModule.toBytes(inner)));
        Assert.That(progress.Updates[^1].IsDone);
        Assert.That(map.Epochs, Has.Count.EqualTo(2));
        Assert.That(map.Diverged, Is.False);

        using var team = new Kernels.ThreadTeam(1);
        var sample = Sample(Shifted.Source);
        var moved = map.Apply(Shifted.Source, 2);
        Assert.That(
            Shifted.Rows(moved, Shifted.Features),
            Is.EqualTo(inner.Apply(team, sample.Features, sample.Conditions))
        );
        Assert.That(moved.Weights.ToArray(), Is.EqualTo(sample.Weights));
        Assert.That(Shifted.Rows(moved, "z"), Is.EqualTo(sample.Conditions));
        Assert.That(
            map.Jacobian(Shifted.Source).SelectMany(matrix => matrix.Cast<double>()),
            Is.EqualTo(inner.Jacobian(team, sample.Features, sample.Conditions))
        );
        Assert.That(
            map.OutsideShare(Shifted.Target),
            Is.EqualTo(
                inner.OutsideShare(
                    Sample(Shifted.Target).Features,
                    Sample(Shifted.Target).Conditions,
                    Sample(Shifted.Target).Weights
                )
            )
        );

        var again = TransportMap.Load(file.Path, Shifted.Features, ["z"]);
        Assert.That(again.ToString(), Is.EqualTo(map.ToString()));
        Assert.That(
            Shifted.Rows(again.Apply(Shifted.Source), "a", "b"),
            Is.EqualTo(Shifted.Rows(moved, "a", "b"))
        );
        var back = Shifted.Rows(again.Inverse(moved), Shifted.Features);
        Assert.That(back, Is.EqualTo(sample.Features).Within(1e-7));
        Assert.That(
            () => TransportMap.Load(file.Path, ["a"]),
            Throws.TypeOf<NsbiException>().With.Message.Contains("2 features")
        );
    }

    [Test]
    public void a_shift_and_stretch_is_found()
    {
        var map = TransportTrainer.Train(
            Shifted.Source,
            Shifted.Target,
            ["a"],
            options: Shifted.Options
        );
        var points = EventSet.FromColumn("a", [-1.0, 0.0, 1.0]);
        Assert.That(
            map.Apply(points).Column("a").ToArray(),
            Is.EqualTo(new[] { 0.5, 2.0, 3.5 }).Within(0.25)
        );
    }

    [Test]
    public void faults_of_samples_and_options_are_sentences()
    {
        NsbiException Error(EventSet source, string[] features, TransportOptions options) =>
            Assert.Throws<NsbiException>(() =>
                TransportTrainer.Train(source, Shifted.Target, features, options: options)
            )!;

        var wrong = Shifted.Options with { Epochs = 0, LearningRate = -1.0 };
        Assert.That(Error(Shifted.Source, ["a"], wrong).Faults, Has.Count.EqualTo(2));
        Assert.That(
            Error(Shifted.Source, ["a", "c", "d"], Shifted.Options).Faults,
            Has.Count.EqualTo(2)
        );
        double[] weights = [.. Shifted.Source.Weights.ToArray().Select((w, i) => i == 7 ? -w : w)];
        var negative = Shifted.Source.WithWeights(weights);
        Assert.That(
            Error(negative, ["a"], Shifted.Options).Message,
            Does.Contain("negative weights")
        );
        Assert.That(
            () => TransportMap.Load("no such file.json", ["a"]),
            Throws.TypeOf<NsbiException>().With.Message.Contains("no such file.json")
        );
        Assert.That(
            () =>
                TransportTrainer.Train(
                    Shifted.Source,
                    Shifted.Target,
                    ["b"],
                    ["a"],
                    Shifted.Options
                ),
            Throws.TypeOf<NsbiException>().With.Message.Contains("condition 0")
        );
    }

    [Test]
    public void conditions_are_matched_in_bins()
    {
        var near = Shifted.Sample(5, 0.3, 1.0);
        var matched = TransportTrainer.MatchCondition(Shifted.Source, near, "a", 4);
        var inner = FTransport.TransportEventsModule.matchConditions(
            4,
            new([], Shifted.Rows(Shifted.Source, "a"), Shifted.Source.Weights.ToArray()),
            new([], Shifted.Rows(near, "a"), near.Weights.ToArray())
        );
        Assert.That(matched.Weights.ToArray(), Is.EqualTo(inner.ResultValue.Weights));
    }

    [Test]
    public void a_cancelled_training_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Counting.Now<TrainingUpdate>(_ => stop.Cancel());
        Assert.That(
            async () =>
                await TransportTrainer.TrainAsync(
                    Shifted.Source,
                    Shifted.Target,
                    Shifted.Features,
                    progress: progress,
                    options: Shifted.Options,
                    cancellation: stop.Token
                ),
            Throws.InstanceOf<OperationCanceledException>()
        );
    }
}
