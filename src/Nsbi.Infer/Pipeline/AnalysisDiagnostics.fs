namespace Nsbi.Infer

open Nsbi.Learn.Networks

/// <summary>What was examined beside the standard checks of an analysis. Empty parts were left out;
/// the notes say why.</summary>
[<NoComparison; ReferenceEquality>]
type AnalysisDiagnostics = {
    /// Values of the parameter of interest at which densities were examined.
    Values: float list
    /// Predicted and found log-ratios at each value.
    Calibration: LogRatioCalibration list
    /// Closure of each sample in all features and pairs of features.
    Pairs: PairClosures list
    /// Two-sample test of each sample against the reweighted reference.
    TwoSample: TwoSampleTest list
    /// What events contribute to the measurement, over two features each.
    Maps: SensitivityMap list
    /// Observed and simulated events in log-ratios; pseudo-data stand in for data that were not
    /// looked at.
    Comparisons: LogRatioComparison list
    /// Training against held-out events, of each sample.
    Overtraining: Overtraining list
    /// Losses on training and on held-out events.
    LossGap: LossGap option
    /// Spread of the log-ratios between networks, of each sample.
    Stability: LogRatioStability list
    /// Spread of the parameter of interest between networks.
    Parameter: ParameterStability option
    /// Effective sizes of the simulated samples.
    Samples: EffectiveSize list
    /// Effective sizes of the reference reweighted to each value.
    Reweighted: ReweightedSize list
    /// The checks of each kind of diagnostics, by the title of its page.
    Checks: (string * Check list) list
    /// What was left out, and why.
    Notes: string list
} with

    /// All checks, in the order of the pages.
    member this.AllChecks: Check list = this.Checks |> List.collect snd

/// <summary>Diagnostics of an analysis.</summary>
[<RequireQualifiedAccess>]
module AnalysisDiagnostics =

    /// Nothing.
    let none: AnalysisDiagnostics = {
        Values = []
        Calibration = []
        Pairs = []
        TwoSample = []
        Maps = []
        Comparisons = []
        Overtraining = []
        LossGap = None
        Stability = []
        Parameter = None
        Samples = []
        Reweighted = []
        Checks = []
        Notes = []
    }

/// Titles of the pages, by which checks find them.
[<RequireQualifiedAccess>]
module internal DiagnosticsTitle =
    [<Literal>]
    let Calibration = "Calibration of log-ratios"

    [<Literal>]
    let Pairs = "Closure of pairs of features"

    [<Literal>]
    let TwoSample = "Two-sample tests"

    [<Literal>]
    let Sensitivity = "Sensitivity maps"

    [<Literal>]
    let Comparison = "Data and simulation in the log-ratio"

    [<Literal>]
    let Overtraining = "Overtraining"

    [<Literal>]
    let Stability = "Stability"

    [<Literal>]
    let Sizes = "Effective sizes"
