namespace Nsbi.Interop;

/// <summary>The prior density of one parameter φ, in its own units; zero outside its support.
/// Immutable.</summary>
public sealed class PriorDensity
{
    internal PriorDensity(FPosterior.PriorDensity density)
    {
        Density = density;
    }

    internal FPosterior.PriorDensity Density { get; }

    /// <summary>1/(high − low) from low to high.</summary>
    /// <param name="low">the smallest value</param>
    /// <param name="high">the largest value</param>
    public static PriorDensity Uniform(double low, double high) =>
        new(FPosterior.PriorDensity.NewUniform(low, high));

    /// <summary>A Gaussian on all numbers.</summary>
    /// <param name="mean">its mean</param>
    /// <param name="standardDeviation">its width, above 0</param>
    public static PriorDensity Normal(double mean, double standardDeviation) =>
        new(FPosterior.PriorDensity.NewNormal(mean, standardDeviation));

    /// <summary>A Gaussian from low to high, divided by its integral there.</summary>
    /// <param name="mean">of the Gaussian without bounds</param>
    /// <param name="standardDeviation">of the Gaussian without bounds, above 0</param>
    /// <param name="low">the smallest value</param>
    /// <param name="high">the largest value</param>
    public static PriorDensity TruncatedNormal(
        double mean,
        double standardDeviation,
        double low,
        double high
    ) => new(FPosterior.PriorDensity.NewTruncatedNormal(mean, standardDeviation, low, high));

    /// <summary>ln φ is a Gaussian around ln median; φ > 0.</summary>
    /// <param name="median">above 0</param>
    /// <param name="logStandardDeviation">the width in ln φ, above 0</param>
    public static PriorDensity LogNormal(double median, double logStandardDeviation) =>
        new(FPosterior.PriorDensity.NewLogNormal(median, logStandardDeviation));

    /// <summary>The density in words.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Density.ToString();
}
