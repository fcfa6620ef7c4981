namespace Nsbi.Interop;

/// <summary>The significance of an excess over the background alone by toys: how often these give
/// a q0 as large. Immutable; it prints as a table.</summary>
public sealed class ToyDiscovery
{
    private readonly FInfer.ToyDiscovery _found;

    internal ToyDiscovery(double signal, FInfer.ToyDiscovery found)
    {
        _found = found;
        Signal = signal;
        P = new Estimate(found.P);
        Z = Known(found.P, found.Z);
        ExpectedP = new Estimate(found.ExpectedP);
        ExpectedZ = Known(found.ExpectedP, found.ExpectedZ);
        Checks = new CheckReport(found.Checks);
    }

    /// <summary>Where all toys reach a value there is no excess, and no Z.</summary>
    private static Estimate Known(FInfer.ToyPValue p, FInfer.Estimated z) =>
        p.Above.Count == p.Above.Trials ? new(double.NaN, double.NaN) : new(z);

    /// <summary>The parameter of the signal.</summary>
    public string Parameter => _found.Observed.Parameter;

    /// <summary>The value at the best fit.</summary>
    public double BestValue => _found.Observed.BestValue;

    /// <summary>q0 of the data.</summary>
    public double QObserved => _found.Observed.Value;

    /// <summary>(k + 1)/(n + 1) for k of n toys of the background with a q0 as large.</summary>
    public Estimate P { get; }

    /// <summary>Z with p = 1 − Φ(Z); NaN where all toys reach the q0 of the data, which is no
    /// excess.</summary>
    public Estimate Z { get; }

    /// <summary>No toy of the background reaches the q0 of the data: Z is a lower bound, and more
    /// toys are needed.</summary>
    public bool IsBound => _found.IsBound;

    /// <summary>The value of the parameter that the expectation is for.</summary>
    public double Signal { get; }

    /// <summary>p of the median q0 of toys at that value.</summary>
    public Estimate ExpectedP { get; }

    /// <summary>Its significance; NaN likewise.</summary>
    public Estimate ExpectedZ { get; }

    /// <summary>Whether the toys can be trusted.</summary>
    public CheckReport Checks { get; }

    /// <summary>A table of both significances.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FInfer.ToyTestText.ofDiscovery(Signal, _found);
}
