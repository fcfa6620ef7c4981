using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class EventSetTests
{
    private static string Temporary() => Directory.CreateTempSubdirectory("nsbi-").FullName;

    [Test]
    public async Task events_are_read_selected_and_written()
    {
        var folder = Temporary();
        var path = Path.Combine(folder, "events.csv");
        await File.WriteAllTextAsync(path, "m,w,other\n100,1,a\n120,2,b\n130,3,c\n");

        var events = await EventSet.ReadAsync(path, ["m"], "w", "m > 110");
        Assert.That(events.Columns, Is.EqualTo(new[] { "m" }));
        Assert.That(events.Column("m").ToArray(), Is.EqualTo(new[] { 120.0, 130.0 }));
        Assert.That(events.Weights.ToArray(), Is.EqualTo(new[] { 2.0, 3.0 }));
        Assert.That(events.SumOfWeights, Is.EqualTo(5.0));
        Assert.That(events.EffectiveSize, Is.EqualTo(25.0 / 13.0).Within(1e-14));
        Assert.That(events.Where("m < 125").Count, Is.EqualTo(1));

        var copy = Path.Combine(folder, "copy.npz");
        events.WithColumn("twice", [240.0, 260.0]).Write(copy, "weight");
        var again = EventSet.Read(copy, weight: "weight");
        Assert.That(again.Columns, Is.EquivalentTo(new[] { "m", "twice" }));
        Assert.That(again.Weights.ToArray(), Is.EqualTo(new[] { 2.0, 3.0 }));
        Directory.Delete(folder, true);
    }

    [Test]
    public void every_fault_of_a_file_is_reported_at_once()
    {
        var folder = Temporary();
        var path = Path.Combine(folder, "events.csv");
        File.WriteAllText(path, "m,w\n100,1\nlong,2\n130,none\n");
        var error = Assert.Throws<NsbiException>(() => EventSet.Read(path, ["m"], "w"))!;

        Assert.That(error.Faults, Has.Count.EqualTo(2));
        Assert.That(error.Faults[0], Does.Contain("line 3").And.Contain("long"));
        Assert.That(() => EventSet.Read(path, selection: "m >"), Throws.TypeOf<NsbiException>());
        Assert.That(
            () => EventSet.Read(Path.Combine(folder, "none.csv")),
            Throws.TypeOf<NsbiException>()
        );
        Directory.Delete(folder, true);
    }

    [Test]
    public void events_of_a_program_are_copied_and_checked()
    {
        double[] values = [1.0, 2.0];
        var events = EventSet.FromColumn("x", values);
        values[0] = 7.0;

        Assert.That(events.Column("x").ToArray(), Is.EqualTo(new[] { 1.0, 2.0 }));
        Assert.That(
            () => EventSet.FromColumn("x", [1.0, double.NaN], [1.0]),
            Throws.TypeOf<NsbiException>()
        );
        Assert.That(() => events.Column("y"), Throws.ArgumentException);
        Assert.That(() => events.WithWeights([1.0]), Throws.ArgumentException);
        Assert.That(
            () => new SimulatedSamples().With("S", events).With("S", events),
            Throws.ArgumentException
        );
    }
}
