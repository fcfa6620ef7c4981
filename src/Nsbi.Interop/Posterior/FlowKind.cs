namespace Nsbi.Interop;

/// <summary>Which parameters the splines of a layer of a flow depend on.</summary>
public enum FlowKind
{
    /// <summary>Each parameter on all before it; the order is reversed from layer to layer.</summary>
    Autoregressive,

    /// <summary>Half of the parameters on the other half, which stays; the halves swap from layer to
    /// layer.</summary>
    Coupling,
}
