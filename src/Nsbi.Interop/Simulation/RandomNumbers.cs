using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>Random numbers that are a pure function of (seed, purpose, index): streams that differ in
/// any of the three are independent, so that results do not depend on threads. One thread at a time.
/// </summary>
/// <remarks>Philox 4x32-10; Salmon et al., SC11.</remarks>
public sealed class RandomNumbers
{
    // A field: a property would hand out copies, which repeat the same numbers.
    internal RandomStream Stream;

    /// <summary>The stream of a seed, a purpose and an index.</summary>
    /// <param name="seed">of a whole study</param>
    /// <param name="purpose">what the numbers are for, any text</param>
    /// <param name="index">the number of the toy, the set, …</param>
    public RandomNumbers(ulong seed, string purpose, ulong index = 0)
        : this(new RandomStream(seed, purpose, index)) { }

    internal RandomNumbers(RandomStream stream)
    {
        Stream = stream;
    }

    /// <summary>Uniform in (0, 1), the ends left out.</summary>
    public double NextDouble() => Stream.NextDouble();

    /// <summary>Uniform among 0 … limit − 1.</summary>
    /// <param name="limit">1 or more</param>
    /// <exception cref="ArgumentOutOfRangeException">the limit is not positive</exception>
    public int NextInt(int limit) => Stream.NextInt32(limit);

    /// <summary>Standard normal, N(0, 1).</summary>
    public double NextGaussian() => Stream.NextGaussian();

    /// <summary>A Poisson number.</summary>
    /// <param name="mean">from 0 to 10¹⁵</param>
    /// <exception cref="ArgumentOutOfRangeException">a mean out of range</exception>
    public long NextPoisson(double mean) => Stream.NextPoisson(mean);
}
