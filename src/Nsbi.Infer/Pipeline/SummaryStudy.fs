namespace Nsbi.Infer

open Nsbi.Learn.Networks
open Nsbi.Model

/// <summary>What the fit of a summary finds in simulated events that did not make its templates.</summary>
type SummaryClosure = {
    /// The fitted parameter of interest, with the error of the finite simulation of both halves.
    Value: Measured
    /// The value it should find.
    Truth: float
    /// Whether a fit that ended at a bound was replaced by one step from the truth without bounds.
    AtBound: bool
}

/// <summary>The measurement with the learned ratios as fixed summaries: a template likelihood of their
/// bins.</summary>
[<NoComparison; ReferenceEquality>]
type SummaryStudy = {
    /// The summaries and their bins in words.
    Name: string
    /// The number of bins.
    Bins: int
    /// The model of the bins.
    Model: ValidModel
    /// The model, compiled.
    Likelihood: CompiledLikelihood
    /// The fit to the expectation at the nominal point.
    Expected: Measurement
    /// The fit to the data; none without data, or where they stay blind.
    Observed: Measurement option
    /// Observed events in the bins; none likewise.
    Counts: float list option
    /// The fit of templates of one half of the simulated events to the other; none where the nominal
    /// point has a negative coefficient.
    Closure: SummaryClosure option
    /// Whether the result of the analysis can be believed as a template fit.
    Checks: Check list
} with

    /// The measurement that answers the question.
    member this.Headline: Measurement = defaultArg this.Observed this.Expected
