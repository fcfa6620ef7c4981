namespace Nsbi.Interop.Tests;

/// <summary>Events x ~ N(μ, 1) with μ ~ N(0, 1), whose posterior of n events is
/// N(Σ x/(n + 1), 1/(n + 1)); a feature that says nothing beside it.</summary>
internal static class Mean
{
    public static readonly Prior Prior = new Prior().With("mu", PriorDensity.Normal(0.0, 1.0));

    public static readonly string[] Features = ["x", "noise"];

    public static readonly PosteriorOptions Options = new()
    {
        EncoderLayers = [8],
        Width = 6,
        Pooling = Pooling.SumAndMean,
        DecoderLayers = [16],
        LearningRate = 5e-3,
        BatchSize = 32,
        Epochs = 3,
        SetsPerEpoch = 500,
        ValidationSets = 70,
        Threads = 2,
    };

    private static readonly Lazy<PosteriorEstimator> Made = new(() =>
        PosteriorTrainer.Train(Simulator(SetSize.Uniform(0, 12)), Options)
    );

    public static PosteriorEstimator Trained => Made.Value;

    public static SetSimulator Simulator(SetSize size) => new("mean", Prior, Features, size, Draw);

    public static double[] Draw(IReadOnlyList<double> parameters, int events, RandomNumbers random)
    {
        var x = new double[2 * events];

        for (var i = 0; i < events; i++)
        {
            x[2 * i] = parameters[0] + random.NextGaussian();
            x[2 * i + 1] = random.NextDouble();
        }

        return x;
    }

    public static EventSet Events(int count, double mu = 0.5, ulong seed = 4) =>
        Simulator(SetSize.Fixed(count)).DrawAt([mu], count, new RandomNumbers(seed, "events"));
}
