namespace Nsbi.Interop;

/// <summary>The prior of one parameter of a likelihood, beside its constraint. Immutable.</summary>
public sealed class ParameterPrior
{
    private ParameterPrior(FInfer.ParameterPrior prior)
    {
        Prior = prior;
    }

    internal FInfer.ParameterPrior Prior { get; }

    /// <summary>The same density everywhere within the bounds.</summary>
    public static ParameterPrior Flat { get; } = new(FInfer.ParameterPrior.Flat);

    /// <summary>The same density of ln x, for parameters above 0.</summary>
    public static ParameterPrior LogFlat { get; } = new(FInfer.ParameterPrior.LogFlat);

    /// <summary>A Gaussian within the bounds.</summary>
    /// <param name="mean">its mean</param>
    /// <param name="width">its standard deviation, above 0</param>
    public static ParameterPrior Normal(double mean, double width) =>
        new(FInfer.ParameterPrior.NewNormal(mean, width));

    /// <summary>The prior in words.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Prior.ToString();
}
