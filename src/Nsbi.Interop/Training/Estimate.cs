namespace Nsbi.Interop;

/// <summary>A number with its Monte Carlo standard error. Immutable.</summary>
public sealed class Estimate
{
    internal Estimate(double value, double error)
    {
        Value = value;
        Error = error;
    }

    internal Estimate(FNetworks.Measured measured)
        : this(measured.Value, measured.Error) { }

    internal Estimate(FInfer.Estimated estimated)
        : this(estimated.Value, estimated.Error) { }

    internal Estimate(FInfer.ToyPValue probability)
        : this(probability.Value, probability.Error) { }

    /// <summary>The number.</summary>
    public double Value { get; }

    /// <summary>Its standard error; +∞ where it cannot be told.</summary>
    public double Error { get; }

    /// <summary>The number and its error, four and two digits.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0:G4} ± {1:G2}", Value, Error);
}
