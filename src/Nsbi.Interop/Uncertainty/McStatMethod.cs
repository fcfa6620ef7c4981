namespace Nsbi.Interop;

/// <summary>A way to find the uncertainty that the finite training sample causes in an average of
/// networks. <see cref="McStatEstimators.Guidance"/> says when to use which and what it costs.</summary>
public enum McStatMethod
{
    /// <summary>(a) The variance of bootstrapped networks, without 1/M.</summary>
    EnsembleVariance,

    /// <summary>(b) The variance of bootstrapped networks, with that of trainings on the same data taken
    /// out.</summary>
    TrainingSubtracted,

    /// <summary>(c) The whole procedure again on each of J resamples of the data, its networks
    /// bootstrapped.</summary>
    NestedBootstraps,

    /// <summary>(d) The same with networks that share the resampled data and differ in their seeds.
    /// </summary>
    NestedSeeds,

    /// <summary>(e) The infinitesimal jackknife in blocks, on bootstrapped networks that exist already.
    /// </summary>
    BlockJackknife,
}
