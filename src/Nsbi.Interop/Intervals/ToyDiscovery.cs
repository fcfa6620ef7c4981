namespace Nsbi.Interop;

/// <summary>The significance of an excess over the background alone by toys: how often these give
/// a q0 as large. Immutable; it prints as a table.</summary>
public sealed class ToyDiscovery
{
    private readonly FInfer.ToyDiscovery _found;

    internal ToyDiscovery(FInfer.ToyDiscovery found)
    {
        _found = found;
        P = new Estimate(found.P);
        Z = new Estimate(found.Z);
        ExpectedP = new Estimate(found.ExpectedP);
        ExpectedZ = new Estimate(found.ExpectedZ);
        Checks = new CheckReport(found.Checks);
    }

    /// <summary>The parameter of the signal.</summary>
    public string Parameter => _found.Observed.Parameter;

    /// <summary>The value at the best fit.</summary>
    public double BestValue => _found.Observed.BestValue;

    /// <summary>q0 of the data.</summary>
    public double QObserved => _found.Observed.Value;

    /// <summary>(k + 1)/(n + 1) for k of n toys of the background with a q0 as large.</summary>
    public Estimate P { get; }

    /// <summary>Z with p = 1 − Φ(Z).</summary>
    public Estimate Z { get; }

    /// <summary>No toy of the background reaches the q0 of the data: Z is a lower bound, and more
    /// toys are needed.</summary>
    public bool IsBound => _found.IsBound;

    /// <summary>p of the median q0 of toys with the signal.</summary>
    public Estimate ExpectedP { get; }

    /// <summary>Its significance.</summary>
    public Estimate ExpectedZ { get; }

    /// <summary>Whether the toys can be trusted.</summary>
    public CheckReport Checks { get; }

    /// <summary>A table of both significances.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"significance of {Parameter} over 0 by q0 of toys",
            ["", "Z", "p"],
            [IsBound ? "observed, at least" : "observed", Z.ToString(), P.ToString()],
            ["expected", ExpectedZ.ToString(), ExpectedP.ToString()]
        );
}
