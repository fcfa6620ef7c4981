namespace Nsbi.Kernels;

/// <summary>
/// How one side of a column, log r₊ or log r₋, is stored: as y = (x − middle)/half in [−1, 1], or in
/// double precision as x itself.
/// </summary>
internal sealed class ColumnSide
{
    private ColumnSide(double low, double high, double mean, double meanSquare)
        : this(low, high, 0.5 * (low + high), new ExponentialSeries(0.5 * (high - low)))
    {
        Mean = mean;
        MeanSquare = meanSquare;
    }

    private ColumnSide(double low, double high, double middle, ExponentialSeries series)
    {
        Low = low;
        High = high;
        Middle = middle;
        Series = series;
    }

    public double Low { get; }

    public double High { get; }

    public double Middle { get; }

    public double Half => Series.Half;

    /// <summary>Mean of y over the events.</summary>
    public double Mean { get; private init; }

    /// <summary>Mean of y² over the events.</summary>
    public double MeanSquare { get; private init; }

    public ExponentialSeries Series { get; }

    /// <summary>The same numbers y for log-ratios that are greater by a shift.</summary>
    public ColumnSide Shifted(double shift) =>
        new(Low, High, Middle + shift, Series) { Mean = Mean, MeanSquare = MeanSquare };

    public static ColumnSide Of(ReadOnlySpan<double> x)
    {
        if (x.Length == 0)
        {
            return new ColumnSide(0.0, 0.0, 0.0, 0.0);
        }

        double low = x[0];
        double high = x[0];
        double sum = 0.0;
        foreach (double value in x)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
            sum += value;
        }

        double middle = 0.5 * (low + high);
        double squares = 0.0;
        foreach (double value in x)
        {
            squares += (value - middle) * (value - middle);
        }

        double half = 0.5 * (high - low);
        return half > 0.0
            ? new ColumnSide(
                low,
                high,
                ((sum / x.Length) - middle) / half,
                squares / x.Length / (half * half)
            )
            : new ColumnSide(low, high, 0.0, 0.0);
    }
}
