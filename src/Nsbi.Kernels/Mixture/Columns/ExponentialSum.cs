namespace Nsbi.Kernels;

/// <summary>
/// s(U, D) = k + (a₀ + a₁ U + a₂ U²) e^U + (b₀ + b₁ D + b₂ D²) e^D.
/// </summary>
/// <param name="Constant">k</param>
/// <param name="Up0">a₀</param>
/// <param name="Up1">a₁</param>
/// <param name="Up2">a₂</param>
/// <param name="Down0">b₀</param>
/// <param name="Down1">b₁</param>
/// <param name="Down2">b₂</param>
public readonly record struct ExponentialSum(
    double Constant,
    double Up0,
    double Up1,
    double Up2,
    double Down0,
    double Down1,
    double Down2
)
{
    /// <summary>The sum at U and D; a side whose three coefficients are zero adds nothing.</summary>
    public double At(double up, double down)
    {
        double sum = Constant;
        if (Up0 != 0.0 || Up1 != 0.0 || Up2 != 0.0)
        {
            sum += (Up0 + (up * (Up1 + (up * Up2)))) * Math.Exp(up);
        }

        if (Down0 != 0.0 || Down1 != 0.0 || Down2 != 0.0)
        {
            sum += (Down0 + (down * (Down1 + (down * Down2)))) * Math.Exp(down);
        }

        return sum;
    }
}
