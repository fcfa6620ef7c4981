namespace Nsbi.Interop;

/// <summary>How a quantity goes from its nominal value I₀ to its values I₊ and I₋ at ±1 standard
/// deviation of a nuisance parameter α: HistFactory's codes and a positive one.</summary>
public enum Interpolation
{
    /// <summary>Code 0: straight lines, with a kink at 0.</summary>
    PiecewiseLinear,

    /// <summary>Code 1: powers, with a kink at 0; positive.</summary>
    PiecewiseExponential,

    /// <summary>Code 2: a parabola within ±1, its tangents outside.</summary>
    QuadraticLinear,

    /// <summary>Code 4: powers outside of ±1, a polynomial inside that continues them with two
    /// derivatives; it can be negative inside.</summary>
    PolynomialExponential,

    /// <summary>Code 4p: lines outside of ±1, a polynomial inside that continues them with two
    /// derivatives.</summary>
    PolynomialLinear,

    /// <summary>The exponential of code 4p between the logarithms: as code 4, and never
    /// negative.</summary>
    LogPolynomial,
}
