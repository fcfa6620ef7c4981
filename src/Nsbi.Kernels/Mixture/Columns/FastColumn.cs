namespace Nsbi.Kernels;

/// <summary>
/// A column's interpolant at one α, for the fast kernel: g − 1, g′ and g″ as polynomials of the stored
/// numbers, or log g and its derivatives as linear functions of them.
/// </summary>
internal unsafe struct FastColumn
{
    /// <summary>Most coefficients of a polynomial besides its constant.</summary>
    public const int Most = ExponentialSeries.MaxDegree;

    // What is left out of a series is of both signs over a column's range but does not average out over
    // the events: these keep Σ w ln D of 10⁶ events within 1e-4.
    private const double ValueTolerance = 1e-11;
    private const double SlopeTolerance = 2e-9;
    private const double CurveTolerance = 1e-6;

    // Above this the powers of an integer step leave the range of single precision.
    private const int MostFolded = 6;

    public FastColumnKind Kind;
    public int UpDegree;
    public int UpSlopeDegree;
    public int UpCurveDegree;
    public int DownDegree;
    public int DownSlopeDegree;
    public int DownCurveDegree;

    /// <summary>What stored numbers are multiplied with before all else; 0 stands for 1.</summary>
    public float Scale;

    public fixed float Constants[4];
    public fixed float Up[3 * Most];
    public fixed float Down[3 * Most];

    /// <summary>Works out the polynomials.</summary>
    /// <param name="columns">whose stored numbers they will take</param>
    /// <param name="index">the column</param>
    /// <param name="form">the interpolant</param>
    /// <param name="order">highest derivative</param>
    /// <param name="log">of a constant factor of the process that stands for what rounding to single
    /// precision takes from the column's mean; it is added to</param>
    public void Set(
        InterpolatedColumns columns,
        int index,
        in ColumnForm form,
        int order,
        ref double log
    )
    {
        ColumnSide up = columns.Up(index);
        ColumnSide down = columns.Down(index);
        double step = columns.Precision == ColumnPrecision.Int16 ? columns.Unit : 1.0;
        Scale = 0.0f;
        if (form.IsExponential)
        {
            SetExponential(up, down, form, step, ref log);
            return;
        }

        Span<double> p = stackalloc double[2 * 3 * (Most + 1)];
        Span<int> degrees = stackalloc int[6];
        Kind = FastColumnKind.Polynomial;
        for (int d = 0; d <= order; d++)
        {
            ExponentialSum sum =
                d == 0 ? form.Value
                : d == 1 ? form.First
                : form.Second;
            double tolerance = d switch
            {
                0 => ValueTolerance,
                1 => SlopeTolerance,
                _ => CurveTolerance,
            };
            int at = 2 * d * (Most + 1);
            degrees[2 * d] = up.Series.Polynomial(
                up.Middle,
                sum.Up0,
                sum.Up1,
                sum.Up2,
                tolerance,
                p[at..]
            );
            degrees[(2 * d) + 1] = down.Series.Polynomial(
                down.Middle,
                sum.Down0,
                sum.Down1,
                sum.Down2,
                tolerance,
                p[(at + Most + 1)..]
            );
            if (degrees[2 * d] < 0 || degrees[(2 * d) + 1] < 0)
            {
                Kind = FastColumnKind.Exact;
                return;
            }
        }

        UpCurveDegree = degrees[4];
        DownCurveDegree = degrees[5];
        UpSlopeDegree = Math.Max(degrees[2], UpCurveDegree);
        DownSlopeDegree = Math.Max(degrees[3], DownCurveDegree);
        UpDegree = Math.Max(degrees[0], UpSlopeDegree);
        DownDegree = Math.Max(degrees[1], DownSlopeDegree);
        double unit = step;
        if (step != 1.0 && Math.Max(UpDegree, DownDegree) > MostFolded)
        {
            Scale = (float)step;
            unit = 1.0;
        }

        for (int d = 0; d <= order; d++)
        {
            ExponentialSum sum =
                d == 0 ? form.Value
                : d == 1 ? form.First
                : form.Second;
            Span<double> upper = p.Slice(2 * d * (Most + 1), Most + 1);
            Span<double> lower = p.Slice(((2 * d) + 1) * (Most + 1), Most + 1);
            double constant = sum.Constant + upper[0] + lower[0] - (d == 0 ? 1.0 : 0.0);
            Constants[d] = (float)constant;
            double lost = constant - Constants[d];
            fixed (
                float* u = Up,
                    v = Down
            )
            {
                lost += Round(upper, degrees[2 * d], unit, u + (d * Most), up);
                lost += Round(lower, degrees[(2 * d) + 1], unit, v + (d * Most), down);
            }

            if (d == 0)
            {
                log += lost;
            }
        }
    }

    /// <returns>the mean over the column's events of what rounding takes away</returns>
    private static double Round(
        ReadOnlySpan<double> p,
        int degree,
        double unit,
        float* rounded,
        ColumnSide side
    )
    {
        double power = 1.0;
        double lost = 0.0;
        for (int k = 1; k <= Most; k++)
        {
            power *= unit;
            double exact = k <= degree ? p[k] : 0.0;
            rounded[k - 1] = (float)(exact * power);
            double mean = k switch
            {
                1 => side.Mean,
                2 => side.MeanSquare,
                _ => 0.0,
            };
            lost += mean == 0.0 ? 0.0 : mean * (exact - (rounded[k - 1] / power));
        }

        return lost;
    }

    private void SetExponential(
        ColumnSide up,
        ColumnSide down,
        in ColumnForm form,
        double step,
        ref double log
    )
    {
        Kind = FastColumnKind.Exponential;
        for (int d = 0; d < 3; d++)
        {
            ExponentialSum sum =
                d == 0 ? form.Value
                : d == 1 ? form.First
                : form.Second;
            double constant = (sum.Up1 * up.Middle) + (sum.Down1 * down.Middle);
            double onUp = sum.Up1 * up.Half;
            double onDown = sum.Down1 * down.Half;
            Constants[d] = (float)constant;
            Up[d * Most] = (float)(onUp * step);
            Down[d * Most] = (float)(onDown * step);
            if (d == 0)
            {
                log += constant;
                log += up.Mean * (onUp - (Up[0] / step));
                log += down.Mean * (onDown - (Down[0] / step));
            }
        }
    }
}

/// <summary>How the fast kernel evaluates a column.</summary>
internal enum FastColumnKind
{
    /// <summary>g − 1, g′ and g″ are polynomials.</summary>
    Polynomial,

    /// <summary>log g is linear.</summary>
    Exponential,

    /// <summary>The range is too wide for a polynomial: with true exponentials.</summary>
    Exact,
}
