namespace Nsbi.Interop;

/// <summary>How an uncertainty changes with the number of networks in the ensemble, the data staying the
/// same. Immutable. <see cref="EnsembleSelfCheck"/> makes it.</summary>
public sealed class EnsembleScaling
{
    private readonly FInfer.EnsembleScaling _scaling;

    internal EnsembleScaling(FInfer.EnsembleScaling scaling)
    {
        _scaling = scaling;
        Points = [.. scaling.Points.Select(point => new ScalingPoint(point.Item1, point.Item2))];
        Error = double.IsNaN(scaling.Error) ? null : scaling.Error;
    }

    /// <summary>By the number of networks, ascending.</summary>
    public IReadOnlyList<ScalingPoint> Points { get; }

    /// <summary>p of σ ∝ M^−p by least squares in the logarithms: ½ where nothing but the noise of an
    /// average is there, 0 where more networks change nothing.</summary>
    public double Exponent => _scaling.Exponent;

    /// <summary>The standard error of p; null where it is not known.</summary>
    public double? Error { get; }

    /// <summary>The check: fails where the exponent is above 0.4, since what the finite sample causes
    /// cannot shrink with the number of networks.</summary>
    /// <param name="name">the uncertainty that is checked, as in "σ(μ̂) by the nested bootstrap"</param>
    public CheckResult Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(FInfer.EnsembleSelfCheck.run(name, _scaling));
    }

    /// <summary>The exponent and the points.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"σ ∝ M^−{TextTable.Number(Exponent)}: {string.Join(", ", Points)}";
}
