namespace Nsbi.Kernels;

/// <summary>A column's interpolant at one α, for the exact kernel: how its stored numbers become
/// log-ratios, and the coefficients of g, g′ and g″.</summary>
internal unsafe struct ExactColumn
{
    public bool IsExponential;
    public bool UsesUp;
    public bool UsesDown;
    public double UpStep;
    public double UpOffset;
    public double DownStep;
    public double DownOffset;

    /// <summary>k, a₀, a₁, a₂, b₀, b₁, b₂ of g, then of g′ and of g″.</summary>
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
        };
        exact.Set(0, form.Value);
        exact.Set(7, form.First);
        exact.Set(14, form.Second);
        return exact;
    }

    private void Set(int at, in ExponentialSum sum)
    {
        Coefficients[at] = sum.Constant;
        Coefficients[at + 1] = sum.Up0;
        Coefficients[at + 2] = sum.Up1;
        Coefficients[at + 3] = sum.Up2;
        Coefficients[at + 4] = sum.Down0;
        Coefficients[at + 5] = sum.Down1;
        Coefficients[at + 6] = sum.Down2;
        UsesUp |= sum.Up0 != 0.0 || sum.Up1 != 0.0 || sum.Up2 != 0.0;
        UsesDown |= sum.Down0 != 0.0 || sum.Down1 != 0.0 || sum.Down2 != 0.0;
    }
}
