namespace Nsbi.Kernels;

/// <summary>
/// Chebyshev series on y ∈ [−1, 1] of the functions zʲ e^z, z = h y, j = 0, 1, 2, and the short
/// polynomials made of them: (a₀ + a₁ U + a₂ U²) e^U on U = m + h y.
/// </summary>
/// <remarks>Source: any text on Chebyshev approximation; the error of a truncated series is at most
/// the sum of the sizes of the terms left out.</remarks>
internal sealed class ExponentialSeries
{
    /// <summary>Highest degree of a polynomial.</summary>
    public const int MaxDegree = 12;

    private const int Terms = MaxDegree + 6;
    private const int Nodes = 32;

    // Coefficient of yᵏ in T_j at [j, k].
    private static readonly double[,] Chebyshev = MakeChebyshev();

    private readonly double[] _terms = new double[3 * Terms];

    public ExponentialSeries(double half)
    {
        Half = half;
        for (int node = 0; node < Nodes; node++)
        {
            double angle = Math.PI * (node + 0.5) / Nodes;
            double z = half * Math.Cos(angle);
            double e = Math.Exp(z);
            for (int j = 0; j < Terms; j++)
            {
                double share = (j == 0 ? 1.0 : 2.0) / Nodes * Math.Cos(j * angle) * e;
                _terms[j] += share;
                _terms[Terms + j] += share * z;
                _terms[(2 * Terms) + j] += share * z * z;
            }
        }
    }

    /// <summary>h</summary>
    public double Half { get; }

    // Fills p_k, the coefficients of yᵏ of a polynomial that is within the tolerance of
    // (a₀ + a₁ U + a₂ U²) e^U, U = middle + h y. Returns its degree; those above it are left alone.
    // Returns −1 if it would have to be above MaxDegree.
    public int Polynomial(
        double middle,
        double a0,
        double a1,
        double a2,
        double tolerance,
        Span<double> p
    )
    {
        double scale = Math.Exp(middle);
        double c0 = scale * (a0 + (middle * (a1 + (middle * a2))));
        double c1 = scale * (a1 + (2.0 * middle * a2));
        double c2 = scale * a2;
        Span<double> series = stackalloc double[Terms];
        ReadOnlySpan<double> terms = _terms;
        for (int j = 0; j < Terms; j++)
        {
            series[j] = (c0 * terms[j]) + (c1 * terms[Terms + j]) + (c2 * terms[(2 * Terms) + j]);
        }

        int degree = Terms - 1;
        for (double left = 0.0; degree > 0; degree--)
        {
            left += Math.Abs(series[degree]);
            if (!(left < tolerance))
            {
                break;
            }
        }

        if (degree > MaxDegree)
        {
            return -1;
        }

        for (int k = 0; k <= degree; k++)
        {
            double sum = 0.0;
            for (int j = k; j <= degree; j += 2)
            {
                sum += series[j] * Chebyshev[j, k];
            }

            p[k] = sum;
        }

        return degree;
    }

    private static double[,] MakeChebyshev()
    {
        var t = new double[MaxDegree + 1, MaxDegree + 1];
        t[0, 0] = 1.0;
        t[1, 1] = 1.0;
        for (int j = 2; j <= MaxDegree; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                t[j, k] = (k > 0 ? 2.0 * t[j - 1, k - 1] : 0.0) - t[j - 2, k];
            }
        }

        return t;
    }
}
