namespace Nsbi.Kernels;

/// <summary>
/// The interpolant g of a column at one value of its parameter α, as a function of the event's
/// U = log r₊ and D = log r₋, with first and second derivatives in α. Either a sum of exponentials,
/// g, g′ and g″ each an <see cref="ExponentialSum"/>, or an exponential, log g = p U + q D with p, q
/// and their derivatives.
/// </summary>
/// <remarks>
/// The interpolations of HistFactory are of these forms, Î = r₊ = e^U, r₋ = e^D. Code 0 for α ≥ 0: the
/// sum k = 1 − α, a₀ = α. Code 1 for α ≥ 0: the exponential p = α. Code 4 for |α| ≥ 1: as code 1; for
/// |α| &lt; 1 a polynomial in α whose coefficients are linear in e^U, U e^U, U² e^U and the same of D.
/// Codes 2 and 4p: linear in e^U and e^D. Source: HistFactory, CERN-OPEN-2012-016; pyhf.
/// </remarks>
public readonly record struct ColumnForm
{
    private ColumnForm(
        bool isExponential,
        ExponentialSum value,
        ExponentialSum first,
        ExponentialSum second
    )
    {
        IsExponential = isExponential;
        Value = value;
        First = first;
        Second = second;
    }

    /// <summary>Whether log g = p U + q D; else g is a sum of exponentials.</summary>
    public bool IsExponential { get; }

    // Of an exponential: p is Up1 and q is Down1.
    internal ExponentialSum Value { get; }

    internal ExponentialSum First { get; }

    internal ExponentialSum Second { get; }

    /// <summary>g as a sum of exponentials.</summary>
    /// <param name="value">g</param>
    /// <param name="first">∂g/∂α</param>
    /// <param name="second">∂²g/∂α²</param>
    public static ColumnForm Sum(
        ExponentialSum value,
        ExponentialSum first,
        ExponentialSum second
    ) => new(false, value, first, second);

    /// <summary>log g = p U + q D.</summary>
    /// <param name="up">p</param>
    /// <param name="down">q</param>
    /// <param name="firstUp">∂p/∂α</param>
    /// <param name="firstDown">∂q/∂α</param>
    /// <param name="secondUp">∂²p/∂α²</param>
    /// <param name="secondDown">∂²q/∂α²</param>
    public static ColumnForm Exponential(
        double up,
        double down,
        double firstUp,
        double firstDown,
        double secondUp,
        double secondDown
    ) =>
        new(
            true,
            new ExponentialSum(0.0, 0.0, up, 0.0, 0.0, down, 0.0),
            new ExponentialSum(0.0, 0.0, firstUp, 0.0, 0.0, firstDown, 0.0),
            new ExponentialSum(0.0, 0.0, secondUp, 0.0, 0.0, secondDown, 0.0)
        );

    /// <summary>g, ∂g/∂α and ∂²g/∂α² of one event.</summary>
    /// <param name="up">U = log r₊</param>
    /// <param name="down">D = log r₋</param>
    /// <param name="value">g</param>
    /// <param name="first">∂g/∂α</param>
    /// <param name="second">∂²g/∂α²</param>
    public void At(double up, double down, out double value, out double first, out double second)
    {
        if (IsExponential)
        {
            double slope = (First.Up1 * up) + (First.Down1 * down);
            double curve = (Second.Up1 * up) + (Second.Down1 * down);
            value = Math.Exp((Value.Up1 * up) + (Value.Down1 * down));
            first = value * slope;
            second = value * ((slope * slope) + curve);
        }
        else
        {
            value = Value.At(up, down);
            first = First.At(up, down);
            second = Second.At(up, down);
        }
    }
}
