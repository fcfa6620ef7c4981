namespace Nsbi.Infer

/// <summary>What a calibration did to the ratio of a sample, on events that neither trained the networks
/// nor fitted the calibration.</summary>
type CalibrationSummary = {
    /// The sample whose ratio it is.
    Sample: string
    /// The method.
    Method: string
    /// The calibration curve before.
    Before: CalibrationPoint[]
    /// Its test.
    BeforeCheck: Check
    /// The calibration curve after.
    After: CalibrationPoint[]
    /// E_ref[|ln r′ − ln r|], the mean size of the correction.
    Size: float
    /// E_ref of the standard error of ln r′ from the finite number of events of the calibration.
    Error: float
}
