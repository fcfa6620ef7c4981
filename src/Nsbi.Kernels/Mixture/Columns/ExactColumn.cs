namespace Nsbi.Kernels;

/// <summary>A column's interpolant at one α, for the exact kernel: how its stored numbers become
/// log-ratios, and the coefficients of g, g′ and g″.</summary>
internal unsafe struct ExactColumn
{
    /// <summary>
    /// A factor of less than this is given this size, so that g′/g stays finite: value and gradient of
    /// the product move by less than 1e-9, its second derivative by less than 1e-6 of their size.
    /// </summary>
    public const double Floor = 1e-10;

    // Below this the terms left out of e^z are less than half a unit of the last place.
    private const double Negligible = 5e-17;

    // A series of more terms is no faster than the exponential of the library.
    private const int MostTerms = 13;

    public bool IsExponential;
    public bool UsesUp;
    public bool UsesDown;

    /// <summary>Degree of the series of e^z, z = log r − middle; 0 for the library's exponential of
    /// log r.</summary>
    public int UpDegree;
    public int DownDegree;
    public double UpMiddle;
    public double DownMiddle;
    public double UpStep;
    public double UpOffset;
    public double DownStep;
    public double DownOffset;

    /// <summary>k, a₀, a₁, a₂, b₀, b₁, b₂ of g, then of g′ and of g″; of a sum of exponentials with a
    /// series, a and b times e^middle.</summary>
    public fixed double Coefficients[21];

    public static ExactColumn Of(InterpolatedColumns columns, int column, in ColumnForm form)
    {
        ColumnSide up = columns.Up(column);
        ColumnSide down = columns.Down(column);
        var exact = new ExactColumn
        {
            IsExponential = form.IsExponential,
            UpStep = columns.Step(up),
            UpOffset = columns.Offset(up),
            DownStep = columns.Step(down),
            DownOffset = columns.Offset(down),
            UpMiddle = up.Middle,
            DownMiddle = down.Middle,
        };
        if (!form.IsExponential)
        {
            exact.UpDegree = Degree(up.Half);
            exact.DownDegree = Degree(down.Half);
        }

        double scaleUp = exact.UpDegree > 0 ? Math.Exp(up.Middle) : 1.0;
        double scaleDown = exact.DownDegree > 0 ? Math.Exp(down.Middle) : 1.0;
        exact.Set(0, form.Value, scaleUp, scaleDown);
        exact.Set(7, form.First, scaleUp, scaleDown);
        exact.Set(14, form.Second, scaleUp, scaleDown);
        return exact;
    }

    /// <summary>The degree at which zⁿ⁺¹/(n + 1)! is negligible for |z| ≤ half; 0 if too high.
    /// </summary>
    private static int Degree(double half)
    {
        // A little more than half: the middle and the stored numbers are rounded.
        double z = half * 1.000001;
        double left = z;
        for (int n = 1; n <= MostTerms; n++)
        {
            left *= z / (n + 1);
            if (left < Negligible)
            {
                return n;
            }
        }

        return 0;
    }

    private void Set(int at, in ExponentialSum sum, double up, double down)
    {
        Coefficients[at] = sum.Constant;
        Coefficients[at + 1] = up * sum.Up0;
        Coefficients[at + 2] = up * sum.Up1;
        Coefficients[at + 3] = up * sum.Up2;
        Coefficients[at + 4] = down * sum.Down0;
        Coefficients[at + 5] = down * sum.Down1;
        Coefficients[at + 6] = down * sum.Down2;
        UsesUp |= sum.Up0 != 0.0 || sum.Up1 != 0.0 || sum.Up2 != 0.0;
        UsesDown |= sum.Down0 != 0.0 || sum.Down1 != 0.0 || sum.Down2 != 0.0;
    }
}
