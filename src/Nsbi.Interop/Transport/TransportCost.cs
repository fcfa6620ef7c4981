namespace Nsbi.Interop;

/// <summary>In which units a distance is measured: what "nearest" means to the transport.</summary>
public enum TransportCost
{
    /// <summary>Each feature in units of its own pooled standard deviation: for features of different
    /// units.</summary>
    PerFeature,

    /// <summary>|T(x) − x|² as it is: for features of one unit, such as logits.</summary>
    Euclidean,
}
