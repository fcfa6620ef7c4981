namespace Nsbi.Infer

open Nsbi.Model
open Nsbi.Learn.Calibration
open Nsbi.Learn.Networks

/// <summary>One term f(θ)·ν·p(x) of the mixture, with the density and the yield of a sample.</summary>
type MixtureTerm = {
    /// Unique in the analysis.
    Name: string
    /// The sample whose events are drawn from the density.
    Sample: string
    /// f(θ).
    Scale: Coefficient
    /// Where the yield comes from under event variations; see <see cref="T:Nsbi.Model.EventRate" />.
    EventRate: EventRate
}

/// <summary>A network that keeps the events on which the ratio networks work; the failing events are a
/// binned control region of the same fit.</summary>
/// <remarks>Source: ATLAS, arXiv:2412.01600: a softmax over signal, interfering and non-interfering
/// background, cut where signal/background is about 0.1.</remarks>
type PreselectionPlan = {
    /// The samples that are the classes of the network.
    Classes: string list
    /// The class whose score is cut on.
    Signal: string
    /// The class against which the cut is tuned.
    Background: string
    /// Expected signal over expected background among the passing events.
    Target: float
    /// Share of the events that trains the network; used for nothing else.
    TrainingShare: float
    /// Share of the events that tunes the cut; used for nothing else.
    CutShare: float
    /// Bins of the control region, of equal expected content.
    ControlBins: int
    /// How the network is trained.
    Network: ClassifierSettings
}

/// What the fit is given as observed.
type DataSource =
    /// Collision data, or what is to be treated as such.
    | DataFile of path: string
    /// A pseudo-experiment of the interference toy at a value of μ.
    | DataToy of toy: string * value: float

/// <summary>The conventional analysis beside which the result is shown: a binned fit of one observable
/// in the same model language.</summary>
type Conventional = {
    /// A column, or an expression of columns.
    Observable: string
    /// Bin edges, increasing; events outside, or without the observable, are left out.
    Edges: float list
}

/// <summary>A whole analysis: samples, selection, features, reference mixture, networks, model, data
/// and seed. Written in a file, <c>analysis.json</c>, or in F#.</summary>
type Analysis = {
    /// Free text: the title of the report.
    Name: string
    /// The seed of every random number of the analysis.
    Seed: uint64
    /// Observed results are shown only on demand, and after all checks passed.
    Blind: bool
    /// Simulated events.
    Samples: Sample list
    /// Which events are kept, as text: see <see cref="T:Nsbi.Learn.Events.SelectionModule" />.
    Selection: string option
    /// Features of the networks, as text: see <see cref="T:Nsbi.Learn.Events.Feature" />.
    Features: string list
    /// The number that stands for a missing value in the columns of the features and of the
    /// observable: see <see cref="T:Nsbi.Learn.Events.FittedMissing" />. None: every number is one.
    Missing: float option
    /// Weight w_k of each sample in the reference density p_ref = Σ_k w_k p_k.
    Reference: (string * float) list
    /// What is done with negative weights in the training; yields keep their signs.
    NegativeWeights: NegativeWeights
    /// How the ratio networks are trained.
    Networks: EstimatorSettings
    /// How the learned ratios are calibrated, if they are.
    Calibration: CalibrationSettings option
    /// The learned ratios as fixed summaries in bins, if these and not the unbinned ratios make the
    /// result.
    Summary: SummaryPlan option
    /// The network that selects the events of the signal region, if any.
    Preselection: PreselectionPlan option
    /// The parameters of the model.
    Parameters: Parameter list
    /// The mixture.
    Terms: MixtureTerm list
    /// What the nuisance parameters do to its processes.
    Systematics: Systematic list
    /// The parameter of interest that is scanned and reported first.
    Interest: string
    /// Its value in the absence of what is searched for.
    Null: float
    /// What is observed; without data only expectations are given.
    Data: DataSource option
    /// A binned analysis to compare with.
    Conventional: Conventional option
    /// What is said of the parameter of interest by pseudo-experiments.
    Intervals: IntervalPlan
    /// What is examined beside the standard checks.
    Diagnostics: DiagnosticsPlan
    /// How the uncertainty that the networks bring is found; none where it is not looked for.
    Ensemble: EnsembleStudyPlan option
    /// How the model is held against the data in the space of all features; none where it is not.
    Goodness: GoodnessPlan option
    /// Where the checks fail.
    Limits: CheckLimits
    /// What the report should say of the analysis, such as what is neglected.
    Notes: string list
}
