namespace Nsbi.Infer

/// <summary>A classifier two-sample test of each sample against the reweighted reference.</summary>
type TwoSamplePlan = {
    /// Events of both samples together at most; more are thinned at even distances.
    Events: int
    /// Passes over the training events.
    Epochs: int
    /// <summary>The relative distortion ε of a ratio whose area under the curve is quoted beside the
    /// result: what the test could find.</summary>
    Distortion: float
}

/// <summary>What is examined beside the standard checks of an analysis.</summary>
type DiagnosticsPlan = {
    /// Values of the parameter of interest at which densities are examined; empty: chosen by the model.
    Values: float list
    /// Pairs of features over which sensitivity is drawn; empty: the two most sensitive features.
    Pairs: (string * string) list
    /// The two-sample test; none: it is left out.
    TwoSample: TwoSamplePlan option
}

/// <summary>Plans of diagnostics.</summary>
[<RequireQualifiedAccess>]
module DiagnosticsPlan =

    /// 20 000 events, 12 epochs, the power for a distortion of 1 %.
    let twoSample: TwoSamplePlan = {
        Events = 20000
        Epochs = 12
        Distortion = 0.01
    }

    /// Values and pairs as they fit the model, and the standard two-sample test.
    let standard: DiagnosticsPlan = {
        Values = []
        Pairs = []
        TwoSample = Some twoSample
    }
