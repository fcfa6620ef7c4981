namespace Nsbi.Infer

open System

/// <summary>A function of the learned ratios of an event, taken as it is: a summary need not be a density
/// ratio to be a good observable.</summary>
type SummaryVariable =
    /// <summary>ln [D(x; null)/D(x; nominal)]: the best observable for telling the two values apart.
    /// </summary>
    | TwoPointScore
    /// <summary>∂_μ ln D(x; μ) in the parameter of interest: the best observable near that value.</summary>
    /// <remarks><c>at</c>: the value μ; none for the nominal one.</remarks>
    | LocalScore of at: float option
    /// <summary>ln [r_S(x)/Σ_k a_k r_k(x)] of a sample to a sum of samples with factors.</summary>
    /// <remarks>With p_B + 0.1 p_NI the fixed observable of ATLAS, arXiv:2412.01600.</remarks>
    | LogRatio of numerator: string * denominator: (string * float) list

/// <summary>How a summary is divided.</summary>
type SummaryBins =
    /// Bins of equal expected content at the nominal point.
    | EqualContent of bins: int
    /// Bin edges, increasing; what lies outside is in the outer bins.
    | GivenEdges of edges: float list

/// <summary>A summary with its bins.</summary>
type SummaryAxis = {
    /// What is binned.
    Variable: SummaryVariable
    /// How.
    Bins: SummaryBins
}

/// <summary>What the finite simulation of the templates adds to the model.</summary>
type SimulationErrors =
    /// Nothing: the templates count as exact.
    | NoSimulationErrors
    /// <summary>One factor per bin and sample with a Poisson constraint, τ = (ν/δ)²: right for any
    /// coefficients f_c(θ), interference among them.</summary>
    /// <remarks>Source: Barlow, Beeston, Comput. Phys. Commun. 77 (1993) 219.</remarks>
    | ErrorPerSample
    /// <summary>One factor per bin with a Gaussian constraint for all samples together, HistFactory's
    /// staterror: its width is that of all coefficients at 1.</summary>
    | ErrorPerBin

/// <summary>The learned ratios as fixed summaries: the result is the template likelihood of their bins,
/// made of events that the networks did not train on. An imperfect network then costs precision and
/// brings no bias.</summary>
type SummaryPlan = {
    /// One or more; each divides the bins of the one before.
    Axes: SummaryAxis list
    /// What the finite simulation adds.
    SimulationErrors: SimulationErrors
    /// Least effective number of simulated events that make the expectation of a bin at the nominal
    /// and at the null value: bins with fewer are joined with their neighbours.
    LeastEvents: float
}

/// <summary>Standard plans.</summary>
[<RequireQualifiedAccess>]
module SummaryPlan =

    /// The two-point score in 20 bins of equal content, errors per sample, ten events.
    let standard: SummaryPlan = {
        Axes = [
            {
                Variable = TwoPointScore
                Bins = EqualContent 20
            }
        ]
        SimulationErrors = ErrorPerSample
        LeastEvents = 10.0
    }

    /// A variable in words.
    let name (variable: SummaryVariable) : string =
        match variable with
        | TwoPointScore -> "learned two-point score"
        | LocalScore None -> "learned local score"
        | LocalScore(Some at) -> FormattableString.Invariant $"learned local score at {at:R}"
        | LogRatio(numerator, denominator) ->
            let term (name, factor: float) =
                if factor = 1.0 then
                    $"r_{name}"
                else
                    FormattableString.Invariant $"{factor:R} r_{name}"

            match denominator with
            | [ single ] -> $"ln r_{numerator}/{term single}"
            | several ->
                let sum = several |> List.map term |> String.concat " + "
                $"ln r_{numerator}/({sum})"
