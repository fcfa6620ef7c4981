using System.Text;

namespace Nsbi.Kernels;

/// <summary>
/// A stream of random numbers that is a pure function of (seed, purpose, index): the counter-based
/// generator Philox 4x32-10. Two streams that differ in any of the three are independent, so tasks
/// draw their own stream and results do not depend on which thread ran them.
/// </summary>
/// <remarks>
/// Key = seed; counter = (block, hash of purpose, index). A stream has 2³² blocks of four 32-bit
/// words. A mutable struct: pass it by reference, a copy repeats the same numbers.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC11). Known-answer tests:
/// tests/Nsbi.Kernels.Tests/RandomStreamTests.fs.
/// </remarks>
public struct RandomStream
{
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _purpose;
    private readonly uint _index0;
    private readonly uint _index1;
    private uint _block;
    private int _used;
    private uint _w0;
    private uint _w1;
    private uint _w2;
    private uint _w3;
    private double _spareGaussian;

    /// <summary>The stream of a seed, a purpose (any text, e.g. <c>"dropout"</c>) and an index
    /// (the number of the task, fold, toy, …).</summary>
    /// <exception cref="ArgumentNullException">The purpose is null.</exception>
    public RandomStream(ulong seed, string purpose, ulong index = 0)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        _key0 = (uint)seed;
        _key1 = (uint)(seed >> 32);
        _purpose = HashOf(purpose);
        _index0 = (uint)index;
        _index1 = (uint)(index >> 32);
        _block = 0;
        _used = 4;
        _w0 = _w1 = _w2 = _w3 = 0;
        _spareGaussian = double.NaN;
    }

    /// <summary>One block of Philox 4x32 with ten rounds: four words from a counter and a key.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(
        uint c0,
        uint c1,
        uint c2,
        uint c3,
        uint k0,
        uint k1
    )
    {
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = (
                (uint)(p1 >> 32) ^ c1 ^ k0,
                (uint)p1,
                (uint)(p0 >> 32) ^ c3 ^ k1,
                (uint)p0
            );
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>A uniform 32-bit word.</summary>
    public uint NextUInt32()
    {
        if (_used == 4)
        {
            (_w0, _w1, _w2, _w3) = Block(_block++, _purpose, _index0, _index1, _key0, _key1);
            _used = 0;
        }

        return _used++ switch
        {
            0 => _w0,
            1 => _w1,
            2 => _w2,
            _ => _w3,
        };
    }

    /// <summary>Uniform in the open interval (0, 1): (k + ½)/2⁵² with 52 random bits k.</summary>
    public double NextDouble()
    {
        var bits = ((ulong)NextUInt32() << 20) | (NextUInt32() >> 12);
        return (bits + 0.5) * (1.0 / (1UL << 52));
    }

    /// <summary>Uniform among 0 … exclusiveMax − 1, without bias (Lemire 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException">exclusiveMax is not positive.</exception>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        var range = (uint)exclusiveMax;
        var product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            var reject = (0u - range) % range;
            while ((uint)product < reject)
            {
                product = (ulong)NextUInt32() * range;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>Standard normal N(0, 1), by Box and Muller's transform.</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(_spareGaussian))
        {
            var spare = _spareGaussian;
            _spareGaussian = double.NaN;
            return spare;
        }

        var radius = Math.Sqrt(-2.0 * Math.Log(NextDouble()));
        var (sin, cos) = Math.SinCos(2.0 * Math.PI * NextDouble());
        _spareGaussian = radius * sin;
        return radius * cos;
    }

    /// <summary>A Poisson number of the given mean, exact for every mean ≥ 0: by multiplication
    /// below 10, by Hörmann's transformed rejection PTRS above (Insurance: Math. Econ. 12, 39,
    /// 1993).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The mean is negative, NaN or above 10¹⁵.</exception>
    public long NextPoisson(double mean)
    {
        if (!(mean >= 0.0 && mean <= 1e15))
        {
            throw new ArgumentOutOfRangeException(
                nameof(mean),
                mean,
                "The mean of a Poisson number must lie in [0, 1e15]."
            );
        }

        return mean < 10.0 ? PoissonByMultiplication(mean) : PoissonByRejection(mean);
    }

    /// <summary>Fisher and Yates's shuffle: every permutation is equally probable.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>FNV-1a of the purpose's UTF-8 bytes: stable across processes and versions.</summary>
    internal static uint HashOf(string purpose)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(purpose))
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash;
    }

    private long PoissonByMultiplication(double mean)
    {
        var limit = Math.Exp(-mean);
        var product = NextDouble();
        var n = 0L;
        while (product > limit)
        {
            product *= NextDouble();
            n++;
        }

        return n;
    }

    private long PoissonByRejection(double mean)
    {
        var b = 0.931 + (2.53 * Math.Sqrt(mean));
        var a = -0.059 + (0.02483 * b);
        var inverseAlpha = 1.1239 + (1.1328 / (b - 3.4));
        var vr = 0.9277 - (3.6224 / (b - 2.0));
        var logMean = Math.Log(mean);
        while (true)
        {
            var u = NextDouble() - 0.5;
            var v = NextDouble();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2.0 * a / us) + b) * u) + mean + 0.43);
            if (us >= 0.07 && v <= vr)
            {
                return (long)k;
            }

            if (k < 0.0 || (us < 0.013 && v > us))
            {
                continue;
            }

            var left = Math.Log(v * inverseAlpha / ((a / (us * us)) + b));
            if (left <= (k * logMean) - mean - LogFactorial(k))
            {
                return (long)k;
            }
        }
    }

    /// <summary>ln k!, by table below 10 and Stirling's series above (relative error below 1e-15).</summary>
    private static double LogFactorial(double k)
    {
        if (k < 10.0)
        {
            var factorial = 1.0;
            for (var i = 2; i <= (int)k; i++)
            {
                factorial *= i;
            }

            return Math.Log(factorial);
        }

        var x = k + 1.0;
        var x2 = 1.0 / (x * x);
        var series =
            ((1.0 / 12.0) - (x2 * ((1.0 / 360.0) - (x2 * ((1.0 / 1260.0) - (x2 / 1680.0)))))) / x;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2.0 * Math.PI)) + series;
    }
}
