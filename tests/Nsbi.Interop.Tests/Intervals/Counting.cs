namespace Nsbi.Interop.Tests;

/// <summary>Counting models whose limits and significances are known.</summary>
internal static class Counting
{
    /// <summary>Two bins with uncorrelated backgrounds: the model of pyhf's documentation.</summary>
    public static Observation TwoBins(double first, double second, double upper = 10.0)
    {
        var mu = Parameter.OfInterest("mu", lower: 0.0, upper: upper);
        var model = new ModelBuilder("two bins")
            .Binned(
                "SR",
                sr =>
                    sr.Process("S", [12.0, 11.0], mu)
                        .Process("B", [50.0, 52.0], b => b.ShapeSys("unc", [3.0, 7.0]))
            )
            .Build();
        return Observe(model, first, second);
    }

    /// <summary>n events of μ s + b.</summary>
    public static Observation Events(double n, double s, double b)
    {
        var mu = Parameter.OfInterest("mu", lower: 0.0, upper: 20.0);
        var model = new ModelBuilder("counting")
            .Binned("SR", sr => sr.Process("S", [s], mu).Process("B", [b]))
            .Build();
        return Observe(model, n);
    }

    public static Observation Observe(StatisticalModel model, params double[] counts) =>
        new LikelihoodBuilder(model)
            .Compile()
            .Observed(new Dictionary<string, IReadOnlyList<double>> { ["SR"] = counts });

    public sealed class Now<T>(Action<T>? also = null) : IProgress<T>
    {
        public List<T> Updates { get; } = [];

        public void Report(T value)
        {
            lock (Updates)
            {
                Updates.Add(value);
            }

            also?.Invoke(value);
        }
    }
}
