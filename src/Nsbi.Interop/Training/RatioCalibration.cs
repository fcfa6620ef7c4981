namespace Nsbi.Interop;

/// <summary>A fitted map from ratios to calibrated ratios, whose mean over the reference is 1 on the events
/// of the fit. Immutable; safe to use from several threads.</summary>
/// <remarks>A classifier score under any increasing map tells target from reference as well as before; the
/// densities of the score in target and reference then give the ratio. Source: Cranmer, Pavez, Louppe,
/// arXiv:1506.02169, section 2.</remarks>
public sealed class RatioCalibration
{
    private readonly FCalibration.RatioCalibration _calibration;

    private RatioCalibration(FCalibration.RatioCalibration calibration, CalibrationMethod method)
    {
        _calibration = calibration;
        Method = method;
        var steps =
            (calibration as FCalibration.RatioCalibration.Histogram)?.Item
            ?? (calibration as FCalibration.RatioCalibration.Isotonic)?.Item;
        Steps = steps is null
            ? []
            :
            [
                .. steps.Ratios.Select(
                    (ratio, b) =>
                        new CalibrationStep(
                            b == 0 ? null : steps.From[b - 1],
                            ratio,
                            steps.LogErrors[b]
                        )
                ),
            ];

        if (calibration is FCalibration.RatioCalibration.Platt { Item: var platt })
        {
            Slope = platt.Slope;
            Offset = platt.Offset;
        }
    }

    /// <summary>Fits a calibration on events that the network of the ratios has not seen.</summary>
    /// <param name="target">weight of each event in the target, 0 where it is none of its</param>
    /// <param name="reference">likewise in the reference</param>
    /// <param name="ratios">of each event, positive and finite</param>
    /// <param name="options">left out, the standard ones</param>
    /// <exception cref="ArgumentException">lengths that differ; weights that are negative, not finite, or add
    /// up to nothing; ratios that are not positive and finite</exception>
    /// <exception cref="NsbiException">Platt's function has no finite slope: the ratio separates target and
    /// reference completely</exception>
    public static RatioCalibration Fit(
        IReadOnlyList<double> target,
        IReadOnlyList<double> reference,
        IReadOnlyList<double> ratios,
        CalibrationOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(reference);
        options ??= new CalibrationOptions();
        var sample = FCalibration.CalibrationSample.Create(
            [.. target],
            [.. reference],
            Copy(ratios)
        );
        return new(
            FCalibration.RatioCalibrationModule.fit(options.ToFSharp().Method, sample).OrThrow(),
            options.Method
        );
    }

    private static double[] Copy(IReadOnlyList<double> ratios)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return [.. ratios];
    }

    /// <summary>The function.</summary>
    public CalibrationMethod Method { get; }

    /// <summary>The steps of a histogram or of the isotonic function, ascending; none of Platt's.</summary>
    public IReadOnlyList<CalibrationStep> Steps { get; }

    /// <summary>a of ln r′ = a ln r + b; null where there are steps.</summary>
    public double? Slope { get; }

    /// <summary>b of ln r′ = a ln r + b; null where there are steps.</summary>
    public double? Offset { get; }

    /// <summary>Whether r′ rises with r: always of isotonic steps, of a histogram where its bins do, of
    /// Platt's where the slope is positive.</summary>
    public bool IsMonotone => FCalibration.RatioCalibrationModule.isMonotone(_calibration);

    /// <summary>The calibrated ratios.</summary>
    /// <param name="ratios">0 or above</param>
    /// <returns>one for each; NaN where a ratio is NaN</returns>
    public IReadOnlyList<double> Apply(IReadOnlyList<double> ratios) =>
        Array.AsReadOnly(FCalibration.RatioCalibrationModule.apply(_calibration, Copy(ratios)));

    /// <summary>Standard errors of ln r′ from the finite number of events of the fit; those of one step are
    /// the same error.</summary>
    /// <param name="ratios">before the calibration</param>
    public IReadOnlyList<double> LogErrors(IReadOnlyList<double> ratios) =>
        Array.AsReadOnly(FCalibration.RatioCalibrationModule.logErrors(_calibration, Copy(ratios)));

    /// <summary>The function in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        Slope is null
            ? $"{Method} calibration of {Steps.Count} steps"
            : $"{Method} calibration: ln r′ = {TextTable.Number(Slope)} ln r + "
                + TextTable.Number(Offset);
}
