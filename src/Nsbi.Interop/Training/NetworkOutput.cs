namespace Nsbi.Interop;

/// <summary>How the output f of a loss is made of a network's last number z.</summary>
public enum NetworkOutput
{
    /// <summary>1/(1 + e^−z), for losses whose output is a probability.</summary>
    Sigmoid,

    /// <summary>½(tanh z + 1), likewise.</summary>
    Tanh,

    /// <summary>½ + atan(z)/π, likewise.</summary>
    Arctan,

    /// <summary>e^z, for losses whose output is a ratio.</summary>
    Exponential,

    /// <summary>z², likewise.</summary>
    Square,

    /// <summary>max(z, 0), likewise.</summary>
    Rectified,
}
