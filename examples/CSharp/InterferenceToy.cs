namespace Nsbi.Examples;

/// <summary>A signal that interferes with its background, in one observable x: 40 signal events of
/// N(1.2, 0.7²), 80 background events of N(0, 1), 200 events of N(−0.6, 1.2²) that do not interfere,
/// and the interference −1.2 √(D_S D_B).</summary>
internal sealed class InterferenceToy(int seed)
{
    public const double SignalYield = 40.0;
    public const double BackgroundYield = 80.0;
    public const double OtherYield = 200.0;

    // 40 + 80 − 1.2 √(40·80) ∫√(p_S p_B), the integral being 0.7612734317
    public const double TotalYield = 68.3229;

    private readonly Random _random = new(seed);

    private static double Density(double x, double mean, double width)
    {
        var z = (x - mean) / width;
        return Math.Exp(-0.5 * z * z) / (width * Math.Sqrt(2.0 * Math.PI));
    }

    private double Gaussian(double mean, double width)
    {
        var radius = Math.Sqrt(-2.0 * Math.Log(1.0 - _random.NextDouble()));
        return mean + (width * radius * Math.Cos(2.0 * Math.PI * _random.NextDouble()));
    }

    private static double[] Repeat(int events, Func<double> draw) =>
        [.. Enumerable.Range(0, events).Select(_ => draw())];

    public double[] Signal(int events) => Repeat(events, () => Gaussian(1.2, 0.7));

    public double[] Background(int events) => Repeat(events, () => Gaussian(0.0, 1.0));

    public double[] Other(int events) => Repeat(events, () => Gaussian(-0.6, 1.2));

    /// <summary>Signal and background with their interference, which is negative everywhere: events
    /// of S + B, accepted with the probability D_SBI/(D_S + D_B).</summary>
    public double[] Total(int events) => Repeat(events, DrawTotal);

    private double DrawTotal()
    {
        while (true)
        {
            var isSignal = _random.NextDouble() < SignalYield / (SignalYield + BackgroundYield);
            var x = isSignal ? Gaussian(1.2, 0.7) : Gaussian(0.0, 1.0);
            var signal = SignalYield * Density(x, 1.2, 0.7);
            var background = BackgroundYield * Density(x, 0.0, 1.0);
            var interference = -1.2 * Math.Sqrt(signal * background);

            if (_random.NextDouble() * (signal + background) < signal + background + interference)
            {
                return x;
            }
        }
    }
}
