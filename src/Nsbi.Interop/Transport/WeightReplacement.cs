namespace Nsbi.Interop;

/// <summary>What takes the place of signed weights once e = E[sign w | x] is known; both have the density
/// of the signed events.</summary>
public enum WeightReplacement
{
    /// <summary>Every event is kept and weighs |w| e; errors from the squares of these weights are too
    /// small, see <see cref="PositiveWeights.ErrorFactor"/>.</summary>
    Reweight,

    /// <summary>An event is kept with probability e² and then weighs |w|/e: errors mean what they say.
    /// </summary>
    Resample,
}
