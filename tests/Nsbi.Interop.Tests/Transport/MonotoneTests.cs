using NUnit.Framework;
using FTransport = Nsbi.Learn.Transport;

namespace Nsbi.Interop.Tests;

public class MonotoneTests
{
    private static FTransport.TransportSample Sample(EventSet events) =>
        new(Shifted.Rows(events, "a"), Shifted.Rows(events, "z"), events.Weights.ToArray());

    [Test]
    public void a_monotone_map_has_the_bits_of_the_words()
    {
        var map = MonotoneMap.Of(Shifted.Source, Shifted.Target, "a", "z", 3);
        var source = Sample(Shifted.Source);
        var events = FTransport.TransportEventsModule.create(1, 1, source, Sample(Shifted.Target));
        var inner = FTransport.MonotoneMapModule.create(3, events.ResultValue).ResultValue;
        using var file = new TemporaryFile();
        map.Save(file.Path);
        Assert.That(file.Bytes, Is.EqualTo(FTransport.MonotoneMapModule.toBytes(inner)));
        Assert.That(map.Edges.ToArray(), Is.EqualTo(inner.Edges.ToArray()));
        var moved = map.Apply(Shifted.Source);
        Assert.That(
            Shifted.Rows(moved, "a"),
            Is.EqualTo(inner.Apply(source.Features, source.Conditions))
        );
        var again = MonotoneMap.Load(file.Path, "a", "z");
        Assert.That(
            Shifted.Rows(again.Inverse(moved), "a"),
            Is.EqualTo(source.Features).Within(1e-9)
        );
        Assert.That(again.ToString(), Is.EqualTo("monotone map of a in 3 bins of z"));
        Assert.That(
            () => MonotoneMap.Load(file.Path, "a"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("bins of a condition")
        );
        Assert.That(
            () => MonotoneMap.Of(Shifted.Source, Shifted.Target, "a", bins: 0),
            Throws.TypeOf<NsbiException>()
        );
        Assert.That(
            () => MonotoneMap.Of(Shifted.Source, Shifted.Target, "c"),
            Throws.TypeOf<NsbiException>().With.Message.Contains("'c'")
        );
    }

    [Test]
    public void probabilities_have_the_coordinates_of_the_words_and_come_back()
    {
        double[] p = [0.2, 0.5, 0.3, 0.7, 0.1, 0.2];
        string[] names = ["pb", "pc", "pu"];
        var events = EventSet.FromColumns(
            names
                .Select((name, k) => (name, k))
                .ToDictionary(
                    pair => pair.name,
                    pair => (IReadOnlyList<double>)[p[pair.k], p[3 + pair.k]]
                )
        );
        var inner = FTransport.LogitCoordinatesModule.forwards(
            FTransport.LogitCoordinates.Isometric,
            3,
            p
        );
        var there = LogitCoordinates.Isometric.Forwards(events, names, ["q1", "q2"]);
        Assert.That(Shifted.Rows(there, "q1", "q2"), Is.EqualTo(inner.Coordinates));
        var back = LogitCoordinates.Isometric.Backwards(there, ["q1", "q2"], ["b", "c", "u"]);
        Assert.That(Shifted.Rows(back, "b", "c", "u"), Is.EqualTo(p).Within(1e-12));

        foreach (var pair in new[] { ("Independent", 3), ("LogRatio", 2) })
        {
            var (name, count) = pair;
            var coordinates =
                name == "LogRatio" ? LogitCoordinates.LogRatio : LogitCoordinates.Independent;
            string[] q = [.. Enumerable.Range(0, count).Select(k => $"q{k}")];
            Assert.That(coordinates.Count(3), Is.EqualTo(count));
            var again = coordinates.Backwards(coordinates.Forwards(events, names, q), q, names);
            Assert.That(Shifted.Rows(again, names), Is.EqualTo(p).Within(1e-12));
            Assert.That(() => coordinates.Forwards(events, names, ["q"]), Throws.ArgumentException);
        }
    }
}
