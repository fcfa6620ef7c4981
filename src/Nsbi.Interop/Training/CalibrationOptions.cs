namespace Nsbi.Interop;

/// <summary>How ratios are calibrated.</summary>
public sealed record CalibrationOptions
{
    /// <summary>The function.</summary>
    public CalibrationMethod Method { get; init; } = CalibrationMethod.Isotonic;

    /// <summary>Bins of a histogram, 1 or more; fewer are used where events are few.</summary>
    public int Bins { get; init; } = 40;

    /// <summary>Whether neighbouring bins of a histogram whose ratios fall are joined.</summary>
    public bool Monotone { get; init; }

    /// <summary>Of an estimator: whether the calibrated ratios of all samples are brought back to
    /// Σ_k w_k r_k = 1. Each sample is calibrated by itself, which breaks that identity by the size of the
    /// corrections; restored, the ratio of a sample depends on the others too, and is calibrated to first
    /// order only. Needs every sample in the reference.</summary>
    public bool Renormalise { get; init; }

    internal FCalibration.CalibrationSettings ToFSharp()
    {
        if (Bins < 1)
        {
            throw new NsbiException([
                $"calibration: the number of bins is {Bins}; give 1 or more.",
            ]);
        }

        return new(
            Method switch
            {
                CalibrationMethod.Histogram => FCalibration.CalibrationMethod.NewHistogram(
                    Bins,
                    Monotone
                ),
                CalibrationMethod.Platt => FCalibration.CalibrationMethod.Platt,
                _ => FCalibration.CalibrationMethod.Isotonic,
            },
            Renormalise
        );
    }

    internal static CalibrationMethod Of(FCalibration.CalibrationMethod method) =>
        method.IsHistogram ? CalibrationMethod.Histogram
        : method.IsPlatt ? CalibrationMethod.Platt
        : CalibrationMethod.Isotonic;
}
