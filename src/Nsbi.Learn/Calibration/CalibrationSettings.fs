namespace Nsbi.Learn.Calibration

/// <summary>How a ratio is calibrated: every method maps r to a function of r alone, which repairs any
/// monotone distortion of the exact ratio and nothing else.</summary>
/// <remarks>Source: Cranmer, Pavez, Louppe, arXiv:1506.02169, section 2.</remarks>
[<RequireQualifiedAccess>]
type CalibrationMethod =
    /// <summary>Bins of equal content; in each, target over reference.</summary>
    /// <remarks><c>monotone</c>: neighbouring bins whose ratios fall are joined.</remarks>
    | Histogram of bins: int * monotone: bool
    /// Target over reference in the steps of the monotone function that fits best.
    | Isotonic
    /// <summary>ln r′ = a ln r + b.</summary>
    | Platt

/// <summary>How the ratios of an estimator are calibrated.</summary>
type CalibrationSettings = {
    /// The function.
    Method: CalibrationMethod
    /// <summary>Whether the calibrated ratios of all classes are brought back to Σ_c w_c r_c = 1. Each
    /// class is calibrated by itself, which breaks that identity by the size of the corrections;
    /// restored, the ratio of a class depends on the others too, and is calibrated to first order only.
    /// Needs every w_c > 0.</summary>
    Renormalise: bool
}

/// <summary>Standard settings.</summary>
[<RequireQualifiedAccess>]
module CalibrationSettings =
    /// The name of the method in files.
    let name (settings: CalibrationSettings) : string =
        match settings.Method with
        | CalibrationMethod.Histogram _ -> "histogram"
        | CalibrationMethod.Isotonic -> "isotonic"
        | CalibrationMethod.Platt -> "platt"

    /// A method without renormalisation.
    let create (method: CalibrationMethod) : CalibrationSettings = {
        Method = method
        Renormalise = false
    }
