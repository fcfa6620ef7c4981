namespace Nsbi.Infer

open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

/// <summary>The posterior of one parameter given one set of events.</summary>
type ParameterPosterior = {
    /// Its name.
    Name: string
    /// The mean; error 0 where exact, else that of the draws.
    Mean: Measured
    /// The standard deviation.
    StandardDeviation: Measured
    /// <summary>Quantiles at 0.025, 0.16, 0.5, 0.84 and 0.975.</summary>
    Quantiles: (float * Measured) list
}

/// <summary>The posterior given one observed set of events.</summary>
[<NoComparison; ReferenceEquality>]
type ObservedPosterior = {
    /// Name of the set.
    Name: string
    /// Number of events.
    Events: int64
    /// Each parameter by itself.
    Parameters: ParameterPosterior list
    /// Covariance of the parameters.
    Covariance: float[,]
    /// The density.
    Density: ConditionalDensity
    /// Whether the set looks like simulated ones; none where that was not asked.
    Alarm: EmbeddingAlarm option
    /// What should be known before it is believed.
    Warnings: string list
    /// True parameters, of a drawn set.
    Truth: float list option
}

/// <summary>A posterior that was trained, checked and applied.</summary>
[<NoComparison; ReferenceEquality>]
type PosteriorResult = {
    /// What was asked for.
    Plan: PosteriorPlan
    /// The trained posterior.
    Estimator: PosteriorEstimator
    /// Sets of the checks; 0 where they were left out.
    CheckSets: int
    /// <summary>Mean of ln q(φ|set) − ln p(φ) over the sets of the checks: what a set tells of the
    /// parameters, in nats.</summary>
    Information: Measured option
    /// Simulation-based calibration of each parameter.
    Ranks: RankTest list
    /// Expected coverage of regions of highest density and around random points.
    Coverage: ExpectedCoverage list
    /// The observed sets.
    Observed: ObservedPosterior list
    /// All verdicts.
    Checks: Check list
    /// Name and hash of the files that were read.
    Files: (string * string) list
}
