namespace Nsbi.Interop;

/// <summary>A number with its Monte Carlo standard error. Immutable.</summary>
public sealed class Estimate
{
    internal Estimate(FNetworks.Measured measured)
    {
        Value = measured.Value;
        Error = measured.Error;
    }

    /// <summary>The number.</summary>
    public double Value { get; }

    /// <summary>Its standard error.</summary>
    public double Error { get; }

    /// <summary>The number and its error, four and two digits.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0:G4} ± {1:G2}", Value, Error);
}
