namespace Nsbi.Interop;

/// <summary>A scalar expression of parameters, the f_c(μ) that scales a process: constants,
/// parameters and the operators + − * /, <see cref="Sqrt"/>, <see cref="Exp"/>, <see cref="Log"/>
/// and <see cref="Power"/>. A number is a coefficient too. Immutable.</summary>
/// <example><code>
/// var mu = Parameter.OfInterest("mu", lower: 0.0, upper: 8.0);
/// var signal = mu - Coefficient.Sqrt(mu);
/// var background = 1.0 - Coefficient.Sqrt(mu);
/// </code></example>
public class Coefficient
{
    private protected Coefficient(FModel.Coefficient written)
    {
        Written = written;
    }

    /// <summary>The expression as the model has it.</summary>
    internal FModel.Coefficient Written { get; }

    internal static Coefficient Of(FModel.Coefficient written) =>
        written is FModel.Coefficient.Parameter named
            ? new Parameter(named.parameter)
            : new Coefficient(written);

    /// <summary>A number as a coefficient.</summary>
    /// <param name="value">the number</param>
    public static implicit operator Coefficient(double value) =>
        new(FModel.Coefficient.NewConstant(value));

    /// <summary>−a.</summary>
    /// <param name="a">the operand</param>
    public static Coefficient operator -(Coefficient a) => new(-a.Written);

    /// <summary>a + b.</summary>
    /// <param name="a">left operand</param>
    /// <param name="b">right operand</param>
    public static Coefficient operator +(Coefficient a, Coefficient b) =>
        new(FModel.Coefficient.NewSum(a.Written, b.Written));

    /// <summary>a − b.</summary>
    /// <param name="a">left operand</param>
    /// <param name="b">right operand</param>
    public static Coefficient operator -(Coefficient a, Coefficient b) =>
        new(FModel.Coefficient.NewDifference(a.Written, b.Written));

    /// <summary>a·b.</summary>
    /// <param name="a">left operand</param>
    /// <param name="b">right operand</param>
    public static Coefficient operator *(Coefficient a, Coefficient b) =>
        new(FModel.Coefficient.NewProduct(a.Written, b.Written));

    /// <summary>a/b.</summary>
    /// <param name="a">left operand</param>
    /// <param name="b">right operand</param>
    public static Coefficient operator /(Coefficient a, Coefficient b) =>
        new(FModel.Coefficient.NewQuotient(a.Written, b.Written));

    /// <summary>√a; NaN where a is negative. Fits treat the boundary √0, where the derivative is
    /// singular, in an inner coordinate.</summary>
    /// <param name="a">the operand</param>
    public static Coefficient Sqrt(Coefficient a) =>
        new(FModel.Coefficient.NewSquareRoot(a.Written));

    /// <summary>exp a.</summary>
    /// <param name="a">the operand</param>
    public static Coefficient Exp(Coefficient a) =>
        new(FModel.Coefficient.NewExponential(a.Written));

    /// <summary>ln a; −∞ at 0, NaN where a is negative.</summary>
    /// <param name="a">the operand</param>
    public static Coefficient Log(Coefficient a) => new(FModel.Coefficient.NewLogarithm(a.Written));

    /// <summary>a^p; NaN where a is negative and p is not an integer.</summary>
    /// <param name="a">the operand</param>
    /// <param name="exponent">p, a constant</param>
    public static Coefficient Power(Coefficient a, double exponent) =>
        new(FModel.Coefficient.NewPower(a.Written, exponent));

    /// <summary>A tabulated function of a coefficient: the natural cubic spline through its knots, twice
    /// continuously differentiable, and a straight line beyond the first and the last of them.</summary>
    /// <param name="a">the operand</param>
    /// <param name="knots">the function's values at two places or more</param>
    /// <exception cref="ArgumentException">fewer than two knots, or one that is not finite</exception>
    public static Coefficient Tabulated(Coefficient a, IReadOnlyDictionary<double, double> knots)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(knots);
        var spline = FModel.SplineModule.create(knots.Ascending());
        return new(FModel.Coefficient.NewInterpolated(a.Written, spline));
    }

    /// <summary>The value at the parameters' initial values; NaN outside of the domain.</summary>
    public double Nominal => FModel.CoefficientModule.nominal(Written);

    /// <summary>The expression as it stands in files: <c>mu - sqrt(mu)</c>.</summary>
    /// <returns>the text</returns>
    public sealed override string ToString() => Written.Text;
}
