namespace Nsbi.Interop.Tests;

/// <summary>Two features, and what moves them: y = 2 + 1.5 a, z = −b.</summary>
internal static class Shifted
{
    public static readonly string[] Features = ["a", "b"];

    public static readonly TransportOptions Options = new()
    {
        HiddenLayers = [8, 8],
        ConditionLayers = [4],
        BatchSize = 128,
        Epochs = 2,
        Rounds = 5,
        Seed = 3,
        Threads = 2,
    };

    public static readonly EventSet Source = Sample(1, 0.0, 1.0);

    public static readonly EventSet Target = Sample(2, 2.0, 1.5);

    public static EventSet Sample(ulong seed, double mean, double width, int count = 600)
    {
        var random = new RandomNumbers(seed, "shifted");
        double[] Draw(double m, double s) =>
            [.. Enumerable.Range(0, count).Select(_ => m + s * random.NextGaussian())];
        return EventSet.FromColumns(
            new Dictionary<string, IReadOnlyList<double>>
            {
                ["a"] = Draw(mean, width),
                ["b"] = Draw(-mean, 1.0),
                ["z"] = Draw(0.0, 1.0),
            },
            [.. Enumerable.Range(0, count).Select(_ => 0.5 + random.NextDouble())]
        );
    }

    public static double[] Rows(EventSet events, params string[] columns) =>
        [
            .. Enumerable
                .Range(0, events.Count)
                .SelectMany(i => columns.Select(name => events.Column(name).Span[i])),
        ];
}
