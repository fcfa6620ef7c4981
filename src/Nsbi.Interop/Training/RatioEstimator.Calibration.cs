using Nsbi.Kernels;

namespace Nsbi.Interop;

public sealed partial class RatioEstimator
{
    /// <summary>The same networks with calibrated ratios, by cross-fitting: the calibration of a fold is
    /// fitted on the events that trained none of the networks that evaluate them, and the closure
    /// <see cref="RatioNormalisation.After"/> is measured on those that did neither. An older calibration is
    /// replaced.</summary>
    /// <param name="samples">as in the training</param>
    /// <param name="options">left out, the standard ones</param>
    /// <param name="negativeWeights">as in the training</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="NsbiException">every fault: ratios that are not positive and finite, samples that a
    /// ratio separates completely (Platt), a renormalisation without every sample in the reference
    /// </exception>
    /// <exception cref="ArgumentException">other samples than in the training</exception>
    public RatioEstimator Calibrate(
        SimulatedSamples samples,
        CalibrationOptions? options = null,
        NegativeWeightPolicy negativeWeights = NegativeWeightPolicy.Refuse,
        int threads = 1
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var events = Prepare(samples).Labelled(Samples, negativeWeights);
        var settings = (options ?? new CalibrationOptions()).ToFSharp();
        using var team = new ThreadTeam(threads);
        return new(
            FCalibration
                .CrossFittedCalibration.fitEstimator(team, settings, _estimator, events)
                .OrThrow(),
            _features
        );
    }

    /// <summary>How the ratios are calibrated; null where they are not.</summary>
    public CalibrationMethod? Calibration =>
        _estimator.Calibration is { Value: var found }
            ? CalibrationOptions.Of(found.Settings.Method)
            : null;

    /// <summary>The same networks without a calibration.</summary>
    public RatioEstimator Uncalibrated => new(_estimator.Uncalibrated, _features);
}
