namespace Nsbi.Infer

open Nsbi.Model
open Nsbi.Learn.Networks

/// Where events come from.
type EventSource =
    /// An event file; a relative path is relative to the analysis file.
    | EventFile of path: string
    /// <summary>A problem with a known answer, simulated: see <see cref="T:Nsbi.Infer.Toy" />.</summary>
    | Simulated of toy: string * process': string * events: int

/// <summary>Simulated events of one process.</summary>
type Sample = {
    /// Unique in the analysis.
    Name: string
    Source: EventSource
    /// The weight column of a file; every event weighs 1 where there is none.
    Weight: string option
    /// <summary>Expected events ν before any selection. None: the sum of the weights is the
    /// expected number already.</summary>
    Yield: float option
}

/// <summary>One term of the mixture: f(θ)·ν·p with the density of a sample.</summary>
type SignalTerm = {
    /// Unique in the analysis.
    Name: string
    /// The sample whose events are drawn from the density.
    Sample: string
    /// f(θ).
    Scale: Coefficient
}

/// <summary>A preselection network (PHYSICS: a softmax over signal, interfering and non-interfering
/// background) that keeps the events on which the ratio networks work; the rest is a binned control
/// region of the same fit.</summary>
type Preselection = {
    /// The samples that are the classes of the network.
    Classes: string list
    /// The class whose score is cut on.
    Signal: string
    /// The class against which the cut is tuned.
    Background: string
    /// Yield of the signal over yield of the background among the events that pass.
    Target: float
    /// Share of the events that trains the network and tunes the cut; used for nothing else.
    Share: float
    /// Bins of the control region, of equal expected content.
    ControlBins: int
    Network: TrainingSettings
}

/// What the fit is given as observed.
type DataSource =
    /// Collision data, or what is to be treated as such.
    | DataFile of path: string
    /// A pseudo-experiment drawn from a toy at a value of its parameter of interest.
    | PseudoData of toy: string * value: float

/// <summary>The conventional analysis beside which the result is shown: a binned fit of one observable
/// in the same model language.</summary>
type Conventional = {
    /// A column or expression of columns.
    Observable: string
    /// Bin edges, increasing; events outside are left out.
    Edges: float list
}

/// Limits of the checks; a failed check fails the run.
type CheckLimits = {
    /// |E_ref[r] − 1| on events used neither for training nor for the normalisation.
    Normalisation: float
    /// Standard errors by which a mean may miss its expectation.
    StandardErrors: float
    /// Smallest probability of a χ² before a closure counts as failed.
    Probability: float
    /// |μ̂ − 1| style limit: how far the fit to the simulation may be from the truth.
    Closure: float
}

/// <summary>A whole analysis: samples, selection, features, reference mixture, networks, model, data
/// and seed. Written in a file, <c>analysis.json</c>, or in F#.</summary>
type Analysis = {
    Name: string
    Seed: uint64
    /// Observed results are shown only on demand, after all checks passed.
    Blind: bool
    Samples: Sample list
    Selection: string option
    /// Features of the networks, as text: see <see cref="T:Nsbi.Learn.Events.FeatureTransform" />.
    Features: string list
    /// Share w_k of each sample in the reference density p_ref = Σ_k w_k p_k.
    Reference: (string * float) list
    NegativeWeights: NegativeWeights
    Networks: EstimatorSettings
    Preselection: Preselection option
    Parameters: Parameter list
    Terms: SignalTerm list
    /// The parameter of interest whose value is measured, and its value without signal.
    Interest: string
    Null: float
    Data: DataSource option
    Conventional: Conventional option
    Limits: CheckLimits
}
